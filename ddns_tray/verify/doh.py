"""DNS over HTTPS (RFC 8484), through the `HttpClient` port: GET, with an id drawn by lot so that no cache answers.

HTTP/2 is offered, so that all questions to a resolver share one kept connection (docs/decisions/dns-over-https.md).
"""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from ddns_tray.core.errors import ConnectFailed, ConnectionLost, TimedOut, TlsFailed, TransportError
from ddns_tray.core.model import LookError, Transport
from ddns_tray.core.ports import HttpRequest
from ddns_tray.verify.queries import HEADER_OCTETS
from ddns_tray.verify.question import Received

if TYPE_CHECKING:
    from ddns_tray.core.ports import Clock, HttpClient
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.targets import Target

_MEDIA_TYPE = "application/dns-message"
_OK = 200
_QR = 0x80
_MAX_MESSAGE = 65_535


class HttpsTransport:
    """Asks resolvers over HTTPS."""

    def __init__(self, http: HttpClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._lane = 0

    def renew(self) -> None:
        """Use new connections from now on: the line may be another one, and the old ones dead without a word."""
        self._lane += 1

    async def ask(self, target: Target, query: Query, timeout: float) -> Received:  # noqa: ASYNC109 - of the request
        """Ask one question; what goes wrong is told as a `LookError`."""
        endpoint = target.endpoint
        host = f"[{target.host}]" if ":" in target.host else target.host
        message_id = secrets.randbits(16)
        asked = base64.urlsafe_b64encode(query.wire(message_id)).rstrip(b"=").decode("ascii")
        request = HttpRequest(
            "GET",
            f"https://{host}:{target.port}{target.path}",
            headers={"accept": _MEDIA_TYPE},
            params=(("dns", asked),),
            timeout=timeout,
            max_bytes=_MAX_MESSAGE,
            use_proxy=False,
            address=endpoint.address if endpoint is not None and endpoint.address != target.host else None,
            ca_file=target.ca_file,
            http2=True,
            lane=self._lane,
        )
        started = self._clock.monotonic()
        try:
            try:
                response = await self._http.send(request)
            except ConnectionLost:
                # A server closes an idle connection when it likes, and over HTTP/2 one learns it by asking.
                started = self._clock.monotonic()
                response = await self._http.send(request)
        except TransportError as exc:
            return Received(self._clock.now(), Transport.HTTPS, error=_kind_of(exc))
        wire = response.body if response.status == _OK and _is_answer(response.body, query, message_id) else None
        error = LookError.HTTP if response.status != _OK else LookError.MALFORMED
        rtt = self._clock.monotonic() - started
        return Received(self._clock.now(), Transport.HTTPS, wire, rtt, error if wire is None else None)


def _is_answer(wire: bytes, query: Query, message_id: int) -> bool:
    """Say whether these octets answer this question. Some services answer under the id 0 (RFC 8484 §4.1)."""
    if len(wire) < HEADER_OCTETS or not wire[2] & _QR or int.from_bytes(wire[:2]) not in (message_id, 0):
        return False
    echoed = wire[HEADER_OCTETS : HEADER_OCTETS + len(query.question)]
    return echoed.lower() == query.question.lower()


def _kind_of(error: TransportError) -> LookError:
    kinds: dict[type[TransportError], LookError] = {
        ConnectFailed: LookError.UNREACHABLE,
        TlsFailed: LookError.TLS,
        TimedOut: LookError.TIMEOUT,
        ConnectionLost: LookError.CONNECTION_LOST,
    }
    return next((found for kind, found in kinds.items() if isinstance(error, kind)), LookError.HTTP)
