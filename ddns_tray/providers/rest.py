"""The wire to one HTTP service: it builds and counts requests, reads answers, and turns every failure into our errors.

It sends each request once. Whether and when to try again is the engine's to decide, for it alone knows the whole.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    RecordNotFound,
    RequestRejected,
    TransportError,
    Unconfirmed,
    UnexpectedAnswer,
)
from ddns_tray.core.ports import HttpRequest
from ddns_tray.core.retry_after import retry_after
from ddns_tray.core.text import text
from ddns_tray.providers.refusals import Refusal, Scrubber, kind_of_status, kind_of_words, refusal
from ddns_tray.providers.said import said
from ddns_tray.providers.shape import WHOLE, Json, Misfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ddns_tray.core.ports import Clock, HttpClient, HttpResponse
    from ddns_tray.providers.auth import Auth

TIMEOUT = 30.0
MAX_BYTES = 20_000_000
"""A zone with some ten thousand names is a few megabytes of JSON."""

_READING_METHODS = frozenset({"GET", "HEAD"})

_PLAIN_IN_PATHS = "*@"
"""Signs for wildcards and for the apex. Paths may hold them as they are (RFC 3986 §3.3), and Hetzner's interface does
not find them where they are encoded (ddns-updater, issue 1039)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in the service's own words: its code (empty where it has none) and its message."""

    code: str
    message: str


