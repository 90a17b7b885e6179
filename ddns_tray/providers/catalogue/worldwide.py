"""Services with an interface of their own, known all over the world."""

from __future__ import annotations

from ddns_tray.core.model import Capabilities, FieldSpec, ProviderSpec
from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.common import base_url_field
from ddns_tray.providers.entry import Entry

CLOUDFLARE = ProviderSpec(
    id="cloudflare",
    title="Cloudflare",
    family="rest",
    aliases=("cf", "1.1.1.1", "cloudflare.com", "科赋锐"),
    homepage="https://www.cloudflare.com",
    token_page="https://dash.cloudflare.com/profile/api-tokens",  # noqa: S106 - the address of a page
    fields=(
        FieldSpec(
            "api_token",
            text("API token"),
            text(
                "Make it in the dashboard under My Profile, API Tokens, Create Token. The smallest permission is "
                "Zone / DNS / Edit for the zones of your names. The Global API Key is not needed."
            ),
            secret=True,
        ),
        base_url_field("https://api.cloudflare.com/client/v4"),
    ),
    capabilities=Capabilities(proxied=True, ttl=(60, 86400)),
)

ENTRIES = (Entry(CLOUDFLARE, "ddns_tray.providers.cloudflare", calls=(3, 2, 1)),)
