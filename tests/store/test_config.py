from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.model import RecordType
from ddns_tray.core.settings import AccountSettings, LineSettings, RecordSettings, Settings
from ddns_tray.store.config import ConfigFile, LastGood
from tests.support.links import make_link
from tests.support.provider_specs import SPECS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ddns_tray.core.ports import SettingsFile

A, AAAA = RecordType.A, RecordType.AAAA

WRITTEN = """\
# My settings; please keep this line.
schema = 1   # the one and only

[general]
language = 'en'            # for my guests

# the server in the cellar
[[account]]
id = 'home'
provider = "server"        # PowerDNS, really
server = "http://127.0.0.1:8081"

# the front door
[[record]]
name = "Home.Example.org"  # big letters
account = "home"
types = [
  "A",     # the old way
]

[verify]
resolvers = [
  "system",      # what the family sees

  "udp://9.9.9.9",
]
# interval = "5m"   perhaps later

[[account]]
id = "cloud"
provider = "cloud"

# the garden gate
[[record]]
name = "garden.example.org"
account = "cloud"
ttl = 300
proxied = true
# nothing more here

# That is all.
"""


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    return ConfigFile(tmp_path / "config.toml", providers=SPECS)


@pytest.fixture
def written(file: ConfigFile) -> ConfigFile:
    file.path.write_bytes(WRITTEN.encode())
    return file


def content(file: SettingsFile) -> str:
    return file.path.read_bytes().decode()


def test_a_missing_file_reads_as_the_defaults_and_is_not_made(file: ConfigFile) -> None:
    assert file.read() == Settings()
    assert not file.exists()


def test_the_first_edit_makes_a_private_file_that_names_its_schema(file: ConfigFile) -> None:
    file.put_account(AccountSettings("home", "server", {"server": "s"}))
    file.put_record(RecordSettings("a.example.org", (A, AAAA), account="home", ttl=60))
    file.set_value("address.ipv4", "quorum", 1)
    assert content(file).split("\n", 1)[1] == (
        "schema = 1\n\n"
        '[[account]]\nid = "home"\nprovider = "server"\nserver = "s"\n\n'
        '[[record]]\nname = "a.example.org"\ntypes = ["A", "AAAA"]\naccount = "home"\nttl = 60\n\n'
        "[address.ipv4]\nquorum = 1\n"
    )
    if sys.platform != "win32":  # where rights come from the folder
        assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.read().ipv4.quorum == 1


def test_a_new_table_comes_behind_its_kind_and_every_other_sign_stays(written: ConfigFile) -> None:
    written.put_record(RecordSettings("new.example.org", (A,), comment='say "hi"'))
    written.put_account(AccountSettings("third", "cloud"))
    added_account = '[[account]]\nid = "third"\nprovider = "cloud"\n\n'
    added_record = '[[record]]\nname = "new.example.org"\ntypes = ["A"]\ncomment = "say \\"hi\\""\n\n'
    after = content(written)
    assert added_account in after
    assert added_record in after
    assert after.replace(added_account, "").replace(added_record, "") == WRITTEN.replace(
        "proxied = true\n# nothing", "proxied = true\n\n# nothing"
    )
    assert [record.name for record in written.read().records][-1] == "new.example.org"


def test_a_changed_record_keeps_its_comments_and_spelling(written: ConfigFile) -> None:
    old = written.read().records[0]
    written.put_record(RecordSettings(old.name, (A, AAAA), account="cloud", ttl=5), replaces=old)
    assert content(written) == WRITTEN.replace(
        'account = "home"\ntypes = [\n  "A",     # the old way\n]',
        ('account = "cloud"\ntypes = ["A", "AAAA"]\nttl = 5'),
    )


def test_what_is_set_back_to_nothing_disappears(written: ConfigFile) -> None:
    old = written.read().records[1]
    written.put_record(RecordSettings(old.name, old.types, account="cloud"), replaces=old)
    assert content(written) == WRITTEN.replace("ttl = 300\nproxied = true\n", "")


