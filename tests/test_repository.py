"""The rules of this repository that no linter knows; each says what it protects."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from devtools import catalogue
from devtools.servers import SERVERS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ddns_tray"
LONGEST_FILE = 450
TASKS = PACKAGE / "ui" / "tasks.py"
SPEAKER = PACKAGE / "words" / "speaker.py"


@cache
def files() -> tuple[Path, ...]:
    """All files that belong to the repository: what .gitignore does not name. Needs no git, as little as the set-up."""
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()] + [".git"]
    found: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not any(fnmatch(name, pattern) for pattern in ignored)]
        found += [Path(folder, name) for name in names if not any(fnmatch(name, pattern) for pattern in ignored)]
    return tuple(sorted(found))


def texts() -> Iterator[tuple[Path, str]]:
    """All files that are text, with their content."""
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            yield path, content.decode("utf-8")


@cache
def modules() -> tuple[tuple[Path, ast.Module], ...]:
    """The product's modules, parsed."""
    return tuple(
        (path, ast.parse(path.read_text(encoding="utf-8")))
        for path in files()
        if path.suffix == ".py" and path.is_relative_to(PACKAGE)
    )


def place(path: Path, node: ast.AST) -> str:
    """Name a line, for the person who has to look."""
    return f"{path.relative_to(ROOT).as_posix()}:{getattr(node, 'lineno', 0)}"


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """All calls with the last part of the callee's name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node, node.func.id
            elif isinstance(node.func, ast.Attribute):
                yield node, node.func.attr


# --- readable ---


def test_no_file_of_the_product_is_too_long_to_read() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path, _ in modules()}
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LONGEST_FILE} == {}


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path, _ in modules()}
    assert sorted(folder for folder in folders if not (folder / "__init__.py").exists()) == []


# --- at home everywhere ---


def test_nothing_names_a_package_index_or_a_place_of_one_machine() -> None:
    # Written in two parts, so that this file does not find itself.
    forbidden = re.compile(
        "|".join(["py" + r"pi\.org", "python" + r"hosted", "deb" + r"\.debian", "/wo" + "rk/", "/ro" + "ot/"])
    )
    found = [f"{path.relative_to(ROOT)}: {hit[0]}" for path, content in texts() for hit in forbidden.finditer(content)]
    assert found == []


def test_text_files_have_unix_line_ends_and_end_with_one() -> None:
    odd = [path for path, content in texts() if "\r" in content or (content and not content.endswith("\n"))]
    assert odd == []


def test_the_lock_files_fit_what_the_project_asks_for() -> None:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        settings = tomllib.load(stream)
    groups = settings["dependency-groups"]
    wanted = {
        "runtime": settings["project"]["dependencies"],
        "build": groups["build"],
        "freeze": groups["freeze"],
        **{name: groups[name] for name in SERVERS},
        "dev": settings["project"]["dependencies"] + [word for word in groups["dev"] if isinstance(word, str)],
    }
    locks = {name: (ROOT / "requirements" / f"{name}.lock.txt").read_text(encoding="utf-8") for name in wanted}
    pins = {name: dict(re.findall(r"^([a-z0-9.-]+)==([^ ]+)", text, re.MULTILINE)) for name, text in locks.items()}
    for name, requirements in wanted.items():
        for requirement in map(Requirement, requirements):
            pin = pins[name].get(requirement.name.lower())
            assert pin is not None, f"{name}.lock.txt lacks {requirement}: python3 dev.py lock"
            assert requirement.specifier.contains(pin), f"{name}.lock.txt pins {requirement.name} {pin}: dev.py lock"
    for name in ("runtime", "build"):
        assert pins[name].items() <= pins["dev"].items(), f"{name}.lock.txt and dev.lock.txt disagree"


def test_every_locked_package_has_a_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.lock.txt"):
        blocks = re.split(r"\n(?=[a-z0-9])", lock.read_text(encoding="utf-8"))
        assert [block.splitlines()[0] for block in blocks[1:] if "--hash=sha256:" not in block] == []


# --- the two commands ---


def test_the_readme_shows_the_two_commands_and_ci_runs_the_same() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^python3 dev\.py run$", readme, re.MULTILINE)
    assert re.search(r"^python3 dev\.py test$", readme, re.MULTILINE)
    assert "python3 dev.py test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_tools_need_the_standard_library_only() -> None:
    for path in [ROOT / "dev.py", *(ROOT / "devtools").glob("*.py")]:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:  # catalogue.py imports Babel late, inside .venv
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign = [name for name in names if name.split(".")[0] not in {*sys.stdlib_module_names, "devtools"}]
            assert foreign == [], place(path, node)


# --- rooms ---


def test_core_imports_the_standard_library_only() -> None:
    allowed = set(sys.stdlib_module_names)
    for path, tree in modules():
        if not path.is_relative_to(PACKAGE / "core"):
            continue
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign = [n for n in names if n.split(".")[0] not in allowed and not f"{n}.".startswith("ddns_tray.core.")]
            assert foreign == [], place(path, node)


def test_every_room_is_held_to_the_import_contracts() -> None:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        contracts = tomllib.load(stream)["tool"]["importlinter"]["contracts"]
    rooms = {".".join(("ddns_tray", path.relative_to(PACKAGE).parts[0].removesuffix(".py"))) for path, _ in modules()}
    rooms -= {"ddns_tray.__init__", "ddns_tray.__main__"}
    named = {
        contract["name"]: {word for key in ("source_modules", "forbidden_modules") for word in contract.get(key, [])}
        for contract in contracts
    }
    assert rooms - named["core imports the standard library only"] == set()
    assert rooms - named["the engine knows core only"] == {"ddns_tray.core"}
    assert rooms - named["Qt lives in ui and app only"] == {"ddns_tray.app", "ddns_tray.ui"}


QT_BLOCKED = """
import sys
class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PySide6", "shiboken6", "qasync"}:
            raise AssertionError(f"{name} was imported without a screen")
