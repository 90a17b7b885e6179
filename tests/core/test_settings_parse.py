from __future__ import annotations

import pytest

from ddns_tray.core.errors import ConfigError, ProblemCode
from ddns_tray.core.model import RecordType
from ddns_tray.core.settings import (
    AccountSettings,
    AddressSettings,
    GeneralSettings,
    RecordSettings,
    Settings,
    VerifySettings,
)
from ddns_tray.core.settings_parse import load_settings
from tests.support.provider_specs import SPECS

WHOLE = """\
schema = 1
line = []
[general]
language = "zh_CN"
theme = "dark"
notifications = false
autostart = true
secrets_file = "secrets.json"
[address]
sources = [
  "https", "https://ip.example.org/", "http://router.example/ip",
  "interface:eth0", "command:myip -4", "static:2001:DB8::1",
]
quorum = 3
interval = "5m"
[address.ipv6]
sources = ["interface:eth0"]
quorum = 1
[[account]]
id = "home"
provider = "server"
server = "http://127.0.0.1:8081"
server_id = 7
algorithm = "two"
base_url = "https://gateway.example.org/dns"
[[account]]
id = "cloud-1"
provider = "cloud"
[[record]]
name = "Home.Example.ORG."
types = ["A", "aaaa"]
account = "cloud-1"
ttl = 60
proxied = true
comment = "the door"
allow_private = true
expected = ["203.0.113.7", "2001:DB8:0::7"]
ipv6_host = ""
line = []
[[record]]
name = "watched.example.org"
[verify]
interval = 30
resolvers = [
  "system", "udp://9.9.9.9", "tcp://[2620:fe::fe]:53",
  "tls://dns.quad9.net", "https://dns.google/dns-query?ip=8.8.8.8",
]
authoritative = false
root_hints = ["127.0.0.10", "::1", "127.0.0.10:5353", "[::1]:5353"]
[metrics]
listen = ""
[history]
url = ""
"""


def errors_of(toml: str) -> list[ConfigError]:
    with pytest.raises(ConfigError) as caught:
        load_settings(toml, providers=SPECS, file="config.toml")
    return [caught.value, *caught.value.others]


def only_error(toml: str) -> ConfigError:
    errors = errors_of(toml)
    assert [str(error) for error in errors[1:]] == []
    return errors[0]


def test_the_whole_file_becomes_settings() -> None:
    sources = (
        "https",
        "https://ip.example.org/",
        "http://router.example/ip",
        "interface:eth0",
        "command:myip -4",
        "static:2001:db8::1",
    )
    assert load_settings(WHOLE, providers=SPECS) == Settings(
        general=GeneralSettings("zh_CN", "dark", notifications=False, autostart=True, secrets_file="secrets.json"),
        address=AddressSettings(sources, 3, 300.0),
        ipv4=AddressSettings(sources, 3, 300.0),
        ipv6=AddressSettings(("interface:eth0",), 1, 300.0),
        accounts=(
            AccountSettings(
                "home",
                "server",
                {
                    "server": "http://127.0.0.1:8081",
                    "server_id": "7",
                    "algorithm": "two",
                    "base_url": "https://gateway.example.org/dns",
                },
            ),
            AccountSettings("cloud-1", "cloud"),
        ),
        records=(
            RecordSettings(
                "home.example.org",
                (RecordType.A, RecordType.AAAA),
                account="cloud-1",
                ttl=60,
                proxied=True,
                comment="the door",
                allow_private=True,
                expected=("203.0.113.7", "2001:db8::7"),
            ),
            RecordSettings("watched.example.org", (RecordType.A,)),
        ),
        verify=VerifySettings(
            30.0,
            (
                "system",
                "udp://9.9.9.9",
                "tcp://[2620:fe::fe]:53",
                "tls://dns.quad9.net",
                "https://dns.google/dns-query?ip=8.8.8.8",
            ),
            authoritative=False,
            root_hints=("127.0.0.10", "::1", "127.0.0.10:5353", "[::1]:5353"),
        ),
    )


def test_a_file_with_the_schema_alone_is_the_defaults() -> None:
    assert load_settings("schema = 1\n", providers=SPECS) == Settings()


@pytest.mark.parametrize("toml", ["", "# nothing yet\n", "[general]\n"])
def test_a_file_must_name_its_schema(toml: str) -> None:
    error = only_error(toml)
    assert "schema = 1" in str(error.problem.hint)
    assert error.line == 1


def test_a_file_of_a_newer_version_is_left_alone_with_one_plain_error() -> None:
    error = only_error("schema = 2\n[things]\nwe = 'do not know'\n")
    assert "newer version" in str(error)
    assert error.key == "schema"


