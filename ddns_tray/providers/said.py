"""What a service says of a refusal beside its message: in details, fields and chains of causes.

The message of many services says little ("DNS Validation Error"), and what helps stands deeper: in `error_chain` at
Cloudflare, in `fields` at GoDaddy, in members named after the wrong field at deSEC. So every sentence of a refusal
counts; codes, addresses and times do not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 3
"""Sentences beside the message; more would not be read."""
DEEPEST = 6
LONGEST = 300
"""Signs from which a text is no sentence but a trace of a program."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_GENERAL = frozenset({"error", "errors", "message", "messages", "detail", "details", "description", "reason"})
"""Names of members that say nothing about what is wrong."""


def said(answer: object, message: str) -> str:
    """Return the message and, behind it, the sentences of the answer that it does not hold."""
    parts = [message] if message else []
    for name, sentence in _sentences(answer, "", DEEPEST):
        if len(parts) > MOST:
            break
        if not any(sentence in part for part in parts):
            parts.append(f"{name}: {sentence}" if name else sentence)
    return "; ".join(parts)


def _sentences(value: object, name: str, depth: int) -> Iterator[tuple[str, str]]:
    """Every sentence, and the name of the field that it is about, where a list of sentences is named after one."""
    if isinstance(value, str):
        if len(value) <= LONGEST and " " in value.strip() and len(_WORD.findall(value)) > 1:
            yield name, value.strip()
    elif depth and isinstance(value, dict):
        for member, below in value.items():
            about = member if isinstance(below, list) and _names_a_field(str(member)) else ""
            yield from _sentences(below, about, depth - 1)
    elif depth and isinstance(value, list):
        for below in value:
            yield from _sentences(below, name if isinstance(below, str) else "", depth - 1)


def _names_a_field(member: str) -> bool:
    return member.lower() not in _GENERAL and not member.lower().endswith("_errors")
