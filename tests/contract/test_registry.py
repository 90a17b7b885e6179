"""The registry: what people may search for, what accounts are checked for, and that looking costs nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from ddns_tray.core.errors import ConfigError, SecretMissing
from ddns_tray.core.model import ProviderSpec, ProviderStatus
from ddns_tray.core.ports import Secret
from ddns_tray.providers.catalogue import ENTRIES
from ddns_tray.providers.entry import checked_base_url
from ddns_tray.providers.registry import SPECS, checked_options, find, known_entries, open_account, spec
from tests.support.clock import FakeClock
from tests.support.fake_cloudflare import FakeCloudflare
from tests.support.fake_rest_keyed import key_file, pem

HTTP = FakeCloudflare(token="unused")
SECRETS = {field.name: Secret("c2VjcmV0") for each in SPECS for field in each.fields if field.secret}
SECRETS |= {"service_account_key": Secret(key_file("good")), "private_key": Secret(pem("good"))}
ENOUGH = {
    "rfc2136": {"server": "127.0.0.1"},
    "dyndns2": {"base_url": "https://update.example.test"},
}
"""Values of a special form that services ask for; any word does for the others."""
ALIVE = tuple(each for each in SPECS if each.status is ProviderStatus.ALIVE)
"""With dns-lexicon installed, as the development environment has it, none is missing."""


def enough(each: ProviderSpec) -> dict[str, str]:
    """Plain options with which an account of that service can be opened."""
    asked = {field.name: "example.test" for field in each.fields if field.required and field.default is None}
    plain = {field.name for field in each.fields if not field.secret}
    return {name: value for name, value in asked.items() if name in plain} | ENOUGH.get(each.id, {})


def test_ids_are_unique_and_names_lead_to_one_service() -> None:
    assert len({each.id for each in SPECS}) == len(SPECS) == len(ENTRIES)
    for each in SPECS:
        assert spec(each.id) is each
        assert spec(each.title) is each
        assert each in find(each.title)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Cloudflare", "cloudflare"),
        ("CF", "cloudflare"),
        ("科赋锐", "cloudflare"),
        ("pdns", "powerdns"),
        ("Power-DNS", "powerdns"),
        ("nsupdate", "rfc2136"),
        ("BIND 9", "rfc2136"),
        ("动态更新", "rfc2136"),
        ("动态域名", "dyndns2"),
        ("DynDNS", "dyndns2"),
    ],
)
def test_people_find_a_service_by_the_name_they_know(typed: str, found: str) -> None:
    assert spec(typed).id == found


def test_a_part_of_a_name_finds_all_that_have_it() -> None:
    assert {each.id for each in find("自建")} == {"powerdns", "rfc2136"}
    assert find("no such service") == ()


def test_a_misspelt_service_is_guessed_at() -> None:
    with pytest.raises(ConfigError) as caught:
        spec("clouflare")
    assert "cloudflare" in str(caught.value.problem.hint)
    with pytest.raises(ConfigError) as caught:
        spec("zzzzzz")
    assert "ddns-tray providers" in str(caught.value.problem.hint)


def test_every_service_can_be_opened_with_what_it_asks_for() -> None:
    for each in ALIVE:
        provider = open_account(each.id, enough(each), SECRETS, http=HTTP, clock=FakeClock())
        assert provider.calls == 0
        assert provider.capabilities.a
        assert "c2VjcmV0" not in repr(provider)


def test_every_field_says_where_it_comes_from_and_secrets_have_no_default() -> None:
    for each in ALIVE:
        assert each.fields
        assert len({field.name for field in each.fields}) == len(each.fields)
        for field in each.fields:
            assert str(field.label)
            assert len(str(field.help)) > 10
            assert not (field.secret and field.default)
            assert not field.choices or field.default in field.choices


def test_a_page_where_the_secret_is_made_is_an_address_that_a_browser_opens_safely() -> None:
    pages = [each.token_page for each in SPECS if each.token_page]
    assert len(pages) > 50
    for page in pages:
        assert urlsplit(page).scheme == "https"
        assert urlsplit(page).hostname
        assert page == page.strip()


def test_every_service_over_http_takes_another_address() -> None:
    for each in ALIVE:
        fixed = each.family == "lexicon" and "base_url" not in {field.name for field in each.fields}
        if each.family != "rfc2136" and not fixed:
            options = checked_options(each.id, {**enough(each), "base_url": "http://127.0.0.1:1"})
            assert "http://127.0.0.1:1" in options.values()


def test_defaults_fill_what_was_left_out() -> None:
    assert checked_options("powerdns", {}) == {"server": "http://127.0.0.1:8081", "server_id": "localhost"}
    assert checked_options("rfc2136", enough(spec("rfc2136")))["key_algorithm"] == "hmac-sha256"


@pytest.mark.parametrize(
    ("service", "options", "words"),
    [
        ("powerdns", {"sever": "x"}, "no option sever"),
        ("powerdns", {"api_key": "c2VjcmV0"}, "secret"),
        ("rfc2136", {"key_name": "ddns"}, "lacks server"),
        ("rfc2136", {"server": "127.0.0.1", "key_name": "ddns", "key_algorithm": "rot13"}, "rot13"),
        ("dyndns2", {"base_url": " ", "username": "me"}, "lacks base_url"),
    ],
)
def test_wrong_options_are_named_with_a_way_out(service: str, options: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        checked_options(service, options)
    assert caught.value.problem.hint is not None
    assert "c2VjcmV0" not in repr(caught.value.problem)


@pytest.mark.parametrize("secrets", [{}, {"api_key": Secret("")}])
def test_a_missing_secret_is_missed_before_anything_is_sent(secrets: dict[str, Secret]) -> None:
    with pytest.raises(SecretMissing):
        open_account("powerdns", {}, secrets, http=HTTP, clock=FakeClock())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("dns.example.test", "https://dns.example.test"),
        ("https://dns.example.test/", "https://dns.example.test"),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
        (" https://dns.example.test/api/ ", "https://dns.example.test/api"),
        ("127.0.0.1:8081", "https://127.0.0.1:8081"),
        ("http://[::1]:8081", "http://[::1]:8081"),
    ],
)
def test_addresses_of_services_are_https_unless_the_person_wrote_http(written: str, meant: str) -> None:
    assert checked_base_url(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "https://",
        "ftp://dns.example.test",
        "file:///etc/passwd",
        "https://user:hunter2@dns.example.test",
        "https://dns.example.test?key=hunter2",
        "https://dns.example.test#hunter2",
        "https://dns example.test",
        "https://dns.example.test:99999",
        "https://[::1",
    ],
)
def test_what_is_no_address_of_a_service_is_refused_and_not_quoted(written: str) -> None:
    with pytest.raises(ConfigError) as caught:
        checked_base_url(written)
    assert caught.value.problem.hint is not None
    assert "hunter2" not in str(caught.value)


def test_looking_things_up_loads_no_service_and_no_library() -> None:
    code = (
        "import json, sys\n"
        "before = set(sys.modules)\n"
        "from ddns_tray.providers import registry\n"
        "registry.spec('cloudflare'), registry.find('dns'), registry.checked_options('powerdns', {})\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "ddns_tray.providers.registry" in loaded
    assert not loaded & {entry.module for entry in ENTRIES}
    assert not {name.split(".")[0] for name in loaded} & {
        "dns",
        "httpx2",
        "ssl",
        "asyncio",
        "json",
        "difflib",
        "lexicon",
        "requests",
    }


def test_services_of_an_optional_part_say_how_to_get_it_where_it_is_missing() -> None:
    without, with_it = known_entries(()), known_entries({"lexicon"})
    missing = [each.spec for each in without if each.spec.status is ProviderStatus.MISSING]
    assert {each.extra for each in missing} == {"lexicon"}
    assert all('pip install "ddns-tray[lexicon]"' in str(each.note) for each in missing)
    assert not [each for each in with_it if each.spec.status is ProviderStatus.MISSING]


def test_what_an_update_costs_is_known_of_every_service_but_those_of_a_library() -> None:
    unknown = [entry for entry in ENTRIES if entry.calls is None]
    assert {entry.spec.family for entry in unknown} == {"lexicon"}


def test_there_are_more_services_than_any_client_has() -> None:
    assert sum(each.spec.status is ProviderStatus.ALIVE for each in known_entries(())) >= 120
    assert sum(each.spec.status is ProviderStatus.ALIVE for each in known_entries({"lexicon"})) >= 150


def test_an_account_at_a_service_that_is_not_installed_is_refused_with_the_way_to_get_it() -> None:
    code = (
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'lexicon' else find(name, *rest)\n"
        "from ddns_tray.providers import registry\n"
        "from ddns_tray.core.errors import ConfigError\n"
        "try:\n"
        "    registry.open_account('exoscale', {}, {}, http=None, clock=None)\n"
        "except ConfigError as exc:\n"
        "    print(exc.problem.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "ddns-tray[lexicon]"' in done.stdout
