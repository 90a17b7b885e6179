"""Services that are reached through dns-lexicon, which is an optional part.

The options are those of the library's own parsers, written down from version 3.25.2. Left out, and why, is in
docs/decisions/lexicon.md.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import Capabilities, FieldSpec, ProviderSpec
from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.common import base_url_field
from ddns_tray.providers.catalogue.dyndns import SECRET_HELP
from ddns_tray.providers.catalogue.lexicon_rows import ALL, LexiconRow
from ddns_tray.providers.dyndns_table.row import Key
from ddns_tray.providers.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ddns_tray.core.text import Text

_LABELS: Mapping[str, Text] = MappingProxyType(
    {
        "auth_username": text("User name"),
        "auth_account": text("Account number"),
        "auth_tenant_id": text("Tenant id"),
        "auth_region": text("Region"),
        "auth_server": text("Server"),
        "endpoint": text("Server"),
        "plesk_server": text("Server"),
        "auth_key": text("API key"),
        "auth_api_key": text("API key"),
        "auth_token": text("API token"),
        "auth_secret": text("API secret"),
        "auth_secret_key": text("Secret key"),
        "auth_password": text("Password"),
        "auth_pass": text("Password"),
        "auth_totp_secret": text("Secret of the second factor"),
    }
)

_PLAIN_HELP: Mapping[str, Callable[[str], Text]] = MappingProxyType(
    {
        "auth_username": lambda title: text(
            "The name that goes with the password: that of your account at {title}, or one made for updates.",
            title=title,
        ),
        "auth_server": lambda _title: text("The address of your control panel, such as https://panel.example.org."),
    }
)
_SERVERS = frozenset({"endpoint", "plesk_server", "auth_server"})
_PASSWORDS = frozenset({"auth_password", "auth_pass"})


def _plain(name: str, row: LexiconRow) -> FieldSpec:
    told = _PLAIN_HELP.get("auth_server" if name in _SERVERS else name)
    words = told(row.title) if told is not None else text("As the control panel of {title} shows it.", title=row.title)
    return FieldSpec(name, _LABELS[name], words)


def _secret(name: str, row: LexiconRow) -> FieldSpec:
    if name == "auth_totp_secret":
        words = text("Only if the account has a second factor: the secret that the app was set up with, in Base32.")
        return FieldSpec(name, _LABELS[name], words, secret=True, required=False)
    kind = Key.ACCOUNT if name in _PASSWORDS and row.key is Key.API else row.key
    return FieldSpec(name, _LABELS[name], SECRET_HELP[kind](row.title), secret=True)


_DOMAINS = FieldSpec(
    "domains",
    text("Domains"),
    text("The domains of this account, with commas between them: they are not asked for."),
)
_ABLE = Capabilities(multi_value=False, ttl=(60, 86400))


def _entry(row: LexiconRow) -> Entry:
    spec = ProviderSpec(
        id=row.id,
        title=row.title,
        family="lexicon",
        aliases=row.aliases,
        homepage=row.homepage,
        fields=(
            _DOMAINS,
            *(_plain(name, row) for name in row.plain),
            *(_secret(name, row) for name in row.secret),
            *((base_url_field(row.base_url),) if row.base_url else ()),
        ),
        capabilities=_ABLE,
        note=row.note,
        extra="lexicon",
    )
    return Entry(spec, "ddns_tray.providers.lexicon", calls=None)


ROWS: Mapping[str, LexiconRow] = MappingProxyType({row.id: row for row in ALL})

ENTRIES = tuple(_entry(row) for row in ALL)