sys.meta_path.insert(0, Wall())
"""


@pytest.mark.parametrize("module", ["daemon", "cli", "wiring", "report", "terminal", "words", "__main__"])
def test_what_runs_without_a_screen_imports_no_qt(module: str) -> None:
    program = f"{QT_BLOCKED}\nimport ddns_tray.{module}\n"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- the loop and Qt ---


def test_the_window_never_blocks_the_loop_and_no_task_is_forgotten() -> None:
    # exec() starts a second loop inside the first; asyncSlot and asyncClose hold their tasks weakly.
    forbidden = {"exec", "exec_", "asyncSlot", "asyncClose"}
    for path, tree in modules():
        for node in ast.walk(tree):
            named = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            assert named not in forbidden, f"{place(path, node)}: {named}"


def test_in_the_window_all_tasks_are_started_by_the_one_who_keeps_them() -> None:
    # A task that nobody holds may vanish, and its error with it; elsewhere ruff (RUF006) sees to that.
    for path, tree in modules():
        if path == TASKS or not (path.is_relative_to(PACKAGE / "ui") or path == PACKAGE / "app.py"):
            continue
        for call, name in calls(tree):
            assert name not in {"create_task", "ensure_future"}, place(path, call)


# --- words ---


def test_every_sentence_is_a_literal_with_the_fields_that_it_names() -> None:
    # The catalogue is collected from the source, so a sentence that is put together at run time is never translated.
    for path, tree in modules():
        if path == SPEAKER:
            continue
        for call, sentences in catalogue.sentences(tree):
            names: set[str] = set()
            for sentence in sentences:
                literal = sentence.value if isinstance(sentence, ast.Constant) else None
                assert isinstance(literal, str), f"{place(path, call)}: not a literal"
                assert literal.strip(), f"{place(path, call)}: empty"
                names |= catalogue.placeholders(literal)
            given = {keyword.arg for keyword in call.keywords}
            if given and None not in given:
                missing = names - given - {"count"}
                assert not missing, f"{place(path, call)}: {sorted(missing)} has no value"
                assert given <= names, f"{place(path, call)}: {sorted(map(str, given - names))} is not in the sentence"


def test_the_translations_are_complete_and_compiled() -> None:
    template = catalogue.collect()
    assert [fault for language in catalogue.LANGUAGES for fault in catalogue.check(language, template)] == []