def _no_fault(_status: int, _body: Json) -> Fault | None:
    return None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one service speaks of errors: where they stand in the body, and what its codes mean.

    `fault` looks at any answer, also at one of status 200, and returns what is wrong with it. `codes` goes before the
    meaning of the HTTP status.
    """

    service: str
    fault: Callable[[int, Json], Fault | None] = _no_fault
    codes: Mapping[str, Refusal] = field(default_factory=lambda: MappingProxyType({}))


def path(*segments: str) -> str:
    """Build a path of which every segment is percent-encoded, so that a foreign id cannot lead anywhere else."""
    if not all(segments):
        raise UnexpectedAnswer(
            text("The service gave something without an id."),
            text("Nothing was written. Look at the record at the service."),
        )
    return "".join(f"/{_segment(segment)}" for segment in segments)


def _segment(segment: str) -> str:
    return segment.replace(".", "%2E") if segment in {".", ".."} else quote(segment, safe=_PLAIN_IN_PATHS)


class HttpService:
    """One account at one HTTP service. `calls` counts the requests sent."""

    def __init__(
        self,
        *,
        dialect: Dialect,
        base_url: str,
        auth: Auth,
        secrets: Iterable[str],
        http: HttpClient,
        clock: Clock,
        own_address: bool = False,
    ) -> None:
        self.calls = 0
        self._dialect = dialect
        self._base_url = base_url
        self._auth = auth
        self._scrubber = Scrubber(secrets)
        self._http = http
        self._clock = clock
        self._own_address = own_address

    @property
    def name(self) -> str:
        """The service's name, for sentences."""
        return self._dialect.service

    async def get(
        self, where: str, *, params: Sequence[tuple[str, str]] = (), missing: Refusal = RecordNotFound
    ) -> Json:
        """Read; `missing` is what 404 means here."""
        return await self.call("GET", where, params=params, missing=missing)

    async def call(
        self,
        method: str,
        where: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        body: object = None,
        headers: Mapping[str, str] | None = None,
        missing: Refusal = RecordNotFound,
        writes: bool | None = None,
    ) -> Json:
        """Send one request and return its checked JSON (null for an empty body).

        `writes` says whether the request can change anything; by default all but GET and HEAD can. If the answer of
        such a request is lost or cannot be read, that is `Unconfirmed`.
        """
        may_write = method not in _READING_METHODS if writes is None else writes
        all_headers = {"Accept": "application/json", **(headers or {})}
        if body is not None:
            all_headers["Content-Type"] = "application/json"
        response = await self.send(
            HttpRequest(
                method,
                self._base_url + where,
                headers=all_headers,
                params=params,
                body=b"" if body is None else json.dumps(body).encode(),
                timeout=TIMEOUT,
                max_bytes=MAX_BYTES,
            ),
            writes=may_write,
        )
        return self._checked(response, missing=missing, writes=may_write)

    async def send(self, request: HttpRequest, *, writes: bool) -> HttpResponse:
        """Sign, count and send a request; the answer is not judged yet."""
        signed = self._auth(request, self._clock.now())
        self.calls += 1
        try:
            return await self._http.send(signed)
        except TransportError as exc:
            if writes and exc.sent:
                raise self._unconfirmed() from exc
            raise

    def refuse(self, kind: Refusal, message: str = "", *, response: HttpResponse | None = None) -> ProviderError:
        """Make an error of this service; the message is cleaned, and Retry-After obeyed where there is an answer."""
        wait = retry_after(response.headers, self._clock.now()) if response is not None else None
        if kind not in {RateLimited, ProviderUnavailable}:
            wait = None
        return refusal(kind, self.name, self._scrubber.clean(message), retry_after=wait)

    def refuse_page(self, response: HttpResponse) -> ProviderError:
        """Make the error for a page for people. One that is fine by itself may mean that the address is wrong."""
        error = self.refuse(kind_of_page(response.status), response=response)
        if self._own_address and response.status == HTTPStatus.OK:
            return ProviderUnavailable(
                text("{service} answers with a page for people.", service=self.name),
                text("Check the address in the account's settings; if it is right, the service is out of order."),
                retry_after=error.retry_after,
            )
        return error

    def misfit(self, exc: Misfit) -> UnexpectedAnswer:
        """Make the error for an answer that lacks what its documentation promises."""
        if str(exc) == WHOLE:
            return UnexpectedAnswer(
                text(
                    "The answer of {service} is empty, or has another form than its documentation says.",
                    service=self.name,
                ),
                text("Check the address of the service; its interface may also have changed."),
            )
        return UnexpectedAnswer(
            text("The answer of {service} has no {place}.", service=self.name, place=str(exc)),
            text("Check the address of the service; its interface may also have changed."),
        )

    def _checked(self, response: HttpResponse, *, missing: Refusal, writes: bool) -> Json:
        fine = HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES
        if looks_like_html(response):
            raise self.refuse_page(response)
        if HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST:
            raise UnexpectedAnswer(
                text("{service} sends us to another address.", service=self.name),
                text("Write the new address into the account, after making sure that it is right."),
            )
        try:
            answer = Json(json.loads(response.body) if response.body.strip() else None)
        except (ValueError, RecursionError) as exc:
            if not fine:
                raise self._refused(response, Fault("", response.text()), missing) from exc
            if writes:
                raise self._unconfirmed() from exc
            raise self.refuse(UnexpectedAnswer, response=response) from exc
        try:
            fault = self._dialect.fault(response.status, answer)
        except Misfit as exc:
            if fine:
                raise (self._unconfirmed() if writes else self.misfit(exc)) from exc
            fault = None
        if fault is not None or not fine:
            told = fault or Fault("", "")
            raise self._refused(response, replace(told, message=said(answer.value, told.message)), missing)
        return answer

    def _refused(self, response: HttpResponse, fault: Fault, missing: Refusal) -> ProviderError:
        kind = self._dialect.codes.get(fault.code)
        if kind is None:
            kind = missing if response.status == HTTPStatus.NOT_FOUND else kind_of_status(response.status)
            kind = RequestRejected if response.status < HTTPStatus.MULTIPLE_CHOICES else kind
            kind = kind_of_words(kind, fault.message)
        return self.refuse(kind, fault.message, response=response)

    def _unconfirmed(self) -> Unconfirmed:
        return Unconfirmed(
            text("The answer of {service} was lost; the change may or may not have been made.", service=self.name),
            text("Nothing needs doing: we look before we write again."),
        )


def looks_like_html(response: HttpResponse) -> bool:
    """Say whether an answer is a page for people: a maintenance notice, a sign-in page, a firewall's message.

    Some services send their data under the type of a page (name.com did for years): what begins as JSON is no page.
    """
    body = response.body.lstrip()
    if "html" in response.headers.get("content-type", "").lower():
        return bool(body) and not body.startswith((b"{", b"["))
    return body[:15].lower().startswith((b"<!doctype html", b"<html"))


def kind_of_page(status: int) -> Refusal:
    """A page for people does not come from the interface itself, so its 403 says nothing about our rights."""
    kind = kind_of_status(status)
    return kind if kind in {AuthenticationFailed, RateLimited} else ProviderUnavailable
