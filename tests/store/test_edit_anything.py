"""Edits drawn at random, on files in the ways that people write them: all are carried out, and no comment is lost."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import RecordType
from ddns_tray.core.settings import AccountSettings, RecordSettings
from ddns_tray.store.config import ConfigFile
from tests.support.provider_specs import SPECS

if TYPE_CHECKING:
    from pathlib import Path

    from ddns_tray.core.ports import SettingValue
    from ddns_tray.core.settings import Settings

TYPES = ((RecordType.A,), (RecordType.AAAA,), (RecordType.A, RecordType.AAAA))
EDITS = 25


class Author:
    """Writes a file with comments and odd spacing everywhere; each comment has a number."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.comments = 0

    def write(self) -> str:
        parts = [self.section(name) for name in ("general", "address", "address.ipv6", "verify")]
        parts += [self.account(number) for number in range(self.chance.randrange(4))]
        parts += [self.record(number) for number in range(self.chance.randrange(5))]
        self.chance.shuffle(parts)
        end = self.chance.choice(["", "\n", "\n\n\n", "\n# without a number"])
        return f"{self.maybe()}schema = 1{self.tail()}\n" + "".join(parts) + end

    def section(self, name: str) -> str:
        lines = {
            "general": ["language = 'en'", "theme='dark'"],
            "address": ['interval = "2m"', "sources = [ 'https' , ]"],
            "address.ipv6": ["quorum = 1"],
            "verify": ["resolvers = [\n  'system', # the first\n]", "authoritative=true"],
        }[name]
        return self.table(f"[{name}]", lines) if self.chance.random() < 0.6 else ""

    def account(self, number: int) -> str:
        provider, field = self.chance.choice([("cloud", ""), ("server", "server = 'http://127.0.0.1'")])
        return self.table("[[ account ]]", [f"id = 'a{number}'", f'"provider" = "{provider}"', field])

    def record(self, number: int) -> str:
        ttl = self.chance.choice(["", "ttl = 60", "allow_private = false"])
        return self.table("[[record]]", [f'name = "N{number}.example.org."', ttl])

    def table(self, header: str, lines: list[str]) -> str:
        keys = [line for line in lines if line]
        self.chance.shuffle(keys)
        body = "".join(f"{self.chance.choice(['', '  '])}{line}{self.tail()}\n{self.maybe()}" for line in keys)
        return f"{self.chance.choice(['', chr(10)])}{self.maybe()}{header}{self.tail()}\n{body}"

    def tail(self) -> str:
        return f"  # {self.comment()}" if self.chance.random() < 0.4 else self.chance.choice(["", " "])

    def maybe(self) -> str:
        return f"# {self.comment()}\n{self.chance.choice(['', chr(10)])}" if self.chance.random() < 0.4 else ""

    def comment(self) -> str:
        self.comments += 1
        return f"remark-{self.comments}."


def change(file: ConfigFile, settings: Settings, chance: random.Random, number: int) -> None:
    """One edit that is not a removal."""
    kind = chance.randrange(5)
    account = chance.choice([None, *(account.id for account in settings.accounts)])
    if kind == 0:
        file.put_record(RecordSettings(f"new{number}.example.org", chance.choice(TYPES), account=account))
    elif kind == 1:
        file.put_account(AccountSettings(f"new{number}", "server", {"server": f"s{number}"}))
    elif kind == 2 and settings.records:
        old = chance.choice(settings.records)
        comment = chance.choice([None, "a # b ]", 'with "quotes"'])
        new = RecordSettings(old.name, chance.choice(TYPES), account, chance.choice([old.ttl, number]), comment=comment)
        file.put_record(new, replaces=old)
        assert new in file.read().records
    elif kind == 3 and settings.accounts:
        before = chance.choice(settings.accounts)
        after = AccountSettings(f"re{number}", "server", {"server": "x", "server_id": str(number)})
        file.put_account(after, replaces=before.id)
    else:
        values: list[tuple[str, str, SettingValue]] = [
            ("general", "theme", "light"),
            ("address", "interval", 10 + number),
            ("address", "sources", ["https", f"https://n{number}.example.org/"]),
            ("address.ipv4", "quorum", 1 + number % 9),
            ("address.ipv6", "quorum", 1 + number % 9),
            ("verify", "authoritative", chance.random() < 0.5),
            ("verify", "resolvers", ["system", f"udp://127.0.0.{number}"]),
        ]
        file.set_value(*chance.choice(values))


@pytest.mark.parametrize("seed", [*range(20), 97])
def test_edits_reach_the_file_and_every_comment_stays(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    author = Author(chance)
    file = ConfigFile(tmp_path / "config.toml", providers=SPECS)
    written = author.write()
    ways = [written, written.replace("\n", "\r\n"), written.rstrip("\n")]
    file.path.write_bytes(chance.choice(ways).encode())
    for number in range(EDITS):
        change(file, file.read(), chance, number)
    after = file.path.read_bytes().decode()
    lost = [number for number in range(1, author.comments + 1) if f"remark-{number}." not in after]
    assert lost == []


@pytest.mark.parametrize("seed", [*range(20, 30), 528])
def test_everything_that_can_be_put_in_can_be_taken_out_again(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    file = ConfigFile(tmp_path / "config.toml", providers=SPECS)
    file.path.write_bytes(Author(chance).write().encode())
    for number in range(EDITS):
        change(file, file.read(), chance, number)
    settings = file.read()
    for record in sorted(settings.records, key=lambda _: chance.random()):
        file.remove_record(record)
    for account in sorted(settings.accounts, key=lambda _: chance.random()):
        file.remove_account(account.id)
    assert (file.read().records, file.read().accounts) == ((), ())
    assert file.read().verify == settings.verify
