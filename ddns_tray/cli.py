"""The command line, from what was typed to how it ends; `commands.grammar` says what can be typed. See docs/cli.md.

Starts fast: nothing but argparse and the words is imported before the command is known. Results go to standard output,
all else to standard error.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ddns_tray.commands import grammar
from ddns_tray.commands.context import Context, Exit, speaks_utf8, tell_error
from ddns_tray.commands.grammar import Doors, Parser
from ddns_tray.core.errors import ConfigError, DdnsTrayError, UsageError
from ddns_tray.core.text import text
from ddns_tray.words import Words, resolve_language

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from ddns_tray.system.paths import Paths

    Command = Callable[[Context, argparse.Namespace], int]


_TABLES = re.compile(r"^(?=[ \t]*\[)", re.MULTILINE)
_OUTPUT_LOST = frozenset({errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT})


def run(argv: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    """Run one command line and return its exit code."""
    speaker = Words(resolve_language("auto", environ))
    _let_all_be_said(sys.stdout)
    try:
        arguments = build_parser(speaker).parse_args(argv)
    except SystemExit as exc:
        return exc.code if isinstance(exc.code, int) else Exit.USAGE
    try:
        return _run(arguments, environ)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return Exit.PIPE_CLOSED


def _let_all_be_said(stream: TextIO) -> None:
    """A terminal or a pipe that does not speak UTF-8 gets a question mark for a sign that it has not, and no fault."""
    if isinstance(stream, io.TextIOWrapper) and not speaks_utf8(stream):
        stream.reconfigure(errors="replace")


def _drop_output() -> None:
    """Nobody takes our output any more; Python would complain once more when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from ddns_tray.system.clock import SystemClock  # noqa: PLC0415 - --help does not need it
    from ddns_tray.system.paths import paths_for  # noqa: PLC0415 - as above

    paths = paths_for(None if arguments.config is None else Path(arguments.config))
    context = Context(
        paths=paths,
        words=Words(resolve_language(wished_language(paths), environ)),
        clock=SystemClock(),
        environ=environ,
        stdin=sys.stdin or io.StringIO(),  # somebody may have closed it
        out=sys.stdout,
        err=sys.stderr,
        as_json=arguments.json,
        file_is_named=arguments.config is not None,
    )
    _start_logging(arguments.verbose, daemon=arguments.command is daemon)
    command: Command = arguments.command
    try:
        code = command(context, arguments)
        context.out.flush()
    except ConfigError as exc:
        tell_error(context.err, context.words, exc)
        return Exit.CONFIG
    except UsageError as exc:
        tell_error(context.err, context.words, exc)
        return Exit.USAGE
    except DdnsTrayError as exc:
        tell_error(context.err, context.words, exc)
        return int(arguments.failure)
    except BrokenPipeError:
        raise
    except Exception as exc:
        if _is_reader_gone(exc, context.out):
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from exc
        return _unexpected(context, exc, int(arguments.failure))
    return int(code)


def _is_reader_gone(error: Exception, out: TextIO) -> bool:
    """Whether nobody takes our output any more, as Windows tells it.

    Its C library knows the error of a pipe that closes (ERROR_NO_DATA) by no better name than EINVAL. Whatever is
    written then fails in the same way.
    """
    if not isinstance(error, OSError) or error.errno != errno.EINVAL or error.filename is not None:
        return False
    try:
        out.write("\n")
        out.flush()
    except OSError as exc:
        return exc.errno == errno.EINVAL
    return False


def _unexpected(context: Context, error: Exception, failure: int) -> int:
    """Tell of what nobody expected: a disk that took no more of our result, or a fault of our own."""
    if isinstance(error, OSError) and error.filename is None and error.errno in _OUTPUT_LOST:
        _drop_output()
        reason = os.strerror(error.errno)
        told = DdnsTrayError(text("The result could not be written: {reason}.", reason=reason))
        tell_error(context.err, context.words, told)
        return failure
    tell_error(context.err, context.words, _fault(context.paths, error))
    return Exit.FAULT


