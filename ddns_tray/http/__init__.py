"""The only way to HTTP: `HttpxClient` carries `HttpRequest`s over httpx2 and lets nothing but `TransportError` out.

Why a room of its own: time limits, size limits, certificate checks and "may the request have arrived?" decide whether
an address is wrong or a write happened twice, so they are settled once, here (docs/decisions/http-client.md). It does
not judge a status code, does not retry, and keeps no cookies.
"""

from ddns_tray.http.client import MAX_REDIRECTS, HttpxClient
from ddns_tray.http.lines import USER_AGENT

__all__ = ["MAX_REDIRECTS", "USER_AGENT", "HttpxClient"]
