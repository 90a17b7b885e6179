"""The settings as typed, frozen data, with every default in one place; `core.settings_schema` reads and checks them."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import AddressView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import RecordType

SCHEMA_VERSION = 1
DEFAULT_INTERVAL = 60.0
DEFAULT_QUORUM = 2
DEFAULT_RETURN = 300.0
DEFAULT_TTL = 60
DEFAULT_SOURCES = ("router", "https", "stun", "dns")
DEFAULT_RESOLVERS = ("system", "udp://9.9.9.9", "tls://one.one.one.one?ip=1.1.1.1", "tls://dns.alidns.com?ip=223.5.5.5")
"""Those of the house, a plain one, and two that nobody on the way can speak for, one of them in China: without two such
witnesses a network that answers or refuses in the place of others cannot be told from a broken name."""


@dataclass(frozen=True, slots=True)
class GeneralSettings:
    """`language` is "auto", "en" or "zh_CN"; `theme` is "auto", "light" or "dark".

    `secrets_file` is the opt-in for keeping secrets in a plain 0600 file where there is no keyring; empty means no.
    `portal_check` and `update_check` say whether strangers may be asked for a sign-in page and for a newer version.
    """

    language: str = "auto"
    theme: str = "auto"
    notifications: bool = True
    autostart: bool = False
    secrets_file: str = ""
    portal_check: bool = True
    update_check: bool = False


@dataclass(frozen=True, slots=True)
class AddressSettings:
    """How to learn our address; `per_family` overrides `sources` and `quorum` for one family.

    `interface` or `local_address` bind the sources to one way to the world.
    """

    sources: tuple[str, ...] = DEFAULT_SOURCES
    quorum: int = DEFAULT_QUORUM
    interval: float = DEFAULT_INTERVAL
    interface: str = ""
    local_address: str = ""


@dataclass(frozen=True, slots=True)
class LineSettings:
    """One of several ways to the world. Without `sources` or `quorum` those of `[address]` count."""

    id: str
    interface: str = ""
    local_address: str = ""
    sources: tuple[str, ...] = ()
    quorum: int | None = None
    return_after: float = DEFAULT_RETURN


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """One account: `options` are the provider's own non-secret fields, `base_url` among them."""

    id: str
    provider: str
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """One name to keep (with an account) or to watch (without); see the settings reference for each key."""

    name: str
    types: tuple[RecordType, ...]
    account: str | None = None
    ttl: int | None = None
    proxied: bool | None = None
    comment: str | None = None
    allow_private: bool = False
    expected: tuple[str, ...] = ()
    ipv6_host: str = ""
    line: tuple[str, ...] = ()
    view: AddressView = AddressView.AUTO


@dataclass(frozen=True, slots=True)
class VerifySettings:
    """How to look. `root_hints` replaces the world's root servers in closed networks; `HOST:PORT` moves all of it."""

    interval: float = DEFAULT_INTERVAL
    resolvers: tuple[str, ...] = DEFAULT_RESOLVERS
    authoritative: bool = True
    root_hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Which changes are told on the desktop; `core.alerting` knows what they are. Times are in seconds."""

    address_changed: bool = True
    trouble: bool = True
    recovered: bool = True
    warning: bool = False
    warning_after: float = 900.0
    quiet_after_wake: float = 60.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole file."""

    general: GeneralSettings = GeneralSettings()
    address: AddressSettings = AddressSettings()
    ipv4: AddressSettings = AddressSettings()
    ipv6: AddressSettings = AddressSettings()
    lines: tuple[LineSettings, ...] = ()
    accounts: tuple[AccountSettings, ...] = ()
    records: tuple[RecordSettings, ...] = ()
    verify: VerifySettings = VerifySettings()
    alerts: AlertSettings = AlertSettings()
