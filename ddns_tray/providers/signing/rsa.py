"""Signatures with an RSA key (RSASSA-PKCS1-v1_5, RFC 8017 §8.2.1), with nothing but Python's integers.

Only for signing, with a key of the person's own, a few times an hour; docs/decisions/signatures.md says why there is no
library for it. Powers of secrets take a time that depends on them, so the number to be signed is blinded, and what
comes out is checked with the public half before it leaves: a fault in between would give the key away.

Keys are read from PEM as the services give them: PKCS #8 (RFC 5208) or PKCS #1 (RFC 8017 A.1.2), without a passphrase.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from enum import Enum, auto
from math import gcd

SMALLEST = 1024
"""Bits. Shorter keys are broken; no service makes them."""
LARGEST = 16384
"""Bits. Longer ones are a mistake, and would take minutes."""

_SHA2 = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
"""What goes before the digest: the DER of `DigestInfo` (RFC 8017 §9.2, note 1)."""
_RSA = bytes.fromhex("2a864886f70d010101")
"""The object identifier rsaEncryption."""
_INTEGER, _OCTETS, _IDENTIFIER, _SEQUENCE = 0x02, 0x04, 0x06, 0x30
_INTEGERS_OF_A_KEY = 9

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)


class KeyFault(Enum):
    """Why something is not a key to sign with."""

    NOT_PEM = auto()
    ENCRYPTED = auto()
    PUBLIC = auto()
    NOT_RSA = auto()
    BROKEN = auto()


class NotAKey(ValueError):
    """What was given is no RSA key to sign with; nothing of it is quoted."""

    def __init__(self, fault: KeyFault) -> None:
        super().__init__(fault.name)
        self.fault = fault


@dataclass(frozen=True, slots=True, repr=False)
class RsaKey:
    """A private key; shows nothing of itself."""

    modulus: int
    public_exponent: int
    private_exponent: int = field(repr=False)

    def __repr__(self) -> str:
        return f"RsaKey({self.modulus.bit_length()} bits)"

    def sign(self, message: bytes, *, digest: str) -> bytes:
        """Return the signature over the message; `digest` is "sha256" or "sha512"."""
        size = (self.modulus.bit_length() + 7) // 8
        told = _SHA2[digest] + hashlib.new(digest, message).digest()
        block = b"\x00\x01" + b"\xff" * (size - len(told) - 3) + b"\x00" + told
        return self._private(int.from_bytes(block)).to_bytes(size)

    def _private(self, number: int) -> int:
        modulus, exponent = self.modulus, self.public_exponent
        while gcd(blind := 2 + secrets.randbelow(modulus - 3), modulus) != 1:
            pass
        blinded = number * pow(blind, exponent, modulus) % modulus
        signature = pow(blinded, self.private_exponent, modulus) * pow(blind, -1, modulus) % modulus
        if pow(signature, exponent, modulus) != number:
            raise NotAKey(KeyFault.BROKEN)
        return signature


def read_key(pem: str) -> RsaKey:
    """Read a key in PEM, with whatever white space a form or a shell has made of its lines, or raise `NotAKey`."""
    found = _PEM.search(pem)
    if found is None:
        raise NotAKey(KeyFault.NOT_PEM)
    label, content = found[1], found[2]
    if "ENCRYPTED" in label or "ENCRYPTED" in content:
        raise NotAKey(KeyFault.ENCRYPTED)
    if "PUBLIC" in label or "CERTIFICATE" in label:
        raise NotAKey(KeyFault.PUBLIC)
    if label not in {"PRIVATE KEY", "RSA PRIVATE KEY"}:
        raise NotAKey(KeyFault.NOT_RSA)
    try:
        der = b64decode("".join(content.replace("\\n", "").split()), validate=True)
        numbers = _numbers(der if label.startswith("RSA") else _unwrapped(der))
    except (NotBase64, IndexError, ValueError) as exc:
        raise exc if isinstance(exc, NotAKey) else NotAKey(KeyFault.BROKEN) from exc
    return _checked(numbers)


def _checked(numbers: list[int]) -> RsaKey:
    if len(numbers) != _INTEGERS_OF_A_KEY:
        raise NotAKey(KeyFault.BROKEN)
    _, modulus, public, private, first, second, *_ = numbers
    if not SMALLEST <= modulus.bit_length() <= LARGEST or first * second != modulus or not 1 < public < modulus:
        raise NotAKey(KeyFault.BROKEN)
    if any(prime < 2 or (public * private - 1) % (prime - 1) for prime in (first, second)):  # noqa: PLR2004 - 1 is none
        raise NotAKey(KeyFault.BROKEN)
    return RsaKey(modulus, public, private)


def _unwrapped(der: bytes) -> bytes:
    """Return the key inside of PKCS #8: version, algorithm, key."""
    body = _Reader(_Reader(der).take(_SEQUENCE))
    body.take(_INTEGER)
    if _Reader(body.take(_SEQUENCE)).take(_IDENTIFIER) != _RSA:
        raise NotAKey(KeyFault.NOT_RSA)
    return body.take(_OCTETS)


def _numbers(der: bytes) -> list[int]:
    body = _Reader(_Reader(der).take(_SEQUENCE))
    numbers: list[int] = []
    while not body.at_end:
        numbers.append(int.from_bytes(body.take(_INTEGER)))
    return numbers


class _Reader:
    """Takes one element of DER (X.690) after the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._content)

    def take(self, tag: int) -> bytes:
        """Return the content of the next element, which has to be of that kind."""
        if self._content[self._at] != tag:
            raise NotAKey(KeyFault.BROKEN)
        length, start = self._content[self._at + 1], self._at + 2
        if length & 0x80:
            count = length & 0x7F
            length, start = int.from_bytes(self._content[start : start + count]), start + count
        end = start + length
        if end > len(self._content):
            raise NotAKey(KeyFault.BROKEN)
        self._at = end
        return self._content[start:end]
