"""The parts that all HTTP services share: foreign JSON, foreign messages, paths, and how requests are signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import (
    ClockSkewed,
    ProviderError,
    RateLimited,
    RequestRejected,
    UnexpectedAnswer,
)
from ddns_tray.core.ports import HttpRequest, Secret
from ddns_tray.providers.auth import basic, bearer, header
from ddns_tray.providers.refusals import MAX_MESSAGE, Scrubber, kind_of_status, refusal
from ddns_tray.providers.rest import path
from ddns_tray.providers.shape import Json, Misfit

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_misfit_names_the_place_and_not_the_content() -> None:
    document = Json({"result": [{"id": 5, "name": "x", "on": True, "none": None}]})
    first = next(document["result"].items())
    assert (first["id"].integer(), first["name"].string(), first["on"].boolean()) == (5, "x", True)
    assert first.get("none") is None
    wrong_reads: list[tuple[str, Callable[[], object]]] = [
        ("result[0].id", first["id"].string),
        ("result[0].name", first["name"].integer),
        ("result[0].on", first["on"].integer),
        ("result[0].name", first["name"].boolean),
        ("result[0].missing", lambda: first["missing"]),
        ("result[0].none", lambda: first["none"]),
        ("result[0]", lambda: list(first.items())),
        ("result", lambda: document["result"]["name"]),
        ("top", lambda: list(Json(5).items())),
    ]
    for place, read in wrong_reads:
        with pytest.raises(Misfit) as caught:
            read()
        assert str(caught.value) == place
    assert "x" not in repr(first["name"])


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("token s3cr/et= is bad", "token … is bad"),
        ("at /x?key=s3cr%2Fet%3D", "at /x?key=…"),
        ("<e>bad s3cr/et&amp;x</e>", "bad …"),
        ('{"token": "s3cr/et\\""}', '{"token": "…"}'),
        ("Basic czNjci9ldD0=", "Basic …="),
        ("two\r\nlines\x1b[31m and \u202etricks", "two lines [31m and tricks"),
        ("<p>a <b>page</b></p>", "a page"),
        ("", ""),
    ],
)
def test_foreign_words_are_made_fit_to_be_shown(said: str, shown: str) -> None:
    assert Scrubber(["s3cr/et=", "s3cr/et&x", 's3cr/et"', ""]).clean(said) == shown


def test_foreign_words_have_an_end() -> None:
    assert len(Scrubber([]).clean("word " * 1000)) <= MAX_MESSAGE


def test_every_kind_of_refusal_has_words_of_its_own() -> None:
    kinds = [kind for kind in ProviderError.__subclasses__() if kind.__module__.startswith("ddns_tray.core")]
    plain = {str(refusal(kind, "Service")) for kind in kinds}
    quoting = {str(refusal(kind, "Service", "because")) for kind in kinds}
    assert all("Service" in words for words in plain | quoting)
    assert all("because" in words for words in quoting)
    assert len(plain) >= len(kinds) - 1
    assert refusal(ClockSkewed, "Service").problem.hint is not None


def test_a_kind_of_ones_own_speaks_like_its_parent() -> None:
    class Special(RequestRejected):
        pass

    assert str(refusal(Special, "Service")) == str(refusal(RequestRejected, "Service"))


def test_calm_is_kept_even_if_no_time_is_named() -> None:
    assert refusal(RateLimited, "Service").retry_after == 300
    assert refusal(RateLimited, "Service", retry_after=5.0).retry_after == 5


@pytest.mark.parametrize(("status", "kind"), [(304, UnexpectedAnswer), (418, RequestRejected), (404, RequestRejected)])
def test_a_status_without_a_meaning_of_its_own_has_that_of_its_class(status: int, kind: type[ProviderError]) -> None:
    assert kind_of_status(status) is kind


def test_paths_are_encoded_piece_by_piece() -> None:
    assert path("zones", "a/b?c", "..", ".x", "例") == "/zones/a%2Fb%3Fc/%2E%2E/.x/%E4%BE%8B"


def test_a_path_with_a_hole_in_it_is_not_used() -> None:
    with pytest.raises(UnexpectedAnswer):
        path("zones", "1", "dns_records", "")


def test_ways_to_show_who_asks() -> None:
    request = HttpRequest("GET", "https://example.test", headers={"Accept": "x"})
    assert dict(header("X-Key", Secret("k"))(request, 0.0).headers) == {"Accept": "x", "X-Key": "k"}
    assert bearer(Secret("t"))(request, 0.0).headers["Authorization"] == "Bearer t"
    assert basic("Aladdin", Secret("open sesame"))(request, 0.0).headers["Authorization"] == (
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    )
    assert "Authorization" not in request.headers
