"""May this mail come in? The door for mail: LMTP behind a mail server, SMTP alone; 250 only after the commit.

It checks the envelope and keeps the bytes; a worker reads them. Our own faults answer 451, so that the sender tries
again; only an address that leads nowhere is refused for good, always with the same words.
"""

import asyncio
import contextlib
import ipaddress
import signal
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from penfriends import __version__
from penfriends.actions import doorway, inbox
from penfriends.clock import utc_now
from penfriends.opening import opened
from penfriends.settings import Settings, settings
from workers.certificate import tls_of
from workers.pace import Pace
from workers.tools import Tools, tools_for

NO_SUCH = "550 5.1.1 No such pen friend address here"
ONE_AT_A_TIME = "452 4.5.3 One recipient at a time, please"
TRY_AGAIN = "451 4.3.0 We cannot take mail right now, please try again"
TOO_MUCH = "450 4.7.1 Too much mail from you for now, please try again later"
TAKEN = "250 2.0.0 Taken in"
EMPTY = "554 5.6.0 An empty mail"
DATABASE_SECONDS = 20
LONGEST_LINE = 1024 * 1024
log = structlog.get_logger()


class Door:
    """What aiosmtpd asks at each step of a mail conversation."""

    def __init__(self, tools: Tools, *, per_sender: int = 0, per_host: int = 0) -> None:
        self.tools = tools
        self.senders, self.hosts = Pace(per_sender), Pace(per_host)

    async def handle_RCPT(  # noqa: N802 (the name that aiosmtpd calls)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """One recipient a mail, so that LMTP has one status for each; unknown, closed and foreign answer alike."""
        if envelope.rcpt_tos:
            return ONE_AT_A_TIME
        if not self._in_pace(server, session, envelope):
            return TOO_MUCH
        try:
            async with asyncio.timeout(DATABASE_SECONDS), self.tools.database.reading() as db:
                target = await doorway.target_of(db, address, at=self.tools.at)
        except Exception as error:  # noqa: BLE001 (whatever is wrong with us must never become a 5xx)
            log.error("mailroom_cannot_look_up", error=type(error).__name__)
            return TRY_AGAIN
        if target is None:
            return NO_SUCH
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    def _in_pace(self, server: SMTP, session: Session, envelope: Envelope) -> bool:
        """Asked before the address is looked up, so that the answer says nothing of it. By LMTP comes only our own
        border, which brings the mail of everybody: there no host has too much."""
        now, peer = utc_now(), session.peer
        host = str(peer[0]) if isinstance(peer, tuple) and peer else ""
        is_ours = isinstance(server, LMTP) or not host or _is_this_machine(host)
        if not is_ours and not self.hosts.allows(host, now=now):
            return False
        sender = (envelope.mail_from or "").removeprefix("<>").lower()
        return not sender or self.senders.allows(f"{host} {sender}", now=now)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail; the sender's hanging up in the middle does not tear the commit apart."""
        content = envelope.content
        raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else bytes(content or b"")
        if not raw.strip():
            return EMPTY
        keeping = asyncio.ensure_future(self._keep(envelope, raw))
        try:
            return await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await keeping
            raise

    async def _keep(self, envelope: Envelope, raw: bytes) -> str:
        address = envelope.rcpt_tos[0]
        try:
            async with asyncio.timeout(DATABASE_SECONDS), self.tools.database.transaction() as db:
                target = await doorway.target_of(db, address, at=self.tools.at)
                if target is None:
                    return NO_SUCH
                raw_mail_id = await inbox.take_in(
                    db,
                    target,
                    raw,
                    envelope_from=(envelope.mail_from or "").removeprefix("<>"),
                    envelope_to=address,
                    now=utc_now(),
                )
        except Exception as error:  # noqa: BLE001 (as above)
            log.error("mailroom_cannot_keep", error=type(error).__name__)
            return TRY_AGAIN
        log.info("mail_taken_in", raw_mail=str(raw_mail_id), size=len(raw))
        return TAKEN

    async def handle_exception(self, error: Exception) -> str:
        """aiosmtpd would answer 500 with the exception's text: permanent, and telling."""
        log.error("mailroom_exception", error=type(error).__name__)
        return TRY_AGAIN


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class SmtpDoor(SMTP):
    """SMTP that takes the long lines which many mail programs write, whatever RFC 5321 says."""

    line_length_limit = LONGEST_LINE


class LmtpDoor(LMTP):
    """LMTP that does."""

    line_length_limit = LONGEST_LINE


def smtp_factory(door: Door, chosen: Settings) -> Any:
    """Makes the protocol of one SMTP connection; encrypted from STARTTLS on where there is a certificate."""
    tls = tls_of(chosen)
    return lambda: SmtpDoor(
        door,
        hostname=chosen.mail_domain,
        ident=f"penfriends {__version__}",
        data_size_limit=chosen.mail_size_limit,
        enable_SMTPUTF8=True,
        timeout=300,
        tls_context=tls,
    )


def lmtp_factory(door: Door, chosen: Settings) -> Any:
    """Makes the protocol of one LMTP connection; as above."""
    tls = tls_of(chosen)
    return lambda: LmtpDoor(
        door,
        hostname=chosen.mail_domain,
        ident=f"penfriends {__version__}",
        data_size_limit=chosen.mail_size_limit,
        enable_SMTPUTF8=True,
        timeout=300,
        tls_context=tls,
    )


async def keep_open() -> None:
    """Take mail in until told to stop."""
    chosen = settings()
    async with opened(chosen) as database:
        door = Door(
            tools_for(chosen, database), per_sender=chosen.mail_per_sender_hour, per_host=chosen.mail_per_host_hour
        )
        loop = asyncio.get_running_loop()
        host = chosen.mailroom_host
        servers = [
            await loop.create_server(smtp_factory(door, chosen), host, chosen.mailroom_smtp_port),
            await loop.create_server(lmtp_factory(door, chosen), host, chosen.mailroom_lmtp_port),
        ]
        log.info("mailroom_open", smtp=chosen.mailroom_smtp_port, lmtp=chosen.mailroom_lmtp_port)
        stop = asyncio.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, stop.set)
        with contextlib.suppress(asyncio.CancelledError):
            await stop.wait()
        for server in servers:
            server.close()