@pytest.mark.parametrize("schema", ["0", "-1", "'1'", "1.0", "true", "[1]"])
def test_a_schema_that_no_version_had_is_refused(schema: str) -> None:
    assert "schema = 1" in str(only_error(f"schema = {schema}\n").problem.hint)


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("schema = 1\n[general\n", 2),
        ("schema = 1\n\nlanguage = \n", 3),
        ('schema = 1\ntext = "open\n', 2),
        ("schema = 1\nschema = 2\n", 2),
        ("schema = 1\nlist = [\n", 2),
    ],
)
def test_broken_toml_is_told_with_file_and_line(toml: str, line: int) -> None:
    error = only_error(toml)
    assert error.problem.code is ProblemCode.CONFIG
    assert error.file == "config.toml"
    assert error.line is not None
    assert abs(error.line - line) <= 1
    assert "at line" not in str(error)


def test_a_number_without_end_is_an_error_and_no_crash() -> None:
    assert "far too long" in str(only_error("schema = 1\n[address]\ninterval = " + "9" * 5000))


def test_a_file_nested_without_end_is_an_error_and_no_crash() -> None:
    assert "nested" in str(only_error("schema = 1\na = " + "[" * 100_000 + "]" * 100_000))


@pytest.mark.parametrize(
    ("toml", "key", "line", "hint"),
    [
        ("[addres]\n", "addres", 2, "Did you mean address?"),
        ("[address]\nquorom = 1\n", "address.quorom", 3, "Did you mean quorum?"),
        ("[address.ipv4]\ninterval = 5\n", "address.ipv4.interval", 3, "Known here: sources, quorum."),
        ("[[record]]\nname = 'a.b'\n[[record]]\nname='c.d'\ntll = 5\n", "record[1].tll", 6, "Did you mean ttl?"),
        ("[[account]]\nid='x'\nprovider='server'\nserver='s'\nsrver='y'\n", "account[0].srver", 6, "mean server?"),
        ("zzz = 1\n", "zzz", 2, "Known here: general, "),
    ],
)
def test_an_unknown_key_is_named_with_what_was_probably_meant(toml: str, key: str, line: int, hint: str) -> None:
    error = only_error("schema = 1\n" + toml)
    assert (error.key, error.line) == (key, line)
    assert hint in str(error.problem.hint)


def test_all_faults_are_found_in_one_run_and_come_in_the_order_of_the_file() -> None:
    errors = errors_of(
        'schema = 1\n[verify]\ninterval = "1s"\nauthoritative = "yes"\n[general]\nlanguage = "klingon"\nthem = 1\n'
        "[[record]]\nttl = 5\n"
    )
    assert [(error.line, error.key) for error in errors] == [
        (3, "verify.interval"),
        (4, "verify.authoritative"),
        (6, "general.language"),
        (7, "general.them"),
        (8, "record[0]"),
    ]
    assert all(error.problem.hint for error in errors)


