"""What a notification says: a title that is enough by itself, and a body that says what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.alerting import NoticeKind
from ddns_tray.core.model import RecordStatus
from ddns_tray.core.names import readable_name
from ddns_tray.words.evidence import FAMILIES
from ddns_tray.words.verdicts import explain
from ddns_tray.words.verdicts import label as label_of

if TYPE_CHECKING:
    from ddns_tray.core.alerting import Notice
    from ddns_tray.words.speaker import Speaker


def notice(speaker: Speaker, said: Notice) -> tuple[str, str]:
    """Title and body of one notice."""
    match said.kind:
        case NoticeKind.ADDRESS_CHANGED:
            return _address_changed(speaker, said)
        case NoticeKind.TROUBLE | NoticeKind.WARNING:
            return _trouble(speaker, said)
        case NoticeKind.RECOVERED:
            return (
                speaker.tr("{name} is right again", name=_name(said)),
                speaker.tr("The {type} record is as it should be.", type=_type(said)),
            )


def _address_changed(speaker: Speaker, said: Notice) -> tuple[str, str]:
    family = "" if said.family is None else FAMILIES[said.family]
    title = speaker.tr("Your {family} address is now {address}", family=family, address=said.after)
    return title, speaker.tr("It was {address} before. Your names follow.", address=said.before)


def _trouble(speaker: Speaker, said: Notice) -> tuple[str, str]:
    if said.key is None or said.verdict is None:
        return speaker.tr("{name} needs you", name=_name(said)), ""
    label = speaker.say(label_of(said.verdict))
    title = speaker.tr("{name}: {verdict}", name=_name(said), verdict=label)
    parts = explain(speaker, said.record or RecordStatus(said.key, None, (), said.verdict), said.at)
    return title, "\n".join(part for part in (parts.cause, parts.action) if part)


def _name(said: Notice) -> str:
    return "" if said.key is None else readable_name(said.key.name)


def _type(said: Notice) -> str:
    return "" if said.key is None else str(said.key.type)