def test_a_removed_table_takes_its_own_comment_along_and_no_other(written: ConfigFile) -> None:
    written.remove_record(written.read().records[0])
    assert content(written) == WRITTEN.replace(
        '# the front door\n[[record]]\nname = "Home.Example.org"  # big letters\naccount = "home"\ntypes = [\n'
        '  "A",     # the old way\n]\n\n',
        "",
    )
    written.remove_account("home")
    assert "in the cellar" not in content(written)
    written.remove_record(written.read().records[0])
    assert written.read().records == ()
    assert "# That is all.\n" in content(written)
    assert "front door" not in content(written)


def test_records_follow_an_account_that_is_renamed(written: ConfigFile) -> None:
    account = AccountSettings("haus", "server", {"server": "http://127.0.0.1:8082", "server_id": "x"})
    written.put_account(account, replaces="home")
    settings = written.read()
    assert settings.accounts[0] == account
    assert [record.account for record in settings.records] == ["haus", "cloud"]
    assert content(written) == WRITTEN.replace("id = 'home'", 'id = "haus"').replace(
        'server = "http://127.0.0.1:8081"', 'server = "http://127.0.0.1:8082"\nserver_id = "x"'
    ).replace('account = "home"', 'account = "haus"')


LINES = """\
schema = 1

# what the street has
[[line]]
id = "fibre"
interface = "eth0"  # left socket

[[line]]
id = "lte"
interface = "wwan0"
return_after = "10m"

[[record]]
name = "home.example.org"
line = ["fibre", "lte"]
"""


def test_a_line_is_added_changed_and_removed_in_place(file: ConfigFile) -> None:
    file.path.write_bytes(LINES.encode())
    file.put_line(LineSettings("cable", local_address="192.168.1.2", sources=("https",), quorum=1))
    added = '[[line]]\nid = "cable"\nlocal_address = "192.168.1.2"\nsources = ["https"]\nquorum = 1\n\n'
    assert content(file) == LINES.replace("[[record]]", f"{added}[[record]]")
    file.put_line(LineSettings("lte", "wwan1"), replaces="lte")
    file.remove_line("cable")
    assert content(file) == LINES.replace('"wwan0"\nreturn_after = "10m"', '"wwan1"')


def test_records_follow_a_line_that_is_renamed(file: ConfigFile) -> None:
    file.path.write_bytes(LINES.encode())
    file.put_line(LineSettings("mobile", "wwan0", return_after=600.0), replaces="lte")
    assert content(file) == LINES.replace('"lte"', '"mobile"')
    assert file.read().records[0].line == ("fibre", "mobile")


def test_a_line_that_a_name_follows_is_not_removed_and_none_is_doubled(file: ConfigFile) -> None:
    file.path.write_bytes(LINES.encode())
    refused: tuple[tuple[Callable[[], None], str], ...] = (
        (lambda: file.remove_line("lte"), "still followed by home.example.org"),
        (lambda: file.remove_line("dsl"), "There is no line dsl"),
        (lambda: file.put_line(LineSettings("x", "eth7"), replaces="dsl"), "There is no line dsl"),
        (lambda: file.put_line(LineSettings("lte", "eth7")), "two lines with the id lte"),
        (lambda: file.put_line(LineSettings("dsl", "eth0")), "are the same way"),
        (lambda: file.put_line(LineSettings("dsl")), "Nothing says which way"),
    )
    for edit, said in refused:
        with pytest.raises(ConfigError, match=said):
            edit()
    assert content(file) == LINES


def test_values_of_sections_are_set_in_place_or_in_a_new_table(written: ConfigFile) -> None:
    written.set_value("general", "language", "zh_CN")
    written.set_value("verify", "interval", 300)
    written.set_value("verify", "root_hints", ["127.0.0.10"])
    written.set_value("address", "interval", "30s")
    written.set_value("address.ipv6", "sources", ["interface:eth0"])
    assert content(written) == (
        WRITTEN.replace("'en' ", '"zh_CN" ').replace(
            '  "udp://9.9.9.9",\n]\n', '  "udp://9.9.9.9",\n]\ninterval = "5m"\nroot_hints = ["127.0.0.10"]\n'
        )
        + '\n[address]\ninterval = "30s"\n\n[address.ipv6]\nsources = ["interface:eth0"]\n'
    )
    written.clear_value("address.ipv6", "sources")
    written.clear_value("address.ipv4", "sources")
    assert written.read().ipv6.sources == Settings().address.sources


