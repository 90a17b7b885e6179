"""Sentences that have not been spoken yet.

Logic must not hold display strings, yet an error has to say what to do. A `Text` is the compromise that gettext makes
possible: the English literal, which is also the key of the translation, and the named fields that go into it. `words`
speaks it in the person's language. This module does not translate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FieldValue = str | int | float


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence: `message` is an English literal with `{named}` fields, `fields` are their values.

    A field is a fact (a name, an address, a number), never a secret and never a piece of a sentence.
    """

    message: str
    fields: Mapping[str, FieldValue] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        """English, for logs and tracebacks."""
        return self.message.format_map(self.fields) if self.fields else self.message

    def __hash__(self) -> int:
        """Hash by content, since a mapping has no hash of its own."""
        return hash((self.message, tuple(sorted(self.fields.items()))))


def text(message: str, /, **fields: FieldValue) -> Text:
    """Mark an English literal for translation and bind its fields; the catalogue collects the calls of this name."""
    return Text(message, MappingProxyType(fields))
