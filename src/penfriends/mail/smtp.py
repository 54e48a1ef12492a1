"""Did the mail leave the house, and if not, may it be tried again? The only module that opens SMTP.

The word that matters is *unsure*: after DATA began, a lost connection does not say whether the other side took the
mail. Such a mail is never sent again by itself; everything that failed earlier is.
"""

import re
import ssl
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from enum import StrEnum

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException, SMTPResponseException

from penfriends.mail import connections
from penfriends.mail.outbound import UnsafeValue, checked_address
from penfriends.mail.outcomes import Outcome, OutcomeKind, Phase

__all__ = ["Kept", "Outcome", "OutcomeKind", "Phase", "SmtpServer", "Tls", "send"]

_ADDRESS = re.compile(r"[^\s<>@,;:\"()]{1,64}@[^\s<>@,;:\"()]{1,255}")


class Tls(StrEnum):
    """How the way to the smarthost is protected: `starttls` and `tls` never go on without, and check the certificate;
    `none` is for a smarthost on the same machine."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """The smarthost. Time limits in seconds: `timeout` for each answer, `data_timeout` for the one to the mail."""

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)
    tls: Tls = Tls.NONE
    ca_file: str = ""
    timeout: float = 30.0
    data_timeout: float = 120.0


@dataclass(slots=True, eq=False)
class Connection:
    """One conversation with the smarthost, which may carry more than one mail."""

    client: SMTP
    key: Hashable
    mails: int = 0
    born: float = field(default_factory=time.monotonic)

    async def leave(self) -> None:
        await _take_leave(self.client)
        self.client.close()


Kept = connections.Kept[Connection]


class _Stopped(Exception):
    """The conversation ended before the mail was taken."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.kind)
        self.outcome = outcome


async def send(
    raw: bytes,
    *,
    envelope_from: str,
    envelope_to: str,
    server: SmtpServer,
    before_data: Callable[[], Awaitable[bool]],
    kept: Kept | None = None,
) -> Outcome:
    """Hands one finished mail to the smarthost, for one recipient, over one of the `kept` connections if there is one.

    `before_data` is awaited once the recipient is accepted: it checks everything again and commits the point of no
    return; where it answers False nothing is sent. What it raises passes through, and nothing has been sent either.
    """
    try:
        checked_address(envelope_to, "envelope_to")
        checked_address(envelope_from, "envelope_from")
    except UnsafeValue as error:
        return Outcome(OutcomeKind.REFUSED, None, f"not an address: {error}", Phase.MAIL)
    ehlo_name = envelope_from.rpartition("@")[2]
    used = await _reused(kept, server, ehlo_name) or Connection(_client(server, ehlo_name), (server, ehlo_name))
    keep = False
    try:
        if not used.mails:
            await _step(Phase.CONNECT, _greet(used.client))
        used.mails += 1
        await _step(Phase.MAIL, used.client.mail(envelope_from))
        await _step(Phase.RCPT, used.client.rcpt(envelope_to))
        if not await before_data():
            await _take_leave(used.client)
            return Outcome(OutcomeKind.WITHDRAWN, None, "", Phase.CHECK)
        outcome = await _data(used.client, raw, server)
        keep = kept is not None and outcome.kind is OutcomeKind.SENT
        if not keep:
            await _take_leave(used.client)
    except _Stopped as stopped:
        return stopped.outcome
    else:
        return outcome
    finally:
        if keep and kept is not None:
            kept.give(used)
        else:
            used.client.close()


async def _reused(kept: Kept | None, server: SmtpServer, ehlo_name: str) -> Connection | None:
    """A connection that still answers. One that the other side has closed meanwhile is no fault: the next, or none."""
    while kept is not None and (found := kept.take((server, ehlo_name))) is not None:
        try:
            await found.client.rset(timeout=5)
        except (SMTPException, OSError, TimeoutError, ValueError):
            found.client.close()
        else:
            return found
    return None


def _client(server: SmtpServer, ehlo_name: str) -> SMTP:
    return SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username or None,
        password=server.password or None,
        local_hostname=ehlo_name,
        timeout=server.timeout,
        use_tls=server.tls is Tls.TLS,
        start_tls=server.tls is Tls.STARTTLS,
        validate_certs=True,
        cert_bundle=server.ca_file or None,
    )


async def _greet(client: SMTP) -> None:
    """Greeting, TLS and sign-in; aiosmtplib says EHLO by itself only where one of these needs it."""
    await client.connect()
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()


async def _step(phase: Phase, talking: Awaitable[object]) -> None:
    """One step before DATA: whatever fails here has sent nothing, so it may be tried again.

    A 5xx to the greeting or the sign-in is about us and our smarthost, not about this mail: also tried again.
    """
    try:
        await talking
    except SMTPResponseException as error:
        final = error.code >= 500 and phase is not Phase.CONNECT
        raise _Stopped(_answered(OutcomeKind.REFUSED if final else OutcomeKind.DEFERRED, error, phase)) from error
    except (SMTPException, OSError, ssl.SSLError, TimeoutError, ValueError) as error:
        raise _Stopped(Outcome(OutcomeKind.DEFERRED, None, _named(error), phase)) from error


async def _data(client: SMTP, raw: bytes, server: SmtpServer) -> Outcome:
    """From here on only an explicit answer is believed. aiosmtplib writes the mail and its final dot in one go."""
    try:
        answer = await client.data(raw, timeout=server.data_timeout)
    except SMTPResponseException as error:
        if 400 <= error.code < 600:
            kind = OutcomeKind.REFUSED if error.code >= 500 else OutcomeKind.DEFERRED
            return _answered(kind, error, Phase.DATA)
        kind = OutcomeKind.SENT if 250 <= error.code < 260 else OutcomeKind.UNSURE
        return _answered(kind, error, Phase.DATA)
    except (SMTPException, OSError, TimeoutError, ValueError) as error:
        return Outcome(OutcomeKind.UNSURE, None, _named(error), Phase.DATA)
    return Outcome(OutcomeKind.SENT, answer.code, _short(answer.message), Phase.DATA)


async def _take_leave(client: SMTP) -> None:
    """QUIT also forgets a recipient that was already given. What the server says to it changes nothing any more."""
    try:
        await client.quit(timeout=5)
    except (SMTPException, OSError, TimeoutError, ValueError):
        return


def _answered(kind: OutcomeKind, error: SMTPResponseException, phase: Phase) -> Outcome:
    code = error.code if 200 <= error.code < 600 else None
    return Outcome(kind, code, _short(error.message), phase)


def _named(error: BaseException) -> str:
    return _short(f"{type(error).__name__}: {error}")


def _short(text: str) -> str:
    """A server's words, kept to one short line for the record; the address that they quote is no moderator's to see."""
    return _ADDRESS.sub("…@…", " ".join(text.split()))[:300]
