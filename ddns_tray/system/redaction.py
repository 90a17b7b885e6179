"""Texts without secrets: whatever this process holds, in every way of writing it, and whatever looks like a secret."""

from __future__ import annotations

import base64
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, quote_plus

from ddns_tray.core.ports import living_secrets

_LEFT_OUT = "[left out]"
_SHORTEST_SECRET = 4
_PLACE = re.compile(r'\s*File ".*", line \d+')
_TELLING = (
    r"authorization|proxy-authorization|cookie|token|passw(?:or)?d|passwd|passphrase|pwd|psk|secret|credential"
    r"|signature|private|api[-_]?key|access[-_]?key|auth[-_]?key|x-auth-\w+"
)
_NAMED = re.compile(rf"(?i)([\w.-]*(?:{_TELLING})[\w.-]*[\"']?\s*[:=]\s*)(?!\s)([^\n,;&)\]}}]+)")
_SCHEME = re.compile(r"(?i)\b(bearer|basic|digest|token|apikey)\s+[A-Za-z0-9._~+/=:-]{6,}")
_USER = re.compile(r"(://)[^/\s@]+@")
_QUERY = re.compile(r"(\w://[^\s?\"']*\?)[^\s\"')]+")
_LONG_WORD, _MANY_CHANGES = 20, 4
"""Signs in a word, and changes between letters and digits in it, from which on it looks like a key."""
_OPAQUE = re.compile(rf"[A-Za-z0-9_=+~.-]{{{_LONG_WORD},}}")


def without_secrets(written: str) -> str:
    """Leave out every secret that this process holds, in all ways of writing it, and whatever looks like one."""
    for secret in sorted(living_secrets(), key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            for form in _forms(secret):
                written = written.replace(form, _LEFT_OUT)
    lines, source_follows = [], False
    for line in written.split("\n"):
        # A trace quotes the line of program text that was reached; that is public, and hands variables on by name.
        lines.append(line if source_follows else _guess(line))
        source_follows = _PLACE.match(line) is not None
    home = str(Path.home())
    joined = "\n".join(lines)
    return joined.replace(home, "~") if len(home) > 1 else joined


def _guess(line: str) -> str:
    line = _SCHEME.sub(rf"\1 {_LEFT_OUT}", line)
    line = _NAMED.sub(rf"\1{_LEFT_OUT}", line)
    line = _USER.sub(rf"\1{_LEFT_OUT}@", line)
    line = _QUERY.sub(rf"\1{_LEFT_OUT}", line)
    return _OPAQUE.sub(_opaque, line)


def _forms(secret: str) -> set[str]:
    octets = secret.encode()
    forms = {secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1], octets.hex()}
    # Within a longer text, base64 begins at one of three places; what does not depend on its neighbours is the same.
    for start in range(3):
        whole = base64.b64encode(b"\0" * start + octets).decode()
        forms.add(whole[-(-start * 4 // 3) :].rstrip("=")[:-1])
    return {form for form in forms if len(form) >= _SHORTEST_SECRET}


def _opaque(found: re.Match[str]) -> str:
    return _LEFT_OUT if _opaque_word(found[0]) else found[0]


def _opaque_word(word: str) -> bool:
    """Long, of letters and digits mixed, and no name that a person would give."""
    changes = sum(one.isdigit() != other.isdigit() for one, other in pairwise(word))
    return len(word) >= _LONG_WORD and changes >= _MANY_CHANGES and not re.search(r"\.(py|so|pyd|dll|dylib)", word)
