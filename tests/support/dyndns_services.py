"""Stand-ins for the services of the table, written from what each one's documentation says that it answers.

`SAID` holds the answers word for word, apart from the patterns of the rows; `FakeUpdateService` gives them as the
service would: it looks for the secret, the name and the address in what it is sent. Services that are not in `SAID`
answer as DynDNS.org does ("Return Codes" at help.dyn.com). Read on 2026-11-22.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from ddns_tray.core.addresses import parsed
from ddns_tray.core.errors import (
    AbuseBlocked,
    AuthenticationFailed,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    RecordNotFound,
    RequestRejected,
    ZoneNotFound,
)
from ddns_tray.core.ports import HttpResponse
from ddns_tray.providers.kinds import KeyOrNameRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.ports import HttpRequest
    from ddns_tray.providers.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as it comes over the wire; {ip} and {name} are filled in."""

    body: str
    status: int = 200
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def filled(self, *, ip: str, name: str) -> HttpResponse:
        body = self.body.replace("{ip}", ip).replace("{name}", name)
        return HttpResponse(self.status, {"content-type": self.content_type, **self.headers}, body.encode())


@dataclass(frozen=True, slots=True)
class Said:
    """What one service answers. `refusals` are further answers and what they mean; `echoes` the address it repeats."""

    good: Reply
    unchanged: Reply
    bad_login: Reply
    refusals: tuple[tuple[Reply, Refusal], ...] = ()
    echoes: bool = False
    body_tells: bool = True
    """False where the documentation says nothing of a body, so that the status alone counts."""


def _text(*lines: str, status: int = 200) -> Reply:
    return Reply("\n".join(lines), status)


def _json(body: str, status: int = 200) -> Reply:
    return Reply(body, status, "application/json")


def _page(*lines: str) -> Reply:
    return Reply("<HTML><BODY>\n" + "<br />\n".join(lines) + "<br />\n</BODY></HTML>", 200, "text/html")


def _xml(count: int, inside: str) -> Reply:
    return Reply(
        f'<?xml version="1.0" encoding="utf-16"?><interface-response><ErrCount>{count}</ErrCount>{inside}'
        "<Done>true</Done></interface-response>",
        200,
        "text/xml",
    )


DYN = Said(
    good=_text("good {ip}"),
    unchanged=_text("nochg {ip}"),
    bad_login=_text("badauth", status=401),
    refusals=(
        (_text("badauth"), AuthenticationFailed),
        (_text("nohost"), RecordNotFound),
        (_text("notfqdn"), RequestRejected),
        (_text("abuse"), AbuseBlocked),
        (_text("badagent"), AbuseBlocked),
        (_text("!donator"), PermissionDenied),
        (_text("dnserr"), ProviderUnavailable),
        (_text("911"), ProviderUnavailable),
        (_text("911", status=500), ProviderUnavailable),
    ),
    echoes=True,
)
"""The words of DynDNS.org."""


def _dyn_and(*refusals: tuple[Reply, Refusal], good: Reply = DYN.good, unchanged: Reply = DYN.unchanged) -> Said:
    return Said(good, unchanged, DYN.bad_login, (*DYN.refusals, *refusals), echoes=True)


_DD24_GOOD = _text("[RESPONSE]", "code = 200", "description = Command completed successfully", "EOF")

