"""Servers that people run themselves."""

from __future__ import annotations

from types import MappingProxyType

from ddns_tray.core.model import Capabilities, FieldSpec, ProviderSpec
from ddns_tray.core.text import text
from ddns_tray.providers.entry import Entry

POWERDNS = ProviderSpec(
    id="powerdns",
    title="PowerDNS",
    family="rest",
    aliases=("pdns", "powerdns authoritative server", "自建DNS"),
    homepage="https://www.powerdns.com",
    fields=(
        FieldSpec(
            "server",
            text("Server"),
            text("The address of the HTTP API, such as http://127.0.0.1:8081 (webserver-address and webserver-port)."),
            default="http://127.0.0.1:8081",
        ),
        FieldSpec(
            "server_id",
            text("Server id"),
            text("Almost always localhost; a proxy in front of several servers may want another one."),
            required=False,
            default="localhost",
        ),
        FieldSpec(
            "api_key",
            text("API key"),
            text(
                "The value of api-key in pdns.conf. It may do everything on that server; there is no smaller "
                "permission, so let webserver-allow-from name only this computer."
            ),
            secret=True,
        ),
    ),
    capabilities=Capabilities(),
)

RFC2136 = ProviderSpec(
    id="rfc2136",
    title="DNS UPDATE (RFC 2136)",
    family="rfc2136",
    aliases=("nsupdate", "tsig", "bind", "bind9", "named", "knot", "dynamic update", "动态更新", "自建DNS"),
    homepage="https://www.rfc-editor.org/rfc/rfc2136",
    fields=(
        FieldSpec(
            "server",
            text("Server"),
            text("The primary server of the zone: a host name or an address."),
        ),
        FieldSpec("port", text("Port"), text("Almost always 53."), required=False, default="53"),
        FieldSpec(
            "zone",
            text("Zone"),
            text("Leave it empty to ask the server. Write it if the server answers only for one zone."),
            required=False,
        ),
        FieldSpec(
            "key_name",
            text("Key name"),
            text("The name of the TSIG key on the server, such as ddns-key."),
        ),
        FieldSpec(
            "key_algorithm",
            text("Key algorithm"),
            text("The algorithm of the key on the server."),
            required=False,
            default="hmac-sha256",
            choices=("hmac-sha256", "hmac-sha512", "hmac-sha384", "hmac-sha224", "hmac-sha1", "hmac-md5"),
        ),
        FieldSpec(
            "key",
            text("Key"),
            text(
                "The secret in Base64. Make one with tsig-keygen (BIND) or keymgr tsig (Knot). The smallest permission "
                "is to update the types A and AAAA of your names, with update-policy or an acl."
            ),
            secret=True,
        ),
    ),
    capabilities=Capabilities(ttl=(0, 2147483647)),
)

ENTRIES = (
    Entry(POWERDNS, "ddns_tray.providers.powerdns", MappingProxyType({"base_url": "server"}), calls=(4, 3, 1)),
    Entry(RFC2136, "ddns_tray.providers.rfc2136", calls=(4, 2, 1)),
)
