"""What a service's "no" means: one sentence and one piece of advice for each kind, and nothing secret in either.

A service's own message is worth showing, since it often names the very thing to change; it goes through `Scrubber`,
because some services quote what they were sent.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from dataclasses import replace
from html import escape
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from ddns_tray.core.errors import (
    AbuseBlocked,
    AuthenticationFailed,
    ClockSkewed,
    PermissionDenied,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    RecordConflict,
    RecordNotFound,
    RequestRejected,
    UnexpectedAnswer,
    ZoneNotFound,
)
from ddns_tray.core.text import Text, text
from ddns_tray.providers.kinds import KeyOrNameRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_MESSAGE = 200
LONG_LINE = 24
"""Signs from which a line of a secret is taken for a secret of its own."""
RATE_LIMIT_PAUSE = 300.0
"""Seconds to wait where a service asks for calm without saying how long."""

Refusal = type[ProviderError]

_TAGS = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")

_TOO_MANY = re.compile(
    r"rate[ _-]?limit|throttl|too[ _-]many[ _-](?:\w+[ _-])?(?:requests|calls|queries)"
    r"|(?:requests|calls|queries) (?:per|a) (?:second|minute|hour|day)|too (?:frequent|often)|flow control"
    r"|(?:过于|太|过)频繁",
    re.IGNORECASE,
)

_BY_STATUS: dict[int, Refusal] = {
    HTTPStatus.BAD_REQUEST: RequestRejected,
    HTTPStatus.UNAUTHORIZED: AuthenticationFailed,
    HTTPStatus.FORBIDDEN: PermissionDenied,
    HTTPStatus.REQUEST_TIMEOUT: ProviderUnavailable,
    HTTPStatus.CONFLICT: RequestRejected,
    HTTPStatus.UNPROCESSABLE_ENTITY: RequestRejected,
    HTTPStatus.LOCKED: RecordConflict,
    HTTPStatus.TOO_EARLY: ProviderUnavailable,
    HTTPStatus.TOO_MANY_REQUESTS: RateLimited,
}


class Scrubber:
    """Makes a foreign message fit to be shown: no secret in any spelling, no control signs, no mark-up, not long."""

    __slots__ = ("_secrets",)

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {spelling for secret in secrets for piece in _pieces(secret) for spelling in _spellings(piece)}
        self._secrets = sorted(spellings, key=len, reverse=True)

    def clean(self, message: str) -> str:
        """Return the message scrubbed and on one line of at most `MAX_MESSAGE` signs."""
        for secret in self._secrets:
            message = message.replace(secret, "…")
        line = _SPACE.sub(" ", _TAGS.sub(" ", message)).strip()
        return line if len(line) <= MAX_MESSAGE else line[: MAX_MESSAGE - 1].rstrip() + "…"


def _pieces(secret: str) -> Iterable[str]:
    """The secret, and of one with many lines (a key file) every line that says something by itself."""
    if secret:
        yield secret
    yield from (line for line in secret.replace("\\n", "\n").splitlines() if len(line) >= LONG_LINE)


def _spellings(secret: str) -> Iterable[str]:
    """How a secret may be quoted: in an address, a form, JSON, mark-up, or the Base64 of a header."""
    yield from (secret, quote(secret, safe=""), quote(secret), quote_plus(secret))
    yield from (escape(secret), escape(secret, quote=False), json.dumps(secret)[1:-1])
    yield from (
        b64encode(secret.encode()).decode().rstrip("="),
        urlsafe_b64encode(secret.encode()).decode().rstrip("="),
    )


def kind_of_status(status: int) -> Refusal:
    """Return what an HTTP status means where the service says nothing finer. 404 depends on the call."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProviderUnavailable
    if status < HTTPStatus.BAD_REQUEST:
        return UnexpectedAnswer
    return _BY_STATUS.get(status, RequestRejected)


