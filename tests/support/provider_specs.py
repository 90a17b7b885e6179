"""Services as tests of settings need them: a secret, a required field, a default, a choice, few abilities."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import Capabilities, FieldSpec, ProviderSpec
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping


def field(
    name: str,
    *,
    secret: bool = False,
    required: bool = True,
    default: str | None = None,
    choices: tuple[str, ...] = (),
) -> FieldSpec:
    return FieldSpec(
        name, text("Label"), text("Help"), secret=secret, required=required, default=default, choices=choices
    )


CLOUD = ProviderSpec(
    id="cloud",
    title="The Cloud",
    family="rest",
    aliases=("cl", "云"),
    fields=(field("api_token", secret=True),),
    capabilities=Capabilities(proxied=True),
)
SERVER = ProviderSpec(
    id="server",
    title="A Server",
    family="rest",
    fields=(
        field("server"),
        field("server_id", required=False, default="localhost"),
        field("algorithm", required=False, choices=("one", "two")),
        field("api_key", secret=True),
    ),
    capabilities=Capabilities(),
)
SMALL = ProviderSpec(
    id="small",
    title="Small",
    family="rfc2136",
    fields=(field("key", secret=True),),
    capabilities=Capabilities(aaaa=False, multi_value=False, wildcard=False),
)

SPECS: Mapping[str, ProviderSpec] = MappingProxyType({spec.id: spec for spec in (CLOUD, SERVER, SMALL)})
