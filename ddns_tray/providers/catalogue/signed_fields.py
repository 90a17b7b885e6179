"""Short ways of writing down the entries of services whose requests are signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.model import FieldSpec, ProviderSpec
from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.common import base_url_field
from ddns_tray.providers.entry import Entry

if TYPE_CHECKING:
    from ddns_tray.core.model import Capabilities
    from ddns_tray.core.text import Text

WHICH_KEY = text("The public half of the pair. It says which key signs, and is no secret.")


def key_id(name: str, label: Text, help_text: Text = WHICH_KEY) -> FieldSpec:
    """The public half of a pair of keys."""
    return FieldSpec(name, label, help_text)


def key_secret(name: str, label: Text, help_text: Text) -> FieldSpec:
    """The secret half."""
    return FieldSpec(name, label, help_text, secret=True)


def secret_of_whole_account(name: str, label: Text, place: str) -> FieldSpec:
    """A secret for which the service has no smaller permission; it is made at `place`."""
    return key_secret(
        name,
        label,
        text("Make it at {place}. It may do everything that the account may, so keep it safe.", place=place),
    )


def secret_with_policy(name: str, label: Text, place: str, policy: str) -> FieldSpec:
    """A secret that is made at `place`, for a user that has only this policy."""
    return key_secret(
        name,
        label,
        text("Make it at {place}, for a user that has only the policy {policy}.", place=place, policy=policy),
    )


def secret_with_actions(name: str, label: Text, place: str, actions: str) -> FieldSpec:
    """A secret that is made at `place`, for a user that may only do these actions."""
    return key_secret(
        name, label, text("Make it at {place}, for a user that may only do {actions}.", place=place, actions=actions)
    )


def line(default: str) -> FieldSpec:
    """The line (ISP or region) of which records are kept; `default` is the service's word for everybody else."""
    return FieldSpec(
        "line",
        text("Line"),
        text("Records of this line (ISP or region) are kept. Records of other lines are never touched."),
        required=False,
        default=default,
    )


def signed_entry(
    service: str,
    title: str,
    fields: tuple[FieldSpec, ...],
    *,
    base_url: str,
    homepage: str,
    key_page: str = "",
    capabilities: Capabilities,
    aliases: tuple[str, ...] = (),
    family: str = "signed",
    module: str = "",
    note: Text | None = None,
    calls: tuple[int, int, int] = (3, 2, 1),
) -> Entry:
    """An entry of which the module has the same name as the id, if it does not say another one."""
    spec = ProviderSpec(
        id=service,
        title=title,
        family=family,
        aliases=aliases,
        homepage=homepage,
        token_page=key_page,
        fields=(*fields, base_url_field(base_url)),
        capabilities=capabilities,
        note=note,
    )
    return Entry(spec, f"ddns_tray.providers.signed_services.{module or service}", calls=calls)
