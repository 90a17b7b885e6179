"""Services that have ended, kept so that a search for them says so.

TwoDNS said so itself (twodns.de, 2024-11-29; its names left the Public Suffix List with pull request 2689 of
2025-12-10). The address of Hetzner's DNS Console leads to the Hetzner Console since May 2026 (DNSControl, pull request
4456 of 2026-07-10). Users of DNS-O-Matic were told in September 2026 that it closes within a month (ddns-updater,
issues 772 and 1216).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.model import ProviderStatus
from ddns_tray.core.text import text
from ddns_tray.providers.dyndns_table.common import DYNDNS2
from ddns_tray.providers.dyndns_table.row import Row

if TYPE_CHECKING:
    from ddns_tray.core.text import Text

_ENDED = text("Move the name to another service, and choose that one in the account.")
_MOVED = text("Its zones are in the Hetzner Console now: choose Hetzner DNS, with a token that is made there.")
_PASSED_ON = text("It passed addresses on to other services: add those here, each with an account of its own.")


def _ended(row_id: str, title: str, *aliases: str, note: Text = _ENDED) -> Row:
    return Row(row_id, title, "", DYNDNS2, aliases=aliases, status=ProviderStatus.ENDED, note=note)


ROWS = (
    _ended("google_domains", "Google Domains", "domains.google.com", "domains.google", "googledomains"),
    _ended("yandex_pdd", "Yandex.Mail for Domain", "pdd.yandex.ru", "yandex connect", "yandex dns"),
    _ended("dtdns", "DtDNS", "dtdns.com"),
    _ended("cloudxns", "CloudXNS", "cloudxns.net", "云解析 cloudxns"),
    _ended("tzo", "TZO", "tzo.com"),
    _ended("twodns", "TwoDNS", "twodns.de", "two-dns"),
    _ended("hetzner_console", "Hetzner DNS Console", "dns.hetzner.com", "hetzner legacy", note=_MOVED),
    _ended("dnsomatic", "DNS-O-Matic", "dnsomatic.com", "updates.dnsomatic.com", note=_PASSED_ON),
    _ended("zerigo", "Zerigo DNS", "zerigo.com"),
    _ended("hammernode", "Hammernode (hn.org)", "hn.org"),
)
