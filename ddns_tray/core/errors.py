"""Everything that can go wrong, each with a title, a hint and, where waiting helps, how long to wait.

    DdnsTrayError
    ├── ConfigError              a settings file that cannot be used as it is (file, line)
    ├── UsageError               a command that cannot mean anything
    ├── SecretError
    │   ├── NoKeyring            there is no keyring service here
    │   ├── KeyringLocked        there is one and it does not open
    │   └── SecretMissing        the account has no such secret yet
    ├── StorageError             a file could not be read or written (full disk, rights)
    ├── UpdateRefused            a list of releases that is not to be believed
    ├── DetectorError            one source could not name our address
    ├── ProviderError
    │   ├── AuthenticationFailed the credentials are refused: stop and ask the person
    │   ├── PermissionDenied     the credentials are good but may not do this: stop and ask
    │   ├── AbuseBlocked         the provider has blocked us: stop and ask
    │   ├── ZoneNotFound         no zone of the account holds the name
    │   ├── RecordNotFound       the provider does not know the host name
    │   ├── RecordConflict       another type (CNAME) or a locked record stands in the way
    │   ├── RateLimited          come back later, at `retry_after`
    │   ├── ProviderUnavailable  the provider has a fault of its own
    │   ├── RequestRejected      the provider understood and said no
    │   ├── ClockSkewed          our clock or theirs is wrong, so signatures do not hold
    │   ├── UnexpectedAnswer     the answer has no shape that we know
    │   └── Unconfirmed          the wire broke after the write may have happened: look before writing again
    └── TransportError
        ├── ConnectFailed        nothing was sent (name not found, refused, unreachable)
        ├── TlsFailed            nothing was sent: the certificate is not to be trusted
        ├── TimedOut             `sent` says whether the request may have arrived
        ├── ConnectionLost       `sent` likewise
        └── AnswerTooLarge       more bytes than anybody needs

Exceptions of other libraries are converted once, at the adapter that called them, with `raise … from exc`. An error
that becomes part of a snapshot travels as its `Problem`, which is plain data. No field of an error ever holds a secret.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from ddns_tray.core.text import Text


class ProblemCode(StrEnum):
    """What programs compare; the words belong to `Problem.title` and `Problem.hint`."""

    INTERNAL = "internal"
    CONFIG = "config"
    USAGE = "usage"
    SECRET = "secret"  # noqa: S105 - the name of a kind of problem, not a password
    NO_KEYRING = "no_keyring"
    KEYRING_LOCKED = "keyring_locked"
    SECRET_MISSING = "secret_missing"  # noqa: S105 - as above
    STORAGE = "storage"
    UPDATE_REFUSED = "update_refused"
    DETECTOR = "detector"
    NOT_AN_ADDRESS = "not_an_address"
    NOT_ROUTABLE = "not_routable"
    WRONG_FAMILY = "wrong_family"
    NO_OUTSIDE_ADDRESS = "no_outside_address"
    RESTING = "resting"
    CAPTIVE_PORTAL = "captive_portal"
    PROVIDER = "provider"
    AUTHENTICATION_FAILED = "authentication_failed"
    PERMISSION_DENIED = "permission_denied"
    ABUSE_BLOCKED = "abuse_blocked"
    ZONE_NOT_FOUND = "zone_not_found"
    RECORD_NOT_FOUND = "record_not_found"
    RECORD_CONFLICT = "record_conflict"
    RATE_LIMITED = "rate_limited"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    REQUEST_REJECTED = "request_rejected"
    CLOCK_SKEWED = "clock_skewed"
    UNEXPECTED_ANSWER = "unexpected_answer"
    UNCONFIRMED = "unconfirmed"
    TRANSPORT = "transport"
    CONNECT_FAILED = "connect_failed"
    TLS_FAILED = "tls_failed"
    TIMED_OUT = "timed_out"
    CONNECTION_LOST = "connection_lost"
    ANSWER_TOO_LARGE = "answer_too_large"


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as data: `title` says what is wrong, `hint` what to do, `retry_after` is in seconds."""

    code: ProblemCode
    title: Text
    hint: Text | None = None
    retry_after: float | None = None
    place: str = ""
    """`file:line`, or the file alone, where something in a file is wrong."""


