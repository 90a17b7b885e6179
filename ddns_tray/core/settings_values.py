"""One check for each kind of value: source URIs, resolver URIs, addresses, names. Each raises `UsageError` with a hint.

What is checked here is the form alone. Whether an interface exists or a server answers is for the adapters to find out.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from ddns_tray.core.errors import UsageError
from ddns_tray.core.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_SHOWN = 80
MAX_PORT = 65535
SOURCE_PRESETS = ("router", "https", "stun", "dns")
"""Sources that a single word names: a built-in list."""
SOURCE_SCHEMES = (
    "natpmp", "pcp", "upnp", "https", "http", "stun", "dns", "dns+tls", "dns+https", "interface", "command", "file",
    "static",
)  # fmt: skip
"""Sources that are written out as a URI."""
RESOLVER_SCHEMES = ("udp", "tcp", "tls", "https")
RESOLVER_OPTIONS = ("ip", "ca")
"""Of tls and https: the address to ask in place of the one that the name has, a file with an own authority."""
_ADDRESS_ONLY = frozenset({"udp", "tcp"})

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_SECRET_WORD = re.compile(
    r"token|passw|passphrase|secret|credential|(?<!allow_)private|api_?key|access_?key|auth_?key|^key$|_key$|^pass$|^pwd$|^psk$",
    re.IGNORECASE,
)
_OPERATOR = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_ROUTER_SCHEMES = frozenset({"natpmp", "pcp", "upnp"})
_WHOAMI_PATH = re.compile(r"/[^/]+/(A|AAAA|TXT|CH)", re.IGNORECASE)
_SOURCE_HINT = text("See the settings reference for how sources are written.")
_RESOLVER_HINT = text('Write "system", udp://ADDRESS, tcp://ADDRESS, tls://HOST or https://HOST/PATH.')


def shown(value: object) -> str:
    """Cut a value down to what fits into a sentence."""
    plain = "".join(sign if sign.isprintable() else "\ufffd" for sign in str(value))
    return plain if len(plain) <= MAX_SHOWN else plain[: MAX_SHOWN - 1] + "…"


def looks_secret(key: str) -> bool:
    """Whether a key has a name that one gives to secrets."""
    return _SECRET_WORD.search(key.replace("-", "_")) is not None


def check_identifier(value: str, *, of_line: bool = False) -> str:
    """Accept an account's or line's id: it becomes part of environment variables, file names and keyring entries."""
    if not _IDENTIFIER.fullmatch(value):
        raise UsageError(
            text("{value} cannot be the id of a line.", value=shown(value))
            if of_line
            else text("{value} cannot be the id of an account.", value=shown(value)),
            text("Use up to 63 letters a to z, digits, hyphens and underscores; begin with a letter or digit."),
        )
    return value


def check_address(value: str) -> str:
    """Accept an IP address and return its canonical form (RFC 5952)."""
    return str(_address(value))


def check_url(value: str) -> str:
    """Accept an absolute http or https URL without credentials in it."""
    parts = _split(value)
    if parts.scheme not in {"http", "https"}:
        raise UsageError(
            text("{value} is not a web address.", value=shown(value)),
            text("Write it in full, such as https://dns.example.org."),
        )
    _check_host(parts, value)
    return value


def check_source(value: str) -> str:
    """Accept a source of addresses as `[address] sources` has it."""
    scheme, colon, rest = value.partition(":")
    scheme = scheme.lower()
    if not colon:
        if scheme not in SOURCE_PRESETS:
            raise UsageError(text("{value} is not a source.", value=shown(value)), _SOURCE_HINT)
        return scheme
    if scheme not in SOURCE_SCHEMES:
        raise UsageError(text("{value} is not a source.", value=shown(scheme)), _SOURCE_HINT)
    if scheme in _ROUTER_SCHEMES and not rest.strip():
        return f"{scheme}:"
    if not rest.strip():
        raise UsageError(text("The source {value} is not complete.", value=shown(value)), _SOURCE_HINT)
    if scheme == "static":
        return f"static:{_address(rest)}"
    _check_form(scheme, rest, value)
    return value


def _check_form(scheme: str, rest: str, value: str) -> None:
    """Refuse a source whose parts are not those that its scheme has; an operator's name needs no slashes."""
    named = not rest.startswith("//")
    if scheme == "file":
        usable = PurePath(rest.strip()).is_absolute()
    elif scheme in {"https", "http", "dns", "dns+tls", "dns+https"}:
        if named and scheme in {"https", "dns"}:
            usable = _OPERATOR.fullmatch(rest) is not None
        else:
            parts = _split(value)
            _check_host(parts, value)
            usable = scheme in {"https", "http"} or _WHOAMI_PATH.fullmatch(parts.path) is not None
    elif scheme == "upnp" and rest.startswith("http:"):
        parts = _split(rest, value)
        _check_host(parts, value)
        usable = _is_ipv4(parts.hostname)
    elif scheme in _ROUTER_SCHEMES:
        parts = _split(f"//{rest.strip()}", value)
        _check_host(parts, value)
        usable = _is_ipv4(parts.hostname) and not parts.path and (scheme != "upnp" or parts.port is None)
    elif scheme == "stun":
        parts = _split(f"//{rest}", value)
        _check_host(parts, value)
        usable = not parts.path and not parts.query
    else:
        usable = True
    if not usable:
        raise UsageError(text("{value} is not a source.", value=shown(value)), _SOURCE_HINT)


