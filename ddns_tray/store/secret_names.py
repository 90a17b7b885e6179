"""By which names one secret goes outside of a keyring: an environment variable, a file of systemd credentials."""

from __future__ import annotations

from ddns_tray.core.settings_accounts import secret_key

PREFIX = "DDNS_TRAY_SECRET_"


def environment_name(account: str, field_name: str) -> str:
    """`DDNS_TRAY_SECRET_<ACCOUNT>_<FIELD>`: upper case, every other sign an underscore."""
    return f"{PREFIX}{secret_key(account)}_{secret_key(field_name)}"


def credential_names(account: str, field_name: str) -> tuple[str, str]:
    """The file names that are looked for in `$CREDENTIALS_DIRECTORY`, the first that exists wins."""
    return f"ddns-tray.{account}.{field_name}", f"{account}.{field_name}"
