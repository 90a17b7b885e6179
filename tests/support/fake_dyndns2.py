"""A stand-in for a DynDNS2 service on the `HttpClient` port.

Written from "Perform Update" and "Return Codes" at help.dyn.com (2026-11-22).
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ddns_tray.core.ports import HttpResponse

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest


class FakeDyndns2:
    """One account; `hosts` maps its host names to their addresses of both families."""

    def __init__(self, *hosts: str, user: str, password: str, path: str = "/nic/update") -> None:
        self.hosts: dict[str, set[str]] = {host: set() for host in hosts}
        self.updates = 0
        self._login = f"{user}:{password}"
        self._path = path

    async def aclose(self) -> None:
        """Nothing is open."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        if urlsplit(request.url).path != self._path:
            return _answer(404, "not found")
        self.updates += 1
        if not request.headers.get("User-Agent"):
            return _answer(200, "badagent")
        scheme, _, word = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic" or b64decode(word).decode() != self._login:
            return _answer(401, "badauth")
        params = dict(request.params)
        hosts = params.get("hostname", "").split(",")
        address = params.get("myip") or params.get("myipv6", "")
        return _answer(200, "\n".join(self._update(host, address) for host in hosts))

    def _update(self, host: str, address: str) -> str:
        if "." not in host:
            return "notfqdn"
        if host not in self.hosts:
            return "nohost"
        if address in self.hosts[host]:
            return f"nochg {address}"
        self.hosts[host] = {other for other in self.hosts[host] if (":" in other) != (":" in address)} | {address}
        return f"good {address}"


def _answer(status: int, body: str) -> HttpResponse:
    return HttpResponse(status, {"content-type": "text/plain"}, body.encode())
