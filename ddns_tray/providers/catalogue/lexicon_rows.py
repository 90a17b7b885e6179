"""The rows of the services that are reached through dns-lexicon, in the words of its version 3.25.2."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.text import text
from ddns_tray.providers.dyndns_table.row import Key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.text import Text

_SCRAPED = text(
    "The service has no interface for programs: we sign in as a browser would, which may stop working with any change "
    "of its pages."
)


@dataclass(frozen=True, eq=False, repr=False)
class LexiconRow:
    """One service: what the library calls it, and which of its options the account has to know.

    `plain` and `secret` are the library's own names of options, `fixed` are further ones with their values. `base_url`
    is the library's address of the service, empty where that cannot be changed.
    """

    id: str
    title: str
    provider: str
    secret: tuple[str, ...]
    plain: tuple[str, ...] = ()
    homepage: str = ""
    aliases: tuple[str, ...] = ()
    base_url: str = ""
    key: Key = Key.API
    fixed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    note: Text | None = None


ALL = (
    LexiconRow(
        "arvancloud",
        "ArvanCloud",
        "arvancloud",
        ("auth_token",),
        homepage="https://www.arvancloud.ir",
        aliases=("arvan", "arvancloud.ir"),
        base_url="https://napi.arvancloud.ir/cdn/4.0",
    ),
    LexiconRow(
        "aurora",
        "Aurora DNS",
        "aurora",
        ("auth_secret_key",),
        ("auth_api_key",),
        homepage="https://www.cldin.eu",
        aliases=("auroradns", "pcextreme", "cldin"),
        base_url="https://api.auroradns.eu",
    ),
    LexiconRow(
        "conoha",
        "ConoHa",
        "conoha",
        ("auth_password",),
        ("auth_username", "auth_tenant_id", "auth_region"),
        homepage="https://www.conoha.jp",
        aliases=("conoha.jp", "gmo conoha"),
        key=Key.UPDATES,
    ),
    LexiconRow(
        "constellix",
        "Constellix",
        "constellix",
        ("auth_token",),
        ("auth_username",),
        homepage="https://constellix.com",
        aliases=("constellix.com",),
        base_url="https://api.dns.constellix.com/v1",
    ),
    LexiconRow(
        "devnomads",
        "DevNomads",
        "devnomads",
        ("auth_token",),
        homepage="https://devnomads.nl",
        aliases=("devnomads.nl",),
        base_url="https://api.devnomads.nl/services/dns",
    ),
    LexiconRow(
        "dinahosting",
        "dinahosting",
        "dinahosting",
        ("auth_password",),
        ("auth_username",),
        homepage="https://dinahosting.com",
        aliases=("dinahosting api",),
        base_url="https://dinahosting.com/special/api.php",
    ),
    LexiconRow(
        "directadmin",
        "DirectAdmin",
        "directadmin",
        ("auth_password",),
        ("endpoint", "auth_username"),
        homepage="https://www.directadmin.com",
        aliases=("direct admin", "control panel"),
        key=Key.UPDATES,
    ),
    LexiconRow(
        "dnsmadeeasy",
        "DNS Made Easy",
        "dnsmadeeasy",
        ("auth_token",),
        ("auth_username",),
        homepage="https://dnsmadeeasy.com",
        aliases=("dnsmadeeasy api", "tiggee"),
        base_url="https://api.dnsmadeeasy.com/V2.0",
    ),
    LexiconRow(
        "dnsservices",
        "DNS.services",
        "dnsservices",
        ("auth_password",),
        ("auth_username",),
        homepage="https://dns.services",
        aliases=("dns.services", "gratisdns"),
        base_url="https://dns.services/api",
    ),
    LexiconRow(
        "dreamhost",
        "DreamHost",
        "dreamhost",
        ("auth_token",),
        homepage="https://www.dreamhost.com",
        aliases=("dreamhost.com",),
        base_url="https://api.dreamhost.com/",
    ),
    LexiconRow(
        "easyname",
        "easyname",
        "easyname",
        ("auth_password",),
        ("auth_username",),
        homepage="https://www.easyname.com",
        aliases=("easyname.at", "easyname.com"),
        note=_SCRAPED,
    ),
    LexiconRow(
        "euserv",
        "EUserv",
        "euserv",
        ("auth_password",),
        ("auth_username",),
        homepage="https://www.euserv.com",
        aliases=("euserv.de", "euserv.com"),
        base_url="https://support.euserv.com/",
    ),
    LexiconRow(
        "exoscale",
        "Exoscale",
        "exoscale",
        ("auth_secret",),
        ("auth_key",),
        homepage="https://www.exoscale.com",
        aliases=("exoscale.ch", "a1 exoscale"),
        base_url="https://api.exoscale.com/dns",
    ),
    LexiconRow(
        "glesys",
        "GleSYS",
        "glesys",
        ("auth_token",),
        ("auth_username",),
        homepage="https://glesys.com",
        aliases=("glesys.se", "glesys.com"),
        base_url="https://api.glesys.com",
    ),
    LexiconRow(
        "hosting_de",
        "hosting.de",
        "hostingde",
        ("auth_token",),
        homepage="https://www.hosting.de",
        aliases=("hostingde",),
        base_url="https://secure.hosting.de/api/dns/v1/json",
    ),
    LexiconRow(
        "hover",
        "Hover",
        "hover",
        ("auth_password", "auth_totp_secret"),
        ("auth_username",),
        homepage="https://www.hover.com",
        aliases=("hover.com", "tucows"),
        note=_SCRAPED,
    ),
    LexiconRow(
        "httpnet",
        "http.net",
        "httpnet",
        ("auth_token",),
        homepage="https://www.http.net",
        aliases=("http.net", "routing.net"),
        base_url="https://partner.http.net/api/dns/v1/json",
    ),
    LexiconRow(
        "internetbs",
        "Internet.bs",
        "internetbs",
        ("auth_password",),
        ("auth_key",),
        homepage="https://internetbs.net",
        aliases=("internet.bs", "topdns"),
        base_url="https://api.internet.bs",
    ),
    LexiconRow(
        "inwx",
        "INWX",
        "inwx",
        ("auth_password",),
        ("auth_username",),
        homepage="https://www.inwx.com",
        aliases=("domrobot", "internetworx"),
        note=text(
            "This signs in without a second factor: make a user of its own for it in the control panel, with the right "
            "to edit name server records alone. INWX DynDNS is the simpler way for a single name."
        ),
    ),
    LexiconRow(
        "joker",
        "Joker.com",
        "joker",
        ("auth_token",),
        homepage="https://joker.com",
        aliases=("joker dmapi",),
    ),
    LexiconRow(
        "memset",
        "Memset",
        "memset",
        ("auth_token",),
        homepage="https://www.memset.com",
        aliases=("memset.com",),
        base_url="https://api.memset.com/v1/json",
    ),
    LexiconRow(
        "misaka",
        "Misaka",
        "misaka",
        ("auth_token",),
        homepage="https://www.misaka.io",
        aliases=("misaka.io", "misaka network", "m1ns"),
        base_url="https://api.misaka.io/dns",
    ),
    LexiconRow(
        "onapp",
        "OnApp",
        "onapp",
        ("auth_token",),
        ("auth_server", "auth_username"),
        homepage="https://onapp.com",
        aliases=("onapp control panel",),
    ),
    LexiconRow(
        "plesk",
        "Plesk",
        "plesk",
        ("auth_password",),
        ("plesk_server", "auth_username"),
        homepage="https://www.plesk.com",
        aliases=("plesk obsidian", "plesk onyx"),
    ),
    LexiconRow(
        "pointhq",
        "PointDNS",
        "pointhq",
        ("auth_token",),
        ("auth_username",),
        homepage="https://pointhq.com",
        aliases=("pointhq", "point dns", "pointhq.com"),
        base_url="https://pointhq.com",
    ),
    LexiconRow(
        "rackspace",
        "Rackspace Cloud DNS",
        "rackspace",
        ("auth_api_key",),
        ("auth_account", "auth_username"),
        homepage="https://www.rackspace.com",
        aliases=("rackspace", "rackspacecloud"),
    ),
    LexiconRow(
        "rage4",
        "Rage4",
        "rage4",
        ("auth_token",),
        ("auth_username",),
        homepage="https://rage4.com",
        aliases=("rage4.com", "gbshouse"),
        base_url="https://rage4.com/rapi",
    ),
    LexiconRow(
        "rcodezero",
        "RcodeZero",
        "rcodezero",
        ("auth_token",),
        homepage="https://www.rcodezero.at",
        aliases=("rcode0", "nic.at", "rcodezero.at"),
        base_url="https://my.rcodezero.at/api/v1",
    ),
    LexiconRow(
        "rimuhosting",
        "RimuHosting",
        "zonomi",
        ("auth_token",),
        homepage="https://rimuhosting.com",
        aliases=("rimuhosting.com",),
        base_url="https://rimuhosting.com",
        fixed=MappingProxyType({"auth_entrypoint": "rimuhosting"}),
    ),
    LexiconRow(
        "safedns",
        "SafeDNS (ANS)",
        "safedns",
        ("auth_token",),
        homepage="https://www.ans.co.uk",
        aliases=("ukfast", "ans", "safedns"),
        base_url="https://api.ukfast.io/safedns/v1",
    ),
    LexiconRow(
        "sakuracloud",
        "Sakura Cloud",
        "sakuracloud",
        ("auth_secret",),
        ("auth_token",),
        homepage="https://cloud.sakura.ad.jp",
        aliases=("sakura internet", "sakura.ad.jp", "さくらのクラウド"),
        base_url="https://secure.sakura.ad.jp/cloud/zone/is1a/api/cloud/1.1",
    ),
    LexiconRow(
        "timeweb",
        "Timeweb Cloud",
        "timeweb",
        ("auth_token",),
        homepage="https://timeweb.cloud",
        aliases=("timeweb.ru", "timeweb"),
        base_url="https://api.timeweb.cloud/api/v1",
    ),
    LexiconRow(
        "ultradns",
        "UltraDNS",
        "ultradns",
        ("auth_password",),
        ("auth_username",),
        homepage="https://vercara.com",
        aliases=("neustar", "vercara", "ultradns.com"),
    ),
    LexiconRow(
        "wedos",
        "WEDOS",
        "wedos",
        ("auth_pass",),
        ("auth_username",),
        homepage="https://www.wedos.com",
        aliases=("wedos.cz", "wapi"),
        base_url="https://api.wedos.com/wapi/json",
        key=Key.UPDATES,
    ),
    LexiconRow(
        "zonomi",
        "Zonomi",
        "zonomi",
        ("auth_token",),
        homepage="https://zonomi.com",
        aliases=("zonomi.com",),
        base_url="https://zonomi.com/app",
    ),
)
