"""Foreign JSON, read with suspicion: every step checks the shape, and a misfit names the place, never the content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


WHOLE = "top"
"""The place of the whole document."""


class Misfit(ValueError):
    """The JSON is not of the documented shape; the text is the place, such as `result[0].id`."""


class Json:
    """A value inside a JSON document, and where it stands."""

    __slots__ = ("place", "value")

    def __init__(self, value: Any, place: str = "") -> None:
        self.value = value
        self.place = place

    def __repr__(self) -> str:
        return f"Json(at {self.place or WHOLE})"

    def __getitem__(self, name: str) -> Json:
        found = self.get(name)
        if found is None:
            raise Misfit(self._below(name))
        return found

    def get(self, name: str) -> Json | None:
        """A member of an object, or None where it is missing or null."""
        if not isinstance(self.value, dict):
            raise Misfit(self.place or WHOLE)
        member = self.value.get(name)
        return None if member is None else Json(member, self._below(name))

    def items(self) -> Iterator[Json]:
        """The elements of an array."""
        if not isinstance(self.value, list):
            raise Misfit(self.place or WHOLE)
        for index, element in enumerate(self.value):
            yield Json(element, f"{self.place}[{index}]")

    def string(self) -> str:
        """A string."""
        if not isinstance(self.value, str):
            raise Misfit(self.place or WHOLE)
        return self.value

    def integer(self) -> int:
        """A whole number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise Misfit(self.place or WHOLE)
        return self.value

    def boolean(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise Misfit(self.place or WHOLE)
        return self.value

    def _below(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name
