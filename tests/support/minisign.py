"""A signer in the manner of minisign, with keys that a test makes; slow, and for tests alone."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from hashlib import blake2b, sha512

from ddns_tray.core.ed25519 import BASE, encoded, times

_ORDER = 2**252 + 27742317777372353535851937790883648493


@dataclass(frozen=True)
class Signer:
    """One pair of keys, made of a seed of 32 octets (RFC 8032 §5.1.5)."""

    seed: bytes = bytes(range(32))
    id: bytes = b"testkey1"
    _scalar: int = field(init=False, repr=False)
    _prefix: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        digest = sha512(self.seed).digest()
        clamped = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
        object.__setattr__(self, "_scalar", clamped)
        object.__setattr__(self, "_prefix", digest[32:])

    @property
    def raw_public(self) -> bytes:
        return encoded(times(self._scalar, BASE))

    @property
    def public(self) -> str:
        """The line of minisign.pub."""
        return base64.b64encode(b"Ed" + self.id + self.raw_public).decode()

    def raw_sign(self, message: bytes) -> bytes:
        """64 octets (RFC 8032 §5.1.6)."""
        secret = int.from_bytes(sha512(self._prefix + message).digest(), "little") % _ORDER
        point = encoded(times(secret, BASE))
        challenge = int.from_bytes(sha512(point + self.raw_public + message).digest(), "little") % _ORDER
        return point + ((secret + challenge * self._scalar) % _ORDER).to_bytes(32, "little")

    def sign(self, content: bytes, *, comment: str = "timestamp:1", hashed: bool = True) -> bytes:
        """The .minisig file of some content."""
        signed = self.raw_sign(blake2b(content).digest() if hashed else content)
        over_all = self.raw_sign(signed + comment.encode())
        first = base64.b64encode((b"ED" if hashed else b"Ed") + self.id + signed).decode()
        second = base64.b64encode(over_all).decode()
        return f"untrusted comment: x\n{first}\ntrusted comment: {comment}\n{second}\n".encode()
