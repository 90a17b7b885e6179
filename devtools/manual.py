"""The man page, made of what the command line says of itself, so that neither can forget what the other knows.

Run in an environment that has the product: `python -m devtools.manual FILE`. The format is man(7).
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_GLOBAL = ("-h", "--config", "--json", "-v")
"""Options that every command has: told once."""
_EXIT_CODES = (
    ("0, 1, 2, 3", "green, yellow, red, grey or unknown (check, status); other commands: 0 done, else failed"),
    ("64", "the command line means nothing"),
    ("78", "the settings cannot be used"),
)
_FILES = (
    ("~/.config/ddns-tray/config.toml", "the settings; never a secret"),
    ("~/.local/share/ddns-tray/", "what the program remembers over a restart"),
    ("~/.local/state/ddns-tray/log/", "reports of its own faults, without secrets, sent to nobody"),
    ("~/.config/autostart/ddns-tray.desktop", "there only while the program is set to start with the session"),
)
_VARIABLES = (
    ("DDNS_TRAY_SECRET_ACCOUNT_FIELD", "a secret, where there is no keyring"),
    ("LC_ALL, LC_MESSAGES, LANG, LANGUAGE", "the language, unless the settings name one"),
)


def page(version: str, date: str) -> str:
    """The whole page."""
    from ddns_tray.cli import build_parser  # noqa: PLC0415 - packaging may import this module without the product
    from ddns_tray.words import Words  # noqa: PLC0415 - as above

    parser = build_parser(Words("en"))
    parser.prog = "ddns-tray"
    lines = [
        f'.TH DDNS\\-TRAY 1 "{date}" "DDNS Tray {escape(version)}" "User Commands"',
        *(".SH NAME", "ddns\\-tray \\- keeps DNS names equal to a changing public address, and proves it"),
        *(".SH SYNOPSIS", ".B ddns\\-tray", "[\\fIOPTION\\fR...] [\\fICOMMAND\\fR ...]"),
        *(".SH DESCRIPTION", escape(str(parser.description)), escape(str(parser.epilog))),
        *(".SH OPTIONS", *_options(parser)),
        *(".SH COMMANDS", *_commands(parser, "")),
        *(".SH EXIT STATUS", *_list(_EXIT_CODES)),
        *(".SH FILES", *_list(_FILES)),
        *(".SH ENVIRONMENT", *_list(_VARIABLES)),
    ]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Plain text as roff: hyphens that can be copied, no line that looks like a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def _list(entries: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for term, meaning in entries:
        yield from (".TP", f".B {escape(term)}", escape(meaning))


def _commands(parser: argparse.ArgumentParser, before: str) -> Iterator[str]:
    for group in _groups(parser):
        for name, inner in group.choices.items():
            if _groups(inner):
                yield from _commands(inner, f"{before}{name} ")
                continue
            operands = " ".join(_operand(action) for action in _positionals(inner))
            yield f".SS {escape(f'{before}{name}')} {operands}".rstrip()
            yield escape(f"{inner.description}.")
            for action in _positionals(inner):
                if action.help:
                    yield from (".TP", _operand(action), escape(action.help))
            yield from _options(inner, known=_GLOBAL)


def _groups(parser: argparse.ArgumentParser) -> list[Any]:
    return [action for action in _actions(parser) if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001 - as below


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return parser._actions  # noqa: SLF001 - argparse has no public way to list what it was told


def _positionals(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in _actions(parser) if not action.option_strings and action.help != argparse.SUPPRESS]


def _operand(action: argparse.Action) -> str:
    name = f"\\fI{escape(_metavar(action))}\\fR"
    return f"[{name}...]" if action.nargs == "*" else f"[{name}]" if action.nargs == "?" else name


def _options(parser: argparse.ArgumentParser, known: Collection[str] = ()) -> Iterator[str]:
    for action in _actions(parser):
        if not action.option_strings or not set(known).isdisjoint(action.option_strings):
            continue
        names = ", ".join(f"\\fB{escape(name)}\\fR" for name in action.option_strings)
        value = f" \\fI{escape(_metavar(action))}\\fR" if action.nargs != 0 else ""
        yield from (".TP", names + value, escape(_help(action)))


def _metavar(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    return "|".join(map(str, action.choices)) if action.choices else action.dest.upper()


def _help(action: argparse.Action) -> str:
    about: Any = action.help or ""
    return str(about)


def main(arguments: list[str]) -> int:
    """Write the page to the file that is named."""
    from ddns_tray import __version__  # noqa: PLC0415 - as in `page`

    date = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", "0"))))
    Path(arguments[0]).write_text(page(__version__, date), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