def test_an_edit_that_changes_nothing_writes_nothing(written: ConfigFile) -> None:
    before = written.path.stat()
    written.set_value("general", "language", "en")
    settings = written.read()
    written.put_record(settings.records[0], replaces=settings.records[0])
    after = written.path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_edit_that_would_break_the_settings_is_refused_and_nothing_is_written(written: ConfigFile) -> None:
    settings = written.read()
    refused: tuple[Callable[[], None], ...] = (
        lambda: written.remove_account("home"),
        lambda: written.remove_account("nobody"),
        lambda: written.put_account(AccountSettings("home", "cloud")),
        lambda: written.put_account(AccountSettings("x", "cloud"), replaces="nobody"),
        lambda: written.put_account(AccountSettings("x", "nobody")),
        lambda: written.put_account(AccountSettings("x", "cloud", {"api_token": "secret"})),
        lambda: written.put_record(RecordSettings("garden.example.org", (A,))),
        lambda: written.put_record(RecordSettings("a.b", (A,), account="nobody")),
        lambda: written.put_record(RecordSettings("a.b", (A,)), replaces=RecordSettings("gone.b", (A,))),
        lambda: written.remove_record(RecordSettings("gone.b", (A,))),
        lambda: written.set_value("verify", "interval", "1s"),
        lambda: written.set_value("verify", "intervall", "60s"),
        lambda: written.set_value("record", "name", "a.b"),
        lambda: written.set_value("nothing", "name", "a.b"),
        lambda: written.clear_value("metrics", "port"),
    )
    for edit in refused:
        with pytest.raises(ConfigError) as caught:
            edit()
        assert caught.value.problem.hint is not None
        assert caught.value.line is None
    assert content(written) == WRITTEN
    assert written.read() == settings


def test_a_broken_file_is_never_edited(file: ConfigFile) -> None:
    file.path.write_bytes(b"schema = 1\nwhat is this\n")
    with pytest.raises(ConfigError) as caught:
        file.set_value("general", "language", "en")
    assert (caught.value.file, caught.value.line) == (str(file.path), 2)
    assert content(file) == "schema = 1\nwhat is this\n"


def test_tables_written_in_one_line_can_be_changed_but_not_made_longer(file: ConfigFile) -> None:
    file.path.write_bytes(
        b'schema = 1\nrecord = [{name = "a.b"}, {name = "c.b", ttl = 5}]  # mine\naddress.interval = "2m"\n'
    )
    old = file.read().records[1]
    file.put_record(RecordSettings("c.b", (A,), ttl=6), replaces=old)
    file.set_value("address", "interval", "3m")
    assert content(file) == (
        'schema = 1\nrecord = [{name = "a.b"}, {name = "c.b", ttl = 6}]  # mine\naddress.interval = "3m"\n'
    )
    refused: tuple[Callable[[], None], ...] = (
        lambda: file.put_record(RecordSettings("d.b", (A,))),
        lambda: file.remove_record(file.read().records[0]),
    )
    for edit in refused:
        with pytest.raises(ConfigError, match="not edited automatically"):
            edit()
    assert len(file.read().records) == 2


def test_an_empty_array_makes_room_for_its_first_table(file: ConfigFile) -> None:
    file.path.write_bytes(b"schema = 1\nrecord = []\n[address.ipv6]\nquorum = 1\n")
    file.put_record(RecordSettings("a.b", (A,)))
    file.set_value("address", "quorum", 3)
    settings = file.read()
    assert [record.name for record in settings.records] == ["a.b"]
    assert (settings.ipv4.quorum, settings.ipv6.quorum) == (3, 1)


def test_a_table_above_one_that_is_already_there_can_be_added(file: ConfigFile) -> None:
    file.path.write_bytes(b"schema = 1\n[address.ipv6]\nquorum = 1\n[general]\ntheme = 'dark'")
    file.set_value("address", "quorum", 3)
    assert content(file) == (
        "schema = 1\n[address.ipv6]\nquorum = 1\n\n[address]\nquorum = 3\n\n[general]\ntheme = 'dark'"
    )