SAID: Mapping[str, Said] = MappingProxyType(
    {
        "he": _dyn_and((_text("interval"), RateLimited)),
        "dynu": _dyn_and((_text("servererror"), ProviderUnavailable), (_text("unknown"), RequestRejected)),
        "spdyn": _dyn_and((_text("fatal"), PermissionDenied), (_text("!yours"), PermissionDenied)),
        "dyfi": _dyn_and((_text("badip 192.0.2.1"), RequestRejected), unchanged=_text("nochg")),
        "selfhost": _dyn_and(
            (_text("", status=409), RecordNotFound),
            (_text("", status=410), PermissionDenied),
            (_text("", status=411), RequestRejected),
            (_text("", status=503), RateLimited),
            unchanged=_text("", status=204),
        ),
        "domain_offensive": _dyn_and(
            (_text("numhost", status=400), RecordNotFound), (_text("toomanyrequests", status=429), RateLimited)
        ),
        "desec_dyndns": Said(
            good=_text("good"),
            unchanged=_text("good"),
            bad_login=_text("badauth", status=401),
            refusals=((_text("nohost", status=404), RecordNotFound), (_json("{}", 429), RateLimited)),
        ),
        "infomaniak_dyndns": _dyn_and(
            (_text("nohost", status=400), RecordNotFound),
            good=_text("successfully_changed {ip}"),
            unchanged=_text("no_change {ip}"),
        ),
        "changeip": Said(
            good=_text("200 Successful Update"),
            unchanged=_text("200 Successful Update"),
            bad_login=_text("401 Access Denied", status=401),
            refusals=(
                (_text("422 Domain not found", status=422), RecordNotFound),
                (_text("402 Premium DNS required", status=402), PermissionDenied),
            ),
        ),
        "domeneshop_dyndns": Said(
            good=_text("", status=204),
            unchanged=_text("", status=204),
            bad_login=_json('{"code": "unauthorized"}', 401),
            refusals=((_json('{"code": "hostname_not_found"}', 404), RecordNotFound),),
            body_tells=False,
        ),
        "duckdns": Said(good=_text("OK"), unchanged=_text("OK"), bad_login=_text("KO")),
        "freedns": Said(
            good=_text("Updated {name} to {ip} in 0.326 seconds"),
            unchanged=_text("ERROR: Address {ip} has not changed."),
            bad_login=_text("ERROR: Unable to locate this record"),
            refusals=(
                (_text("ERROR: Invalid update URL (2)"), AuthenticationFailed),
                (_text('ERROR: "0.0.0.0" is an invalid IP address.'), RequestRejected),
            ),
            echoes=True,
        ),
        "freedns_v2": Said(
            good=_text("Updated {name} from 192.0.2.1 to {ip}"),
            unchanged=_text("No IP change detected for {name} with IP {ip}, skipping update"),
            bad_login=_text("Couldn't find any matching DNS records via that token"),
            refusals=((_text("not found", status=404), KeyOrNameRefused),),
            echoes=True,
        ),
        "freemyip": Said(good=_text("OK"), unchanged=_text("OK"), bad_login=_text("ERROR")),
        "ddnss": Said(
            good=Reply("<html>…</html>", 200, "text/html", MappingProxyType({"ddnss-response": "good"})),
            unchanged=Reply("<html>…</html>", 200, "text/html", MappingProxyType({"ddnss-response": "nochg"})),
            bad_login=Reply("<html>…</html>", 200, "text/html", MappingProxyType({"ddnss-response": "badauth"})),
            refusals=(
                (Reply("", headers=MappingProxyType({"ddnss-response": "nohost"})), RecordNotFound),
                (Reply("", headers=MappingProxyType({"ddnss-response": "notfqdn"})), RequestRejected),
                (Reply("", headers=MappingProxyType({"ddnss-response": "disabled"})), PermissionDenied),
                (Reply("", headers=MappingProxyType({"ddnss-response": "911"})), ProviderUnavailable),
            ),
            body_tells=False,
        ),
        "goip": Said(
            good=_text("{name} ({ip})"),
            unchanged=_text("{name} ({ip})"),
            bad_login=_text("Zugriff verweigert!"),
            echoes=True,
        ),
        "dynv6_dyndns": Said(
            good=_text("addresses updated"),
            unchanged=_text("addresses unchanged"),
            bad_login=_text("invalid authentication token", status=401),
            refusals=((_text("zone not found", status=404), ZoneNotFound),),
        ),
        "myaddr": Said(good=_text("OK"), unchanged=_text("OK"), bad_login=_text("not found", status=404)),
        "ddns_fm": Said(
            good=_text("OK"), unchanged=_text("OK"), bad_login=_text("Unauthorized", status=401), body_tells=False
        ),
        "dnshe": Said(
            good=_json('{"success": true, "status": "good", "changed": true, "ip": "{ip}"}'),
            unchanged=_json('{"success": true, "status": "nochg", "changed": false, "ip": "{ip}"}'),
            bad_login=_json(
                '{"success": false, "error_code": "auth_invalid_credentials", "message": "Invalid token"}', 401
            ),
            refusals=(
                (
                    _json('{"success": false, "error_code": "api_access_disabled", "message": "No"}', 403),
                    PermissionDenied,
                ),
                (
                    _json('{"success": false, "error_code": "dns_record_not_found", "message": "Gone"}', 404),
                    RecordNotFound,
                ),
                (_json('{"success": false, "error_code": "rate_limit_exceeded", "message": "Wait"}', 429), RateLimited),
                (_json('{"success": false, "error_code": "provider_operation_failed"}', 502), ProviderUnavailable),
                (_json('{"success": false, "error_code": "bad_request", "message": "IP"}', 400), RequestRejected),
            ),
            echoes=True,
        ),
        "is1984": Said(
            good=_json('{"ok": true, "msg": "The IP for {name} was updated.", "ip": "{ip}"}'),
            unchanged=_json('{"ok": true, "msg": "unaltered", "ip": "{ip}"}'),
            bad_login=_json('{"ok": false, "msg": "Invalid API key"}'),
            refusals=((_json('{"ok": false, "msg": "Domain not found", "lookup": ["a"]}'), RecordNotFound),),
        ),
        "njalla": Said(
            good=_json('{"status": 200, "message": "record updated", "value": {"A": "{ip}"}}'),
            unchanged=_json('{"status": 200, "message": "record updated", "value": {"A": "{ip}"}}'),
            bad_login=_json('{"status": 401, "message": "invalid host or key"}', 401),
            refusals=((_json('{"status": 500, "message": "bad request"}', 500), ProviderUnavailable),),
        ),
        "regfish": Said(
            good=_text("success|100|update succeeded!"),
            unchanged=_text("success|101|no update needed at this time.."),
            bad_login=_text("failed|401|authentication failed!"),
            refusals=(
                (_text("failed|402|missing password"), AuthenticationFailed),
                (_text("failed|408|invalid ipv4"), RequestRejected),
                (_text("failed|412|invalid fqdn"), RequestRejected),
                (_text("failed|414|unknown error"), ProviderUnavailable),
            ),
        ),
        "key_systems": Said(
            good=_DD24_GOOD,
            unchanged=_DD24_GOOD,
            bad_login=_text("[RESPONSE]", "code = 531", "description = Authorization failed", "EOF"),
            refusals=(
                (
                    _text("[RESPONSE]", "code = 541", "description = abuse prevention triggered; try later", "EOF"),
                    RateLimited,
                ),
                (_text("code = 505", "description = Invalid attribute value syntax"), RequestRejected),
            ),
        ),
        "directnic": Said(
            good=_json('{"result": "success", "message": "Your record was updated successfully."}'),
            unchanged=_json('{"result": "success", "message": "Your record was updated successfully."}'),
            bad_login=_json("{}", 401),
            refusals=((_json('{"result": "error", "message": "an error occurred"}'), RequestRejected),),
        ),
        "namecheap_dyndns": Said(
            good=_xml(0, "<IP>{ip}</IP>"),
            unchanged=_xml(0, "<IP>{ip}</IP>"),
            bad_login=_xml(
                1,
                "<errors><Err1>Passwords do not match</Err1></errors><responses><response><ResponseNumber>304156"
                "</ResponseNumber></response></responses>",
            ),
            refusals=(
                (
                    _xml(
                        1, "<errors><Err1>Domain name not found</Err1></errors><ResponseNumber>316153</ResponseNumber>"
                    ),
                    ZoneNotFound,
                ),
                (_xml(1, "<ResponseNumber>380099</ResponseNumber>"), ProviderUnavailable),
                (_xml(1, "<Err1>No Records</Err1><ResponseNumber>380091</ResponseNumber>"), RecordNotFound),
                (_xml(2, "<Err1>No Records updated. A record not Found;</Err1>"), RequestRejected),
            ),
            echoes=True,
        ),
        "dynadot_dyndns": Said(
            good=_json('{"status": "success"}'),
            unchanged=_json('{"status": "success", "error_code": 0, "content": ["ok"]}'),
            bad_login=_json('{"status": "error", "error_code": -1, "content": ["Wrong DDNS password"]}'),
            refusals=(
                (_json('{"status": "error", "error_code": -1, "content": ["Invalid ip"]}'), RequestRejected),
                (_json('{"status": "error", "content": []}'), RequestRejected),
                (_json('{"status": "success", "error_code": -1, "content": ["Invalid domain"]}'), RequestRejected),
            ),
        ),
        "enom": Said(
            good=_xml(0, ""),
            unchanged=_xml(0, ""),
            bad_login=_xml(1, "<ResponseNumber>304155</ResponseNumber>"),
            refusals=((_xml(1, "<ResponseNumber>304153</ResponseNumber>"), ZoneNotFound),),
        ),
        "dinahosting_dyndns": Said(
            good=_text("responseCode = 1000", "message = 'Success.'", "data = '1'", "command = 'x'"),
            unchanged=_text("responseCode = 1000", "message = 'Success.'"),
            bad_login=_text("responseCode = 2200", "errors_0_code = 2200", "message = 'Authentication error.'"),
            refusals=(
                (_text("responseCode = 2201", "message = 'Authorization error.'"), PermissionDenied),
                (_text("responseCode = 2303", "message = 'Object does not exist.'"), RecordNotFound),
                (_text("responseCode = 2400", "message = 'Command failed.'"), ProviderUnavailable),
            ),
        ),
        "dnsexit": Said(
            good=_json('{"code" : 0, "message" : "Success - {name} updated"}'),
            unchanged=_json('{"code" : 4, "message" : "IP not changed. To save our system resources, please wait"}'),
            bad_login=_json('{"code" : 2, "message" : "API Key Authentication Error"}'),
            refusals=(
                (_json('{"code" : 6, "message" : "System Error"}'), ProviderUnavailable),
                (_json('{"code" : 3, "message" : "Missing Required Definitions"}'), RequestRejected),
                (_json('{"code" : 1, "message" : "Some execution problems"}'), RequestRejected),
            ),
        ),
        "dondominio": Said(
            good=_text("OK"),
            unchanged=_text("OK"),
            bad_login=_text("ERROR: invalid user or password"),
            refusals=((_text("ERROR: host"), RequestRejected),),
        ),
        "dnsmadeeasy_dyndns": Said(
            good=_text("success"),
            unchanged=_text("error-record-ip-same"),
            bad_login=_text("error-auth"),
            refusals=(
                (_text("error-auth-suspend"), AbuseBlocked),
                (_text("error-auth-voided"), AbuseBlocked),
                (_text("error-record-invalid"), RecordNotFound),
                (_text("error-record-auth"), PermissionDenied),
                (_text("error-system"), ProviderUnavailable),
                (_text("error"), ProviderUnavailable),
            ),
        ),
        "sitelutions": Said(
            good=_text("success"),
            unchanged=_text("success"),
            bad_login=_text("noauth"),
            refusals=((_text("dberror"), ProviderUnavailable),),
        ),
        "easydns_dyndns": Said(
            good=_page("NO_ERROR", "{name} updated to {ip}"),
            unchanged=_page("OK", '<hr noshade size="1">', "no update required for {name} to {ip}"),
            bad_login=_page("NO_AUTH", "The username or token is wrong"),
            refusals=(
                (_page("NO_SERVICE", "An invalid hostname was provided: {name}"), PermissionDenied),
                (_page("TOO_SOON", "Wait"), RateLimited),
                (_page("TOO_FREQ", "Wait"), RateLimited),
                (_page("ILLEGAL INPUT", "Wrong"), RequestRejected),
            ),
        ),
        "zoneedit": Said(
            good=Reply('<SUCCESS CODE="200" TEXT="{name} updated to {ip}" ZONE="example.test">', 200, "text/html"),
            unchanged=Reply('<SUCCESS CODE="201" TEXT="No records need updating." ZONE="example.test">'),
            bad_login=Reply('<ERROR CODE="708" TEXT="Failed Login: me">', 200, "text/html"),
            refusals=(
                (Reply('<ERROR CODE="701" TEXT="Zone is not set up in this account." ZONE="a">'), RecordNotFound),
                (Reply('<ERROR CODE="709" TEXT="Invalid Hostname">'), RecordNotFound),
                (Reply('<ERROR CODE="702" PARAM="600" TEXT="Minimum 600 seconds between requests">'), RateLimited),
                (Reply('<ERROR CODE="705" TEXT="Something">'), RequestRejected),
            ),
            echoes=True,
        ),
        "mydns_jp": Said(
            good=_page(
                "<TITLE>Free Dynamic DNS (DDNS) for Home Server and VPS etc  | MyDNS.JP</TITLE>",
                "Login and IP address notify OK.",
                "login_status = 1.",
            ),
            unchanged=_page("Login and IP address notify OK."),
            bad_login=_page("Authorization Required"),
        ),
        "mythic_beasts_dyndns": Said(
            good=_json('{"message": "1 records updated"}'),
            unchanged=_json('{"message": "0 records updated"}'),
            bad_login=_json('{"error": "Authentication required"}', 401),
            refusals=((_json('{"error": "Unknown zone"}', 404), ZoneNotFound),),
            body_tells=False,
        ),
        "gira": Said(
            good=_text("OK"),
            unchanged=_text("OK"),
            bad_login=_text("", status=401),
            refusals=((_text("ERROR"), RequestRejected),),
        ),
    }
)


