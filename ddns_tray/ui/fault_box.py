"""What a person sees of a fault of ours: a sentence, a report to copy, and a program that goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout

from ddns_tray.ui.controls import fixed_font, heading, muted, paragraph, primary, sign
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from ddns_tray.ui.fault_boxes import Report
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words


class FaultBox(QDialog):
    """One report. `earlier` is for a fault that ended the program the last time."""

    def __init__(self, words: Words, theme: Theme, report: Report, *, earlier: bool = False) -> None:
        super().__init__()
        theme.keep_clothed(self)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(words.tr("DDNS Tray"))
        title = (
            words.tr("DDNS Tray ended unexpectedly the last time")
            if earlier
            else words.tr("Something went wrong inside DDNS Tray")
        )
        about = words.tr(
            "It is a fault of the program, not of yours; your settings and secrets are safe, and the program goes on."
            " This report helps to mend it. It holds no secrets: read it, and attach it to your bug report."
        )
        self.report = QPlainTextEdit(report.text)
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setFont(fixed_font(0.92))
        self.report.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.report.setAccessibleName(words.tr("Report"))
        self.copy = primary(QPushButton(words.tr("Copy the report")))
        self.folder = QPushButton(words.tr("Open folder"))
        self.close_button = QPushButton(words.tr("Close"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report.text))
        self.folder.setVisible(report.file is not None)
        if report.file is not None:
            place = QUrl.fromLocalFile(str(report.file.parent))
            self.folder.setToolTip(str(report.file))
            self.folder.setAccessibleDescription(str(report.file))
            self.folder.clicked.connect(lambda: QDesktopServices.openUrl(place))
        self.close_button.clicked.connect(self.close)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(sign(Shape.WARNING, 32, title), 0, Qt.AlignmentFlag.AlignTop)
        lines = QVBoxLayout()
        lines.addWidget(heading(title))
        lines.addWidget(muted(paragraph(about), theme.tokens))
        head.addLayout(lines, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.folder)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.report, 1)
        column.addLayout(buttons)
        self.setAccessibleDescription(about)
        self.resize(680, 480)
        self.copy.setFocus()
