"""The language of the settings is known before they are read, and from settings that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ddns_tray.cli import wished_language
from ddns_tray.system.paths import paths_for

if TYPE_CHECKING:
    from pathlib import Path

NAMES = '[[record]]\nname = "language.example.org"\n' * 3


@pytest.mark.parametrize(
    ("toml", "language"),
    [
        (f'schema = 1\n[general]\nlanguage = "zh_CN"\n{NAMES}', "zh_CN"),
        (f'{NAMES}  [ general ] # here\r\nupdate_check = true\r\n"language" = "zh_CN"\r\n{NAMES}', "zh_CN"),
        (f'general.language = "zh_CN"\n{NAMES}', "zh_CN"),
        (f'general = {{language = "zh_CN"}}\n{NAMES}', "zh_CN"),
        (f'[general]\nlanguage = "zh_CN"\n{NAMES}[[record]]\nname = \n', "zh_CN"),
        ('[general]\nlanguage = "zh_CN\n', "auto"),
        ("[general]\nlanguage = 3\n", "auto"),
        ('[other]\nlanguage = "zh_CN"\n', "auto"),
        (NAMES, "auto"),
        ("", "auto"),
    ],
)
def test_the_language_is_found_wherever_it_stands(tmp_path: Path, toml: str, language: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(toml.encode())
    assert wished_language(paths_for(file)) == language


def test_without_a_file_the_session_says_which(tmp_path: Path) -> None:
    assert wished_language(paths_for(tmp_path / "none.toml")) == "auto"
