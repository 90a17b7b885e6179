"""Sentences that have not been spoken yet.

Logic must not hold display strings, yet an error has to say what to do. A `Text` is the compromise that gettext makes
possible: the English literal, which is also the key of the translation, and the named fields that go into it. `words`
speaks it in the person's language. This module does not translate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

FieldValue = str | int | float
T = TypeVar("T")

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but for line feed and tab, and those that turn the direction of what follows."""


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence: `message` is an English literal with `{named}` fields, `fields` are their values.

    A field is a fact (a name, an address, a number), never a secret and never a piece of a sentence.
    """

    message: str
    fields: Mapping[str, FieldValue] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        """English, for logs and tracebacks."""
        return self.message.format_map(harmless(self.fields)) if self.fields else self.message

    def __hash__(self) -> int:
        """Hash by content, since a mapping has no hash of its own."""
        return hash((self.message, tuple(sorted(self.fields.items()))))


def text(message: str, /, **fields: FieldValue) -> Text:
    """Mark an English literal for translation and bind its fields; the catalogue collects the calls of this name."""
    return Text(message, MappingProxyType(fields))


def without_control(words: str) -> str:
    """The words with a sign in the place of what a terminal would obey."""
    return _UNSEEN.sub("\ufffd", words)


def harmless(fields: Mapping[str, T]) -> Mapping[str, T | str]:
    """The fields with a sign in the place of what a terminal would obey: some are words of servers and of strangers."""
    for value in fields.values():
        if isinstance(value, str) and _UNSEEN.search(value):
            break
    else:
        return fields
    return {name: _UNSEEN.sub("\ufffd", value) if isinstance(value, str) else value for name, value in fields.items()}
