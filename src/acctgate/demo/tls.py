"""A certificate for the demo account, and a socket that serves plain HTTP and TLS on one port.

The real Terraform provider calls AssumeRole over HTTPS, even if its protocol is HTTP.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_HANDSHAKE: Final = 0x16
"""The first byte of a TLS connection. No HTTP request begins with it."""
_VALID_FOR: Final = timedelta(days=7)


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a self-signed certificate for 127.0.0.1 and localhost.

    Returns:
        The certificate's file, which clients must trust (SSL_CERT_FILE), and the key's, readable only by its owner.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acctgate demo account")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "demo-account.crt", folder / "demo-account.key"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what a server needs to accept TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def accept_tls(connection: socket.socket, context: ssl.SSLContext) -> socket.socket:
    """Return the connection, wrapped in TLS if the client starts a handshake."""
    first = connection.recv(1, socket.MSG_PEEK)
    if first and first[0] == _HANDSHAKE:
        return context.wrap_socket(connection, server_side=True)
    return connection
