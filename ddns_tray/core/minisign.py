"""Signatures as minisign writes them: small text files beside what they sign.

The format is that of jedisct1.github.io/minisign ("Signature format"), so that people can check a download with a tool
of their own, and whoever releases needs none of ours. Verifies only.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import blake2b

from ddns_tray.core import ed25519

_PLAIN, _HASHED = b"Ed", b"ED"
_ID = 8
_LINES = 4
_TRUSTED = "trusted comment: "


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Whose signatures are believed; `id` tells which of several keys has signed."""

    id: bytes
    key: bytes


def public_key(line: str) -> PublicKey:
    """Read the second line of a minisign.pub file. Raises `ValueError`."""
    raw = _decoded(line)
    if len(raw) != len(_PLAIN) + _ID + ed25519.KEY_BYTES or raw[:2] != _PLAIN:
        message = "not a public key of minisign"
        raise ValueError(message)
    return PublicKey(raw[2 : 2 + _ID], raw[2 + _ID :])


def is_signed(content: bytes, signature: bytes, keys: tuple[PublicKey, ...]) -> bool:
    """Say whether one of `keys` has signed `content`. `signature` is the whole .minisig file.

    The trusted comment is signed as well, and has to be right; it says nothing that is used here.
    """
    try:
        lines = signature.decode("utf-8").splitlines()
        if len(lines) < _LINES or not lines[2].startswith(_TRUSTED):
            return False
        raw, over_all = _decoded(lines[1]), _decoded(lines[3])
    except ValueError:
        return False
    kind, key_id, signed = raw[:2], raw[2 : 2 + _ID], raw[2 + _ID :]
    message = {_PLAIN: content, _HASHED: blake2b(content).digest()}.get(kind)
    if message is None:
        return False
    comment = lines[2].removeprefix(_TRUSTED).encode()
    return any(
        ed25519.verify(each.key, message, signed) and ed25519.verify(each.key, signed + comment, over_all)
        for each in keys
        if each.id == key_id
    )


def _decoded(line: str) -> bytes:
    try:
        return base64.b64decode(line.strip(), validate=True)
    except binascii.Error as exc:
        raise ValueError(str(exc)) from exc
