"""docs/cli.md names everything that can be typed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.cli import build_parser
from ddns_tray.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = Path(__file__).parents[2] / "docs" / "cli.md"
SPOKEN_BY_ARGPARSE = {"-h", "--help", "--verbose"}


def typed(parser: argparse.ArgumentParser, command: str = "") -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield f"{command} {name}".strip()
                yield from typed(inner, f"{command} {name}".strip())
        yield from action.option_strings


def test_the_reference_names_every_command_and_every_option() -> None:
    written = REFERENCE.read_text(encoding="utf-8")
    unnamed = {
        each for each in typed(build_parser(Words("en"))) if f"`{each}" not in written and f" {each}" not in written
    }
    unnamed = {each for each in unnamed if f"[{each}" not in written}
    assert unnamed <= SPOKEN_BY_ARGPARSE
