"""What the registry holds of one service, and what a service's module is given to open an account.

A service's module has one public function, `open_account(opening: Opening) -> Provider`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ddns_tray.core.errors import ConfigError, SecretMissing
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import ProviderSpec
    from ddns_tray.core.ports import Clock, HttpClient, Secret, Sockets


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One line of the registry. `module` is loaded when the first account is opened.

    `other_names` maps further spellings of an option to the one in `spec.fields`. `calls` are the requests that one
    record costs: for the first update of an account, for a later one, and if there is nothing to do.
    """

    spec: ProviderSpec
    module: str
    other_names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    calls: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """All that a service's module needs to open one account. Defaults are filled in, required values are there."""

    spec: ProviderSpec
    options: Mapping[str, str]
    secrets: Mapping[str, Secret] = field(repr=False)
    http: HttpClient
    clock: Clock
    sockets: Sockets | None = None
    """The way out for a service that is spoken to without HTTP; None is as the system likes."""

    def option(self, name: str) -> str:
        """The value of an option; empty where it was left out and has no default."""
        return self.options.get(name, "")

    def secret(self, name: str) -> Secret:
        """The secret of that field, or `SecretMissing`."""
        try:
            return self.secrets[name]
        except KeyError:
            raise SecretMissing(
                text("The account has no {field} yet.", field=name),
                text("Enter it in the settings, or with ddns-tray secret set."),
            ) from None

    def base_url(self, name: str = "base_url") -> str:
        """The checked URL of the service, without a slash at its end; https unless the person wrote http."""
        return checked_base_url(self.option(name), option=name)

    def own_address(self, name: str = "base_url") -> bool:
        """Whether the person wrote the address of the service, and so may have written a wrong one."""
        usual = next((each.default for each in self.spec.fields if each.name == name), None)
        return self.option(name) not in {"", usual}

    def integer(self, name: str, lowest: int, highest: int) -> int:
        """An option that is a whole number."""
        value = self.option(name)
        if value.isascii() and value.isdecimal() and lowest <= int(value) <= highest:
            return int(value)
        raise ConfigError(
            text(
                "{option} is {value}, which is not a number from {lowest} to {highest}.",
                option=name,
                value=value,
                lowest=lowest,
                highest=highest,
            ),
            text("Correct it in the settings of the account."),
        )


def checked_base_url(value: str, *, option: str = "base_url") -> str:
    """Return `value` as a base URL that requests can be built on, or raise `ConfigError`."""
    url = value.strip()
    if "://" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as exc:
        raise _bad_url(option) from exc
    if parts.scheme not in {"https", "http"} or not host or any(sign.isspace() for sign in url):
        raise _bad_url(option)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ConfigError(
            text("{option} must not hold a user, a password, a query or a fragment.", option=option),
            text("Write only the address; credentials go to the keyring."),
        )
    return url.rstrip("/")


def _bad_url(option: str) -> ConfigError:
    return ConfigError(
        text("{option} is not the address of a web service.", option=option),
        text("Write it like https://dns.example.org or http://127.0.0.1:8081."),
    )
