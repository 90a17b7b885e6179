"""From the bytes of a stranger to exactly one address, or a refusal; pure.

Why strict: a page that a sign-in portal, a block page or a broken service sends instead often contains some number
that looks like an address. Whoever takes the first one publishes it. So the whole answer has to be the address.
"""

from __future__ import annotations

import json
import string
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from ddns_tray.core.errors import DetectorError, ProblemCode
from ddns_tray.core.text import text
from ddns_tray.detectors.base import FAMILY_NAMES

if TYPE_CHECKING:
    from ddns_tray.core.model import Family, IPAddress

MAX_ANSWER_BYTES = 4096
_JSON_KEYS = frozenset({"ip", "address", "query", "origin", "ip_addr"})
_WHITESPACE = " \t\r\n"
_EXCERPT_LENGTH = 40
_PRINTABLE = frozenset(string.ascii_letters + string.digits + " .:,-_/<>[]{}\"'=+!?()%")


def one_address(answer: bytes, family: Family) -> IPAddress:
    """Return the address that the whole of `answer` is: as plain text, a JSON string or a JSON object.

    An object must have exactly one of the keys that are in use for this. Raises `DetectorError` for anything else.
    """
    plain = _as_text(answer)
    if plain.startswith(("{", '"')):
        plain = _from_json(plain)
    return strict_address(plain, family)


def traced_address(answer: bytes, family: Family) -> IPAddress:
    """Return the address in a Cloudflare trace: lines `key=value`, one of them `ip=`.

    Source: developers.cloudflare.com/fundamentals/reference/cdn-cgi-endpoint. Refused while WARP is on: then the
    address is that of the tunnel's end and not ours.
    """
    fields: dict[str, str] = {}
    for line in _as_text(answer).splitlines():
        key, equals, value = line.partition("=")
        if not equals or key in fields:
            raise not_an_address(line)
        fields[key] = value
    if fields.get("warp", "off") != "off":
        raise DetectorError(
            text("Cloudflare WARP is on, so the address seen from outside is not that of this line."),
            text("Turn WARP off on this computer, or use a source that does not pass through it."),
        )
    return strict_address(fields.get("ip", ""), family)


def nested_address(answer: bytes, family: Family) -> IPAddress:
    """Return the address in IPIP.net's JSON: `{"ret": "ok", "data": {"ip": …}}`."""
    plain = _as_text(answer)
    whole = _loads(plain)
    data = whole.get("data") if isinstance(whole, dict) and whole.get("ret") == "ok" else None
    address = data.get("ip") if isinstance(data, dict) else None
    if not isinstance(address, str):
        raise not_an_address(plain)
    return strict_address(address, family)


def strict_address(plain: str, family: Family) -> IPAddress:
    """Return the address that `plain` is, without zone, of the right family and one that a host can have."""
    try:
        address = ip_address(plain)
    except ValueError as exc:
        raise not_an_address(plain) from exc
    if isinstance(address, IPv6Address) and (address.scope_id is not None or address.ipv4_mapped is not None):
        raise not_an_address(plain)
    if address.version != family.version:
        raise DetectorError(
            text("{address} is not an {family} address.", address=str(address), family=FAMILY_NAMES[family]),
            text("This source does not tell the two kinds apart; use one that does."),
            code=ProblemCode.WRONG_FAMILY,
        )
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        raise DetectorError(
            text("{address} cannot be the address of this line.", address=str(address)),
            text("Check the source; it may answer from this computer itself."),
            code=ProblemCode.NOT_AN_ADDRESS,
        )
    return address


def not_an_address(answer: str) -> DetectorError:
    """Return the refusal of `answer`, with a harmless excerpt of it as the hint."""
    words = " ".join(answer[: 2 * _EXCERPT_LENGTH].split())  # two lines must not read as one address
    excerpt = "".join(sign for sign in words if sign in _PRINTABLE)[:_EXCERPT_LENGTH].strip()
    return DetectorError(
        text("The source did not answer with one address and nothing else."),
        text("It answered: {excerpt}", excerpt=excerpt) if excerpt else text("It answered with nothing readable."),
        code=ProblemCode.NOT_AN_ADDRESS,
    )


def _as_text(answer: bytes) -> str:
    try:
        return answer.decode("utf-8").strip(_WHITESPACE)
    except UnicodeDecodeError as exc:
        raise not_an_address(answer.decode("ascii", "ignore")) from exc


def _from_json(plain: str) -> str:
    value = _loads(plain)
    if isinstance(value, dict):
        named = [value[key] for key in _JSON_KEYS if key in value]
        value = named[0] if len(named) == 1 else None
    if not isinstance(value, str):
        raise not_an_address(plain)
    return value


def _loads(plain: str) -> object:
    try:
        return json.loads(plain, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as exc:
        raise not_an_address(plain) from exc


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    collected = dict(pairs)
    if len(collected) != len(pairs):
        message = "a key is there twice"
        raise ValueError(message)
    return collected