def kind_of_words(kind: Refusal, message: str) -> Refusal:
    """Return what a refusal of a general kind means by its words: many services ask for calm without a code for it.

    Dynadot and DNS Made Easy do so with 400 (lexicon issue 437), ClouDNS with 200 (stalwartlabs/dns-update issue 78).
    """
    general = kind in {RequestRejected, PermissionDenied, UnexpectedAnswer}
    return RateLimited if general and _TOO_MANY.search(message) else kind


def refusal(kind: Refusal, service: str, message: str = "", *, retry_after: float | None = None) -> ProviderError:
    """Make the error of that kind. `message` is the service's own, already clean; it may be empty."""
    if kind is RateLimited and retry_after is None:
        retry_after = RATE_LIMIT_PAUSE
    return kind(_title(kind, service, message), _hint(kind), retry_after=retry_after)


def _title(kind: Refusal, service: str, message: str) -> Text:
    plain, quoted = next(_TITLES[each] for each in kind.__mro__ if each in _TITLES)
    if message:
        return replace(quoted, fields=MappingProxyType({"service": service, "message": message}))
    return replace(plain, fields=MappingProxyType({"service": service}))


_TITLES: dict[type, tuple[Text, Text]] = {
    KeyOrNameRefused: (
        text("{service} does not accept the key, or does not know the name."),
        text("{service} does not accept the key, or does not know the name: {message}"),
    ),
    AuthenticationFailed: (
        text("{service} does not accept the credentials."),
        text("{service} does not accept the credentials: {message}"),
    ),
    PermissionDenied: (
        text("{service} does not allow this with these credentials."),
        text("{service} does not allow this with these credentials: {message}"),
    ),
    AbuseBlocked: (
        text("{service} has blocked this name or this computer."),
        text("{service} has blocked this name or this computer: {message}"),
    ),
    ZoneNotFound: (
        text("{service} does not know the zone."),
        text("{service} does not know the zone: {message}"),
    ),
    RecordNotFound: (
        text("{service} does not know this record."),
        text("{service} does not know this record: {message}"),
    ),
    RecordConflict: (
        text("At {service} another record stands in the way."),
        text("At {service} another record stands in the way: {message}"),
    ),
    RateLimited: (
        text("{service} asks for fewer requests."),
        text("{service} asks for fewer requests: {message}"),
    ),
    ProviderUnavailable: (
        text("{service} is out of order at the moment."),
        text("{service} is out of order at the moment: {message}"),
    ),
    RequestRejected: (
        text("{service} refuses the request."),
        text("{service} refuses the request: {message}"),
    ),
    ClockSkewed: (
        text("{service} does not accept our signature because two clocks disagree."),
        text("{service} does not accept our signature because two clocks disagree: {message}"),
    ),
    UnexpectedAnswer: (
        text("{service} gave an answer that we do not understand."),
        text("{service} gave an answer that we do not understand: {message}"),
    ),
    ProviderError: (
        text("{service} could not do it."),
        text("{service} could not do it: {message}"),
    ),
}


def _hint(kind: Refusal) -> Text | None:
    return next((_HINTS[each] for each in kind.__mro__ if each in _HINTS), None)


_HINTS: dict[type, Text] = {
    KeyOrNameRefused: text(
        "Check at the service that the name exists and belongs to the same account as the key, then enter the key anew."
    ),
    AuthenticationFailed: text(
        "Check the credentials at the service, make new ones if need be, and enter them in the account's settings."
    ),
    PermissionDenied: text(
        "Give the credentials the right to read the zone and to edit its DNS records, or use others that have it."
    ),
    AbuseBlocked: text("Read what the service says in its control panel before you switch the record on again."),
    ZoneNotFound: text("Check the name, and whether these credentials may see its zone."),
    RecordNotFound: text("Check the name at the service; it may have to be created there first."),
    RecordConflict: text("Remove the other record at the service, or use another name."),
    RateLimited: text("Nothing needs doing: we wait as long as the service asks."),
    ProviderUnavailable: text("Nothing needs doing: we try again later."),
    RequestRejected: text("Check the record and the account in the settings."),
    ClockSkewed: text("Set this computer's clock, best by letting it follow the network's time."),
    UnexpectedAnswer: text("Check the address of the service; its interface may also have changed."),
}
