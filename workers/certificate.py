"""Can the mailroom speak encrypted with the certificate that it was given? Looked at once, before a port is open."""

import ssl
from pathlib import Path

from penfriends.errors import BadSettings
from penfriends.settings import Settings

CERTIFICATE, KEY = "PENFRIENDS_MAILROOM_CERTIFICATE", "PENFRIENDS_MAILROOM_CERTIFICATE_KEY"


def tls_of(chosen: Settings) -> ssl.SSLContext | None:
    """What STARTTLS needs; None where there is no certificate. Raises BadSettings, naming the setting and the fault."""
    if not chosen.mailroom_certificate:
        if chosen.mailroom_certificate_key:
            raise BadSettings(f"{CERTIFICATE}: set it together with {KEY}, or neither")
        return None
    _refuse_unreadable(CERTIFICATE, chosen.mailroom_certificate)
    if chosen.mailroom_certificate_key:
        _refuse_unreadable(KEY, chosen.mailroom_certificate_key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(chosen.mailroom_certificate, chosen.mailroom_certificate_key or None, password=_none)
    except ssl.SSLError as error:
        raise BadSettings(_fault(chosen, error)) from error
    if fault := _rehearse(context, chosen.mailroom_certificate):
        raise BadSettings(f"{CERTIFICATE}: {chosen.mailroom_certificate} cannot be used: {fault}")
    return context


def _refuse_unreadable(setting: str, path: str) -> None:
    try:
        Path(path).read_bytes()
    except OSError as error:
        raise BadSettings(f"{setting}: {path} cannot be read ({error.strerror})") from error


def _none() -> str:
    """In the place of the question on the terminal that a key with a password would lead to."""
    return ""


def _fault(chosen: Settings, error: ssl.SSLError) -> str:
    key = chosen.mailroom_certificate_key
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{KEY if key else CERTIFICATE}: the key is not that of the certificate"
    where = f"{chosen.mailroom_certificate} and {key}" if key else chosen.mailroom_certificate
    return f"{CERTIFICATE}: {where} hold no certificate and key in PEM that can be used ({error.reason or 'no PEM'})"


def _rehearse(server: ssl.SSLContext, path: str) -> str:
    """One conversation with ourselves: what a client that trusts this very certificate says of it, or nothing."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    client.load_verify_locations(path)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [client.wrap_bio(back, there), server.wrap_bio(there, back, server_side=True)]
    for _ in range(4):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                return error.verify_message
            except ssl.SSLError as error:
                return str(error.reason)
    return ""
