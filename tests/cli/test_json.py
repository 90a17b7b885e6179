"""JSON for programs, in lines that people can read."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from ddns_tray.commands.context import Context
from ddns_tray.system.clock import SystemClock
from ddns_tray.system.paths import paths_for
from ddns_tray.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    from ddns_tray.report import Json


def printed(data: Json, folder: Path, encoding: str = "utf-8") -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    context = Context(
        paths_for(folder / "config.toml"), Words("en"), SystemClock(), {}, io.StringIO(), out, io.StringIO()
    )
    context.print_json(data)
    out.flush()
    out.seek(0)
    return out.read()


SEEN: Json = {"server": "家", "answer": ["203.0.113.7"], "ede": [], "ttl": None}
REPORT: Json = {
    "schema": 1,
    "records": [
        {"name": "a", "expected": ["203.0.113.7"], "observations": [SEEN, SEEN], "look": {"wildcard": False}},
        {},
    ],
    "problems": [],
    "addresses": {"ipv4": {}},
}


@pytest.mark.parametrize(
    "data", [REPORT, [], {}, None, "家", 3.5, [[[[[["deep"]]]]]], [1, "two", None], {"a": {"b": {}}}]
)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_what_is_printed_is_what_was_meant(data: Json, encoding: str, tmp_path: Path) -> None:
    told = printed(data, tmp_path, encoding)
    assert told.endswith("\n")
    assert json.loads(told) == data


def test_each_field_of_a_record_and_each_witness_has_a_line(tmp_path: Path) -> None:
    lines = printed(REPORT, tmp_path).splitlines()
    assert '      "name": "a",' in lines
    witness = '        {"server": "家", "answer": ["203.0.113.7"], "ede": [], "ttl": null}'
    assert [line.rstrip(",") for line in lines].count(witness) == 2
    assert lines[-5:] == ['  "problems": [],', '  "addresses": {', '    "ipv4": {}', "  }", "}"]
