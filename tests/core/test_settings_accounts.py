from __future__ import annotations

import pytest

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.settings_accounts import secret_key
from ddns_tray.core.settings_parse import load_settings
from ddns_tray.providers import registry
from tests.support.provider_specs import SPECS

MARK = "hunter2-marked-value"


def errors_of(toml: str) -> list[ConfigError]:
    with pytest.raises(ConfigError) as caught:
        load_settings("schema = 1\n" + toml, providers=SPECS, file="config.toml")
    return [caught.value, *caught.value.others]


def told(errors: list[ConfigError]) -> str:
    return "\n".join(f"{error!r} {error} {error.problem} {error.problem.hint}" for error in errors)


@pytest.mark.parametrize(
    ("provider", "key", "command"),
    [
        ("cloud", "api_token", "ddns-tray secret set home api_token"),
        ("cloud", "token", "ddns-tray secret set home api_token"),
        ("cloud", "password", "ddns-tray secret set home api_token"),
        ("server", "api_key", "ddns-tray secret set home api_key"),
        ("server", "API-Key", "ddns-tray secret set home api_key"),
        ("server", "my_secret", "ddns-tray secret set home api_key"),
        ("small", "key", "ddns-tray secret set home key"),
        ("nobody", "api_token", "ddns-tray secret set home api_token"),
    ],
)
def test_a_secret_in_the_file_is_refused_with_the_command_that_moves_it(provider: str, key: str, command: str) -> None:
    server = "server = 's'\n" if provider == "server" else ""
    errors = errors_of(f"[[account]]\nid = 'home'\nprovider = '{provider}'\n{server}{key} = '{MARK}'\n")
    refused = [error for error in errors if error.key == f"account[0].{key}"]
    assert len(refused) == 1
    assert command in str(refused[0].problem.hint)
    assert MARK not in told(errors)


@pytest.mark.parametrize(
    "toml",
    [
        f"[general]\npassword = '{MARK}'\n",
        f"[[record]]\nname = 'a.b'\napi_token = '{MARK}'\n",
        f"token = '{MARK}'\n",
        f"[[account]]\nid = 'x'\nprovider = 'cloud'\nbase_url = 'https://me:{MARK}@example.org'\n",
        f"[[account]]\nid = 'x'\nprovider = 'server'\nserver = 'http://me:{MARK}@example.org:1'\n",
        f"[[account]]\nid = 'x'\nprovider = 'server'\nserver = 'http://me:{MARK}@[broken'\n",
        f"[address]\nsources = ['https://me:{MARK}@example.org/ip']\n",
        f"[address]\nsources = ['https://me:{MARK}@example.org:99999/ip']\n",
        f"[verify]\nresolvers = ['https://me:{MARK}@example.org/dns-query']\n",
        f"[[account]]\nid = 'x'\nprovider = 'cloud'\n[account.api_token]\nvalue = '{MARK}'\n",
        f"[[account]]\nid = 'x'\nprovider = 'cloud'\napi_token = ['{MARK}']\n",
    ],
)
def test_no_secret_is_ever_shown_wherever_somebody_put_it(toml: str) -> None:
    errors = errors_of(toml)
    assert MARK not in told(errors)


@pytest.mark.parametrize(
    ("written", "meant"), [("clud", "cloud"), ("CL", "cloud"), ("云", "cloud"), ("a server", "server")]
)
def test_an_unknown_provider_is_suggested_by_likeness_title_or_alias(written: str, meant: str) -> None:
    (error,) = errors_of(f"[[account]]\nid = 'x'\nprovider = '{written}'\n")
    assert f"Did you mean {meant}?" in str(error.problem.hint)
    assert "ddns-tray providers" in str(error.problem.hint)


def test_a_provider_like_no_other_leads_to_the_list() -> None:
    (error,) = errors_of("[[account]]\nid = 'x'\nprovider = 'qqqqqq'\n")
    assert str(error.problem.hint) == "ddns-tray providers lists all that there are."


def test_a_field_that_a_provider_needs_must_be_there_and_not_be_empty() -> None:
    (missing,) = errors_of("[[account]]\nid = 'x'\nprovider = 'server'\n")
    assert "server" in str(missing)
    assert (missing.key, missing.line) == ("account[0]", 2)
    (empty,) = errors_of("[[account]]\nid = 'x'\nprovider = 'server'\nserver = ''\n")
    assert (empty.key, empty.line) == ("account[0].server", 5)