class FakeUpdateService:
    """One account of a service; it knows one name and keeps an address of each family for it."""

    def __init__(self, said: Said, *, secrets: tuple[str, ...], tokens: tuple[str, ...], name: str) -> None:
        self.said = said
        self.requests: list[HttpRequest] = []
        self.addresses: dict[int, str] = {}
        self.name = name
        self._secrets = secrets
        self._tokens = tokens

    async def aclose(self) -> None:
        """Nothing is open."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        pieces = on_the_wire(request)
        if not any(secret in pieces for secret in self._secrets):
            return self.said.bad_login.filled(ip="", name=self.name)
        assert all(token in pieces for token in self._tokens), "the request does not say which name is meant"
        sent = [address for piece in pieces if (address := parsed(piece)) is not None]
        if not sent:
            return self.said.good.filled(ip="203.0.113.7", name=self.name)
        address = sent[-1]
        is_known = self.addresses.get(address.version) == str(address)
        self.addresses[address.version] = str(address)
        reply = self.said.unchanged if is_known else self.said.good
        return reply.filled(ip=str(address), name=self.name)


def on_the_wire(request: HttpRequest) -> list[str]:
    """All values that a request carries, decoded: segments of the path, parameters, form, login."""
    parts = urlsplit(str(request.url))
    pieces = [unquote(segment) for segment in parts.path.split("/")]
    pieces += [unquote(piece) for piece in parts.query.split("&")]
    pieces += [value for _, value in request.params]
    pieces += [value for _, value in parse_qsl(request.body.decode(), keep_blank_values=True)]
    scheme, _, word = request.headers.get("Authorization", "").partition(" ")
    pieces += b64decode(word).decode().split(":", 1) if scheme == "Basic" else [word]
    return pieces
