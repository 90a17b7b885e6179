"""Owner names as people write them, made canonical: lower case, A-labels, no trailing dot (RFC 1035 §2.3, RFC 5891).

This module does not know which names exist, nor where a zone is cut.
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import ip_address

from ddns_tray.core.errors import UsageError
from ddns_tray.core.text import text

MAX_NAME_OCTETS = 253
MAX_LABEL_OCTETS = 63
_WRITTEN_WITH_LATIN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"})
_INSIDE = frozenset(
    {"corp", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost", "onion", "private"}
)
"""Top-level domains that the world's DNS does not have (RFC 6761, RFC 6762, RFC 7686), or that people use as if."""
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")


def canonical_name(name: str) -> str:
    """Return `name` in canonical form, or raise `UsageError` that says what is wrong with it.

    Underscores and one leading `*` label are allowed, since both are lived practice in the DNS.
    """
    dotted = name.strip().replace("\u3002", ".").replace("\uff0e", ".").removesuffix(".")
    if not dotted and name.strip():
        raise UsageError(
            text("A dot alone is the root of the DNS, which leads to no address."),
            text("Write a host name such as home.example.org."),
        )
    if not dotted:
        raise UsageError(text("The name is empty."), text("Write a host name such as home.example.org."))
    _refuse_address(name.strip())
    labels = dotted.split(".")
    first, *rest = labels
    canonical = ".".join(
        ["*" if first == "*" else _canonical_label(first, name), *(_canonical_label(part, name) for part in rest)]
    )
    if len(canonical) > MAX_NAME_OCTETS:
        raise UsageError(
            text(
                "The name is {length} octets long; the DNS allows {limit}.",
                length=len(canonical),
                limit=MAX_NAME_OCTETS,
            ),
            text("Use a shorter name."),
        )
    return canonical


def readable_name(name: str) -> str:
    """Return a canonical name as people write it: A-labels turned back to letters, where they can be."""
    return ".".join(_readable_label(label) for label in name.split("."))


def mixes_alphabets(name: str) -> bool:
    """Say whether a label has letters of several alphabets, as names do that imitate another (UTS #39 §5.2).

    Chinese, Japanese and Korean writing mixes with Latin in everyday names, so that counts as one.
    """
    for label in readable_name(name).split("."):
        alphabets = {unicodedata.name(sign, "?").split()[0] for sign in label if sign.isalpha()}
        if len(alphabets - _WRITTEN_WITH_LATIN) > 1:
            return True
    return False


def stays_inside(name: str) -> bool:
    """Say whether a name is of a kind that only a network of its own can know: nas.local, router.lan, nas."""
    labels = name.split(".")
    return len(labels) == 1 or labels[-1] in _INSIDE or labels[-2:] == ["home", "arpa"]  # RFC 8375


def is_in_zone(name: str, zone: str) -> bool:
    """Say whether `name` is `zone` or below it; both canonical. The root zone is the empty string."""
    return not zone or name == zone or name.endswith("." + zone)


def longest_zone(name: str, zones: tuple[str, ...]) -> str | None:
    """Return the closest enclosing zone of `name` among `zones`, or None: a look-up, never a guess by suffix lists."""
    enclosing = [zone for zone in zones if is_in_zone(name, zone)]
    return max(enclosing, key=len) if enclosing else None


def parents(name: str) -> tuple[str, ...]:
    """Return `name` and every name above it, longest first, without the root."""
    labels = name.split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels)))


def _refuse_address(written: str) -> None:
    try:
        address = ip_address(written.removeprefix("[").removesuffix("]"))
    except ValueError:
        return
    raise UsageError(
        text("{address} is an address, not a name.", address=str(address)),
        text("Write the name that should lead there, such as home.example.org."),
    )


def _readable_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label


def _canonical_label(label: str, name: str) -> str:
    if not label:
        raise UsageError(
            text("The name {name} has an empty label.", name=name),
            text("Two dots must not stand side by side, and none at the front."),
        )
    lowered = label.lower()
    if not lowered.isascii():
        try:
            lowered = lowered.encode("idna").decode("ascii")
        except UnicodeError as exc:
            raise UsageError(
                text("The label {label} cannot be written in the DNS.", label=label),
                text("Check the name for signs that do not belong there."),
            ) from exc
    if len(lowered) > MAX_LABEL_OCTETS:
        raise UsageError(
            text("The label {label} is longer than {limit} octets.", label=label, limit=MAX_LABEL_OCTETS),
            text("Use a shorter name."),
        )
    if not _LABEL.fullmatch(lowered):
        raise UsageError(
            text("{name} is not a host name.", name=name),
            text("Write only letters, digits, hyphens and dots, without https:// and without a path."),
        )
    return lowered
