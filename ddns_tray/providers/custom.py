"""An address that the person writes out, for services that nobody has described yet: a row made from the settings.

Enough for the "Callback" of ddns-go and the "custom" of ddns-updater and inadyn: the URL, the method, a body, and what
a good answer looks like. Secrets have no place in the settings file, so the URL and the body say `{password}` where one
belongs, and it comes from the keyring.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.settings_values import looks_secret
from ddns_tray.core.text import text
from ddns_tray.providers.dyndns2 import Dyndns2
from ddns_tray.providers.dyndns_table.common import DYNDNS2
from ddns_tray.providers.dyndns_table.row import Auth, Row
from ddns_tray.providers.entry import checked_base_url

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.dyndns_table.row import Answers, Params
    from ddns_tray.providers.entry import Opening

PLACEHOLDERS = frozenset({"name", "domain", "ip", "type", "ttl", "username", "password"})

_AUTH = {"none": Auth.INSIDE, "basic": Auth.BASIC, "bearer": Auth.BEARER}
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


def open_account(opening: Opening) -> Provider:
    """Open an account; raises `ConfigError` if the URL or a pattern cannot be used."""
    server, path, params = _taken_apart(opening, "url")
    server_aaaa, path_aaaa, params_aaaa = server, path, params
    if opening.option("url_ipv6"):
        server_aaaa, path_aaaa, params_aaaa = _taken_apart(opening, "url_ipv6")
    row = Row(
        opening.spec.id,
        "",
        server=server,
        server_aaaa=server_aaaa,
        path=path,
        path_aaaa=path_aaaa,
        auth=_AUTH[opening.option("auth").lower()],
        method=opening.option("method").upper(),
        params=(),
        a=params,
        aaaa=params_aaaa,
        body=opening.option("body"),
        wildcard=True,
        answers=_answers(opening),
    )
    return Dyndns2(opening, row, server)


def _taken_apart(opening: Opening, option: str) -> tuple[str, str, Params]:
    """Return the server, the path and the parameters of a URL with placeholders."""
    written = opening.option(option).strip()
    base, _, query = written.partition("?")
    server = checked_base_url(base, option=option)
    if "#" in query:
        raise ConfigError(
            text("{option} must not hold a fragment.", option=option),
            text("A placeholder has no number sign before it: write {placeholder}.", placeholder="{ip}"),
        )
    unknown = [name for name in _PLACEHOLDER.findall(written) if name not in PLACEHOLDERS]
    if unknown or "{" in (urlsplit(server).netloc or ""):
        raise ConfigError(
            text(
                "{option} has a placeholder that means nothing: {name}.", option=option, name=", ".join(unknown) or "{"
            ),
            text("Use these: {names}.", names=", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))),
        )
    params = tuple(parse_qsl(query, keep_blank_values=True))
    for name, value in params:
        if looks_secret(name) and value and not _PLACEHOLDER.search(value):
            raise ConfigError(
                text("{option} holds a secret, and secrets do not belong into the settings.", option=option),
                text("Write {placeholder} in its place, and keep it in the keyring.", placeholder="{password}"),
            )
    parts = urlsplit(server)
    path = parts.path + ("/" if base.endswith("/") else "")
    return f"{parts.scheme}://{parts.netloc}", path, params


def _answers(opening: Opening) -> Answers:
    """The words of DynDNS.org unless the settings know others; words of refusal count in any case."""
    success, unchanged = opening.option("success"), opening.option("unchanged")
    if not success:
        return DYNDNS2
    return replace(DYNDNS2, written=(success,), unchanged=(unchanged,) if unchanged else ())