@pytest.mark.parametrize(
    ("toml", "key", "words"),
    [
        ("[address]\ninterval = 4\n", "address.interval", "too small"),
        ("[address]\ninterval = '2d'\n", "address.interval", "too large"),
        ("[address]\ninterval = 'soon'\n", "address.interval", "interval is not a duration"),
        ("[address]\ninterval = 5.5\n", "address.interval", "wrong kind"),
        ("[address]\nquorum = 0\n", "address.quorum", "too small"),
        ("[address]\nquorum = true\n", "address.quorum", "wrong kind"),
        ("[address]\nsources = 'https'\n", "address.sources", "wrong kind"),
        ("[address]\nsources = [1]\n", "address.sources[0]", "wrong kind"),
        ("[address]\nsources = ['https', 'https']\n", "address.sources[1]", "twice"),
        ("address = 1\n", "address", "must be a table"),
        ("[address]\nipv6 = 1\n", "address.ipv6", "must be a table"),
        ("general = []\n", "general", "must be a table"),
        ("[general]\nlanguage = 1\n", "general.language", "wrong kind"),
        ("[general]\nautostart = 1\n", "general.autostart", "wrong kind"),
        ("[record]\nname = 'a.b'\n", "record", "two brackets"),
        ("record = 1\n", "record", "two brackets"),
        ("account = ['x']\n", "account", "two brackets"),
        ("[[record]]\nname = 'a..b'\n", "record[0].name", "empty label"),
        ("[[record]]\nname = 'a.b'\ntypes = []\n", "record[0].types", "empty"),
        ("[[record]]\nname = 'a.b'\ntypes = ['MX']\n", "record[0].types[0]", "MX"),
        ("[[record]]\nname = 'a.b'\nttl = 2147483648\n", "record[0].ttl", "too large"),
        ("[[record]]\nname = 'a.b'\ncomment = \"a\\nb\"\n", "record[0].comment", "line break"),
        ("[[record]]\nname = 'a.b'\nexpected = ['x']\n", "record[0].expected[0]", "not an IP address"),
        ("[[record]]\nname = 'a.b'\nexpected = ['fe80::1%eth0']\n", "record[0].expected[0]", "interface"),
        ("[[record]]\nname = 'a.b'\nexpected = ['2600::1']\n", "record[0].expected[0]", "does not fit"),
        ("[[record]]\nname = 'a.b'\nexpected = ['100.64.0.1']\n", "record[0].expected[0]", "cannot be reached"),
        ("[[record]]\nname = 'a.b'\naccount = 'nobody'\n", "record[0].account", "no account nobody"),
        ("[[record]]\nname = 'a.b'\nline = ['x']\n", "record[0].line[0]", "no line x"),
        ("[[record]]\nname = 'a.b'\nipv6_host = '1.2.3.4'\n", "record[0].ipv6_host", "not the host part"),
        ("[[record]]\nname = 'a.b'\ntypes = ['A']\nipv6_host = '::1'\n", "record[0].ipv6_host", "no AAAA"),
        ("[[line]]\nid = 'x'\n", "line[0]", "which way the line x is"),
        ("[[channel]]\nid = 'x'\n", "channel", "not available in this version"),
        ("[metrics]\nlisten = '127.0.0.1:9786'\n", "metrics.listen", "not available in this version"),
        ("[history]\nurl = 'postgresql://x'\n", "history.url", "not available in this version"),
        ("[verify]\nauthoritative = false\nresolvers = []\n", "verify.resolvers", "nobody to ask"),
        ("[address.ipv4]\nsources = ['https', 'static:2600::1']\n", "address.ipv4.sources[1]", "no IPv4 address"),
        ("[address.ipv6]\nsources = ['static:11.22.33.44']\n", "address.ipv6.sources[0]", "no IPv6 address"),
        ("[address]\nsources = []\n[[line]]\nid = 'x'\ninterface = 'eth0'\n", "line[0]", "line x has no source"),
        (
            "[address]\nsources = ['static:1.1.1.1']\n[[line]]\nid = 'x'\ninterface = 'e'\n[[record]]\nname = 'a.b'\n",
            "line[0]",
            "line x has no source",
        ),
        (
            "[address]\nsources = ['static:11.22.33.44']\n[[record]]\nname = 'a.b'\ntypes = ['A', 'AAAA']\n",
            "record[0].types",
            "no source",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_refused(toml: str, key: str, words: str) -> None:
    error = only_error("schema = 1\n" + toml)
    assert error.key == key
    assert words in str(error)
    assert error.problem.hint is not None


def test_names_and_types_may_be_there_once_only() -> None:
    error = only_error(
        "schema = 1\n[[record]]\nname = 'a.b'\ntypes = ['A', 'AAAA']\n"
        "[[record]]\nname = 'A.B.'\ntypes = ['AAAA']\n[[record]]\nname = 'c.b'\n"
    )
    assert str(error) == "a.b AAAA is written twice."
    assert error.line == 6


def test_a_mistyped_account_is_suggested() -> None:
    error = only_error("schema = 1\n[[account]]\nid='home'\nprovider='cloud'\n[[record]]\nname='a.b'\naccount='hom'\n")
    assert "Did you mean home?" in str(error.problem.hint)


def test_a_record_of_a_broken_account_is_not_blamed() -> None:
    errors = errors_of(
        "schema = 1\n[[account]]\nid='home'\nprovider='nobody'\n[[record]]\nname='a.b'\naccount='home'\n"
    )
    assert [error.key for error in errors] == ["account[0].provider"]


@pytest.mark.parametrize(
    ("account", "record", "key"),
    [
        ("small", "types = ['AAAA']", "record[0].types"),
        ("small", "name = '*.a.b'", "record[0].name"),
        ("small", "expected = ['11.1.1.1', '11.1.1.2']", "record[0].expected"),
        ("small", "proxied = true", "record[0].proxied"),
    ],
)
def test_what_a_provider_can_never_do_is_refused(account: str, record: str, key: str) -> None:
    name = "" if "name" in record else "name = 'a.b'\n"
    error = only_error(
        f"schema = 1\n[[account]]\nid = 'x'\nprovider = '{account}'\n[[record]]\naccount = 'x'\n{name}{record}\n"
    )
    assert error.key == key
    assert "Small" in str(error)


def test_a_family_without_sources_is_fine_as_long_as_no_record_needs_it() -> None:
    toml = (
        "schema = 1\n[address]\nsources = ['static:11.22.33.44']\n[[record]]\nname = 'a.b'\n"
        "[[record]]\nname = 'b.b'\ntypes = ['A', 'AAAA']\nexpected = ['2600::1']\n"
    )
    assert len(load_settings(toml, providers=SPECS).records) == 2
