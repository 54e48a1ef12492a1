"""What stands around a house on the internet? Its border as docs/postfix says, a provider of mailboxes, mail programs.

Two real Postfixes: one before the mailroom and behind the workers, and the one of the provider where people have
their mailboxes. What a mail program hands in at the provider reaches the border from another address of this machine.
"""

import asyncio
import pwd
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.clock import utc_now
from penfriends.models.delivery import Alias
from penfriends.models.residents import Resident
from penfriends.rules.matching import Medium
from tests import builders
from tests.support import milter, postfix, processes
from tests.support.house import House, Mail, house
from tests.support.story import ANNA_MAIL, BEN_MAIL, Side, set_scene

DOCUMENTED = processes.ROOT / "docs" / "postfix"
PROVIDER = "127.0.0.2"  # where the provider's mail comes from
STRANGER = "127.0.0.3"
CARLA_MAIL = "carla.nowak@post.example"
MAILS = (ANNA_MAIL, BEN_MAIL, CARLA_MAIL)


@dataclass
class Mailbox:
    """One person's mailbox at the provider: what arrived, and copies of what was sent."""

    side: Side
    folder: Path
    sent: list[bytes] = field(default_factory=list)

    @property
    def arrived(self) -> list[Mail]:
        """The oldest first."""
        found = sorted(self.folder.glob("new/*"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        return [Mail("", self.side.mail, path.read_bytes()) for path in found]


@dataclass
class Mailroom:
    """The real mailroom in a process of its own, which can be killed and opened again."""

    database_url: str
    folder: Path
    stack: AsyncExitStack
    lmtp: int = field(default_factory=processes.free_port)
    smtp: int = field(default_factory=processes.free_port)
    part: processes.Part | None = None

    async def open(self) -> None:
        self.part = await self.stack.enter_async_context(
            processes.running(
                "mailroom", self.folder, database_url=self.database_url, mailroom_smtp_port=self.smtp,
                mailroom_lmtp_port=self.lmtp,
            )
        )  # fmt: skip
        await self.part.says("mailroom_open")

    async def kill(self) -> None:
        assert self.part is not None
        await self.part.kill()


@dataclass
class Border:
    """A house in its world. Anna writes to Ben, and to Carla at `to_carla`."""

    house: House
    anna: Mailbox
    ben: Mailbox
    carla: Mailbox
    to_carla: str
    border: postfix.Instance
    provider: postfix.Instance
    mailroom: Mailroom

    async def swaks(self, mail: bytes, *, sender: str, to: str, more: tuple[str, ...] = ()) -> str:
        """What swaks and the provider said, or the border if `more` names it. It sends a mail as it is."""
        return await _run(
            "swaks", "--server", f"127.0.0.1:{self.provider.port}", "--helo", "laptop.example", "--from", sender,
            "--to", to, *(("--data", "@-") if mail else ()), *more, given=mail,
        )  # fmt: skip

    async def msmtp(self, mail: bytes, *, sender: str) -> str:
        """What msmtp said; it reads the recipients from the mail. Nothing where all is well."""
        return await _run(
            "msmtp", "--file=/dev/null", "--host=127.0.0.1", f"--port={self.provider.port}", "--tls=off", "--auth=off",
            f"--from={sender}", "--read-recipients", given=mail,
        )  # fmt: skip

    async def until_arrived(self, box: Mailbox, count: int) -> Mail:
        """The newest mail of a mailbox that holds `count`. Raises TimeoutError."""

        async def is_there() -> bool:
            await self.house.settled()
            return len(box.arrived) >= count

        await processes.until(is_there)
        assert len(box.arrived) == count
        return box.arrived[-1]


async def _run(*command: str, given: bytes) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate(given)
    return said.decode("utf-8", "replace")


@asynccontextmanager
async def standing(database_url: str, folder: Path) -> AsyncIterator[Border]:
    """All of it, with Anna and her friends Ben and Carla, whose letters nobody has to read first."""
    border_port, provider_port = processes.free_port(), processes.free_port()
    at = builders.AT
    chosen: dict[str, Any] = {
        "mail_domain": at.mail_domain, "bounce_domain": at.bounce_domain, "team_address": at.team_address,
        "secret_key": at.key.decode(), "authserv_id": builders.POLICY.authserv_id, "smtp_port": border_port,
        "read_first_letters": 0, "sample_one_in": 1_000_000,
    }  # fmt: skip
    async with AsyncExitStack() as stack:
        home = await stack.enter_async_context(house(database_url, folder, **chosen))
        async with home.tools.database.transaction() as db:
            anna, ben, _correspondence = await set_scene(db)
            carla, to_carla = await _second_friend(db, anna)
        open_folder = stack.enter_context(postfix.open_folder())
        senders = dict.fromkeys((mail.partition("@")[2] for mail in MAILS), PROVIDER)
        filter_port = await stack.enter_async_context(milter.vouching(chosen["authserv_id"], senders))
        mailroom = Mailroom(database_url, folder, stack)
        border, provider, _ = await asyncio.gather(
            stack.enter_async_context(_border(open_folder, border_port, mailroom.lmtp, filter_port, provider_port)),
            stack.enter_async_context(_provider(open_folder, provider_port, border_port)),
            mailroom.open(),
        )
        mine, bens, carlas = (Mailbox(side, open_folder / "boxes" / side.mail) for side in (anna, ben, carla))
        yield Border(home, mine, bens, carlas, to_carla, border, provider, mailroom)


async def _second_friend(db: AsyncSession, anna: Side) -> tuple[Side, str]:
    """Carla, whom Anna writes to as well, and the address where Anna does."""
    writer = await db.get_one(Resident, anna.resident_id)
    carla = await builders.adult(db, await builders.town(db, "Bury"), "Carla", email=CARLA_MAIL)
    carla.medium = Medium.EMAIL
    annas, carlas = await builders.correspondence(db, writer, carla, now=utc_now())
    found = await db.exec(select(Alias).where(col(Alias.participant_id).in_([annas.id, carlas.id])))
    aliases = {one.participant_id: builders.AT.alias(one.local_part) for one in found}
    assert carla.sign_in_id is not None
    return Side(carlas.id, carla.id, carla.sign_in_id, aliases[carlas.id], CARLA_MAIL), aliases[annas.id]


def _border(
    folder: Path, port: int, lmtp: int, filter_port: int, provider_port: int
) -> AbstractAsyncContextManager[postfix.Instance]:
    """Postfix as an operator sets it up, with our domains and ports."""
    documented = (DOCUMENTED / "main.cf").read_text()
    at = builders.AT
    for example, ours in (
        ("letters.example.org", at.mail_domain),
        ("bounce.example.org", at.bounce_domain),
        ("inet:127.0.0.1:2424", f"inet:127.0.0.1:{lmtp}"),
    ):
        assert example in documented
        documented = documented.replace(example, ours)
    settings = {
        "myhostname": builders.POLICY.authserv_id,
        "header_checks": f"regexp:{DOCUMENTED / 'penfriends_header_checks'}",
        "smtpd_milters": f"inet:127.0.0.1:{filter_port}",
        "non_smtpd_milters": "",
        "relayhost": f"[127.0.0.1]:{provider_port}",
        "minimal_backoff_time": "1s",
        "maximal_backoff_time": "2s",
        "queue_run_delay": "1s",
    }
    return postfix.running(folder / "border", port, settings, documented)


def _provider(folder: Path, port: int, border_port: int) -> AbstractAsyncContextManager[postfix.Instance]:
    """Postfix with a mailbox for each of the two, which takes everything from this machine."""
    boxes, nobody = folder / "boxes", pwd.getpwnam("nobody")
    boxes.mkdir()
    shutil.chown(boxes, nobody.pw_uid)
    settings = {
        "myhostname": "mail.provider.example",
        "virtual_mailbox_domains": ", ".join({mail.partition("@")[2] for mail in MAILS}),
        "virtual_mailbox_base": str(boxes),
        "virtual_mailbox_maps": "inline:{ " + ", ".join(f"{mail}={mail}/" for mail in MAILS) + " }",
        "virtual_uid_maps": f"static:{nobody.pw_uid}",
        "virtual_gid_maps": f"static:{nobody.pw_gid}",
        "mynetworks": "127.0.0.0/8",
        "smtpd_relay_restrictions": "permit_mynetworks, reject",
        "smtp_bind_address": PROVIDER,
        "relayhost": f"[127.0.0.1]:{border_port}",
    }
    return postfix.running(folder / "provider", port, settings)
