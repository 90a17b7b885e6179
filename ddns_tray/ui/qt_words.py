"""What Qt itself says (menus of text fields, standard buttons) in the language of the program."""

from __future__ import annotations

import logging

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

log = logging.getLogger(__name__)

_OWN_LANGUAGE = "en"


class QtWords:
    """One translation of Qt's at a time."""

    def __init__(self) -> None:
        self._translator: QTranslator | None = None

    def speak(self, language: str) -> None:
        """Let Qt speak a language such as "zh_CN" from now on; where its translation is missing it speaks English."""
        self.silence()
        if language == _OWN_LANGUAGE:
            return
        translator = QTranslator()
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(f"qtbase_{language}", folder):
            QCoreApplication.installTranslator(translator)
            self._translator = translator
        else:
            log.warning("Qt has no translation for %s in %s", language, folder)

    def silence(self) -> None:
        """Take our translation away again."""
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None
