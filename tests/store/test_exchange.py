"""Several changes as one write, taking back the last one, and settings that go from one computer to another."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.model import AddressView, RecordType
from ddns_tray.core.settings import (
    AccountSettings,
    AddressSettings,
    GeneralSettings,
    LineSettings,
    RecordSettings,
    Settings,
    VerifySettings,
)
from ddns_tray.core.settings_exchange import Difference, Risks, SettingsDifference, differences, export_text, risks
from ddns_tray.store.config import ConfigFile
from tests.support.provider_specs import SPECS

if TYPE_CHECKING:
    from pathlib import Path

A, AAAA = RecordType.A, RecordType.AAAA
HOME = AccountSettings("home", "server", {"server": "http://127.0.0.1:8081"})
CLOUD = AccountSettings("cloud", "cloud")
WRITTEN = """\
schema = 1  # mine

# the cellar
[[account]]
id = "home"
provider = "server"
server = "http://127.0.0.1:8081"

# the old way
[[record]]
name = "home.example.org"
account = "home"

# the new way
[[record]]
name = "home.example.org"
types = ["AAAA"]
account = "home"

# seen from afar
[[record]]
name = "far.example.org"

# how
[verify]
interval = "5m"
"""


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    return ConfigFile(tmp_path / "config.toml", providers=SPECS)


@pytest.fixture
def written(file: ConfigFile) -> ConfigFile:
    file.path.write_bytes(WRITTEN.encode())
    return file


def content(file: ConfigFile) -> str:
    return file.path.read_bytes().decode()


# --- several changes as one write -----------------------------------------------------------------------------------


def test_several_values_are_one_write(written: ConfigFile) -> None:
    written.set_values((("verify", "resolvers", []), ("verify", "interval", None), ("general", "theme", "dark")))
    assert written.read().verify == VerifySettings(resolvers=())
    written.undo()
    assert content(written) == WRITTEN


def test_one_bad_value_keeps_all_of_them_out(written: ConfigFile) -> None:
    with pytest.raises(ConfigError, match="nobody to ask"):
        written.set_values(
            (("general", "theme", "dark"), ("verify", "resolvers", []), ("verify", "authoritative", False))
        )
    assert content(written) == WRITTEN


def test_values_that_are_good_only_together_are_taken_together(written: ConfigFile) -> None:
    written.set_values((("verify", "resolvers", []),))
    written.set_values((("verify", "authoritative", False), ("verify", "resolvers", ["udp://9.9.9.9"])))
    assert written.read().verify.resolvers == ("udp://9.9.9.9",)


def test_an_account_begins_with_its_names_or_not_at_all(file: ConfigFile) -> None:
    names = [RecordSettings(f"{name}.example.org", (A,), "home") for name in ("nas", "vpn")]
    with pytest.raises(ConfigError):
        file.begin(HOME, [*names, names[0]], (("general", "language", "zh_CN"),))
    assert not file.exists()
    file.begin(HOME, names, (("general", "language", "zh_CN"),))
    assert file.read() == Settings(
        general=GeneralSettings(language="zh_CN"), accounts=(HOME,), records=(names[0], names[1])
    )


# --- undo -----------------------------------------------------------------------------------------------------------


def test_changes_are_taken_back_one_by_one_with_every_comment(written: ConfigFile) -> None:
    first = written.read()
    written.remove_record(first.records[0])
    second = content(written)
    written.put_account(CLOUD)
    assert written.undoable() == (written.read(), replace(first, records=first.records[1:]))
    written.undo()
    assert content(written) == second
    written.undo()
    assert content(written) == WRITTEN
    assert written.undoable() is None
    with pytest.raises(ConfigError, match="nothing to undo"):
        written.undo()


def test_what_somebody_else_wrote_meanwhile_is_not_undone(written: ConfigFile) -> None:
    written.put_account(CLOUD)
    written.path.write_bytes(content(written).encode() + b"# by hand\n")
    assert written.undoable() is None
    with pytest.raises(ConfigError, match="changed elsewhere"):
        written.undo()
    assert content(written).endswith("# by hand\n")


def test_an_edit_that_changes_nothing_is_nothing_to_undo(written: ConfigFile) -> None:
    written.put_record(written.read().records[0], replaces=written.read().records[0])
    assert written.undoable() is None


# --- to another computer and back -----------------------------------------------------------------------------------

FULL = Settings(
    general=GeneralSettings(language="zh_CN", notifications=False, autostart=True, secrets_file="secrets.json"),
    address=AddressSettings(sources=("https", "static:192.0.2.1"), interval=300.0),
    ipv4=AddressSettings(sources=("https", "static:192.0.2.1"), interval=300.0),
    ipv6=AddressSettings(sources=("https", "static:192.0.2.1"), interval=300.0, quorum=1),
    accounts=(HOME, CLOUD),
    records=(
        RecordSettings("home.example.org", (A, AAAA), "home", ttl=60, allow_private=True, expected=("192.0.2.7",)),
        RecordSettings(
            "家.example.org".encode("idna").decode(), (AAAA,), "cloud", proxied=False, comment='with "words"'
        ),
        RecordSettings("far.example.org", (AAAA,), ipv6_host="::1234"),
    ),
    verify=VerifySettings(resolvers=("system",), root_hints=("127.0.0.10",)),
)


def test_what_is_exported_is_imported_the_same_but_for_what_belongs_to_one_computer(
    file: ConfigFile, tmp_path: Path
) -> None:
    there = tmp_path / "from-there.toml"
    there.write_text(export_text(FULL, heading="Settings of DDNS Tray.\nNo secrets."), encoding="utf-8")
    assert there.read_text(encoding="utf-8").startswith("# Settings of DDNS Tray.\n# No secrets.\nschema = 1\n")
    coming = file.read_other(there)
    here = replace(FULL, general=replace(FULL.general, autostart=False, secrets_file=""))
    assert coming == here
    assert file.preview(coming) == here
    assert not file.exists(), "a preview writes nothing"
    file.take_in(coming)
    assert file.read() == here


def test_the_defaults_of_another_version_stay_its_own() -> None:
    assert export_text(Settings(), heading="Empty") == "# Empty\nschema = 1\n"


def test_what_comes_replaces_its_like_and_leaves_the_rest(written: ConfigFile) -> None:
    coming = Settings(
        accounts=(AccountSettings("home", "server", {"server": "http://127.0.0.1:9999"}), CLOUD),
        records=(RecordSettings("home.example.org", (A, AAAA), "cloud"), RecordSettings("new.example.org", (A,))),
    )
    written.take_in(coming)
    after = written.read()
    assert after.accounts == coming.accounts
    assert set(after.records) == {*coming.records, RecordSettings("far.example.org", (A,))}
    assert after.verify.interval == 300.0
    for comment in ("# mine", "# the cellar", "# seen from afar", "# how"):
        assert comment in content(written)
    written.undo()
    assert content(written) == WRITTEN


def test_lines_that_come_are_added_and_ours_keep_their_interfaces(file: ConfigFile) -> None:
    ours, theirs = LineSettings("fibre", "eth0"), LineSettings("fibre", "enp3s0")
    lte = LineSettings("lte", local_address="192.168.8.2", sources=("stun",), return_after=600.0)
    follower = RecordSettings("home.example.org", (A,), line=("fibre", "lte"), view=AddressView.AUTO)
    file.take_in(Settings(lines=(ours,)))
    file.take_in(Settings(lines=(theirs, lte), records=(follower,)))
    assert file.read().lines == (ours, lte)
    assert file.read().records == (follower,)
    found = differences(Settings(lines=(ours,)), Settings(lines=(theirs, lte)))
    assert found == (
        SettingsDifference(Difference.CHANGED, "line", "fibre", ("interface",), (("eth0", "enp3s0"),)),
        SettingsDifference(Difference.NEW, "line", "lte"),
    )


def test_a_thousand_names_are_taken_in_at_once(file: ConfigFile) -> None:
    names = tuple(RecordSettings(f"host{number}.example.org", (A,), "home") for number in range(1_000))
    file.take_in(Settings(accounts=(HOME,), records=names))
    assert len(file.read().records) == 1_000


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_names_that_are_changed_together_keep_their_comments(file: ConfigFile, line_end: str) -> None:
    written = "".join(
        f'# number {number}\n[[record]]\nname = "h{number}.example.org"  # its name\n{extra}\n'
        for number, extra in enumerate(("ttl = 60 # short\n", "", "comment = 'old'\n", "ttl = 300\n"))
    )
    file.path.write_bytes(f"schema = 1\n\n{written}# the end\n".replace("\n", line_end).encode())
    names = ("h0", "h1", "h2")
    file.take_in(Settings(records=tuple(RecordSettings(f"{name}.example.org", (A,), ttl=120) for name in names)))
    after = file.path.read_bytes().decode()
    assert [record.ttl for record in file.read().records] == [120, 120, 120, 300]
    assert file.read().records[2].comment is None
    for number in range(4):
        assert f"# number {number}{line_end}[[record]]{line_end}" in after
    assert after.count("# its name") == 4
    assert "ttl = 120 # short" in after
    assert after.endswith(f"ttl = 300{line_end}{line_end}# the end{line_end}")
    assert after.count("\n") == after.count(line_end)


def test_ten_thousand_names_are_changed_in_seconds(file: ConfigFile) -> None:
    names = [f"h{number}.example.org" for number in range(10_000)]
    file.take_in(Settings(records=tuple(RecordSettings(name, (A,), ttl=60) for name in names)))
    coming = Settings(records=tuple(RecordSettings(name, (A,), ttl=120) for name in names))
    began = time.process_time()
    file.take_in(coming)
    assert time.process_time() - began < 40  # some five on a quiet machine; one by one it were an hour
    assert {record.ttl for record in file.read().records} == {120}


def test_a_foreign_file_is_refused_with_its_place(file: ConfigFile, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.toml"
    foreign.write_text('schema = 1\n[general]\ntheme = "pink"\n', encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        file.read_other(foreign)
    assert (told.value.file, told.value.line) == (str(foreign), 3)
    with pytest.raises(ConfigError, match="There is no file"):
        file.read_other(tmp_path / "nowhere.toml")


# --- what has changed -----------------------------------------------------------------------------------------------


def test_differences_name_accounts_names_and_values() -> None:
    before = Settings(accounts=(HOME,), records=(RecordSettings("a.example.org", (A,), "home"),))
    after = Settings(
        accounts=(replace(HOME, options={"server": "http://127.0.0.1:9999"}), CLOUD),
        records=(RecordSettings("b.example.org", (A, AAAA)),),
        verify=VerifySettings(interval=300.0),
    )
    assert differences(before, before) == ()
    assert set(differences(before, after)) == {
        SettingsDifference(
            Difference.CHANGED,
            "account",
            "home",
            ("server",),
            (("http://127.0.0.1:8081", "http://127.0.0.1:9999"),),
        ),
        SettingsDifference(Difference.NEW, "account", "cloud"),
        SettingsDifference(Difference.GONE, "record", "a.example.org A"),
        SettingsDifference(Difference.NEW, "record", "b.example.org A+AAAA"),
        SettingsDifference(Difference.CHANGED, "verify", "interval", before="1m", after="5m"),
    }


def test_what_a_foreign_file_could_do_is_known_before() -> None:
    ours = Settings(accounts=(HOME,), address=AddressSettings(sources=("https", "command:/usr/bin/mine")))
    theirs = Settings(
        accounts=(replace(HOME, options={"server": "http://198.51.100.7"}), CLOUD),
        address=AddressSettings(sources=("command:/usr/bin/mine", "command:/usr/bin/theirs --now")),
        lines=(LineSettings("fibre", sources=("command:/usr/bin/other",)),),
    )
    assert risks(ours, ours) == Risks()
    assert risks(ours, theirs) == Risks(("/usr/bin/theirs --now", "/usr/bin/other"), (("home", "http://198.51.100.7"),))
