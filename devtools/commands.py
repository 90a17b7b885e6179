"""The commands of `dev.py`."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devtools import building, checks, debian, locks, servers
from devtools.environment import Profile, ensure, script
from devtools.shell import Failure, become, call, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CI = os.environ.get("CI", "").lower() in {"1", "true"}
MOST_TEST_WORKERS = 4
"""The tests share one machine with real servers, so more workers than this only get in one another's way."""


@dataclass(frozen=True, slots=True)
class Command:
    """One word after `dev.py`: what to type, what it does, and the function that gets the words after it."""

    usage: str
    summary: str
    function: Callable[[list[str]], int]


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if name in {"-h", "--help", "help"}:
        print(_help())
        return 0
    if name not in COMMANDS:
        say(f"dev.py has no command {name!r}.\n\n{_help()}")
        return 64
    try:
        return COMMANDS[name].function(rest)
    except Failure as failure:
        say(f"\n{failure}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Starting again goes on from here.")
        return 130


def _help() -> str:
    width = max(len(command.usage) for command in COMMANDS.values())
    lines = [f"  {command.usage:{width}}  {command.summary}" for command in COMMANDS.values()]
    return "\n".join(["usage: python3 dev.py COMMAND", "", *lines])


def _setup(arguments: list[str]) -> int:
    _expect_no(arguments)
    _for_tests()
    say("Everything is set up: python3 dev.py run, python3 dev.py test")
    return 0


def _run(arguments: list[str]) -> int:
    _for_the_product()
    become([script("ddns-tray"), *arguments])


def _test(arguments: list[str]) -> int:
    _for_tests()
    with servers.installed_meanwhile():
        failed = checks.run(checks.STATIC)  # the repository's own rules are tests too, and run with the others
    code = call([script("pytest"), *in_parallel(arguments), *arguments])
    if failed:
        say(f"The tests aside, these checks failed: {', '.join(failed)}")
    return code or (1 if failed else 0)


def in_parallel(arguments: list[str]) -> list[str]:
    """Spread the tests over the processors, unless the person debugs or decides.

    Half of their time is waiting, for real servers and for what is said to take a minute: three share two processors.
    """
    if any(word.startswith("-n") or word in {"--pdb", "--trace", "-s", "--capture=no"} for word in arguments):
        return []
    processors = os.cpu_count() or 1
    return ["-n", str(min(processors + (processors + 1) // 2, MOST_TEST_WORKERS)), "--dist", "loadgroup"]


def _check(arguments: list[str]) -> int:
    _expect_no(arguments)
    ensure(Profile.DEVELOP)
    return 1 if checks.run([*checks.STATIC, checks.REPOSITORY_RULES]) else 0


def _bench(arguments: list[str]) -> int:
    return _module_of_tests("tests.bench", arguments)


def _bed(arguments: list[str]) -> int:
    return _module_of_tests("tests.bed", arguments)


def _shots(arguments: list[str]) -> int:
    return _module_of_tests("tests.ui.shots", arguments or ["docs/screenshots"])


def _i18n(arguments: list[str]) -> int:
    ensure(Profile.DEVELOP)
    return call([script("python"), "-m", "devtools.catalogue", *arguments])


def _lock(arguments: list[str]) -> int:
    if arguments not in ([], ["--upgrade"]):
        raise Failure("usage: python3 dev.py lock [--upgrade]")
    locks.write(upgrade=bool(arguments))
    return 0


def _build(arguments: list[str]) -> int:
    needed = (*debian.QT_LIBRARIES, *debian.build_tools())
    debian_packages(needed, essential=needed, root=debian.is_root())
    return building.build(arguments)


def _module_of_tests(module: str, arguments: list[str]) -> int:
    _for_tests()
    return call([script("python"), "-m", module, *arguments])


def _expect_no(arguments: list[str]) -> None:
    if arguments:
        raise Failure(f"This command takes no arguments, and got: {' '.join(arguments)}")


def _for_the_product() -> None:
    """Make it possible to start the product; without a display it runs in the terminal, where Qt is not needed."""
    essential = debian.QT_LIBRARIES if _has_display() else ()
    debian_packages(debian.QT_LIBRARIES, essential=essential, root=debian.is_root())
    ensure(Profile.RUN)


def _for_tests() -> None:
    """Make all tests possible; outside of CI, those without their servers skip and say so."""
    everything = debian.QT_LIBRARIES + debian.TEST_SERVERS + debian.TEST_DESKTOP + debian.build_tools()
    everything += debian.TEST_PACKAGING
    debian_packages(everything, essential=everything if CI else debian.QT_LIBRARIES, root=debian.is_root())
    ensure(Profile.DEVELOP)


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def debian_packages(packages: Sequence[str], *, essential: Sequence[str], root: bool) -> None:
    """Install what is missing where we may; otherwise show the command, and stop only if something essential lacks."""
    missing = debian.missing(packages) if sys.platform == "linux" and debian.has_apt() else []
    if not missing:
        return
    if root:
        debian.install(missing)
        return
    command = debian.command_to_type(missing)
    advice = f"Some Debian packages are missing, and installing them takes root. Type:\n\n  {command}\n"
    if not set(missing).isdisjoint(essential):
        raise Failure(f"{advice}\nand start this command again.")
    say(f"{advice}\nGoing on without them.\n")


COMMANDS = {
    "setup": Command("setup", "install all that running and testing need", _setup),
    "run": Command("run [ARGUMENT…]", "start DDNS Tray with these arguments; sets up what is missing", _run),
    "test": Command("test [ARGUMENT…]", "check, then run the tests; arguments go to pytest", _test),
    "check": Command("check", "lint, format, types, import contracts, translations, rules of this repository", _check),
    "bench": Command("bench [ARGUMENT…]", "measure start, memory, idle load and rounds", _bench),
    "bed": Command("bed [ARGUMENT…]", "start and stop the test bed of real DNS servers", _bed),
    "shots": Command("shots [FOLDER] [--all]", "draw what a person sees; --all: everything, large too", _shots),
    "build": Command("build [KIND…]", "make what people install on this system, into dist/", _build),
    "i18n": Command("i18n [--check]", "collect the sentences, update and compile the translations", _i18n),
    "lock": Command("lock [--upgrade]", "write requirements/*.lock.txt anew", _lock),
}
