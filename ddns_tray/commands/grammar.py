"""What can be typed: the commands, their options, and which function each one leads to.

A command's module loads when it runs, so that `--help` and the tray pay for none of them.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from ddns_tray import __version__
from ddns_tray.commands.context import Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ddns_tray.commands.context import Context
    from ddns_tray.words import Words

    Command = Callable[[Context, argparse.Namespace], int]
    Subparsers = argparse._SubParsersAction[Any]  # noqa: SLF001 - argparse has no public name for it


_FOR_EVER = 1e9
"""Seconds; some thirty years."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The commands that go on running; they belong to the program that parses, since a command knows no door."""

    tray: Command
    demo: Command
    daemon: Command


class Parser(argparse.ArgumentParser):
    """An `ArgumentParser` whose usage errors end with 64, since 2 means red here, and whose frame is translated."""

    def translate(self, words: Words) -> None:
        """Speak what argparse itself would say in English: the titles, the usage line, the help option."""
        self.formatter_class = partial(_Formatter, usage_word=words.tr("usage:"))
        self._optionals.title = words.tr("options")
        self._positionals.title = words.tr("arguments")
        self.add_argument("-h", "--help", action="help", help=words.tr("show this help and end"))

    def error(self, message: str) -> NoReturn:
        """Say how it is used and what was wrong."""
        self.print_usage(sys.stderr)
        self.exit(Exit.USAGE, f"{self.prog}: {message}\n")


class _Formatter(argparse.HelpFormatter):
    """Begins the usage line with a word of the person's language."""

    def __init__(self, prog: str, *, usage_word: str) -> None:
        super().__init__(prog)
        self._usage_word = usage_word

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """Add the usage line."""
        super().add_usage(usage, actions, groups, f"{self._usage_word} " if prefix is None else prefix)


def build_parser(words: Words, doors: Doors) -> Parser:
    """All that can be typed. Global options may stand before the command and after it."""
    tr = words.tr
    parser = Parser(
        prog="ddns-tray",
        description=tr("Keeps DNS names equal to a changing public address, and proves it."),
        epilog=tr("Without a command the program starts in the tray."),
        allow_abbrev=False,
        add_help=False,
    )
    parser.translate(words)
    parser.add_argument(
        "--version", action="version", version=f"ddns-tray {__version__}", help=tr("show the version and end")
    )
    parser.add_argument(
        "--self-test",
        dest="command",
        action="store_const",
        const=_lazy("self_test", "self_test"),
        help=tr("try everything that this installation is made of, and end"),
    )
    _add_globals(parser, words, first=True)
    parser.set_defaults(command=doors.tray, failure=Exit.UNKNOWN)
    commands = parser.add_subparsers(title=tr("commands"), metavar=tr("COMMAND"))
    adder = _Adder(commands, words)
    _add_doors(adder, tr, doors)
    _add_rounds(adder, tr)
    _add_accounts(adder, tr)
    _add_settings(adder, tr)
    return parser


def _add_globals(parser: argparse.ArgumentParser, words: Words, *, first: bool) -> None:
    """The options of every command. After a command they must not undo what stood before it, so no defaults there."""
    tr = words.tr

    def default(value: object) -> Any:
        return value if first else argparse.SUPPRESS

    parser.add_argument(
        "--config",
        type=partial(_file_name, tr),
        metavar=tr("FILE"),
        default=default(None),
        help=tr("use this settings file instead of the usual one"),
    )
    parser.add_argument(
        "--json", action="store_true", default=default(False), help=tr("print the result as JSON, for programs")
    )
    parser.add_argument(
        "-v", "--verbose", action="count", default=default(0), help=tr("tell more on standard error; twice for all")
    )


def _file_name(tr: Callable[[str], str], value: str) -> str:
    if not value:
        raise argparse.ArgumentTypeError(tr("the name of the file is empty"))
    return value


