"""Questions, ready for the wire: only the id and the case of the letters change from one sending to the next.

Building a message with dnspython costs more than sending it, and the same few questions go to many servers; so a
question is laid out once, by hand (RFC 1035 §4.1, RFC 6891 §6.1.2). Reading answers is left to dnspython.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

EDNS_PAYLOAD = 1232
"""Octets that pass every common link without fragments (DNS flag day 2020)."""
HEADER_OCTETS = 12
TYPE_CODES: Final = {"A": 1, "NS": 2, "SOA": 6, "AAAA": 28}
_CLASS_IN = b"\x00\x01"
_RECURSION_DESIRED = 0x0100
_AUTHENTIC_DATA = 0x0020
_CHECKING_DISABLED = 0x0010
_OPT = b"\x00\x00\x29" + EDNS_PAYLOAD.to_bytes(2) + bytes(6)
_CASE_BIT = bytes(0x20 if chr(octet).isascii() and chr(octet).isalpha() else 0 for octet in range(256))


@dataclass(frozen=True, slots=True)
class Query:
    """One question. `name` is canonical; the empty string is the root.

    `case_mask` has a bit wherever the name has a letter whose case may be turned.
    """

    name: str
    type: str
    recursive: bool
    head: bytes
    question: bytes
    tail: bytes
    case_mask: int
    number: int
    """The question section as one number."""
    size: int
    """Octets of the question section and an id."""

    def question_in_random_case(self) -> bytes:
        """The question section with the case of each letter drawn by lot: more bits for a forger to guess.

        This is the "0x20" of draft-vixie-dnsext-dns0x20; owner names compare without case (RFC 4343). The pool does the
        same with octets that it draws many at a time.
        """
        size = len(self.question)
        return (self.number ^ (secrets.randbits(size * 8) & self.case_mask)).to_bytes(size)

    def wire(self, message_id: int, question: bytes | None = None) -> bytes:
        """The whole message under `message_id`."""
        return message_id.to_bytes(2) + self.head + (question or self.question) + self.tail


def prepare(
    name: str, record_type: str, *, recursive: bool, edns: bool = True, checking_disabled: bool = False
) -> Query:
    """Lay out a question. A recursive one sets AD, so that a validating resolver tells its mind (RFC 6840 §5.7)."""
    flags = (_RECURSION_DESIRED | _AUTHENTIC_DATA) if recursive else 0
    if checking_disabled:
        flags |= _CHECKING_DISABLED
    owner = _encode(name)
    question = owner + TYPE_CODES[record_type].to_bytes(2) + _CLASS_IN
    return Query(
        name=name,
        type=record_type,
        recursive=recursive,
        head=flags.to_bytes(2) + b"\x00\x01\x00\x00\x00\x00" + (b"\x00\x01" if edns else b"\x00\x00"),
        question=question,
        tail=_OPT if edns else b"",
        # Length octets are at most 63, below the first letter, so they are never taken for one.
        number=int.from_bytes(question),
        size=len(question) + 2,
        case_mask=int.from_bytes(owner.translate(_CASE_BIT)) << 32,
    )


def _encode(name: str) -> bytes:
    if not name:
        return b"\x00"
    if "\\" in name:  # octets that are no host name, from an alias or a delegation
        import dns.name  # noqa: PLC0415 - seldom needed, and not before the first look

        return dns.name.from_text(name + ".").to_wire() or b"\x00"
    labels = [label.encode("ascii") for label in name.split(".")]
    return b"".join(len(label).to_bytes(1) + label for label in labels) + b"\x00"
