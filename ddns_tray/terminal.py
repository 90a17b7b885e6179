"""The product in a terminal: one picture of a snapshot, and a loop that keeps it current. Plain ANSI, no library.

`render` is pure. On a terminal the loop redraws in place; where the output is a file or a pipe it writes one line for
each change, as a log. Colour follows https://no-color.org and never carries meaning alone.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from ddns_tray.core.model import Phase
from ddns_tray.core.snapshot import sorted_worst_first
from ddns_tray.report import cells, table

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping, Sequence

    from ddns_tray.core.model import Observation, RecordStatus, Snapshot
    from ddns_tray.core.ports import Clock, EngineControls
    from ddns_tray.words import Shape, Words

_RESET = "\x1b[0m"
_BOLD = "\x1b[1m"
_DIM = "\x1b[2m"
_COLOURS = {"green": "\x1b[32m", "yellow": "\x1b[33m", "red": "\x1b[31m", "grey": "\x1b[90m", "blue": "\x1b[34m"}
_HOME_AND_CLEAR_BELOW = "\x1b[H\x1b[J"
_ALTERNATIVE_SCREEN = "\x1b[?1049h\x1b[?25l"
_NORMAL_SCREEN = "\x1b[?25h\x1b[?1049l"
_NARROW = 40
_PAGE = 100
_WIDEST = 120
_BAR_CELLS = 30
_TICK = 1.0


@dataclass(frozen=True, slots=True)
class Style:
    """How much a terminal can show."""

    colour: bool = False
    unicode: bool = True

    def paint(self, code: str, words: str) -> str:
        """Wrap in an ANSI code, or leave as it is."""
        return f"{code}{words}{_RESET}" if self.colour and words else words

    def symbol(self, shape: Shape) -> str:
        """The sign of a state in its colour."""
        sign = shape.symbol if self.unicode else {"✓": "+", "✕": "x", "‖": "=", "…": "."}.get(shape.symbol, "!")
        return self.paint(_COLOURS[shape.colour_name], sign)


def style_of(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Style:
    """What fits a stream: colour on a terminal that is not dumb and unless NO_COLOR is set; signs it can encode."""
    encoding = (stream.encoding or "ascii").lower().replace("-", "")
    colour = stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    return Style(colour=colour, unicode=encoding.startswith(("utf", "gb")))


def width_of(stream: TextIO) -> int:
    """The columns to fill: those of the terminal, or a page's where the stream is none."""
    return min(shutil.get_terminal_size().columns - 1, _WIDEST) if stream.isatty() else _PAGE


def render(
    snapshot: Snapshot,
    words: Words,
    now: float,
    width: int = 80,
    *,
    style: Style = Style(),
    evidence: bool = True,
    once: bool = False,
) -> list[str]:
    """The picture, line by line, none wider than `width` cells: sentence, records with reasons, evidence, countdown.

    `once` says that this is all: nobody looks again.
    """
    width = max(width, _NARROW)
    lines = [
        f"{style.symbol(words.shape(snapshot.colour, snapshot.phase))} "
        + style.paint(_BOLD, shorten(words.status_sentence(snapshot, now), width - 2)),
        "  " + style.paint(_DIM, shorten(words.status_detail(snapshot, now), width - 2)),
    ]
    for problem in snapshot.problems:
        lines += _wrapped(" ".join(part for part in words.problem(problem) if part), width, 2)
    for status in sorted_worst_first(snapshot.records):
        lines += ["", *_record(status, words, now, width, style, evidence=evidence, once=once)]
    upcoming = words.next_check(snapshot, now)
    if upcoming:
        lines += ["", "  " + style.paint(_DIM, shorten(upcoming, width - 2))]
    return lines


def _record(
    status: RecordStatus, words: Words, now: float, width: int, style: Style, *, evidence: bool, once: bool
) -> list[str]:
    shape = words.record_shape(status)
    line = words.record_line(status, now)
    title = f"{status.key.name} {status.key.type}"
    room = width - 5 - cells(line)
    gap = max(1, width - 3 - cells(shorten(title, room)) - cells(line))
    left = f"{style.symbol(shape)} {style.paint(_BOLD, shorten(title, room))}"
    lines = [left + " " * gap + style.paint(_COLOURS[shape.colour_name], line)]
    parts = words.verdict_parts(status, now, once=once)
    for part in (parts.cause, parts.evidence, parts.next, parts.action):
        lines += _wrapped(part, width, 2)
    if status.last_update is not None and status.last_update.problem is not None:
        lines += _wrapped(words.outcome(status.last_update), width, 2)
        lines += _wrapped(words.problem(status.last_update.problem)[1], width, 2)
    bar = _bar(status, now, style)
    if bar:
        lines.append("  " + bar)
    if evidence and status.view is not None and status.view.observations:
        lines += _evidence(status.view.observations, words, width, style)
    return lines


