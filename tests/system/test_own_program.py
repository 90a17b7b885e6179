"""A program notices that another file lies where it was started from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ddns_tray.system.own_program import OwnProgram, own_program

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ddns-tray"
    path.write_bytes(b"the first")
    return path


def said(program: OwnProgram) -> str:
    problem = program.problem()
    return "" if problem is None else problem.title.message


def test_while_nobody_touches_it_there_is_nothing_to_say(file: Path) -> None:
    program = OwnProgram(file)
    file.read_bytes()
    assert said(program) == ""


def test_an_upgrade_is_told(file: Path) -> None:
    program = OwnProgram(file)
    new = file.with_name("new")
    new.write_bytes(b"the other")
    new.replace(file)
    assert said(program).startswith("Another version")


def test_a_program_that_was_moved_away_is_told(file: Path) -> None:
    program = OwnProgram(file)
    file.rename(file.with_name("elsewhere"))
    assert "moved or removed" in said(program)


def test_what_runs_from_modules_has_no_such_file() -> None:
    assert own_program() is None
