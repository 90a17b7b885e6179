"""The terminal view: what it shows, how wide it is, and how it ends."""

from __future__ import annotations

import asyncio
import io
import re

import pytest

from ddns_tray.report import cells
from ddns_tray.terminal import LiveView, Style, log_line, render, shorten, style_of
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.clock import FakeClock, settle
from tests.support.snapshots import NOW, FakeEngine

EN = Words("en")
ZH = Words("zh_CN")
ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_the_picture_has_sentence_records_reasons_evidence_and_a_bar() -> None:
    lines = render(snapshots.on_its_way(), EN, NOW, 100)
    assert lines[0] == "! 2 names right, 1 on its way"
    assert lines[1] == "  Address 11.22.33.44 · changed 2 min ago"
    whole = "\n".join(lines)
    assert "! home.example.org A" in whole
    assert "green in 4:12" in whole
    assert "99.10.20.30" in whole
    assert "━" in whole
    assert lines[-1] == "  next check in 38 s"


def test_the_worst_record_comes_first() -> None:
    lines = render(snapshots.troubled(), EN, NOW, 100)
    titles = [line for line in lines if re.match(r"[✓!✕‖…] \S+ (A|AAAA) ", line)]
    assert [line[0] for line in titles] == ["✕", "✕", "!", "✓", "✓", "✓"]


@pytest.mark.parametrize("words", [EN, ZH], ids=["en", "zh_CN"])
@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("make", [snapshots.troubled, snapshots.unspeakable, snapshots.offline, snapshots.empty])
def test_no_line_is_wider_than_the_terminal(words: Words, width: int, make: object) -> None:
    assert callable(make)
    for line in render(make(), words, NOW, width, style=Style(colour=True)):
        assert cells(ANSI.sub("", line)) <= width


def test_colour_only_where_it_is_wanted() -> None:
    assert not any("\x1b" in line for line in render(snapshots.troubled(), EN, NOW))
    assert any("\x1b[31m" in line for line in render(snapshots.troubled(), EN, NOW, style=Style(colour=True)))
    assert style_of(Terminal(), {}).colour
    assert not style_of(Terminal(), {"NO_COLOR": "1"}).colour
    assert not style_of(Terminal(), {"TERM": "dumb"}).colour
    assert not style_of(io.StringIO(), {}).colour


def test_a_stream_that_cannot_encode_signs_gets_plain_ones() -> None:
    ascii_stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    style = style_of(ascii_stream, {})
    picture = render(snapshots.troubled(), EN, NOW, style=style)
    assert picture[0].startswith("x ")


def test_long_lines_are_cut_with_a_sign() -> None:
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abcdefg", 6) == "abcde…"
    assert shorten("域名域名", 6) == "域名…"


def test_a_log_line_does_not_change_with_every_second() -> None:
    snapshot = snapshots.on_its_way()
    assert log_line(snapshot, EN, NOW) == log_line(snapshot, EN, NOW + 1)
    assert "home.example.org A yellow: on its way" in log_line(snapshot, EN, NOW)


async def test_the_live_view_redraws_with_the_clock_and_leaves_the_screen_in_order() -> None:
    stream, engine, clock, stop = Terminal(), FakeEngine(snapshots.on_its_way()), FakeClock(NOW), asyncio.Event()
    view = LiveView(stream, EN, clock, environ={}, size=lambda: (100, 60), footer="This is a demo.")
    showing = asyncio.ensure_future(view.run(engine, stop))
    await settle()
    assert "green in 4:12" in stream.getvalue()
    assert "This is a demo." in stream.getvalue()
    await clock.advance(1)
    assert "green in 4:11" in stream.getvalue()
    stop.set()
    await settle()
    assert showing.done()
    await showing
    assert stream.getvalue().endswith("\x1b[?25h\x1b[?1049l")
    assert engine.subscribers == []


async def test_a_small_screen_is_never_overrun() -> None:
    stream, clock = Terminal(), FakeClock(NOW)
    view = LiveView(stream, EN, clock, environ={}, size=lambda: (60, 12), footer="This is a demo.")
    view.show(snapshots.troubled())
    assert stream.getvalue().count("\n") + 1 <= 12


async def test_a_file_gets_one_line_for_each_change() -> None:
    stream, clock = io.StringIO(), FakeClock(NOW)
    view = LiveView(stream, EN, clock, environ={}, footer="This is a demo.")
    view.show(snapshots.on_its_way())
    view.show(snapshots.on_its_way())
    view.show(snapshots.green())
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert "[green] All 3 names are right" in lines[1]
    assert "\x1b" not in stream.getvalue()
