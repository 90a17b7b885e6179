"""The wire to services at which one signs in first, and then shows a token until it ends."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ddns_tray.core.errors import AuthenticationFailed
from ddns_tray.core.ports import HttpRequest
from ddns_tray.providers.rest import TIMEOUT, Dialect, HttpService
from ddns_tray.providers.rest_family_service import fault_at
from ddns_tray.providers.shape import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ddns_tray.core.ports import HttpResponse
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import RestService
    from ddns_tray.providers.shape import Json

RENEWED_BEFORE = 120.0
"""Seconds before its end from which a token is no longer used."""


def form_request(url: str, form: Mapping[str, str]) -> HttpRequest:
    """A form that is sent to the sign-in, as OAuth wants it."""
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    return HttpRequest("POST", url, headers=headers, body=urlencode(form).encode(), timeout=TIMEOUT)


class SignedIn(HttpService):
    """Fetches a token before the first request, and another one when that is about to end or is refused."""

    def __init__(
        self, opening: Opening, declared: RestService, *, secrets: Iterable[str], base_url: str | None = None
    ) -> None:
        super().__init__(
            dialect=Dialect(opening.spec.title, fault=declared.fault or fault_at(), codes=declared.codes),
            base_url=opening.base_url() if base_url is None else base_url,
            auth=self._with_token,
            secrets=secrets,
            http=opening.http,
            clock=opening.clock,
            own_address=opening.own_address() or opening.own_address("login_url"),
        )
        self._token = ""
        self._ends = 0.0

    @abstractmethod
    def _sign_in_request(self, now: float) -> HttpRequest:
        """The request that fetches a token."""

    @abstractmethod
    def _token_of(self, answer: Json) -> tuple[str, float]:
        """The token, and the seconds for which it is good."""

    def _with_token(self, request: HttpRequest, _now: float) -> HttpRequest:
        if not self._token:
            return request
        return replace(request, headers={**request.headers, "Authorization": f"Bearer {self._token}"})

    async def send(self, request: HttpRequest, *, writes: bool) -> HttpResponse:
        """Send, signed in."""
        if not self._token or self._clock.monotonic() > self._ends:
            await self._sign_in()
        response = await super().send(request, writes=writes)
        if response.status == HTTPStatus.UNAUTHORIZED:
            self._token = ""
        return response

    async def _sign_in(self) -> None:
        self._token = ""
        response = await super().send(self._sign_in_request(self._clock.now()), writes=False)
        try:
            answer = self._checked(response, missing=AuthenticationFailed, writes=False)
            self._token, good_for = self._token_of(answer)
        except Misfit as exc:
            raise self.misfit(exc) from exc
        self._ends = self._clock.monotonic() + good_for - RENEWED_BEFORE
