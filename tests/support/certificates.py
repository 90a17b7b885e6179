"""A certificate authority for one test: real TLS between a test server and the code under test.

Keys live in a temporary folder of the test and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.x509 import GeneralName, KeyUsage


class CertificateAuthority:
    """Issues server certificates; `ca_file` is what a client has to trust."""

    def __init__(self, folder: Path) -> None:
        pytest.importorskip("cryptography", reason="making test certificates needs the package cryptography")
        from cryptography.hazmat.primitives.asymmetric import ec

        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._issued = 0
        self.ca_file = folder / "ca.pem"
        self._write(self.ca_file, "Test CA", (), days=1, own=True)

    def server_context(self, *names: str, days: int = 1) -> ssl.SSLContext:
        """Return the TLS side of a server for `names` (hosts or addresses); negative `days` means: expired."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server_file(*names, days=days))
        return context

    def server_file(self, *names: str, days: int = 1) -> Path:
        """Return a file with a server's certificate and its key, for a program that is not ours."""
        self._issued += 1
        path = self._folder / f"server-{self._issued}.pem"
        self._write(path, names[0], names, days=days, own=False)
        return path

    def _write(self, path: Path, common_name: str, names: tuple[str, ...], *, days: int, own: bool) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import NameOID

        key = self._key if own else ec.generate_private_key(ec.SECP256R1())
        now = dt.datetime.now(dt.UTC)
        until = now + dt.timedelta(days=days)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(now, until) - dt.timedelta(days=1))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=own, path_length=None), critical=True)
            .add_extension(_usage(signs=own), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
            )
        certificate = builder.sign(self._key, hashes.SHA256())
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        if not own:
            pem += key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        path.write_bytes(pem)


def _usage(*, signs: bool) -> KeyUsage:
    """What a key is for; Python 3.13 and later ask for it, and for the identifiers of keys (RFC 5280 §4.2.1)."""
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
