"""What a system tells of itself may be laid out otherwise than we know: then it has not told us, and that is all."""

from __future__ import annotations

import errno
import functools
import os
import struct
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


def or_os_error(read: Callable[P, T]) -> Callable[P, T]:
    """Make an `OSError` of whatever else reading a table may raise, since all who read expect that one."""

    @functools.wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except (AttributeError, LookupError, ValueError, struct.error) as exc:
            raise OSError(errno.EPROTO, os.strerror(errno.EPROTO)) from exc

    return reading