def _fault(paths: Paths, error: Exception) -> DdnsTrayError:
    """Keep a report of a fault of our own, and say where it is."""
    from ddns_tray.system.faults import Faults  # noqa: PLC0415 - hardly ever needed

    report = Faults(paths.log_dir, paths.instance).take(error, "the command line")
    if report is None or report.file is None:
        return DdnsTrayError(
            text("Something went wrong inside DDNS Tray."),
            text("Start it again with -v, and report what it says: {kind}.", kind=type(error).__name__),
        )
    return DdnsTrayError(
        text("Something went wrong inside DDNS Tray."),
        text("A report without secrets is in {file}. Attach it to your bug report.", file=str(report.file)),
    )


def wished_language(paths: Paths) -> str:
    """The language of the settings, read leniently: a broken file must be complained about in some language, too.

    Only the tables that speak of one are read. With thousands of names the whole takes a quarter of a second, and
    whoever needs it reads it anyway.
    """
    import tomllib  # noqa: PLC0415 - --help does not need it

    try:
        tables = _TABLES.split(paths.config_file.read_text("utf-8-sig"))
        general = tomllib.loads("".join(table for table in tables if "language" in table)).get("general")
    except (OSError, ValueError, RecursionError):
        return "auto"
    language = general.get("language") if isinstance(general, dict) else None
    return language if isinstance(language, str) else "auto"


def _start_logging(verbose: int, *, daemon: bool) -> None:
    quiet = logging.INFO if daemon else logging.ERROR
    level = quiet if verbose == 0 else logging.INFO if verbose == 1 else logging.DEBUG
    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for library in ("httpcore2", "httpx2", "hpack", "asyncio", "keyring"):
        # Their debug lines may hold headers, and headers hold tokens.
        logging.getLogger(library).setLevel(max(level, logging.WARNING))


# --- the doors ---


def tray(context: Context, arguments: argparse.Namespace) -> int:
    """Start in the tray, or say what there is instead."""
    return _through_a_door(context, arguments, demo=False)


def demo(context: Context, arguments: argparse.Namespace) -> int:
    """Show the whole product in a small world of its own."""
    return _through_a_door(context, arguments, demo=True)


def daemon(context: Context, _arguments: argparse.Namespace) -> int:
    """Run without a screen."""
    from ddns_tray.daemon import run_daemon  # noqa: PLC0415 - loads when needed

    context.require_named_file()
    return run_daemon(context.paths)


def _through_a_door(context: Context, arguments: argparse.Namespace, *, demo: bool) -> int:
    from ddns_tray.commands import doors  # noqa: PLC0415 - loads when needed

    door = doors.choose_door(
        has_display=doors.has_display(context.environ) and not getattr(arguments, "terminal", False),
        has_qt=doors.has_qt(),
        has_settings=context.paths.config_file.exists(),
        on_terminal=context.out.isatty(),
        demo=demo,
    )
    if door is doors.Door.TRAY:
        from ddns_tray.app import run_app  # noqa: PLC0415 - the one way to Qt

        return run_app(context.paths, demo=demo)
    if door is doors.Door.TERMINAL_DEMO:
        from ddns_tray.demonstration import run_demo_in_terminal  # noqa: PLC0415 - loads when needed

        seconds: float | None = getattr(arguments, "seconds", None)
        return run_demo_in_terminal(context.words.language, context.out, seconds=seconds)
    words = context.words
    if door is doors.Door.EXPLAIN_NO_QT:
        context.tell(words.tr("The desktop part of DDNS Tray (PySide6) is not installed, so there is no tray icon."))
    else:
        context.tell(words.tr("There is no display in this session, so there is no tray icon."))
    context.tell(words.tr("To keep your names without a screen, run: ddns-tray daemon"))
    context.tell(words.tr("To see what it does, run: ddns-tray demo"))
    return Exit.UNKNOWN


def build_parser(words: Words) -> Parser:
    """All that can be typed."""
    return grammar.build_parser(words, Doors(tray=tray, demo=demo, daemon=daemon))
