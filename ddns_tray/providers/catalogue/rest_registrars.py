"""Registrars with a REST interface."""

from __future__ import annotations

from ddns_tray.core.model import Capabilities
from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.rest_fields import (
    API_KEY,
    API_SECRET,
    API_TOKEN,
    BESIDE_THE_KEY,
    USER_NAME,
    option,
    rest_entry,
    secret,
    ttl,
    unlisted,
)

ENTRIES = (
    rest_entry(
        "porkbun",
        "Porkbun",
        (
            secret(
                "api_key",
                API_KEY,
                text(
                    "Make it at porkbun.com/account/api, limit it to your domains with the gear beside it, and switch "
                    "on API access for each domain under Domain Management, Details."
                ),
            ),
            secret("secret_api_key", API_SECRET, BESIDE_THE_KEY),
        ),
        base_url="https://api.porkbun.com/api/json/v3",
        homepage="https://porkbun.com",
        key_page="https://porkbun.com/account/api",
        aliases=("porkbun.com", "猪面包"),
        capabilities=ttl(600),
    ),
    rest_entry(
        "gandi",
        "Gandi",
        (
            secret(
                "api_token",
                API_TOKEN,
                text(
                    "Make a personal access token at account.gandi.net under the organisation, Share access. The "
                    "smallest permission is Manage domain name technical configurations for your domains."
                ),
            ),
        ),
        base_url="https://api.gandi.net/v5/livedns",
        homepage="https://www.gandi.net",
        key_page="https://admin.gandi.net/organizations/account/pat",
        aliases=("gandi livedns", "livedns", "gandi.net"),
        capabilities=ttl(300, 2592000),
    ),
    rest_entry(
        "godaddy",
        "GoDaddy",
        (
            secret(
                "api_key",
                API_KEY,
                text(
                    "Make it at developer.godaddy.com/keys for Production. It serves only accounts "
                    "with several domains or a plan; others are refused. There is no smaller permission than the "
                    "whole account."
                ),
            ),
            secret("api_secret", API_SECRET, BESIDE_THE_KEY),
        ),
        base_url="https://api.godaddy.com",
        homepage="https://www.godaddy.com",
        key_page="https://developer.godaddy.com/keys",
        aliases=("godaddy.com", "狗爹"),
        capabilities=ttl(600, 604800),
    ),
    rest_entry(
        "ovh",
        "OVHcloud",
        (
            secret(
                "application_key",
                text("Application key"),
                text(
                    "Make all three keys at eu.api.ovh.com/createToken. The smallest permission is GET, POST, PUT and "
                    "DELETE on /domain/zone/YOUR-DOMAIN/* and GET on /domain/zone."
                ),
            ),
            secret("application_secret", text("Application secret"), BESIDE_THE_KEY),
            secret("consumer_key", text("Consumer key"), text("The third key, shown beside the other two.")),
        ),
        base_url="https://eu.api.ovh.com/1.0",
        homepage="https://www.ovhcloud.com",
        key_page="https://www.ovh.com/auth/api/createToken",
        aliases=("ovh api", "ovh.com", "kimsufi", "soyoustart"),
        capabilities=ttl(60),
        calls=(5, 4, 2),
    ),
    rest_entry(
        "namesilo",
        "NameSilo",
        (
            secret(
                "api_key",
                API_KEY,
                text(
                    "Make it at namesilo.com under API Manager, and limit it to your addresses there if they stay the "
                    "same. There is no smaller permission than the whole account."
                ),
            ),
        ),
        base_url="https://www.namesilo.com/api",
        homepage="https://www.namesilo.com",
        key_page="https://www.namesilo.com/account/api-manager",
        aliases=("namesilo.com",),
        capabilities=ttl(3600, 2592001),
    ),
    rest_entry(
        "ionos",
        "IONOS",
        (
            secret(
                "api_key",
                API_KEY,
                text(
                    "Make it at developer.hosting.ionos.com/keys and enter both parts, joined by a dot: "
                    "public prefix, dot, secret. There is no smaller permission than all domains of the contract."
                ),
            ),
        ),
        base_url="https://api.hosting.ionos.com/dns",
        homepage="https://www.ionos.com",
        key_page="https://developer.hosting.ionos.com/keys",
        aliases=("1und1", "1&1", "1and1", "ionos.de", "ionos.com"),
        capabilities=ttl(60, 604800),
    ),
    rest_entry(
        "name_com",
        "name.com",
        (
            option("username", USER_NAME, text("The name with which you sign in at name.com.")),
            secret(
                "api_token",
                API_TOKEN,
                text(
                    "Make it at name.com/account/settings/api for Production. With two-step verification switched on, "
                    "API access has to be allowed there as well. There is no smaller permission than the whole account."
                ),
            ),
        ),
        base_url="https://api.name.com/core/v1",
        homepage="https://www.name.com",
        key_page="https://www.name.com/account/settings/api",
        aliases=("namecom", "name.com"),
        capabilities=ttl(300),
    ),
    rest_entry(
        "spaceship",
        "Spaceship",
        (
            secret(
                "api_key",
                API_KEY,
                text(
                    "Make it at spaceship.com under API Manager. The smallest permissions are domains:read, "
                    "dnsrecords:read and dnsrecords:write."
                ),
            ),
            secret("api_secret", API_SECRET, BESIDE_THE_KEY),
        ),
        base_url="https://spaceship.dev/api",
        homepage="https://www.spaceship.com",
        key_page="https://www.spaceship.com/application/api-manager/",
        aliases=("spaceship.com", "spaceship.dev"),
        capabilities=ttl(60, 3600),
        calls=(4, 3, 1),
    ),
    rest_entry(
        "dynadot",
        "Dynadot",
        (
            secret(
                "api_key",
                API_KEY,
                text(
                    "Make it at dynadot.com under Tools, API, for Production. There is no smaller permission than the "
                    "whole account."
                ),
            ),
            secret("api_secret", API_SECRET, BESIDE_THE_KEY),
        ),
        base_url="https://api.dynadot.com",
        homepage="https://www.dynadot.com",
        key_page="https://www.dynadot.com/account/domain/setting/api.html",
        aliases=("dynadot.com",),
        capabilities=Capabilities(list_zones=False, ttl=None),
        calls=(5, 3, 1),
    ),
    rest_entry(
        "infomaniak",
        "Infomaniak",
        (
            secret(
                "api_token",
                API_TOKEN,
                text(
                    "Make it at manager.infomaniak.com under API tokens. The smallest permissions are dns:read and "
                    "dns:write."
                ),
            ),
        ),
        base_url="https://api.infomaniak.com",
        homepage="https://www.infomaniak.com",
        key_page="https://manager.infomaniak.com/v3/ng/accounts/token/list",
        aliases=("infomaniak.com", "infomaniak api"),
        capabilities=unlisted(60),
        calls=(4, 2, 1),
    ),
    rest_entry(
        "netcup",
        "netcup",
        (
            option("customer_number", text("Customer number"), text("The number with which you sign in.")),
            secret(
                "api_key",
                API_KEY,
                text(
                    "Make it in the Customer Control Panel under Master Data, API. There is no smaller permission than "
                    "all domains of the customer."
                ),
            ),
            secret("api_password", text("API password"), BESIDE_THE_KEY),
        ),
        base_url="https://ccp.netcup.net/run/webservice/servers/endpoint.php",
        homepage="https://www.netcup.com",
        key_page="https://www.customercontrolpanel.de",
        aliases=("netcup.de", "netcup ccp", "ccp.netcup.net"),
        capabilities=Capabilities(list_zones=False, ttl=None),
        calls=(5, 2, 1),
        note=text("Domains in netcup's CloudDNS, as new ones are, belong to the service netcup CloudDNS."),
    ),
    rest_entry(
        "netcup_cloud",
        "netcup CloudDNS",
        (
            secret(
                "api_key",
                API_KEY,
                text(
                    "Make it in the Customer Control Panel under Master Data, API, API Keys; a legacy key does not "
                    "work here. There is no smaller permission than all domains of the customer."
                ),
            ),
        ),
        base_url="https://api.netcup.com/v1",
        homepage="https://www.netcup.com",
        key_page="https://www.customercontrolpanel.de",
        aliases=("netcup rest", "api.netcup.com", "clouddns netcup"),
        capabilities=unlisted(60),
        calls=(5, 3, 2),
    ),
    rest_entry(
        "hostinger",
        "Hostinger",
        (
            secret(
                "api_token",
                API_TOKEN,
                text("Make it in hPanel under Profile, API, with an end. It may do everything in the account."),
            ),
        ),
        base_url="https://developers.hostinger.com",
        homepage="https://www.hostinger.com",
        key_page="https://hpanel.hostinger.com/profile/api",
        aliases=("hostinger.com", "hpanel"),
        capabilities=ttl(60),
    ),
    rest_entry(
        "servercow",
        "Servercow",
        (
            option("username", USER_NAME, text("The user that was made for the DNS API, not that of the customer.")),
            secret(
                "password",
                text("Password"),
                text("Make a user for the DNS API at cp.servercow.de, with the right to your domains alone."),
            ),
        ),
        base_url="https://api.servercow.de/dns/v1",
        homepage="https://www.servercow.de",
        key_page="https://cp.servercow.de",
        aliases=("servercow.de",),
        capabilities=unlisted(20),
        calls=(4, 2, 1),
    ),
    rest_entry(
        "mythic_beasts",
        "Mythic Beasts",
        (
            option("key_id", text("Key id"), text("The id of the API key, shown beside its secret.")),
            secret(
                "api_secret",
                API_SECRET,
                text(
                    "Make the key at mythic-beasts.com/customer/api-users. The smallest permission is the DNS API for "
                    "one zone, limited to the names and types that you keep."
                ),
            ),
        ),
        base_url="https://api.mythic-beasts.com/dns/v2",
        homepage="https://www.mythic-beasts.com",
        key_page="https://www.mythic-beasts.com/customer/api-users",
        aliases=("mythicbeasts", "mythic-beasts.com"),
        capabilities=ttl(60),
    ),
    rest_entry(
        "transip",
        "TransIP",
        (
            option("login", USER_NAME, text("The name with which you sign in at the control panel.")),
            secret(
                "private_key",
                text("Private key"),
                text(
                    "Switch the API on in the control panel and make a key pair there; this is the private key, all of "
                    "its lines. There is no smaller permission than the whole account, so keep it safe. In a terminal: "
                    "ddns-tray secret set ACCOUNT private_key < key.pem"
                ),
            ),
            option(
                "whitelist",
                text("Only from listed addresses"),
                text(
                    "Whether the key was made to be accepted from listed addresses only. With a changing address: no."
                ),
                required=False,
                default="no",
                choices=("no", "yes"),
            ),
        ),
        base_url="https://api.transip.nl/v6",
        homepage="https://www.transip.eu",
        key_page="https://www.transip.eu/cp/account/api/",
        aliases=("transip.nl", "transip.be", "transip.eu"),
        capabilities=ttl(60, 86400),
        calls=(4, 2, 1),
    ),
)
