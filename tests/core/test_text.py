"""Sentences with the words of strangers in them."""

from __future__ import annotations

import pytest

from ddns_tray.core.text import Text, text
from ddns_tray.words import Words

HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202etxt\r\x9b5m"
TOLD = "The service says: {answer}"


@pytest.mark.parametrize(
    "spoken",
    [
        str(text(TOLD, answer=HOSTILE)),
        Words("en").say(text(TOLD, answer=HOSTILE)),
        Words("en").tr(TOLD, answer=HOSTILE),
        Words("en").ntr(TOLD, TOLD, 2, answer=HOSTILE),
        Words("en").fill(Text(TOLD), {"answer": HOSTILE}),
    ],
    ids=["str", "say", "tr", "ntr", "fill"],
)
def test_what_a_terminal_would_obey_is_not_spoken(spoken: str) -> None:
    assert spoken.startswith("The service says: \ufffd]0;owned")
    assert not set("\x1b\x07\u202e\r\x9b") & set(spoken)


def test_letters_of_every_script_and_lines_of_their_own_are_spoken() -> None:
    said = "例子.cn, bücher.de, ‌नमस्ते\n\tsecond line"
    assert Words("en").tr("{said}", said=said) == said
    assert str(text("{said} {count}", said=said, count=3)) == f"{said} 3"