def test_keys_above_all_headers_are_set_where_they_are(file: ConfigFile) -> None:
    file.path.write_bytes(b'schema = 1\nverify.interval = "5m"  # mine')
    file.set_value("verify", "interval", 60)
    file.set_value("verify", "authoritative", value=True)
    assert content(file) == 'schema = 1\nverify.interval = "1m"  # mine\nverify.authoritative = true\n'


def test_line_ends_of_windows_stay_and_a_byte_order_mark_is_no_obstacle(file: ConfigFile) -> None:
    file.path.write_bytes(b"\xef\xbb\xbf" + WRITTEN.replace("\n", "\r\n").encode())
    file.put_record(RecordSettings("new.example.org", (A,)))
    file.set_value("general", "theme", "dark")
    file.remove_record(file.read().records[1])
    after = file.path.read_bytes()
    assert after.count(b"\n") == after.count(b"\r\n")
    assert [record.name for record in file.read().records] == ["home.example.org", "new.example.org"]


def test_a_file_without_a_line_end_can_be_edited(file: ConfigFile) -> None:
    file.path.write_bytes(b"schema = 1\n[verify]\nauthoritative = true")
    file.set_value("verify", "interval", 60)
    file.put_record(RecordSettings("a.b", (A,)))
    assert content(file) == (
        'schema = 1\n[verify]\nauthoritative = true\ninterval = "1m"\n\n[[record]]\nname = "a.b"\ntypes = ["A"]\n'
    )


def test_the_target_of_a_link_is_edited_and_the_link_stays(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "ddns.toml"
    real.parent.mkdir()
    real.write_text("schema = 1\n")
    link = tmp_path / "config" / "config.toml"
    link.parent.mkdir()
    make_link(link, real)
    ConfigFile(link, providers=SPECS).set_value("general", "language", "en")
    assert link.is_symlink()
    assert 'language = "en"' in real.read_text()
    assert [path.name for path in link.parent.iterdir()] == ["config.toml"]


def test_a_file_that_is_not_utf8_is_told_with_its_line(file: ConfigFile) -> None:
    file.path.write_bytes("schema = 1\n# Tür\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8") as caught:
        file.read()
    assert caught.value.line == 2


def test_a_folder_in_the_place_of_the_file_is_an_error_with_a_hint(file: ConfigFile) -> None:
    file.path.mkdir()
    with pytest.raises(ConfigError) as caught:
        file.read()
    assert caught.value.problem.hint is not None


def test_a_change_of_the_file_is_seen_by_whoever_has_read_it(written: ConfigFile) -> None:
    assert written.changed()
    written.read()
    assert not written.changed()
    written.set_value("general", "theme", "dark")
    assert written.changed()
    written.read()
    status = written.path.stat()
    written.path.write_bytes(content(written).replace("dark", "auto").encode())
    tick = 100 if sys.platform == "win32" else 1  # nanoseconds: the finest that the file system tells apart
    os.utime(written.path, ns=(status.st_atime_ns, status.st_mtime_ns + tick))
    assert written.changed()
    written.read()
    written.path.unlink()
    assert written.changed()


def test_a_running_program_takes_good_changes_and_is_not_moved_by_bad_ones(written: ConfigFile) -> None:
    last = LastGood(written, written.read())
    good = last.settings
    assert last.reload() is None

    written.path.write_bytes(b"schema = 1\nnonsense\n")
    with pytest.raises(ConfigError, match="not valid TOML"):
        last.reload()
    assert last.settings is good
    assert last.reload() is None  # said once

    written.path.unlink()
    with pytest.raises(ConfigError, match="gone"):
        last.reload()
    assert last.settings is good

    written.path.write_bytes(WRITTEN.encode() + b"# a comment more\n")
    assert last.reload() is None
    written.set_value("general", "theme", "dark")
    assert last.reload() == written.read()
    assert last.settings.general.theme == "dark"


def test_two_programs_that_edit_at_once_lose_nothing(tmp_path: Path) -> None:
    def add(writer: str) -> None:
        file = ConfigFile(tmp_path / "config.toml", providers=SPECS, lock_wait=60)
        for number in range(10):
            file.put_record(RecordSettings(f"{writer}{number}.example.org", (A,)))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(add, "abc"))
    names = {record.name for record in ConfigFile(tmp_path / "config.toml", providers=SPECS).read().records}
    assert names == {f"{writer}{number}.example.org" for writer in "abc" for number in range(10)}
