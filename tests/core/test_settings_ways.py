"""The settings of several lines, and of whose address a name shall have."""

from __future__ import annotations

import pytest

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.model import AddressView
from ddns_tray.core.settings import AddressSettings, LineSettings
from ddns_tray.core.settings_exchange import export_text
from ddns_tray.core.settings_parse import load_settings
from ddns_tray.core.settings_ways import binding_of, read_line, sources_of_line

TWO_LINES = """\
schema = 1
[[line]]
id = "fibre"
interface = "eth0"
[[line]]
id = "lte"
local_address = "192.168.8.2"
sources = ["stun"]
quorum = 1
return_after = "10m"
[[record]]
name = "home.example.org"
types = ["A"]
line = ["fibre", "lte"]
"""
FIBRE = '[[line]]\nid = "fibre"\ninterface = "eth0"\n'


def errors_of(toml: str) -> list[tuple[str | None, str]]:
    with pytest.raises(ConfigError) as caught:
        load_settings("schema = 1\n" + toml, providers={})
    return [(error.key, str(error.problem.title)) for error in (caught.value, *caught.value.others)]


def test_lines_and_the_names_that_follow_them() -> None:
    settings = load_settings(TWO_LINES, providers={})
    assert settings.lines == (
        LineSettings("fibre", "eth0"),
        LineSettings("lte", "", "192.168.8.2", ("stun",), 1, 600.0),
    )
    assert settings.records[0].line == ("fibre", "lte")
    assert str(binding_of(settings.lines[1])) == "192.168.8.2"


def test_lines_travel_with_the_names_that_follow_them() -> None:
    settings = load_settings(TWO_LINES, providers={})
    assert load_settings(export_text(settings, heading="Moved"), providers={}) == settings


def test_a_name_may_say_whose_address_it_wants() -> None:
    settings = load_settings('schema = 1\n[[record]]\nname = "a.example"\nview = "home"\n', providers={})
    assert settings.records[0].view is AddressView.HOME


def test_the_sources_of_all_may_be_bound() -> None:
    settings = load_settings('schema = 1\n[address]\ninterface = "eth1"\n', providers={})
    assert settings.ipv4.interface == settings.ipv6.interface == "eth1"


def test_a_line_inherits_only_what_can_be_asked_through_it() -> None:
    address = AddressSettings(("router", "static:1.1.1.1", "interface:eth0", "command:myip", "file:/ip", "https"))
    assert sources_of_line(LineSettings("fibre", "eth0"), address) == ("router", "https")
    assert sources_of_line(LineSettings("fibre", "eth0", sources=("static:1.1.1.1",)), address) == ("static:1.1.1.1",)


@pytest.mark.parametrize(
    ("toml", "key", "words"),
    [
        ('[[line]]\nid = "fibre"\n', "line[0]", "which way the line fibre is"),
        ('[[line]]\ninterface = "eth0"\n', "line[0]", "key id is missing"),
        ('[[line]]\nid = "two words"\ninterface = "eth0"\n', "line[0].id", "cannot be the id of a line"),
        (FIBRE + 'local_address = "10.0.0.2"\n', "line[0].local_address", "only one of the two"),
        (FIBRE.replace('interface = "eth0"', 'local_address = "eth0"'), "line[0].local_address", "not an IP address"),
        (FIBRE + FIBRE.replace("eth0", "eth1"), "line[1].id", "two lines with the id fibre"),
        (FIBRE + FIBRE.replace("fibre", "lte"), "line[1]", "fibre and lte are the same way"),
        (FIBRE + 'return_after = "2 days"\n', "line[0].return_after", "not a duration"),
        (FIBRE + 'sources = ["nonsense"]\n', "line[0].sources[0]", "not a source"),
        (FIBRE + '[[record]]\nname = "a.example"\nline = ["fiber"]\n', "record[0].line[0]", "no line fiber"),
        (FIBRE + '[[record]]\nname = "a.example"\nline = "fibre"\n', "record[0].line", "wrong kind"),
        (
            FIBRE + '[[record]]\nname = "a.example"\nline = ["fibre", "fibre"]\n',
            "record[0].line[1]",
            "written twice",
        ),
        (
            FIBRE + '[[record]]\nname = "a.example"\nline = ["fibre"]\nview = "world"\n',
            "record[0].view",
            "follows lines",
        ),
        (
            FIBRE + '[[record]]\nname = "a.example"\nline = ["fibre"]\nexpected = ["8.8.8.8"]\n',
            "record[0].line",
            "follows no line",
        ),
        ('[[record]]\nname = "a.example"\nview = "vpn"\n', "record[0].view", "not a choice"),
        ('[address]\ninterface = "eth0"\nlocal_address = "10.0.0.2"\n', "address.local_address", "only one of the two"),
        (
            FIBRE.replace('interface = "eth0"', 'local_address = "10.0.0.2"')
            + '[[record]]\nname = "a.example"\ntypes = ["AAAA"]\nline = ["fibre"]\n',
            "record[0].types",
            "no source can name one",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(toml: str, key: str, words: str) -> None:
    ((place, title),) = errors_of(toml)
    assert place == key
    assert words in title


def test_a_line_with_a_fault_of_its_own_is_still_known_to_the_names_that_follow_it() -> None:
    toml = '[[line]]\nid = "fibre"\n[[record]]\nname = "a.example"\nline = ["fibre"]\n'
    assert [key for key, _ in errors_of(toml)] == ["line[0]"]


def test_the_hint_for_an_unknown_line_names_those_that_there_are() -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings("schema = 1\n" + FIBRE + '[[record]]\nname = "a.example"\nline = ["fiber"]\n', providers={})
    assert "Did you mean fibre?" in str(caught.value.problem.hint)


@pytest.mark.parametrize(
    ("table", "path", "words"),
    [
        ({"id": "lte"}, (), "which way the line lte is"),
        ({"id": "fibre", "interface": "eth1"}, ("id",), "two lines with the id fibre"),
        ({"id": "lte", "interface": "eth0"}, (), "fibre and lte are the same way"),
        ({"id": "lte", "interface": "eth1", "local_address": "10.0.0.2"}, ("local_address",), "only one of the two"),
        ({"id": "lte", "interface": "eth1", "sources": ["https", "ftp"]}, ("sources", 1), "ftp"),
    ],
)
def test_a_line_is_judged_beside_the_others(table: dict[str, object], path: tuple[object, ...], words: str) -> None:
    line, (fault, *more) = read_line(table, ({"id": "fibre", "interface": "eth0"},))
    assert (line, fault.path, more) == (None, path, [])
    assert words in str(fault.title)


def test_a_line_beside_others_is_read_alone() -> None:
    broken = {"id": "fibre"}
    line, faults = read_line({"id": "lte", "interface": "wwan0", "return_after": "10m"}, (broken,))
    assert (line, faults) == (LineSettings("lte", "wwan0", return_after=600.0), ())
