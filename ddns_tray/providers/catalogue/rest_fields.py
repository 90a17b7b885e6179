"""Short ways of writing down the entries of the REST family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.model import Capabilities, FieldSpec, ProviderSpec
from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.common import base_url_field
from ddns_tray.providers.entry import Entry

if TYPE_CHECKING:
    from ddns_tray.core.text import Text

LONGEST_TTL = 2147483647

API_TOKEN = text("API token")
API_KEY = text("API key")
API_SECRET = text("API secret")
USER_NAME = text("User name")

BESIDE_THE_KEY = text("The second part of the pair, shown once when the key is made.")
WHOLE_ACCOUNT = text("The service has no smaller permission than the whole account, so keep it safe.")


def secret(name: str, label: Text, help_text: Text) -> FieldSpec:
    """A secret that the account cannot do without."""
    return FieldSpec(name, label, help_text, secret=True)


def option(
    name: str,
    label: Text,
    help_text: Text,
    *,
    required: bool = True,
    default: str | None = None,
    choices: tuple[str, ...] = (),
) -> FieldSpec:
    """A setting that is no secret."""
    return FieldSpec(name, label, help_text, required=required, default=default, choices=choices)


def rest_entry(
    service: str,
    title: str,
    fields: tuple[FieldSpec, ...],
    *,
    base_url: str,
    homepage: str,
    key_page: str = "",
    aliases: tuple[str, ...] = (),
    capabilities: Capabilities | None = None,
    calls: tuple[int, int, int] = (3, 2, 1),
    note: Text | None = None,
) -> Entry:
    """An entry of which the module has the same name as the id. Zones, name and write are the usual three calls."""
    spec = ProviderSpec(
        id=service,
        title=title,
        family="rest",
        aliases=aliases,
        homepage=homepage,
        token_page=key_page,
        fields=(*fields, base_url_field(base_url)),
        capabilities=capabilities or Capabilities(),
        note=note,
    )
    return Entry(spec, f"ddns_tray.providers.rest_services.{service}", calls=calls)


def unlisted(shortest: int, longest: int = LONGEST_TTL) -> Capabilities:
    """The abilities of a service that does not tell which zones there are."""
    return Capabilities(list_zones=False, ttl=(shortest, longest))


def one_ttl_of(*choices: int) -> Capabilities:
    """The abilities of a service of this family that knows only a few TTLs."""
    return Capabilities(ttl=(choices[0], choices[-1]), ttl_choices=choices)


def ttl(shortest: int, longest: int = LONGEST_TTL) -> Capabilities:
    """The abilities of a service of this family whose TTL has these limits."""
    return Capabilities(ttl=(shortest, longest))
