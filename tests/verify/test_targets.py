from __future__ import annotations

import pytest

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.model import Transport
from ddns_tray.verify.targets import Endpoint, Target, parse_endpoint, parse_resolver


def test_system_stands_for_servers_that_are_known_later() -> None:
    assert parse_resolver("system") is None


@pytest.mark.parametrize(
    ("uri", "target"),
    [
        ("udp://9.9.9.9", Target("udp://9.9.9.9", Endpoint("9.9.9.9"), Transport.UDP, "9.9.9.9", 53)),
        ("192.0.2.1", Target("192.0.2.1", Endpoint("192.0.2.1"))),
        ("tcp://[::1]:5353", Target("tcp://[::1]:5353", Endpoint("::1", 5353), Transport.TCP, "::1", 5353)),
        ("tls://dns.example", Target("tls://dns.example", None, Transport.TLS, "dns.example", 853)),
        (
            "tls://dns.example:8853?ip=192.0.2.1&ca=/etc/ca.pem",
            Target(
                "tls://dns.example:8853?ip=192.0.2.1&ca=/etc/ca.pem",
                Endpoint("192.0.2.1", 8853),
                Transport.TLS,
                "dns.example",
                8853,
                "/etc/ca.pem",
            ),
        ),
        (
            "https://dns.example/dns-query",
            Target("https://dns.example/dns-query", None, Transport.HTTPS, "dns.example", 443, None, "/dns-query"),
        ),
    ],
)
def test_a_resolver_is_read(uri: str, target: Target) -> None:
    assert parse_resolver(uri) == target


@pytest.mark.parametrize(
    "uri",
    [
        "udp://dns.example",
        "tcp://",
        "ftp://192.0.2.1",
        "udp://192.0.2.1:99999",
        "tls://dns.example?pin=1",
        "tls://dns.example?ip=dns",
        "nonsense",
        "udp://[::1",
    ],
)
def test_what_is_no_resolver_is_refused(uri: str) -> None:
    with pytest.raises(ConfigError):
        parse_resolver(uri)


@pytest.mark.parametrize(
    ("written", "endpoint"),
    [
        ("127.0.0.10", Endpoint("127.0.0.10", 53)),
        ("127.0.0.10:5353", Endpoint("127.0.0.10", 5353)),
        ("2001:DB8::1", Endpoint("2001:db8::1", 53)),
        ("[::1]:5353", Endpoint("::1", 5353)),
        ("[::1]", Endpoint("::1", 53)),
        ("::ffff:192.0.2.1", Endpoint("192.0.2.1", 53)),
        ("fe80::1%2", Endpoint("fe80::1%2", 53)),
    ],
)
def test_an_endpoint_is_read(written: str, endpoint: Endpoint) -> None:
    assert parse_endpoint(written) == endpoint


@pytest.mark.parametrize(
    "written", ["", "dns.example", "127.0.0.1:0x", "127.0.0.1:70000", "[::1]:", "a@127.0.0.1", "1:"]
)
def test_what_is_no_endpoint_is_refused(written: str) -> None:
    if written == "[::1]:":
        assert parse_endpoint(written) == Endpoint("::1")
        return
    with pytest.raises(ConfigError):
        parse_endpoint(written)