def test_a_field_with_few_choices_takes_only_these() -> None:
    (error,) = errors_of("[[account]]\nid = 'x'\nprovider = 'server'\nserver = 's'\nalgorithm = 'tow'\n")
    assert "Did you mean two?" in str(error.problem.hint)


def test_a_service_that_speaks_dns_alone_has_no_base_url() -> None:
    (error,) = errors_of("[[account]]\nid = 'x'\nprovider = 'small'\nbase_url = 'https://example.org'\n")
    assert error.key == "account[0].base_url"


@pytest.mark.parametrize("url", ["ftp://example.org", "https://", "https://a b", "https://x:0", "https://x:99999"])
def test_a_base_url_must_be_one(url: str) -> None:
    (error,) = errors_of(f"[[account]]\nid = 'x'\nprovider = 'cloud'\nbase_url = '{url}'\n")
    assert error.key == "account[0].base_url"


@pytest.mark.parametrize("account", ["", "-x", "a b", "a/b", "a.b", "家", "x" * 64])
def test_an_id_must_fit_into_file_names_and_variables(account: str) -> None:
    (error,) = errors_of(f"[[account]]\nid = '{account}'\nprovider = 'cloud'\n")
    assert error.key == "account[0].id"


def test_two_accounts_must_differ_in_more_than_signs_that_variables_do_not_have() -> None:
    two = "[[account]]\nid = '{}'\nprovider = 'cloud'\n[[account]]\nid = '{}'\nprovider = 'cloud'\n"
    (same,) = errors_of(two.format("home", "home"))
    assert "two accounts" in str(same)
    (alike,) = errors_of(two.format("home-1", "Home_1"))
    assert "too much alike" in str(alike)
    assert secret_key("home-1") == secret_key("Home_1") == "HOME_1"


def test_plain_fields_become_texts_and_a_base_url_may_leave_out_its_scheme() -> None:
    settings = load_settings(
        "schema = 1\n[[account]]\nid = 'x'\nprovider = 'server'\nserver = 'ns.example.org'\nserver_id = true\n"
        "base_url = 'dns.example.org:8443/api'\n",
        providers=SPECS,
    )
    assert settings.accounts[0].options == {
        "server": "ns.example.org",
        "server_id": "true",
        "base_url": "dns.example.org:8443/api",
    }


@pytest.mark.parametrize(
    ("provider", "line"),
    [
        ("powerdns", "server = 5"),
        ("powerdns", "server = 'htp//dns.example.org'"),
        ("cloudflare", "base_url = 'notaurl'"),
        ("rfc2136", "server = 5\nkey_name = 'k'"),
        ("rfc2136", "server = 'htp//ns.example.org'\nkey_name = 'k'"),
    ],
)
def test_what_cannot_be_the_address_of_a_service_is_refused(provider: str, line: str) -> None:
    providers = {spec.id: spec for spec in registry.SPECS}
    with pytest.raises(ConfigError) as caught:
        load_settings(f"schema = 1\n[[account]]\nid = 'x'\nprovider = '{provider}'\n{line}\n", providers=providers)
    assert (caught.value.key, caught.value.line) == (f"account[0].{line.partition(' ')[0]}", 5)
    assert not caught.value.others
    assert "such as" in str(caught.value.problem.hint)


@pytest.mark.parametrize("server", ["localhost:8081", "[::1]:8081", "127.0.0.1/api", "http://nas"])
def test_the_address_of_a_service_may_leave_out_its_scheme(server: str) -> None:
    providers = {spec.id: spec for spec in registry.SPECS}
    toml = f"schema = 1\n[[account]]\nid = 'x'\nprovider = 'powerdns'\nserver = '{server}'\n"
    assert load_settings(toml, providers=providers).accounts[0].options["server"] == server


def test_a_plain_field_takes_one_value() -> None:
    (error,) = errors_of(f"[[account]]\nid = 'x'\nprovider = 'server'\nserver = ['{MARK}']\n")
    assert (error.key, MARK in told([error])) == ("account[0].server", False)


def test_without_a_known_provider_its_fields_are_not_judged() -> None:
    (error,) = errors_of("[[account]]\nid = 'x'\nprovider = 'nobody'\nserver = 's'\n")
    assert error.key == "account[0].provider"
