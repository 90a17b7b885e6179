"""The demo's HTTP side: the part of the PowerDNS API that the real provider uses, and pages that tell the address.

The API follows "PowerDNS Authoritative Server: HTTP API, Zones" (documentation of version 4.9). HTTP/1.1, one small
request at a time, loopback only.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from ddns_tray.demo.zone import ZONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.demo.zone import DemoZone

MAX_BODY = 65536
ZONES = "/api/v1/servers/localhost/zones"


class DemoService:
    """Answers HTTP for a zone; `address` tells the public address of this moment, or None while the line is down."""

    def __init__(self, zone: DemoZone, api_key: str, address: Callable[[], str | None]) -> None:
        self._zone = zone
        self._api_key = api_key
        self._address = address
        self._server: asyncio.Server | None = None

    async def start(self, address: str) -> int:
        """Listen on a free port of `address`."""
        self._server = await asyncio.start_server(self._serve, address, 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            request_line, *lines = head.split("\r\n")
            method, target, _ = request_line.split(" ", 2)
            headers = {
                name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
            }
            length = min(int(headers.get("content-length", "0")), MAX_BODY)
            body = await reader.readexactly(length) if length else b""
            status, payload, kind = self._answer(method, target, headers, body)
            writer.write(
                f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(payload)}\r\n"
                "Connection: close\r\n\r\n".encode()
                + payload
            )
            await writer.drain()
        writer.close()

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[str, bytes, str]:
        url = urlsplit(target)
        path = unquote(url.path)
        if path == "/ip":
            address = self._address()
            return ("200 OK", address.encode(), "text/plain") if address else ("503 Down", b"", "text/plain")
        if headers.get("x-api-key") != self._api_key:
            return "401 Unauthorized", b"Unauthorized", "text/plain"
        status, document = self._api(method, path, parse_qs(url.query), body)
        return status, b"" if document is None else json.dumps(document).encode(), "application/json"

    def _api(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> tuple[str, Any]:
        summary = {"id": f"{ZONE}.", "name": f"{ZONE}.", "kind": "Native", "serial": self._zone.serial}
        if method == "GET" and path == ZONES:
            wanted = query.get("zone", [f"{ZONE}."])
            return "200 OK", [summary] if f"{ZONE}." in wanted else []
        if path.rstrip(".") != f"{ZONES}/{ZONE}":
            return "404 Not Found", {"error": "Not Found"}
        if method == "GET":
            return "200 OK", summary | {"rrsets": self._rrsets(query)}
        if method == "PATCH":
            for rrset in json.loads(body)["rrsets"]:
                self._patch(rrset)
            return "204 No Content", None
        return "405 Method Not Allowed", {"error": "Method not allowed"}

    def _rrsets(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        wanted = query.get("rrset_name")
        return [
            {
                "name": f"{name}.{ZONE}.",
                "type": "A",
                "ttl": found.ttl,
                "comments": [],
                "records": [{"content": address, "disabled": False} for address in found.addresses],
            }
            for name, found in self._zone.records.items()
            if wanted is None or f"{name}.{ZONE}." in wanted
        ]

    def _patch(self, rrset: dict[str, Any]) -> None:
        name = str(rrset["name"]).removesuffix(f".{ZONE}.")
        if rrset["type"] != "A":
            return
        kept = rrset["changetype"] == "REPLACE"
        addresses = tuple(record["content"] for record in rrset.get("records", [])) if kept else ()
        self._zone.replace(name, addresses, int(rrset.get("ttl", 60)))
