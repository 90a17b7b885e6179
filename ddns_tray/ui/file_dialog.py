"""The dialog in which a place for a file is chosen: it begins at home, and speaks the person's language.

Most desktops show one of their own. Qt's own has words that no translation of Qt's knows.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QFileIconProvider

if TYPE_CHECKING:
    from PySide6.QtCore import QFileInfo
    from PySide6.QtWidgets import QWidget

    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words


def file_dialog(words: Words, theme: Theme, parent: QWidget, title: str) -> QFileDialog:
    """A dialog that goes when it is done; its user says what is chosen, connects `fileSelected`, and opens it."""
    dialog = QFileDialog(parent, title, str(Path.home()))
    theme.keep_clothed(dialog)
    dialog.setAcceptMode(dialog.acceptMode())  # makes its buttons anew: plain, as the style has them
    for label, said in (
        (QFileDialog.DialogLabel.LookIn, words.tr("Folder:")),
        (QFileDialog.DialogLabel.FileName, words.tr("File name:")),
        (QFileDialog.DialogLabel.FileType, words.tr("Kind of file:")),
    ):
        dialog.setLabelText(label, said)
    kinds = dialog.kinds = _Kinds(words)  # type: ignore[attr-defined]  # it has to live as long, and Qt does not own it
    dialog.setIconProvider(kinds)
    dialog.finished.connect(dialog.deleteLater)
    return dialog


class _Kinds(QFileIconProvider):
    """What stands in the column of kinds."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def type(self, info: QFileInfo) -> str:
        """Folders in the person's language; the kinds of files are the system's words."""
        return self._words.tr("Folder") if info.isDir() else super().type(info)
