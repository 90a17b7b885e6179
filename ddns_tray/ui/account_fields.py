"""What the fields of an account share, in the first run and in the settings: secrets, choices, links, and warnings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton

from ddns_tray.words import Shape

if TYPE_CHECKING:
    from ddns_tray.core.model import AccountReport, FieldSpec, ProviderSpec
    from ddns_tray.words import Words

_CHINESE = re.compile("[\u4e00-\u9fff]")
_UNSEEN = re.compile("[\u200b-\u200f\u2028\u2029\u2060\ufeff\r\n\t]")
"""Line ends, tabs, and signs without width, which come along from web pages; no credential has them."""

_QUOTES = "\"'`“”‘’"  # noqa: RUF001 - the very signs that come along


def service_name(words: Words, spec: ProviderSpec) -> str:
    """The title of a service; in Chinese with the name by which it is known there."""
    at_home = next((alias for alias in spec.aliases if _CHINESE.search(alias)), None)
    return spec.title if at_home is None or words.language != "zh_CN" else f"{spec.title} · {at_home}"


def warnings_about(words: Words, spec: ProviderSpec) -> str:
    """What has to be known of a service before one enters anything; empty for most."""
    said = [] if spec.note is None else [words.say(spec.note)]
    if spec.plain_http:
        said.append(words.tr("This service has no encryption: everybody on the way can read your credentials."))
    return "\n".join(said)


def report_title(words: Words, report: AccountReport) -> tuple[Shape, str]:
    """What a test of an account found, in one sentence; what was not tried does not work yet."""
    if not report.tried:
        return Shape.WARNING, words.tr("It could not be tried.")
    if report.zones:
        return Shape.CHECK, words.tr("It works. It sees {zones}.", zones=words.listing(report.zones))
    return Shape.CHECK, words.tr("It works.")


def link_of(words: Words, spec: ProviderSpec) -> QPushButton | None:
    """A button that opens the page on which the secret is made, or else the site of the service."""
    address = spec.token_page or spec.homepage
    if not address:
        return None
    if spec.token_page:
        said = words.tr("Make the token or password at {service}…", service=spec.title)
    else:
        said = words.tr("Open the site of {service}", service=spec.title)
    link = QPushButton(said)
    link.setProperty("link", True)
    link.setAutoDefault(False)
    link.setAccessibleDescription(address)
    link.setToolTip(address)
    link.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(address)))
    return link


def secret_field() -> QLineEdit:
    """A line for a secret: it shows nothing of it, and no input method learns it."""
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setInputMethodHints(
        Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhSensitiveData
    )
    return field


def choice_field(wanted: FieldSpec, kept: str | None) -> QComboBox:
    """A choice between the only values that make sense."""
    choice = QComboBox()
    for value in wanted.choices:
        choice.addItem(value, value)
    choice.setCurrentIndex(max(0, choice.findData(kept or wanted.default)))
    return choice


def cleaned(value: str) -> str:
    """Without the white space, line ends and quotation marks that come along when one copies."""
    return _UNSEEN.sub("", value).strip().strip(_QUOTES).strip()


def trimmed_notice(words: Words, wanted: FieldSpec) -> str:
    """That something was left out."""
    return words.tr("Blanks or quotation marks around “{field}” were left out.", field=words.say(wanted.label))
