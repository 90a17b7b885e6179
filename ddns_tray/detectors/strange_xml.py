"""XML from strangers: no document types, no entities, bounded in size and depth, names without their namespaces.

Routers put their elements into all sorts of namespaces, or into none, so only local names count. Everything that makes
XML dangerous begins with a document type declaration (entity bombs, external entities); no router needs one, so one is
a reason to stop reading, in whatever encoding it hides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from ddns_tray.core.errors import DetectorError, ProblemCode
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DOCUMENT = 256 * 1024
_MAX_DEPTH = 32
_MAX_ELEMENTS = 5000


@dataclass(slots=True)
class Element:
    """One element: its local name, the text directly in it, and its children in order."""

    name: str
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def descendants(self, name: str) -> Iterator[Element]:
        """Yield this element and all below it that have a local name."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            if element.name == name:
                yield element
            waiting += reversed(element.children)

    def value(self, name: str) -> str:
        """Return the text of the first child of this name, stripped; empty if there is none."""
        return next((child.text.strip() for child in self.children if child.name == name), "")


class _Refused(Exception):
    """Raised inside expat's callbacks to stop it."""


class _Builder:
    def __init__(self) -> None:
        self.root = Element("")
        self._open = [self.root]
        self._count = 0

    def start(self, name: str, _attributes: object) -> None:
        self._count += 1
        if self._count > _MAX_ELEMENTS or len(self._open) > _MAX_DEPTH:
            raise _Refused
        element = Element(name.rpartition(":")[2])
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, _name: str) -> None:
        self._open.pop()

    def characters(self, data: str) -> None:
        self._open[-1].text += data

    def refuse(self, *_: object) -> None:
        raise _Refused


def read_xml(document: bytes) -> Element:
    """Return the root element. Raises `DetectorError` for what is no XML, or more than a router has to say."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    try:
        parser.Parse(document[: MAX_DOCUMENT + 1], True)
    except (expat.ExpatError, _Refused, ValueError, LookupError) as exc:
        raise DetectorError(
            text("The router answered with something that cannot be read."),
            text("Nothing needs doing if this passes; otherwise update the router's software."),
            code=ProblemCode.NOT_AN_ADDRESS,
        ) from exc
    return builder.root.children[0]
