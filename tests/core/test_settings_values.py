from __future__ import annotations

import sys

import pytest

from ddns_tray.core.errors import UsageError
from ddns_tray.core.settings_values import (
    check_resolver,
    check_server,
    check_source,
    looks_secret,
    shown,
)


@pytest.mark.parametrize(
    "source",
    [
        "https",
        "https://ip.example.org",
        "https://[2001:db8::1]:8443/ip?format=text",
        "http://192.168.1.1/ip",
        "interface:eth0",
        "interface:Wi-Fi 2",
        "command:/usr/local/bin/myip --four",
        "static:192.0.2.1",
        "https:ipify.org",
        "stun",
        "stun:stun.example.org",
        "stun:[2001:db8::1]:3479",
        "dns",
        "dns:google.com",
        "dns://9.9.9.9/whoami.example.org/A",
        "dns://ns1.example.org:5353/whoami.example.org/TXT",
        "dns+tls://1.1.1.1/whoami.cloudflare/CH",
        "dns+https://[2606:4700:4700::1111]/whoami.cloudflare/ch",
        "file:C:/wan-address" if sys.platform == "win32" else "file:/run/wan-address",
        "router",
        "natpmp:",
        "natpmp:192.168.1.1",
        "pcp:192.168.1.1:15351",
        "upnp:",
        "upnp:192.168.1.1",
        "upnp:http://192.168.1.1:5000/rootDesc.xml",
    ],
)
def test_a_source_that_this_version_has_is_kept_as_written(source: str) -> None:
    assert check_source(source) == source


def test_a_static_address_becomes_canonical() -> None:
    assert check_source("static:2001:DB8:0:0::1") == "static:2001:db8::1"


@pytest.mark.parametrize(
    "source",
    [
        "",
        "http",
        "htps",
        "https:",
        "https://",
        "https://a b/",
        "ftp://x",
        "interface:",
        "command: ",
        "static:x",
        "static:",
        "https://x/#part",
        "https://x:0/",
        "https://[::1/",
        "eth0",
        "https:ipify",
        "stun:",
        "stun://host",
        "stun:host/path",
        "stun:host:99999",
        "stun:user@host",
        "dns:google",
        "dns:",
        "dns+tls:google.com",
        "dns://server",
        "dns://server/name",
        "dns://server/name/MX",
        "dns://server/name/A/more",
        "dns:///name/A",
        "file:relative",
        "router:",
        "natpmp",
        "natpmp:router",
        "natpmp:192.168.1.1/x",
        "pcp:[2001:db8::1]",
        "upnp:192.168.1.1:5000",
        "upnp:http://",
        "upnp:http://router.example/rootDesc.xml",
        "upnp:http://[fe80::1]/rootDesc.xml",
        "file:",
    ],
)
def test_what_is_no_source_is_refused_with_the_forms(source: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_source(source)
    assert caught.value.problem.hint is not None


@pytest.mark.parametrize("source", ["stun:host:99999", "natpmp:192.168.1.1:x", "upnp:http://192.168.1.1:x/"])
def test_what_is_refused_is_quoted_as_it_was_written(source: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_source(source)
    assert str(caught.value.problem.title).startswith(f"{source} ")


@pytest.mark.parametrize(
    "resolver",
    [
        "system",
        "9.9.9.9",
        "2620:fe::fe",
        "https://dns.google",
        "udp://9.9.9.9",
        "udp://9.9.9.9:5353",
        "tcp://[::1]",
        "tcp://[::1]:53",
        "tls://dns.quad9.net:853",
        "tls://1.1.1.1?ca=/etc/own.pem",
        "https://dns.google/dns-query",
        "https://[::1]:8443/q?ip=127.0.0.1",
    ],
)
def test_a_resolver_is_kept_as_written(resolver: str) -> None:
    assert check_resolver(resolver) == resolver


@pytest.mark.parametrize(
    "resolver",
    [
        "",
        "System",
        "udp:9.9.9.9",
        "udp://",
        "udp://dns.quad9.net",
        "udp://9.9.9.9/x",
        "udp://9.9.9.9?x=1",
        "tcp://::1",
        "udp://9.9.9.9:0",
        "udp://9.9.9.9:x",
        "tls://x?zip=1",
        "https://x/q?ip=",
        "https://x/q?ip=name",
        "tls://x?ip=1.1.1.1&q",
        "9.9.9.9:53",
        "fe80::1%eth0",
        "quic://1.1.1.1",
        "udp://user@9.9.9.9",
    ],
)
def test_what_is_no_resolver_is_refused_with_a_hint(resolver: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_resolver(resolver)
    assert caught.value.problem.hint is not None


@pytest.mark.parametrize("server", ["", "localhost", "127.0.0.1:0", "127.0.0.1:x", "::1:53:", "127.0.0.1/8"])
def test_what_is_no_server_is_refused(server: str) -> None:
    with pytest.raises(UsageError):
        check_server(server)


@pytest.mark.parametrize(
    "key",
    ["token", "api_token", "apikey", "API-Key", "password", "passwd", "secret_access_key", "key", "private", "pwd"],
)
def test_names_that_one_gives_to_secrets_are_known(key: str) -> None:
    assert looks_secret(key)


@pytest.mark.parametrize(
    "key", ["key_name", "key_algorithm", "server", "username", "zone", "keyboard", "compass", "allow_private"]
)
def test_names_of_other_things_are_not_taken_for_secrets(key: str) -> None:
    assert not looks_secret(key)


def test_a_long_or_unprintable_value_is_shown_in_a_safe_form() -> None:
    assert shown("a\x1b[31mb\n") == "a�[31mb�"
    assert len(shown("x" * 500)) == 80
