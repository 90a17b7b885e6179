"""Clouds and hosters with a REST interface."""

from __future__ import annotations

from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.rest_fields import API_KEY, API_TOKEN, rest_entry, secret, ttl

ENTRIES = (
    rest_entry(
        "digitalocean",
        "DigitalOcean",
        (
            secret(
                "api_token",
                API_TOKEN,
                text(
                    "Make it in the control panel under API, Tokens. The smallest permission is a custom scope with "
                    "domain: create, read, update and delete."
                ),
            ),
        ),
        base_url="https://api.digitalocean.com/v2",
        homepage="https://www.digitalocean.com",
        aliases=("do", "digital ocean", "数字海洋"),
        capabilities=ttl(30),
    ),
    rest_entry(
        "hetzner",
        "Hetzner DNS",
        (
            secret(
                "api_token",
                API_TOKEN,
                text(
                    "Make it in the Hetzner Console in the project that holds the zone, under Security, API tokens, "
                    "with Read & Write. It may do everything in that project, so keep DNS in a project of its own. "
                    "Tokens of the former DNS Console no longer work."
                ),
            ),
        ),
        base_url="https://api.hetzner.cloud/v1",
        homepage="https://www.hetzner.com",
        aliases=("hetzner cloud", "hcloud", "hetznercloud", "hetzner dns console", "dns.hetzner.com", "赫茨纳"),
        capabilities=ttl(60),
    ),
    rest_entry(
        "linode",
        "Linode",
        (
            secret(
                "api_token",
                API_TOKEN,
                text("Make it in the Cloud Manager under API Tokens. The smallest permission is Domains: Read/Write."),
            ),
        ),
        base_url="https://api.linode.com/v4",
        homepage="https://www.linode.com",
        aliases=("akamai", "akamai cloud", "linode.com"),
        capabilities=ttl(30),
    ),
    rest_entry(
        "vultr",
        "Vultr",
        (
            secret(
                "api_key",
                API_KEY,
                text(
                    "Make it in the customer portal under Account, API, and allow the addresses from which you use "
                    "it. A sub-user with the right Manage DNS alone gives the smallest permission."
                ),
            ),
        ),
        base_url="https://api.vultr.com/v2",
        homepage="https://www.vultr.com",
        aliases=("vultr.com",),
        capabilities=ttl(120),
    ),
)
