"""What an answer means, by the patterns of a row. Nothing is a success that the row does not know from end to end.

Services of this family answer 200 to almost everything, call their text HTML, and say "good" or "OK" among other
words. So a pattern has to match a whole line, every line has to be known, and one of them has to say that the address
stands. A page for people is an outage, whatever stands in it.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import parsed
from ddns_tray.core.errors import AbuseBlocked, ConfigError, UnexpectedAnswer
from ddns_tray.core.text import text
from ddns_tray.providers.dyndns_table.row import Reads
from ddns_tray.providers.refusals import kind_of_status, kind_of_words
from ddns_tray.providers.rest import looks_like_html

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.errors import ProviderError
    from ddns_tray.core.ports import HttpResponse
    from ddns_tray.providers.dyndns_table.row import Answers
    from ddns_tray.providers.rest import HttpService

REFUSED_AGENT = "127.0.0.1"
"""A service that says "good" for this address has refused the program."""

NOTHING_TO_SAY = str(HTTPStatus.NO_CONTENT.value)
"""What the answer 204 reads as, which has no body."""

_TAG = re.compile(r"<[^>]*>")
_DOCUMENT = re.compile(r"\s*<(?:!doctype|html|head|body)\b", re.IGNORECASE)


class Judge:
    """The patterns of one row, ready to use."""

    def __init__(self, answers: Answers) -> None:
        self._reads = answers.reads
        self._fields = answers.fields
        self._statuses = answers.statuses
        self._refused = tuple((_pattern(said), kind, answers.pauses.get(said)) for said, kind in answers.refused)
        self._standing = tuple(_pattern(said) for said in (*answers.written, *answers.unchanged))
        self._ignored = tuple(_pattern(said) for said in answers.ignored)

    def judge(self, response: HttpResponse, address: str, service: HttpService) -> None:
        """Return if the address stands; raise what the answer means otherwise."""
        lines = self._lines(response)
        self._look_for_refusal(lines, response, service)
        if not HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._strange(response, service)
        if self._reads is Reads.STATUS:
            if looks_like_html(response):
                raise self._strange(response, service)
            return
        if self._reads in {Reads.LINES, Reads.JSON} and _DOCUMENT.match(response.text()):
            raise self._strange(response, service)
        stands = False
        for line in lines:
            found = _first(self._standing, line)
            if found is not None:
                stands = True
                self._compare(found.groupdict().get("ip") or "", address, service)
            elif _first(self._ignored, line) is None:
                raise self._strange(response, service)
        if not stands:
            raise self._strange(response, service)

    def _lines(self, response: HttpResponse) -> list[str]:
        body = response.text()
        if self._reads is Reads.JSON:
            return _joined(_json_values(body, self._fields))
        if self._reads is Reads.XML:
            return _joined(_xml_values(body, self._fields))
        if self._reads is Reads.HEADER and (said := response.headers.get(self._fields[0])):
            return [said.strip()]
        if self._reads in {Reads.HEADER, Reads.MARKUP}:
            body = _TAG.sub("\n", body)
        lines = [" ".join(line.split()) for line in body.splitlines()]
        return [line for line in lines if line] or [NOTHING_TO_SAY if response.status == HTTPStatus.NO_CONTENT else ""]

    def _look_for_refusal(self, lines: Iterable[str], response: HttpResponse, service: HttpService) -> None:
        for pattern, kind, pause in self._refused:
            line = next((each for each in lines if pattern.fullmatch(each)), None)
            if line is None:
                continue
            error = service.refuse(kind, line, response=response)
            if pause is not None:
                error = kind(error.problem.title, error.problem.hint, retry_after=max(pause, error.retry_after or 0.0))
            raise error

    def _strange(self, response: HttpResponse, service: HttpService) -> ProviderError:
        if looks_like_html(response):
            return service.refuse_page(response)
        told = response.text()
        kind = self._statuses.get(response.status) or kind_of_words(kind_of_status(response.status), told)
        return service.refuse(kind, told, response=response)

    @staticmethod
    def _compare(echoed: str, address: str, service: HttpService) -> None:
        sent = parsed(address)
        for each in echoed.strip("()[]").split(","):
            written = parsed(each)
            if written is None or sent is None or written.version != sent.version or written == sent:
                continue
            if each == REFUSED_AGENT:
                raise service.refuse(AbuseBlocked, echoed)
            raise UnexpectedAnswer(
                text(
                    "{service} says that it wrote {written}, not {wanted}.",
                    service=service.name,
                    written=str(written),
                    wanted=address,
                ),
                text("Look at the record at the service, and at the parameter for IPv6 in the account's settings."),
            )


def _pattern(said: str) -> re.Pattern[str]:
    try:
        return re.compile(said, re.IGNORECASE)
    except re.error as exc:
        raise ConfigError(
            text("{pattern} is not a regular expression.", pattern=said),
            text("Write the words of a good answer; signs such as ( or + need a backslash before them."),
        ) from exc


def _first(patterns: Iterable[re.Pattern[str]], line: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.fullmatch(line)) is not None), None)


def _joined(values: Iterable[str]) -> list[str]:
    line = " ".join(" ".join(value.split()) for value in values if value.strip())
    return [line] if line else []


def _json_values(body: str, fields: Iterable[str]) -> Iterable[str]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return
    for name in fields:
        value = document
        for step in name.split("."):
            if isinstance(value, list):
                value = dict(enumerate(value)).get(int(step)) if step.isdecimal() else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, bool):
            yield str(value).lower()
        elif isinstance(value, str | int):
            yield str(value)


def _xml_values(body: str, fields: Iterable[str]) -> Iterable[str]:
    for name in fields:
        found = re.search(rf"<{name}\b[^>]*>([^<]*)</{name}\s*>", body, re.IGNORECASE)
        if found is not None:
            yield found[1]
