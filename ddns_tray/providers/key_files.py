"""Keys that services give as a file: what people paste in their place, and how to say so."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from ddns_tray.core.errors import AuthenticationFailed
from ddns_tray.core.text import text
from ddns_tray.providers.signing.rsa import KeyFault, NotAKey, RsaKey, read_key

_LINE_SIGNS = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\r": "\n"})
"""Fields of one line turn line breaks into these."""

_SAID = {
    KeyFault.NOT_PEM: text("What {service} has as its key is not a private key: the lines BEGIN and END are missing."),
    KeyFault.ENCRYPTED: text("The private key for {service} is protected by a passphrase, which we cannot ask for."),
    KeyFault.PUBLIC: text("This is the public half of the key for {service}; the private half is needed."),
    KeyFault.NOT_RSA: text("The key for {service} is not an RSA key."),
    KeyFault.BROKEN: text("The private key for {service} is damaged or was not copied as a whole."),
}


def unfolded(secret: str) -> str:
    """Return what was pasted, with its lines as they were."""
    return secret.translate(_LINE_SIGNS).strip()


def rsa_key(pem: str, service: str) -> RsaKey:
    """Read a private key, or raise `AuthenticationFailed` that says what it is instead."""
    try:
        return read_key(unfolded(pem))
    except NotAKey as exc:
        raise AuthenticationFailed(
            replace(_SAID[exc.fault], fields=MappingProxyType({"service": service})),
            text("Make a new key at the service, and put the whole file into the keyring, as it was given to you."),
        ) from exc