class DdnsTrayError(Exception):
    """The root; carries a `Problem`. Raise a subclass that says more wherever there is one."""

    code: ClassVar[ProblemCode] = ProblemCode.INTERNAL

    def __init__(
        self,
        title: Text,
        hint: Text | None = None,
        *,
        retry_after: float | None = None,
        code: ProblemCode | None = None,
    ) -> None:
        super().__init__(str(title))
        self.problem = Problem(code or self.code, title, hint, retry_after)

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait before it makes sense to try again, if the other side or the nature of the fault says so."""
        return self.problem.retry_after


class ConfigError(DdnsTrayError):
    """Settings that cannot be used: `file` and `line` (from 1) point at the place where they are known.

    `key` is the setting in the form `record[1].ttl`. All that is wrong is found in one run: the first error carries
    the `others`.
    """

    code = ProblemCode.CONFIG

    def __init__(
        self,
        title: Text,
        hint: Text | None = None,
        *,
        file: str | None = None,
        line: int | None = None,
        key: str | None = None,
        others: tuple[ConfigError, ...] = (),
    ) -> None:
        super().__init__(title, hint)
        self.file = file
        self.line = line
        self.key = key
        self.others = others
        self.problem = replace(self.problem, place=self.place.removesuffix(": "))

    @property
    def place(self) -> str:
        """Where it is, as compilers say it and editors understand it: `file:line: `; empty where that is not known."""
        if self.file is None:
            return ""
        return f"{self.file}: " if self.line is None else f"{self.file}:{self.line}: "


class UsageError(DdnsTrayError):
    """A command line or a request that cannot mean anything."""

    code = ProblemCode.USAGE


class SecretError(DdnsTrayError):
    """A secret could not be read or kept."""

    code = ProblemCode.SECRET


class NoKeyring(SecretError):
    """There is no keyring service on this machine or in this session."""

    code = ProblemCode.NO_KEYRING


class KeyringLocked(SecretError):
    """The keyring exists and does not open, or did not answer in time."""

    code = ProblemCode.KEYRING_LOCKED


class SecretMissing(SecretError):
    """Nobody has stored this secret yet."""

    code = ProblemCode.SECRET_MISSING


class StorageError(DdnsTrayError):
    """A file of ours could not be read or written."""

    code = ProblemCode.STORAGE


class UpdateRefused(DdnsTrayError):
    """The list of releases is unsigned, expired, older than before, or unreadable: it is as if there were none."""

    code = ProblemCode.UPDATE_REFUSED


class DetectorError(DdnsTrayError):
    """One source could not name our address."""

    code = ProblemCode.DETECTOR


class ProviderError(DdnsTrayError):
    """A DNS service could not do what it was asked."""

    code = ProblemCode.PROVIDER
    asks_person: ClassVar[bool] = False
    """True where trying again by ourselves can only do harm."""


class AuthenticationFailed(ProviderError):
    """401 and its relatives: the credentials are wrong."""

    code = ProblemCode.AUTHENTICATION_FAILED
    asks_person = True


class PermissionDenied(ProviderError):
    """403 and its relatives: good credentials that may not do this."""

    code = ProblemCode.PERMISSION_DENIED
    asks_person = True


class AbuseBlocked(ProviderError):
    """The provider has blocked the host name or us for abuse."""

    code = ProblemCode.ABUSE_BLOCKED
    asks_person = True


class ZoneNotFound(ProviderError):
    """No zone of this account holds the name."""

    code = ProblemCode.ZONE_NOT_FOUND


class RecordNotFound(ProviderError):
    """The service does not know this host name and cannot create it."""

    code = ProblemCode.RECORD_NOT_FOUND


class RecordConflict(ProviderError):
    """A CNAME or a locked record stands where ours should be."""

    code = ProblemCode.RECORD_CONFLICT


class RateLimited(ProviderError):
    """Too many calls; `retry_after` says when."""

    code = ProblemCode.RATE_LIMITED


class ProviderUnavailable(ProviderError):
    """The service is out of order; ours to wait."""

    code = ProblemCode.PROVIDER_UNAVAILABLE


class RequestRejected(ProviderError):
    """The service understood the request and refuses it."""

    code = ProblemCode.REQUEST_REJECTED


class ClockSkewed(ProviderError):
    """A signature was refused because two clocks disagree."""

    code = ProblemCode.CLOCK_SKEWED


class UnexpectedAnswer(ProviderError):
    """The service answered with something that is not in its documentation."""

    code = ProblemCode.UNEXPECTED_ANSWER


class Unconfirmed(ProviderError):
    """The connection broke after the write may have happened; read before writing again."""

    code = ProblemCode.UNCONFIRMED


class TransportError(DdnsTrayError):
    """The wire failed; `sent` is True where the request may have reached the other side."""

    code = ProblemCode.TRANSPORT

    def __init__(
        self, title: Text, hint: Text | None = None, *, sent: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(title, hint, retry_after=retry_after)
        self.sent = sent


class ConnectFailed(TransportError):
    """Nothing was sent: the name was not found, or nobody listens, or there is no way there."""

    code = ProblemCode.CONNECT_FAILED


class TlsFailed(TransportError):
    """Nothing was sent: the other side could not prove who it is."""

    code = ProblemCode.TLS_FAILED


class TimedOut(TransportError):
    """No answer in time."""

    code = ProblemCode.TIMED_OUT


class ConnectionLost(TransportError):
    """The connection broke in the middle."""

    code = ProblemCode.CONNECTION_LOST


class AnswerTooLarge(TransportError):
    """The answer has more bytes than any answer needs."""

    code = ProblemCode.ANSWER_TOO_LARGE