def _seconds(tr: Callable[[str], str], value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < _FOR_EVER:  # what is no number at all compares with nothing
        raise argparse.ArgumentTypeError(tr("write the seconds as a number that is not negative"))
    return seconds


class _Adder:
    """Adds commands with the global options to a parser."""

    def __init__(self, commands: Subparsers, words: Words) -> None:
        self._commands = commands
        self._words = words

    def add(
        self, name: str, summary: str, command: Command | None, failure: int = Exit.UNKNOWN
    ) -> argparse.ArgumentParser:
        """Add one command. `failure` is its exit code for errors that have none of their own."""
        parser: Parser = self._commands.add_parser(
            name, help=summary, description=summary, allow_abbrev=False, add_help=False
        )
        parser.translate(self._words)
        _add_globals(parser, self._words, first=False)
        if command is not None:
            parser.set_defaults(command=command, failure=failure)
        return parser

    def group(self, name: str, summary: str) -> _Adder:
        """Add a command that has commands of its own."""
        parser = self.add(name, summary, None)
        inner = parser.add_subparsers(
            title=self._words.tr("commands"), metavar=self._words.tr("COMMAND"), required=True, dest="action"
        )
        return _Adder(inner, self._words)


def _lazy(module: str, name: str) -> Command:
    """A command whose module loads when it runs."""

    def command(context: Context, arguments: argparse.Namespace) -> int:
        from importlib import import_module  # noqa: PLC0415 - the point of this function

        chosen: Command = getattr(import_module(f"ddns_tray.commands.{module}"), name)
        return chosen(context, arguments)

    return command


def _add_doors(adder: _Adder, tr: Callable[[str], str], doors: Doors) -> None:
    adder.add("daemon", tr("keep the names without a screen, until told to stop"), doors.daemon)
    parser = adder.add("demo", tr("show the whole product in a small world of its own"), doors.demo)
    parser.add_argument("--terminal", action="store_true", help=tr("in the terminal even where there is a display"))
    parser.add_argument(
        "--seconds", type=partial(_seconds, tr), metavar="N", help=tr("end by itself after N seconds (terminal only)")
    )


def _add_rounds(adder: _Adder, tr: Callable[[str], str]) -> None:
    check = adder.add("check", tr("look whether names are right; write nothing"), _lazy("rounds", "check"))
    check.add_argument(
        "names", nargs="*", metavar=tr("NAME"), help=tr("also names that are in no settings; default: all")
    )
    _add_types(check, tr)
    check.add_argument(
        "--expect", action="append", metavar=tr("ADDRESS"), help=tr("expect this address instead of the public one")
    )
    check.add_argument("--allow-private", action="store_true", help=tr("accept a private address as the one to expect"))
    manner = check.add_mutually_exclusive_group()
    manner.add_argument("--watch", action="store_true", help=tr("look again and again until all names are right"))
    manner.add_argument(
        "--replay",
        metavar=tr("FILE"),
        help=tr("judge again what check --json has saved; - reads a pipe"),
    )
    update = adder.add(
        "update",
        tr("compare names with their providers and write what is wrong"),
        _lazy("rounds", "update"),
        Exit.ALL_FAILED,
    )
    update.add_argument("names", nargs="*", metavar=tr("NAME"), help=tr("default: all names that have an account"))
    update.add_argument("--force", action="store_true", help=tr("write even what is right already"))
    adder.add("ip", tr("show the public addresses and who says so"), _lazy("rounds", "ip"))
    adder.add("status", tr("show what the running instance knows"), _lazy("rounds", "status"))
    adder.add(
        "quit", tr("ask the running instance to end, and wait until it has"), _lazy("quitting", "quit_instance"), 1
    )
    adder.add("doctor", tr("try everything that this program stands on"), _lazy("doctor", "doctor"), Exit.RED)


def _add_accounts(adder: _Adder, tr: Callable[[str], str]) -> None:
    providers = adder.add(
        "providers", tr("list the DNS services that can be written to"), _lazy("accounts", "providers")
    )
    providers.add_argument("search", nargs="?", metavar=tr("WORD"), help=tr("only services with this in their name"))

    account = adder.group("account", tr("accounts at DNS services"))
    add = account.add(
        "add", tr("add an account; secrets are asked for and go to the keyring"), _lazy("accounts", "account_add"), 1
    )
    add.add_argument("id", metavar=tr("ACCOUNT"), help=tr("your own short name for it"))
    add.add_argument("--provider", metavar=tr("SERVICE"), help=tr("the DNS service; see: ddns-tray providers"))
    add.add_argument("--set", action="append", metavar="KEY=VALUE", help=tr("an option of the service, never a secret"))
    account.add("list", tr("list the accounts"), _lazy("accounts", "account_list"), 1)
    remove = account.add("remove", tr("remove an account and its secrets"), _lazy("accounts", "account_remove"), 1)
    remove.add_argument("id", metavar=tr("ACCOUNT"))
    test = account.add("test", tr("try accounts without writing"), _lazy("accounts", "account_test"), Exit.ALL_FAILED)
    test.add_argument("ids", nargs="*", metavar=tr("ACCOUNT"), help=tr("default: all"))

    secret = adder.group("secret", tr("secrets in the keyring"))
    for name, summary, function in (
        ("set", tr("keep a secret, typed at a prompt or piped in"), "secret_set"),
        ("delete", tr("remove a secret"), "secret_delete"),
    ):
        parser = secret.add(name, summary, _lazy("accounts", function), 1)
        parser.add_argument("account", metavar=tr("ACCOUNT"))
        parser.add_argument("field", metavar=tr("FIELD"), help=tr("such as api_key; see: ddns-tray providers"))


def _add_settings(adder: _Adder, tr: Callable[[str], str]) -> None:
    record = adder.group("record", tr("names that are kept or watched"))
    add = record.add("add", tr("add a name, or change how it is kept"), _lazy("records", "record_add"), 1)
    add.add_argument("name", metavar=tr("NAME"))
    _add_types(add, tr)
    add.add_argument(
        "--account", metavar=tr("ACCOUNT"), help=tr("the account that holds the name; none: only watch it")
    )
    add.add_argument("--ttl", type=int, metavar=tr("SECONDS"), help=tr("for how long others may keep the answer"))
    add.add_argument(
        "--proxied", action=argparse.BooleanOptionalAction, default=None, help=tr("behind the provider's own proxy")
    )
    add.add_argument("--comment", metavar=tr("TEXT"), help=tr("a comment to keep beside the record"))
    add.add_argument("--allow-private", action="store_true", help=tr("also write addresses of a private network"))
    add.add_argument(
        "--expect", action="append", metavar=tr("ADDRESS"), help=tr("a fixed address instead of the public one")
    )
    record.add("list", tr("list the names"), _lazy("records", "record_list"), 1)
    remove = record.add(
        "remove", tr("stop keeping a name; nothing is deleted at the provider"), _lazy("records", "record_remove"), 1
    )
    remove.add_argument("name", metavar=tr("NAME"))

    config = adder.group("config", tr("the settings file"))
    config.add("path", tr("print where the settings file lies"), _lazy("settings", "config_path"), 1)
    config.add(
        "check", tr("read the settings file and say what is wrong with it"), _lazy("settings", "config_check"), 1
    )
    config.add("show", tr("print the settings in force, defaults included"), _lazy("settings", "config_show"), 1)


def _add_types(parser: argparse.ArgumentParser, tr: Callable[[str], str]) -> None:
    parser.add_argument(
        "--type",
        action="append",
        choices=("A", "AAAA"),
        type=str.upper,
        help=tr("A for IPv4, AAAA for IPv6; may be given twice"),
    )
