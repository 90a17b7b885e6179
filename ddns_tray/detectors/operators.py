"""The operators that the word `https` stands for, as data. All are asked over TLS only.

Chosen because they are run by different organisations, have been there for years, answer with the address alone and ask
for no key. The README promises whom we contact: a line more here is a line more there.

A host belongs to the operator whose `origin` it ends with, so that two names of one operator never make a quorum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ddns_tray.core.addresses import parsed
from ddns_tray.core.model import Family, IPAddress
from ddns_tray.detectors.parsing import nested_address, one_address, traced_address

Parser = Callable[[bytes, Family], IPAddress]


@dataclass(frozen=True, slots=True)
class Operator:
    """One organisation: `origin` is its domain, `urls` where to ask for each family, `rank` see `core.ports`."""

    origin: str
    urls: Mapping[Family, str]
    parser: Parser = one_address


def _urls(ipv4: str | None, ipv6: str | None) -> Mapping[Family, str]:
    both = ((Family.IPV4, ipv4), (Family.IPV6, ipv6))
    return MappingProxyType({family: url for family, url in both if url is not None})


WORLD = (
    Operator("ipify.org", _urls("https://api.ipify.org/", "https://api6.ipify.org/")),
    Operator(
        "cloudflare.com",
        _urls("https://www.cloudflare.com/cdn-cgi/trace", "https://www.cloudflare.com/cdn-cgi/trace"),
        traced_address,
    ),
    Operator("ident.me", _urls("https://v4.ident.me/", "https://v6.ident.me/")),
)
CHINA = (
    Operator("ipw.cn", _urls("https://4.ipw.cn/", "https://6.ipw.cn/")),
    Operator("3322.net", _urls("https://ip.3322.net/", None)),
    Operator("neu6.edu.cn", _urls(None, "https://speed.neu6.edu.cn/getIP.php")),
)
OTHERS = (
    Operator("ipip.net", _urls("https://myip.ipip.net/json", None), nested_address),
    Operator("amazonaws.com", _urls("https://checkip.amazonaws.com/", None)),
    Operator("ifconfig.co", _urls("https://ifconfig.co/ip", "https://ifconfig.co/ip")),
)
"""Asked only where a person names them (`https:ifconfig.co`)."""

_SAME_OPERATOR = MappingProxyType(
    {
        "icanhazip.com": "cloudflare.com",
        "1.1.1.1": "cloudflare.com",
        "1.0.0.1": "cloudflare.com",
        "2606:4700:4700::1111": "cloudflare.com",
        "2606:4700:4700::1001": "cloudflare.com",
        "208.67.222.222": "opendns.com",
        "208.67.220.220": "opendns.com",
        "cloudflare-dns.com": "cloudflare.com",
        "opendns.com": "opendns.com",
        "google.com": "google.com",
        "akamaitech.net": "akamai.com",
        "akamai.net": "akamai.com",
    }
)
_PARSERS_BY_PATH = MappingProxyType({"/cdn-cgi/trace": traced_address})
_PARSERS_BY_HOST = MappingProxyType({"myip.ipip.net": nested_address})


def by_name(name: str) -> Operator | None:
    """Return the operator called `name`, if we know one."""
    return next((operator for operator in (*WORLD, *CHINA, *OTHERS) if operator.origin == name), None)


def origin_of(host: str) -> str:
    """Return what makes answers of `host` independent of others: its operator if known, else the host itself."""
    known = [*(operator.origin for operator in (*WORLD, *CHINA, *OTHERS)), *_SAME_OPERATOR]
    domain = next((domain for domain in known if host == domain or host.endswith("." + domain)), host)
    return _SAME_OPERATOR.get(domain, domain)


def families_of(host: str) -> frozenset[Family]:
    """Return the families over which a host can be asked: both for a name, one for an address."""
    literal = parsed(host)
    return frozenset(each for each in Family if literal is None or literal.version == each.version)


def parser_of(host: str, path: str) -> Parser:
    """Return how answers of this place are to be read."""
    if path == "/json" and host in _PARSERS_BY_HOST:
        return _PARSERS_BY_HOST[host]
    return _PARSERS_BY_PATH.get(path, one_address)
