"""Services that are there for DNS alone, with a REST interface."""

from __future__ import annotations

from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.rest_fields import API_KEY, API_TOKEN, option, rest_entry, secret, ttl

EMAIL = text("E-mail address")

ENTRIES = (
    rest_entry(
        "desec",
        "deSEC",
        (
            secret(
                "token",
                API_TOKEN,
                text(
                    "Make it at desec.io under Token Management. A policy for your domain with write permission, above "
                    "a default policy without it, is the smallest permission."
                ),
            ),
        ),
        base_url="https://desec.io/api/v1",
        homepage="https://desec.io",
        aliases=("desec.io", "dedyn", "dedyn.io"),
        capabilities=ttl(60, 86400),
    ),
    rest_entry(
        "dnsimple",
        "DNSimple",
        (
            secret(
                "api_token",
                API_TOKEN,
                text(
                    "Make it in the account under Access tokens. A scoped token with access to the zones of your names "
                    "is the smallest permission."
                ),
            ),
        ),
        base_url="https://api.dnsimple.com/v2",
        homepage="https://dnsimple.com",
        aliases=("dnsimple.com",),
        capabilities=ttl(60),
    ),
    rest_entry(
        "ns1",
        "NS1 Connect",
        (
            secret(
                "api_key",
                API_KEY,
                text(
                    "Make it in the portal under Account Settings, API Keys. The smallest permission is Manage zones "
                    "and View zones for the zones of your names."
                ),
            ),
        ),
        base_url="https://api.nsone.net/v1",
        homepage="https://www.ibm.com/products/ns1-connect",
        aliases=("nsone", "ns1.com", "ibm ns1 connect"),
    ),
    rest_entry(
        "luadns",
        "LuaDNS",
        (
            option("email", EMAIL, text("The address with which you sign in.")),
            secret(
                "api_key",
                API_KEY,
                text(
                    "Make it at api.luadns.com/settings after switching on API access. A key can be limited to zones."
                ),
            ),
        ),
        base_url="https://api.luadns.com/v1",
        homepage="https://www.luadns.com",
        aliases=("luadns.com",),
        capabilities=ttl(60),
    ),
)