def _evidence(observations: Sequence[Observation], words: Words, width: int, style: Style) -> list[str]:
    rows = [
        (words.tr("Asked"), words.tr("How"), words.tr("Answer"), words.tr("TTL"), words.tr("Time")),
        *(
            (
                words.server(seen),
                words.transport(seen.transport),
                words.observation(seen),
                "" if seen.ttl is None else str(seen.ttl),
                "" if seen.rtt_ms is None else words.tr("{milliseconds} ms", milliseconds=round(seen.rtt_ms)),
            )
            for seen in observations
        ),
    ]
    drawn = [shorten(line, width) for line in table(rows, indent="    ")]
    return [style.paint(_DIM, line) for line in drawn]


def _bar(status: RecordStatus, now: float, style: Style) -> str:
    """How much of the wait is over; only where there is a deadline to wait for. Full when it has come."""
    deadline, since = status.verdict.deadline, status.since
    if deadline is None or since is None or deadline <= since:
        return ""
    share = min(1.0, max(0.0, (now - since) / (deadline - since)))
    done = int(_BAR_CELLS * share)
    full, empty = ("━", "─") if style.unicode else ("#", "-")
    drawn = style.paint(_COLOURS["yellow"], full * done) + style.paint(_DIM, empty * (_BAR_CELLS - done))
    return f"{drawn} {int(100 * share)} %"


def shorten(line: str, width: int) -> str:
    """Cut a line to `width` cells, with … for what is lost."""
    if cells(line) <= width:
        return line
    kept = line
    while kept and cells(kept) > width - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _wrapped(sentence: str, width: int, indent: int) -> list[str]:
    """Break at spaces, and anywhere in a script that has none."""
    lines: list[str] = []
    room = width - indent
    for paragraph in sentence.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            candidate = f"{line} {word}" if line else word
            if cells(candidate) <= room:
                line = candidate
                continue
            if line:
                lines.append(line)
            line = word
            while cells(line) > room:
                cut = next(end for end in range(len(line), 0, -1) if cells(line[:end]) <= room)
                lines.append(line[:cut])
                line = line[cut:]
        if line:
            lines.append(line)
    return [" " * indent + line for line in lines]


class LiveView:
    """Shows an engine's snapshots on a stream until told to stop.

    `size` gives columns and rows at the moment; a picture that does not fit loses its evidence first, then its end.
    """

    def __init__(
        self,
        stream: TextIO,
        words: Words,
        clock: Clock,
        *,
        environ: Mapping[str, str] = os.environ,
        size: Callable[[], tuple[int, int]] = lambda: tuple(shutil.get_terminal_size()),  # type: ignore[assignment,return-value]
        footer: str = "",
    ) -> None:
        self._stream = stream
        self._words = words
        self._clock = clock
        self._style = style_of(stream, environ)
        self._in_place = stream.isatty() and environ.get("TERM") != "dumb"
        self._size = size
        self._footer = footer
        self._last_line = ""

    async def run(self, engine: EngineControls, stop: asyncio.Event) -> None:
        """Draw every second (a countdown runs) and with every snapshot, until `stop` is set."""
        unsubscribe = engine.subscribe(self.show)
        if self._in_place:
            self._write(_ALTERNATIVE_SCREEN)
        try:
            self.show(engine.snapshot)
            while not stop.is_set():
                await self._tick(stop)
                if self._in_place:
                    self.show(engine.snapshot)
        finally:
            unsubscribe()
            if self._in_place:
                self._write(_NORMAL_SCREEN)

    def show(self, snapshot: Snapshot) -> None:
        """Draw one picture, or write one log line if it is another than the last."""
        now = self._clock.now()
        if self._in_place:
            self._write(_HOME_AND_CLEAR_BELOW + "\n".join(self._picture(snapshot, now)))
            return
        if snapshot.phase in {Phase.CHECKING, Phase.UPDATING}:
            return
        line = log_line(snapshot, self._words, now)
        if line != self._last_line:
            self._last_line = line
            self._write(f"{self._words.time(now)}  {line}\n")

    def _picture(self, snapshot: Snapshot, now: float) -> list[str]:
        columns, rows = self._size()
        lines = render(snapshot, self._words, now, columns - 1, style=self._style)
        room = rows - (2 if self._footer else 0)
        if len(lines) > room:
            lines = render(snapshot, self._words, now, columns - 1, style=self._style, evidence=False)
        lines = lines[:room]
        if self._footer:
            lines += ["", self._style.paint(_DIM, shorten(self._footer, columns - 1))]
        return lines

    async def _tick(self, stop: asyncio.Event) -> None:
        import asyncio  # noqa: PLC0415 - `check` draws without a loop of its own

        sleeping = asyncio.ensure_future(self._clock.sleep(_TICK))
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((sleeping, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sleeping, stopping):
                task.cancel()
            await asyncio.gather(sleeping, stopping, return_exceptions=True)

    def _write(self, data: str) -> None:
        self._stream.write(data)
        self._stream.flush()


def log_line(snapshot: Snapshot, words: Words, now: float) -> str:
    """One line for a log: the sentence, then each record's colour and label. Countdowns would make every line new."""
    records = "; ".join(
        f"{status.key.name} {status.key.type} {status.verdict.colour}: {words.verdict_label(status)}"
        for status in snapshot.records
    )
    sentence = words.status_sentence(snapshot, now)
    return f"[{snapshot.colour}] {sentence} ({records})" if records else f"[{snapshot.colour}] {sentence}"
