"""A clock that is ten minutes wrong: services that hold a time in their signatures refuse it, and we name the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import ClockSkewed
from tests.contract.suite import HOME, NEW, OLD, update
from tests.contract.test_signed_services import FAKES, SignedHarness
from tests.support.clock import FakeClock
from tests.support.dns_servers import Datum
from tests.support.fake_signed import NOW, when

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ddns_tray.core.ports import HttpRequest, HttpResponse
    from tests.support.fake_rest import FakeRest, Seen

ISO, COMPACT = "%Y-%m-%dT%H:%M:%SZ", "%Y%m%dT%H%M%SZ"
QUARTER = 900.0


@dataclass(frozen=True)
class Watch:
    """Where a service finds our time, how far it may be off, in seconds, and what the service says if it is not."""

    told: Callable[[Seen], float]
    patience: float
    refusal: Callable[[Any], HttpResponse]


def header(name: str, form: str) -> Callable[[Seen], float]:
    return lambda seen: when(seen.headers[name], form)


def house() -> Watch:
    return Watch(
        lambda seen: when(seen.params["Timestamp"], ISO), QUARTER, lambda fake: fake.refuse("Timestamp has expired")
    )


TENCENT = Watch(
    lambda seen: float(seen.headers["X-TC-Timestamp"]), 300.0, lambda fake: fake.refuse("AuthFailure.SignatureExpire")
)
ALIYUN = Watch(header("x-acs-date", ISO), QUARTER, lambda fake: fake.refuse("InvalidTimeStamp.Expired"))
WATCHES: Mapping[str, Watch] = {
    "aliyun": ALIYUN,
    "aliyun_esa": ALIYUN,
    "tencentcloud": TENCENT,
    "edgeone": TENCENT,
    "volcengine": Watch(header("X-Date", COMPACT), QUARTER, lambda fake: fake.refuse("InvalidTimestamp")),
    "route53": Watch(
        header("X-Amz-Date", COMPACT), 300.0, lambda fake: fake.refuse("RequestTimeTooSkewed", "skewed", 403)
    ),
    "huaweicloud": Watch(
        header("X-Sdk-Date", COMPACT),
        QUARTER,
        lambda fake: fake.gateway("APIGW.0301", "Incorrect IAM authentication information: signature expired"),
    ),
    "baiducloud": Watch(header("x-bce-date", ISO), 1800.0, lambda fake: fake.refuse("RequestExpired", "expired", 403)),
    "westcn": Watch(lambda seen: float(seen.body["time"]) / 1000, 600.0, lambda fake: fake.refuse(500, "时间戳已过期")),
    "dnscom": Watch(
        lambda seen: float(seen.body["timestamp"]), 600.0, lambda fake: fake.refuse(5, "timestamp 时间戳过期")
    ),
    "eranet": house(),
    "nowcn": house(),
    "tnethk": house(),
}
WITHOUT_A_TIME = {"dnspod", "dnspod_com", "dnsla", "rainyun"}


class Watched:
    """The stand-in behind a look at the time."""

    def __init__(self, fake: FakeRest, watch: Watch) -> None:
        self._fake, self._watch = fake, watch

    async def send(self, request: HttpRequest) -> HttpResponse:
        if abs(self._watch.told(self._fake.seen(request)) - NOW) > self._watch.patience:
            return self._watch.refusal(self._fake)
        return await self._fake.send(request)

    async def aclose(self) -> None:
        """Nothing is open."""


def test_every_signed_service_is_watched_or_has_no_time_in_its_requests() -> None:
    assert set(WATCHES) | WITHOUT_A_TIME == set(FAKES)


@pytest.mark.parametrize("wrong", [-601.0, 601.0, -7200.0, 7200.0])
@pytest.mark.parametrize("service", sorted(WATCHES))
async def test_a_wrong_clock_is_named_and_nothing_is_written(service: str, wrong: float) -> None:
    fake = FAKES[service](SignedHarness.secret)
    harness = SignedHarness(service, fake)
    fake.seed((Datum(HOME.name, "A", OLD, 900),))
    provider = harness.open(http=Watched(fake, WATCHES[service]), clock=FakeClock(NOW + wrong))
    if abs(wrong) < WATCHES[service].patience:
        await update(provider, HOME, NEW)
        assert {datum.content for datum in fake.content()} == {NEW}
        return
    with pytest.raises(ClockSkewed) as caught:
        await update(provider, HOME, NEW)
    assert "clock" in str(caught.value.problem.hint)
    assert {datum.content for datum in fake.content()} == {OLD}