def _is_ipv4(host: str | None) -> bool:
    try:
        return IPv4Address(host or "").version > 0
    except ValueError:
        return False


def check_resolver(value: str) -> str:
    """Accept a resolver as `[verify] resolvers` has it; an address alone means UDP."""
    if value == "system" or _is_address(value):
        return value
    parts = _split(value)
    if "://" not in value or parts.scheme not in RESOLVER_SCHEMES:
        raise UsageError(text("{value} is not a resolver.", value=shown(value)), _RESOLVER_HINT)
    _check_host(parts, value)
    if parts.scheme in _ADDRESS_ONLY:
        if parts.path or parts.query:
            raise UsageError(
                text("Nothing may follow the address in {value}.", value=shown(value)),
                text("Write for example {example}.", example=f"{parts.scheme}://9.9.9.9:53"),
            )
        _address(parts.hostname or "")
    else:
        _check_resolver_options(parts, value)
    return value


def _check_resolver_options(parts: SplitResult, value: str) -> None:
    options = [option.partition("=") for option in parts.query.split("&")] if parts.query else []
    for name, _, argument in options:
        if name not in RESOLVER_OPTIONS or not argument:
            raise UsageError(
                text("{value} has an option that is not known.", value=shown(value)),
                text("Behind the question mark stand only ip=ADDRESS and ca=FILE."),
            )
        if name == "ip":
            _address(unquote(argument))


def check_server(value: str) -> str:
    """Accept an IP address, alone or with a port: `127.0.0.10`, `127.0.0.10:5353`, `[::1]:5353`."""
    if _is_address(value):
        return value
    parts = _split(f"udp://{value}")
    _check_host(parts, value)
    if parts.path or parts.query or parts.hostname is None:
        raise UsageError(
            text("{value} is not the address of a server.", value=shown(value)),
            text("Write an IP address, and a port after a colon if it is not 53."),
        )
    _address(parts.hostname)
    return value


def check_type(value: str) -> str:
    """Accept the name of an address record type."""
    if value.upper() not in {"A", "AAAA"}:
        raise UsageError(
            text("{value} is not a type that can be kept.", value=shown(value)),
            text('Write "A" for IPv4 or "AAAA" for IPv6.'),
        )
    return value.upper()


def check_text(value: str) -> str:
    """Accept any single line."""
    if any(ord(sign) < ord(" ") for sign in value):
        raise UsageError(
            text("There is a line break or control character in the text."),
            text("Write it on one line."),
        )
    return value


ELEMENT_CHECKS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "types": check_type,
        "sources": check_source,
        "resolvers": check_resolver,
        "servers": check_server,
        "addresses": check_address,
        "text_list": check_text,
    }
)
"""By `Kind`: the check of each element of a list."""


def _is_address(value: str) -> bool:
    try:
        return getattr(ip_address(value), "scope_id", None) is None
    except ValueError:
        return False


def _address(value: str) -> IPv4Address | IPv6Address:
    try:
        address = ip_address(value)
    except ValueError as exc:
        raise UsageError(
            text("{value} is not an IP address.", value=shown(value)),
            text("Write numbers, such as 192.0.2.1 or 2001:db8::1; a host name does not fit here."),
        ) from exc
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise UsageError(
            text("{value} names an interface of this machine.", value=shown(value)),
            text("Write the address without the part after the percent sign."),
        )
    return address


def _split(value: str, written: str = "") -> SplitResult:
    """Take a URL apart; `written` is what the person wrote, where that is something else."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - looking at the port is what checks it
    except ValueError as exc:
        raise UsageError(_bad_url(written or value), text("Check the host, the port and the brackets.")) from exc
    return parts


def _check_host(parts: SplitResult, value: str) -> None:
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            text("There are credentials in the address of {host}.", host=shown(parts.hostname or "?")),
            text("Secrets do not belong in this file; remove the part before the @ sign."),
        )
    if not parts.hostname or any(sign.isspace() for sign in value) or parts.port == 0 or parts.fragment:
        raise UsageError(_bad_url(value), text("Check the host, the port and the brackets."))


def _bad_url(value: str) -> Text:
    # What cannot be read may hide credentials anywhere, so only what is in front of them is shown.
    return text("{value} cannot be read as an address.", value=shown(value.rpartition("@")[2]))
