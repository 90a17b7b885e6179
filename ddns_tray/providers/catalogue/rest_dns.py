"""Services that are there for DNS alone, with a REST interface."""

from __future__ import annotations

from ddns_tray.core.model import Capabilities
from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.rest_fields import (
    API_KEY,
    API_TOKEN,
    one_ttl_of,
    option,
    rest_entry,
    secret,
    ttl,
    unlisted,
)

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
        key_page="https://desec.io/tokens",
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
        key_page="https://dnsimple.com/user",
        aliases=("dnsimple.com",),
        capabilities=ttl(60),
        calls=(5, 2, 1),
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
        key_page="https://my.nsone.net/#/account/settings/keys",
        aliases=("nsone", "ns1.com", "ibm ns1 connect"),
        calls=(4, 3, 1),
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
        key_page="https://api.luadns.com/settings",
        aliases=("luadns.com",),
        capabilities=ttl(60),
    ),
    rest_entry(
        "cloudns",
        "ClouDNS",
        (
            option(
                "id_kind",
                text("Kind of id"),
                text("A sub-user sees only the zones that were given to it, which is the smallest permission."),
                required=False,
                default="auth-id",
                choices=("auth-id", "sub-auth-id"),
            ),
            option("auth_id", text("Id"), text("The id of the API user or of its sub-user.")),
            secret(
                "auth_password",
                text("Password"),
                text("Make the API user at cloudns.net/api-settings. The interface belongs to the paid plans."),
            ),
        ),
        base_url="https://api.cloudns.net",
        homepage="https://www.cloudns.net",
        key_page="https://www.cloudns.net/api-settings/",
        aliases=("cloudns.net", "cloud dns"),
        capabilities=one_ttl_of(
            60, 300, 900, 1800, 3600, 21600, 43200, 86400, 172800, 259200, 604800, 1209600, 2592000
        ),
    ),
    rest_entry(
        "dynv6",
        "dynv6",
        (
            secret(
                "api_token",
                API_TOKEN,
                text(
                    "Make an HTTP token at dynv6.com/keys. One that is limited to your zone is the smallest permission."
                ),
            ),
        ),
        base_url="https://dynv6.com/api/v2",
        homepage="https://dynv6.com",
        key_page="https://dynv6.com/keys",
        aliases=("dynv6.com", "dynv6.net", "dns.army", "v6.rocks"),
        capabilities=Capabilities(ttl=None),
    ),
    rest_entry(
        "easydns",
        "easyDNS",
        (
            option("token", text("Token"), text("The first part of the pair, shown beside the key.")),
            secret(
                "api_key",
                API_KEY,
                text("Ask for it at cp.easydns.com/manage/security/api. It may do everything in the account."),
            ),
        ),
        base_url="https://rest.easydns.net",
        homepage="https://easydns.com",
        key_page="https://cp.easydns.com/manage/security/",
        aliases=("easydns.com",),
        capabilities=unlisted(60),
        calls=(4, 2, 1),
    ),
    rest_entry(
        "nearlyfreespeech",
        "NearlyFreeSpeech.NET",
        (
            option("login", text("Member login"), text("The name with which you sign in.")),
            secret(
                "api_key",
                API_KEY,
                text(
                    "Ask for it in the member interface under Profile, Actions, Manage API Key. There is no smaller "
                    "permission than the whole membership."
                ),
            ),
        ),
        base_url="https://api.nearlyfreespeech.net",
        homepage="https://www.nearlyfreespeech.net",
        key_page="https://members.nearlyfreespeech.net",
        aliases=("nfsn", "nearlyfreespeech.net"),
        capabilities=unlisted(180),
        calls=(5, 3, 1),
    ),
)
