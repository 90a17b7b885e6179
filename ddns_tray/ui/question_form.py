"""A question before something is removed. Return and Escape say no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.ui.controls import muted, paragraph
from ddns_tray.ui.forms import Form

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ddns_tray.core.text import Text
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words


class QuestionForm(Form):
    """Whether to remove something; `accepted` is the yes."""

    def __init__(self, words: Words, theme: Theme, parent: QWidget | None, *, question: Text, more: Text) -> None:
        super().__init__(words, theme, parent)
        self._question = question
        self._more = more
        self.build()

    def _title(self) -> str:
        return self.words.say(self._question)

    def _fill(self) -> None:
        self.column.addWidget(muted(paragraph(self.words.say(self._more)), self.theme.tokens))
        self.column.addStretch(1)
        self.save.setText(self.words.tr("Remove"))
        self.save.clicked.connect(self.accept)
        self.cancel.setAutoDefault(True)
        self.cancel.setDefault(True)
