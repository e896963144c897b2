"""A certificate authority for the tests, and servers' certificates of it."""

import datetime as dt
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = dt.timedelta(days=1)
_PEM = serialization.Encoding.PEM


def _name(words):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _plain(key):
    return key.private_bytes(
        _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Authority:
    """Signs certificates; `file` holds its own."""

    def __init__(self, folder, name="测试县 CA"):
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        self._id = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        made = self._build(self._name, self._key.public_key(), -_DAY, 100 * _DAY)
        made = made.add_extension(x509.BasicConstraints(True, None), critical=True)
        made = made.add_extension(self._usage(sign=True), critical=True)
        made = made.add_extension(self._id, critical=False)
        self.file = folder / f"{name}.pem"
        signed = made.sign(self._key, hashes.SHA256())
        self.file.write_bytes(signed.public_bytes(_PEM))

    def server(self, name, host="127.0.0.1", begins=-_DAY, ends=30 * _DAY):
        """Files of a certificate for `host` and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            alternative = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            alternative = x509.DNSName(host)
        made = self._build(_name(name), key.public_key(), begins, ends)
        made = made.add_extension(
            x509.SubjectAlternativeName([alternative]), critical=False
        )
        made = made.add_extension(self._usage(sign=False), critical=True)
        made = made.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(self._id),
            critical=False,
        )
        certificate = self._folder / f"{name}.crt"
        key_file = self._folder / f"{name}.key"
        signed = made.sign(self._key, hashes.SHA256())
        certificate.write_bytes(signed.public_bytes(_PEM))
        key_file.write_bytes(_plain(key))
        return certificate, key_file

    def _build(self, subject, key, begins, ends):
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + begins)
            .not_valid_after(now + ends)
        )

    @staticmethod
    def _usage(sign):
        return x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=sign,
            crl_sign=sign,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
