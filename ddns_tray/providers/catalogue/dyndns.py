"""DynDNS2, its many relatives, and addresses that people write out themselves.

The entries of the table are made from its rows, so that a service is described once.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import Capabilities, FieldSpec, ProviderSpec, ProviderStatus
from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.common import base_url_field
from ddns_tray.providers.dyndns_table import ALL
from ddns_tray.providers.dyndns_table.row import Key
from ddns_tray.providers.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.core.text import Text
    from ddns_tray.providers.dyndns_table.row import Row

_BLIND = Capabilities(list_zones=False, list_records=False, multi_value=False, wildcard=False, ttl=None)

SECRET_HELP: MappingProxyType[Key, Callable[[str], Text]] = MappingProxyType(
    {
        Key.ACCOUNT: lambda title: text(
            "The password of your account at {title}. There is no smaller permission, so let no other account have it.",
            title=title,
        ),
        Key.UPDATES: lambda title: text(
            "A password or key for updates alone, made in the control panel of {title}; there it may be called "
            "dynamic DNS or DDNS. Where it can be limited to one name, do so.",
            title=title,
        ),
        Key.HOST: lambda title: text(
            "The key of this one name. {title} makes or shows it beside the name; it can do nothing but change its "
            "addresses.",
            title=title,
        ),
        Key.TOKEN: lambda title: text(
            "The token of your account; {title} shows it after you have signed in. It may change the addresses of all "
            "your names there, and nothing else.",
            title=title,
        ),
        Key.DOMAIN: lambda title: text(
            "The token for dynamic addresses of this one domain, made in the control panel of {title}.", title=title
        ),
        Key.API: lambda title: text(
            "An API key, made in the control panel of {title}. If there is a choice, let it edit the DNS records of "
            "this domain and nothing else.",
            title=title,
        ),
    }
)


_PASSWORD, _TOKEN, _USER_NAME = text("Password"), text("Token or key"), text("User name")


def _secret(name: str, row: Row, *, required: bool = True) -> FieldSpec:
    label = _PASSWORD if name == "password" else _TOKEN
    return FieldSpec(name, label, SECRET_HELP[row.key](row.title), secret=True, required=required)


_FIELDS: MappingProxyType[str, Callable[[Row], FieldSpec]] = MappingProxyType(
    {
        "username": lambda row: FieldSpec(
            "username",
            _USER_NAME,
            text(
                "The name that goes with the password: that of your account at {title}, or one made for updates.",
                title=row.title,
            ),
        ),
        "password": lambda row: _secret("password", row),
        "token": lambda row: _secret("token", row),
        "token_ipv6": lambda row: FieldSpec(
            "token_ipv6",
            text("Token or key for IPv6"),
            text("{title} has a key for each record. Leave it empty if the name has no IPv6 address.", title=row.title),
            secret=True,
            required=False,
        ),
        "name": lambda _row: FieldSpec(
            "name",
            text("Host name"),
            text("The one name that this account is for. Others are refused, so that nothing else is overwritten."),
        ),
        "zone": lambda row: FieldSpec(
            "zone",
            text("Domain"),
            text("The domain at {title} that holds your names, such as example.org.", title=row.title),
        ),
        "record_id": lambda row: FieldSpec(
            "record_id",
            text("Record id"),
            text("The number of the record, as the control panel of {title} shows it.", title=row.title),
        ),
        "tunnel_id": lambda row: FieldSpec(
            "tunnel_id", text("Tunnel id"), text("The number of the tunnel, as {title} shows it.", title=row.title)
        ),
        "network": lambda row: FieldSpec(
            "network", text("Network label"), text("The label of your network, as {title} shows it.", title=row.title)
        ),
    }
)


def _server_field(row: Row) -> FieldSpec:
    if row.server:
        return base_url_field(row.server)
    return FieldSpec(
        "base_url", text("Server"), text("The address of your own server, such as https://dns.example.org.")
    )


@cache
def _able(aaaa: bool, wildcard: bool, write_interval: float) -> Capabilities:  # noqa: FBT001 - three facts of a row
    """The abilities of a row; most rows share theirs, and making them takes time at each start."""
    return replace(_BLIND, aaaa=aaaa, wildcard=wildcard, write_interval=write_interval)


def _spec(row: Row) -> ProviderSpec:
    alive = row.status is ProviderStatus.ALIVE
    fields = (*(_FIELDS[name](row) for name in row.needs), _server_field(row)) if alive else ()
    return ProviderSpec(
        id=row.id,
        title=row.title,
        family="dyndns2",
        fields=fields,
        capabilities=_able(row.aaaa is not None, row.wildcard, row.min_write_interval),
        aliases=row.aliases,
        status=row.status,
        homepage=row.homepage,
        token_page=row.key_page,
        min_write_interval=row.min_write_interval,
        plain_http=row.plain_http,
        note=row.note,
    )


DYNDNS2 = ProviderSpec(
    id="dyndns2",
    title="DynDNS2",
    family="dyndns2",
    aliases=("dyndns", "nic/update", "remote access api", "动态域名"),
    homepage="https://help.dyn.com/remote-access-api/",
    fields=(
        FieldSpec(
            "base_url",
            text("Server"),
            text("The address from your service's instructions, such as https://members.dyndns.org."),
        ),
        FieldSpec(
            "path",
            text("Path"),
            text("Almost always /nic/update."),
            required=False,
            default="/nic/update",
        ),
        FieldSpec("username", text("User name"), text("The name that your service gave you for updates.")),
        FieldSpec(
            "password",
            text("Password"),
            text("The password or the update key. Where the service has a key for updates alone, use that one."),
            secret=True,
        ),
        FieldSpec(
            "ipv6_parameter",
            text("Parameter for IPv6"),
            text("Most services take both families as myip; some want myipv6 for IPv6."),
            required=False,
            default="myip",
        ),
    ),
    capabilities=_BLIND,
)

CUSTOM = ProviderSpec(
    id="custom",
    title="Own address (URL)",
    family="dyndns2",
    aliases=("url", "callback", "webhook", "http", "自定义", "回调"),
    fields=(
        FieldSpec(
            "url",
            text("Address"),
            text(
                "The address that writes. These words in braces are filled in: name (the host name), ip, type (A or "
                "AAAA), ttl, username, and password where the secret belongs."
            ),
        ),
        FieldSpec(
            "url_ipv6",
            text("Address for IPv6"),
            text("Only if IPv6 needs another one."),
            required=False,
        ),
        FieldSpec(
            "method",
            text("Method"),
            text("How the address is called."),
            required=False,
            default="get",
            choices=("get", "post", "put", "patch"),
        ),
        FieldSpec(
            "body",
            text("Body"),
            text("What is sent along, with the same words in braces: JSON, or a form such as host=…&ip=…"),
            required=False,
        ),
        FieldSpec(
            "auth",
            text("Sign in"),
            text("How the password is shown: in the address or the body, as basic with the user name, or as bearer."),
            required=False,
            default="none",
            choices=("none", "basic", "bearer"),
        ),
        FieldSpec("username", text("User name"), text("Only if the service wants one."), required=False),
        FieldSpec(
            "password",
            text("Password or token"),
            text("Only if the service wants one. Where it has one for updates alone, use that."),
            secret=True,
            required=False,
        ),
        FieldSpec(
            "success",
            text("Good answer"),
            text(
                "A regular expression for every line of a good answer. Empty: the words of DynDNS.org, good and nochg. "
                "Of a status that is no success, no answer is good."
            ),
            required=False,
        ),
        FieldSpec(
            "unchanged",
            text("Answer without a change"),
            text("A regular expression for the answer that says that the address stands there already."),
            required=False,
        ),
    ),
    capabilities=replace(_BLIND, wildcard=True),
)

_CALLS = (1, 1, 0)
_MODULE = "ddns_tray.providers.dyndns2"

ENTRIES = (
    *(Entry(_spec(row), _MODULE, calls=_CALLS) for row in ALL),
    Entry(DYNDNS2, _MODULE, MappingProxyType({"server": "base_url"}), calls=_CALLS),
    Entry(CUSTOM, "ddns_tray.providers.custom", MappingProxyType({"base_url": "url"}), calls=_CALLS),
)
