"""No service that another client has is forgotten: each is here, is known to have ended, or is left out with a reason.

The names are those of ddns-go 6.17, ddns-updater 2.10, godns 3.4, NewFuture/DDNS 4.2, inadyn 2.13, ddclient 4.0.1 and
favonia/cloudflare-ddns 1.17, as their sources had them in 2026.
"""

from __future__ import annotations

import pytest

from ddns_tray.providers.registry import SPECS, find, spec
from tests.contract.test_providers_reference import page_of_all

_NAMES = """
    1984 3322.org aliyun alidns aliesa allinkl all-inkl.com baiducloud bunny changeip cloudflare cloudns
    cloudxns core-networks.de dd24 domaindiscount24.com moniker.com keysystems ddns.fm ddnss desec digitalocean
    dinahosting directnic dnsomatic dnsmadeeasy dnsla dnscom dnspod dnspod_com dnsexit dnshome.de domeneshop
    do.de domopoli dondominio dreamhost duckdns dy.fi dyn dyndns.org dynadot dyndns.it dynu dynv6 easydns
    edgeone edgeone_dns enom eranet freedns.afraid.org freemyip.com gandi gcore gigahostno gira.de godaddy goip
    gcp domains.google.com he.net tunnelbroker.net hetzner hetznercloud hostinger huaweicloud huaweidns
    infomaniak inwx ionos ipv64 itsdns.de joker.com linode loopia luadns myaddr mydns.jp myonlineportal.net
    namecheap name.com namesilo nearlyfreespeech nfsn netcup nic.ru njalla noip nowdns now.cn nowcn nsone ns1
    nsupdate.info nsupdate rfc2136 opendns oray.com ovh porkbun powerdns-admin rainyun regfish.de route53
    scaleway schokokeks.org selfhost.de servercow simply.com sitelutions spaceship spdyn strato tencentcloud
    tnethk transip twodns.de udmedia.de variomedia vercel trafficroute vultr websupport west pdd.yandex.ru
    zoneedit mythicdyn dns.hetzner.com callback custom dnshe
"""
HERE = tuple(_NAMES.split())
LEFT_OUT = ("DHIS", "DNSEver", "DNSMax", "DSLReports", "DuiaDNS", "HiPM DNSMgr", "OrgDNS", "UpdatedIP", "thatip")


@pytest.mark.parametrize("name", HERE)
def test_a_service_of_another_client_is_found_by_the_name_that_it_has_there(name: str) -> None:
    assert find(name), name
    assert spec(name) in SPECS


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_service_that_is_left_out_is_named_with_a_reason(name: str) -> None:
    (line,) = [each for each in page_of_all().splitlines() if name in each]
    assert line.startswith("|")
    assert len(line.split("|")[2]) > 15
