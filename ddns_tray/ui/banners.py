"""Which troubles of the whole stand above every page, in what words, and the column that shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ddns_tray.core.errors import ConfigError, DdnsTrayError
from ddns_tray.ui.controls import Banner
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.model import Snapshot
    from ddns_tray.core.release import UpdateNews
    from ddns_tray.ui.theme import Tokens
    from ddns_tray.words import Words


class Wanted(NamedTuple):
    """What to close it by, its title, its hint, and a page to open or something that the window can do about it."""

    key: str
    title: str
    hint: str
    link: str = ""
    action: str = ""


class BannerColumn(QWidget):
    """Shows what is wanted and was not closed; `closed` outlives it, as the window is built anew now and then."""

    dismissed = Signal(str)
    acted = Signal(str)

    def __init__(self, words: Words, tokens: Tokens, closed: set[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._words = words
        self._tokens = tokens
        self._closed = closed
        self._wanted: list[Wanted] = []
        self._shown: list[Wanted] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 16, 20, 0)
        self._column.setSpacing(8)
        self.setVisible(False)

    def show_banners(self, wanted: list[Wanted]) -> None:
        """Show these, if they are others than before."""
        self._wanted = wanted
        shown = [banner for banner in wanted if banner.key not in self._closed]
        if shown == self._shown:
            return
        self._shown = shown
        while (item := self._column.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for each in shown:
            shape = None if each.key == "demo" or each.link else Shape.WARNING
            banner = Banner(shape, each.title, each.hint, self._words.tr("Close"), self._tokens)
            if each.link:
                banner.offer(self._words.tr("Open the page"), each.link)
            if each.action:
                banner.offer_action(each.action).clicked.connect(lambda _=False, key=each.key: self.acted.emit(key))
            banner.dismissed.connect(lambda key=each.key: self._dismiss(key))
            self._column.addWidget(banner)
        self.setVisible(bool(shown))

    def _dismiss(self, key: str) -> None:
        self._closed.add(key)
        self.dismissed.emit(key)
        self.show_banners(self._wanted)


def wanted_banners(
    words: Words,
    *,
    is_demo: bool,
    panel_missing: bool,
    failure: BaseException | None,
    problems: Sequence[Problem],
    news: UpdateNews | None = None,
    moved: bool = False,
) -> list[Wanted]:
    """All that has to be said now. A failure that the engine tells of too is said once, with its place."""
    wanted: list[Wanted] = []
    if is_demo:
        hint = words.tr("Everything happens on this computer. Nothing of yours is read or changed.")
        wanted.append(Wanted("demo", words.tr("This is the demo"), hint))
    if moved:
        title = words.tr("When you log in, another copy of DDNS Tray is started: this one was moved.")
        wanted.append(Wanted("moved", title, "", action=words.tr("Start this one")))
    if panel_missing:
        hint = words.tr(
            "Without one this window stands in for the icon. On GNOME install the extension AppIndicator, on others"
            " add a system tray or status area to the panel; the icon appears by itself."
        )
        wanted.append(Wanted("panel", words.tr("This desktop shows no tray icons"), hint))
    told = isinstance(failure, DdnsTrayError) and failure.problem in problems
    if failure is not None and not told:
        wanted.append(Wanted("failure", *_spoken(words, failure)))
    for problem in problems:
        if isinstance(failure, DdnsTrayError) and failure.problem == problem:
            wanted.append(Wanted(f"problem {problem.title}", *_spoken(words, failure)))
        else:
            wanted.append(Wanted(f"problem {problem.title}", *words.problem(problem)))
    if news is not None:
        wanted += _of_news(words, news)
    return wanted


def _of_news(words: Words, news: UpdateNews) -> Iterator[Wanted]:
    """A newer version with its notes, or why nobody knows of one; each can be closed for good."""
    release = news.release
    if release is not None:
        title = words.tr("Version {version} of DDNS Tray is there", version=release.version)
        yield Wanted(f"update {release.version}", title, release.notes_in(words.language), release.page)
    if news.problem is not None:
        yield Wanted(f"problem {news.problem.title}", *words.problem(news.problem))


def still_standing(failure: BaseException | None, before: Snapshot | None, now: Snapshot) -> BaseException | None:
    """The failure, unless the engine told of it too and says that it is over."""
    if isinstance(failure, DdnsTrayError) and before is not None and failure.problem in before.problems:
        return failure if failure.problem in now.problems else None
    return failure


def _spoken(words: Words, error: BaseException) -> tuple[str, str]:
    if not isinstance(error, DdnsTrayError):
        return words.tr("Something went wrong inside DDNS Tray"), words.tr("The log says more. Please report it.")
    title, hint = words.problem(error.problem)
    if isinstance(error, ConfigError) and error.file is not None:
        if error.line is None:
            place = words.tr("In {file}.", file=error.file)
        else:
            place = words.tr("In {file}, line {line}.", file=error.file, line=error.line)
        hint = f"{hint}\n{place}".strip()
    return title, hint
