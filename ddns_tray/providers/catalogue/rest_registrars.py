"""Registrars with a REST interface."""

from __future__ import annotations

from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.rest_fields import (
    API_KEY,
    API_SECRET,
    API_TOKEN,
    BESIDE_THE_KEY,
    rest_entry,
    secret,
    ttl,
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
                    "Make it at developer.godaddy.com/keys for Production. GoDaddy opens the interface only to accounts "
                    "with several domains or a plan; others are refused. There is no smaller permission than the "
                    "whole account."
                ),
            ),
            secret("api_secret", API_SECRET, BESIDE_THE_KEY),
        ),
        base_url="https://api.godaddy.com",
        homepage="https://www.godaddy.com",
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
        aliases=("ovh api", "ovh.com", "kimsufi", "soyoustart"),
        capabilities=ttl(60),
    ),
)
