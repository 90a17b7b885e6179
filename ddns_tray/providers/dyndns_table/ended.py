"""Services that have ended, kept so that a search for them says so."""

from __future__ import annotations

from ddns_tray.core.model import ProviderStatus
from ddns_tray.core.text import text
from ddns_tray.providers.dyndns_table.common import DYNDNS2
from ddns_tray.providers.dyndns_table.row import Row

_ENDED = text("This service has ended. Move the name to another one, and choose that here.")


def _ended(row_id: str, title: str, *aliases: str) -> Row:
    return Row(row_id, title, "", DYNDNS2, aliases=aliases, status=ProviderStatus.ENDED, note=_ENDED)


ROWS = (
    _ended("google_domains", "Google Domains", "domains.google.com", "domains.google", "googledomains"),
    _ended("yandex_pdd", "Yandex.Mail for Domain", "pdd.yandex.ru", "yandex connect", "yandex dns"),
    _ended("dtdns", "DtDNS", "dtdns.com"),
    _ended("cloudxns", "CloudXNS", "cloudxns.net", "云解析 cloudxns"),
    _ended("tzo", "TZO", "tzo.com"),
    _ended("zerigo", "Zerigo DNS", "zerigo.com"),
    _ended("hammernode", "Hammernode (hn.org)", "hn.org"),
)
