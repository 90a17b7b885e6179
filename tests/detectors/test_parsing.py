"""What counts as exactly one address, and what does not."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from ddns_tray.core.errors import DetectorError, ProblemCode
from ddns_tray.core.model import Family
from ddns_tray.detectors.parsing import nested_address, one_address, strict_address, traced_address

V4 = IPv4Address("203.0.113.7")


@pytest.mark.parametrize(
    "answer",
    [
        b"203.0.113.7",
        b"203.0.113.7\n",
        b" \t203.0.113.7\r\n",
        b'"203.0.113.7"',
        b'{"ip": "203.0.113.7"}',
        b'{"ip":"203.0.113.7","country":"AQ","asn":64500}\n',
        b'{"query": "203.0.113.7"}',
        b'{"origin": "203.0.113.7"}',
        b'{"address": "203.0.113.7"}',
        b'{"ip_addr": "203.0.113.7"}',
    ],
)
def test_the_forms_that_services_use_are_read(answer: bytes) -> None:
    assert one_address(answer, Family.IPV4) == V4


@pytest.mark.parametrize("written", ["2001:db8::7", "2001:DB8:0:0:0:0:0:7"])
def test_every_spelling_of_an_ipv6_address_is_the_same_address(written: str) -> None:
    assert one_address(written.encode(), Family.IPV6) == IPv6Address("2001:db8::7")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b" \n",
        b"\xff\xfe2\x000\x003\x00",
        b"\xef\xbb\xbf203.0.113.7",
        b"<html><body>203.0.113.7</body></html>",
        b"Current IP Address: 203.0.113.7",
        b"203.0.113.7 203.0.113.8",
        b"203.0.113.7\n203.0.113.8",
        b"203.0.113.7,",
        b"203.0.113.7x",
        b"203.0.113.7/24",
        b"203.0.113.7:80",
        b"203.0.113.007",
        b"0xcb.0.113.7",
        b"3405803783",
        b"203.0.113",
        b"203.0.113.256",
        "\uff12\uff10\uff13.0.113.7".encode(),  # full-width digits
        b'{"ip": "203.0.113.7", "query": "203.0.113.8"}',
        b'{"ip": "203.0.113.7", "address": "203.0.113.7"}',
        b'{"ip": "203.0.113.7", "ip": "203.0.113.8"}',
        b'{"origin": "10.0.0.1, 203.0.113.7"}',
        b'{"ip": ["203.0.113.7"]}',
        b'{"ip": 3405803783}',
        b'{"ip": null}',
        b'{"Address": "203.0.113.7"}',
        b'["203.0.113.7"]',
        b'{"ip": "203.0.113.7"',
        b'{"a":' * 600,
        b"[" * 4000,
        b'"203.0.113.7\\n"',
        b'""',
    ],
)
def test_anything_that_is_not_wholly_one_address_is_refused(answer: bytes) -> None:
    with pytest.raises(DetectorError) as caught:
        one_address(answer, Family.IPV4)
    assert caught.value.problem.code is ProblemCode.NOT_AN_ADDRESS


@pytest.mark.parametrize("answer", ["fe80::1%eth0", "::ffff:203.0.113.7", "2001:db8::1::2", "[2001:db8::7]", "::1"])
def test_an_ipv6_address_that_means_nothing_outside_is_refused(answer: str) -> None:
    with pytest.raises(DetectorError) as caught:
        one_address(answer.encode(), Family.IPV6)
    assert caught.value.problem.code is ProblemCode.NOT_AN_ADDRESS


@pytest.mark.parametrize("answer", ["127.0.0.1", "0.0.0.0", "224.0.0.251"])
def test_an_address_that_no_line_can_have_is_refused(answer: str) -> None:
    with pytest.raises(DetectorError) as caught:
        strict_address(answer, Family.IPV4)
    assert caught.value.problem.code is ProblemCode.NOT_AN_ADDRESS


@pytest.mark.parametrize("answer", ["192.168.1.1", "100.64.0.1", "10.0.0.1"])
def test_whether_an_address_is_public_is_not_decided_here(answer: str) -> None:
    assert strict_address(answer, Family.IPV4) == ip_address(answer)


@pytest.mark.parametrize(("answer", "family"), [("2001:db8::7", Family.IPV4), ("203.0.113.7", Family.IPV6)])
def test_the_other_family_is_called_by_its_name(answer: str, family: Family) -> None:
    with pytest.raises(DetectorError) as caught:
        one_address(answer.encode(), family)
    assert caught.value.problem.code is ProblemCode.WRONG_FAMILY


def test_the_excerpt_in_the_hint_is_short_and_harmless() -> None:
    with pytest.raises(DetectorError) as caught:
        one_address(b"\x1b[31m<script>\x00alert(1)</script>" + b"x" * 4000, Family.IPV4)
    hint = str(caught.value.problem.hint)
    assert hint.startswith("It answered: [31m<script>alert(1)")
    assert len(hint) < 60
    assert hint.isprintable()


def test_two_addresses_do_not_read_as_one_in_the_hint() -> None:
    with pytest.raises(DetectorError) as caught:
        one_address(b"203.0.113.7\n\t198.51.100.9\n", Family.IPV4)
    assert str(caught.value.problem.hint) == "It answered: 203.0.113.7 198.51.100.9"


TRACE = b"fl=1f1\nh=www.cloudflare.com\nip=203.0.113.7\nts=1.5\nvisit_scheme=https\nuag=x=y\ncolo=AMS\nwarp=off\n"


def test_a_trace_is_read() -> None:
    assert traced_address(TRACE, Family.IPV4) == V4


@pytest.mark.parametrize(
    "answer",
    [
        b"203.0.113.7",
        b"fl=1\nh=x\n",
        TRACE + b"ip=203.0.113.8\n",
        TRACE.replace(b"ip=203.0.113.7", b"ip="),
        b"<html>\nip=203.0.113.7\n</html>",
    ],
)
def test_a_trace_without_exactly_one_address_is_refused(answer: bytes) -> None:
    with pytest.raises(DetectorError) as caught:
        traced_address(answer, Family.IPV4)
    assert caught.value.problem.code is ProblemCode.NOT_AN_ADDRESS


def test_the_address_of_a_tunnel_is_not_ours() -> None:
    with pytest.raises(DetectorError, match="WARP is on"):
        traced_address(TRACE.replace(b"warp=off", b"warp=on"), Family.IPV4)


def test_a_nested_object_is_read_where_that_is_the_services_form() -> None:
    assert nested_address(b'{"ret":"ok","data":{"ip":"203.0.113.7","location":["A"]}}', Family.IPV4) == V4


@pytest.mark.parametrize(
    "answer",
    [
        b'{"ret":"err","data":{"ip":"203.0.113.7"}}',
        b'{"ret":"ok","data":["203.0.113.7"]}',
        b'{"ret":"ok"}',
        b'["ok"]',
        b"203.0.113.7",
    ],
)
def test_another_form_of_the_nested_object_is_refused(answer: bytes) -> None:
    with pytest.raises(DetectorError):
        nested_address(answer, Family.IPV4)
