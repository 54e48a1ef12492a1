"""Can a developer be anybody, read every mail and answer it; and is none of it there in production?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from penfriends.jobs import Job
from penfriends.mail.authentication import AuthVerdict, judge
from penfriends.mail.inbound import MailClass, parse
from penfriends.settings import Environment, Settings
from penfriends.web.routes import handlers
from tests import builders
from tests.support.site import Site, running
from workers import postbox, postbox_reply

NOW = datetime(2026, 5, 12, 10, 0, tzinfo=UTC)
RAW = (
    b"From: Kasia via penfriends <abcdefghij2345672345@letters.test>\r\nTo: henk@post.example\r\n"
    b"Reply-To: Kasia <abcdefghij2345672345@letters.test>\r\nMessage-ID: <l-1@letters.test>\r\n"
    b'Subject: Hello <Henk>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDear Henk,\r\nsee http://127.0.0.1:1/w/secret now.\r\n"
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b'<html><head></head><body style="color:red">Dear Henk</body></html>\r\n--b--\r\n'
)


def posted(folder: Path) -> postbox.PostedMail:
    folder.mkdir(parents=True, exist_ok=True)
    mail_id = postbox.store(folder, RAW, "bounce@bounce.test", ("henk@post.example",), NOW)
    found = postbox.read_mail(folder, mail_id)
    assert found is not None
    return found


@asynccontextmanager
async def developer(url: str, folder: Path, **more: Any) -> AsyncIterator[tuple[Site, httpx.AsyncClient]]:
    async with running(url, "", folder, **more) as site, httpx.AsyncClient(base_url=site.url) as client:
        yield site, client


async def press(client: httpx.AsyncClient, path: str, on: str = "/dev", **fields: str) -> httpx.Response:
    """Press a button: with the token of the page that it stands on."""
    token = (await client.get(on)).text.partition('_csrf_token" value="')[2].partition('"')[0]
    return await client.post(path, data={"_csrf_token": token, **fields})


async def test_be_anybody_with_one_press(fresh_database: str, tmp_path: Path) -> None:
    async with developer(fresh_database, tmp_path) as (site, client):
        async with site.database.transaction() as db:
            house = await builders.association(db)
            home = await builders.town(db, "Thetford", of=house)
            child = await builders.child(db, home, "Maisie")
            henk = await builders.adult(db, home, "Henk")
            ilse = await builders.moderator(db, house, "Ilse")
        page = (await client.get("/dev")).text
        assert all(name in page for name in ("Maisie", "Henk", "Ilse"))
        for resident in (child, henk):
            went = await press(client, "/dev/sign-in", resident_id=str(resident.id))
            assert went.headers["location"] == "/me"
            assert resident.first_name in (await client.get("/dev")).text
        went = await press(client, "/dev/sign-in", sign_in_id=str(ilse.sign_in_id))
        assert went.headers["location"] == "/desk"
        for wrong in ("", "no-id", "01a1ffbf-6e70-7000-bbdc-2968ac82130a"):
            assert (await press(client, "/dev/sign-in", resident_id=wrong)).status_code == 404


async def test_buttons_ask_for_work(fresh_sqlite: str, tmp_path: Path) -> None:
    asked: list[Job] = []

    async def nudge(job: Job, _subject: object) -> None:
        asked.append(job)

    async with developer(fresh_sqlite, tmp_path, nudge=nudge) as (_site, client):
        assert (await press(client, "/dev/matching")).status_code == 303
        assert asked == [Job.PROPOSE_MATCHES]
        assert (await press(client, "/dev/sweep")).status_code == 303


async def test_a_mail_is_shown_safely(fresh_sqlite: str, tmp_path: Path) -> None:
    mail = posted(tmp_path / "post")
    async with developer(fresh_sqlite, tmp_path) as (_site, client):
        listed = (await client.get("/dev/post")).text
        assert "Hello &lt;Henk&gt;" in listed
        assert "No mail yet" in (await client.get("/dev/post", params={"to": "else@post.example"})).text
        shown = (await client.get(f"/dev/post/{mail.id}")).text
        assert '<a href="http://127.0.0.1:1/w/secret">' in shown
        assert "sandbox=" in shown
        inside = await client.get(f"/dev/post/{mail.id}/html")
        assert inside.headers.get_list("content-security-policy") == [inside.headers["content-security-policy"]]
        assert "script-src" not in inside.headers["content-security-policy"]
        assert inside.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
        assert (await client.get("/dev/post/20260512T100000000000Z-00000000")).status_code == 404
        assert (await client.get("/dev/post/..%2f..%2fetc")).status_code == 404


async def test_an_answer_travels_by_smtp(fresh_sqlite: str, tmp_path: Path, unused_tcp_port: int) -> None:
    import asyncio

    mail, taken = posted(tmp_path / "post"), []

    class Sink:
        async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
            taken.append(envelope)
            return "250 2.0.0 Taken in"

    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Sink(), hostname="here"), "127.0.0.1", unused_tcp_port
    )
    async with server, developer(fresh_sqlite, tmp_path, mailroom_smtp_port=unused_tcp_port) as (_site, client):
        answer = {"on": f"/dev/post/{mail.id}", "text": "Dear Kasia", "quote": "on", "vouched": "on"}
        went = await press(client, f"/dev/post/{mail.id}/reply", **answer)
        assert went.status_code == 303
        assert "Taken in" in (await client.get(f"/dev/post/{mail.id}")).text
    assert taken[0].mail_from == "henk@post.example"
    assert taken[0].rcpt_tos == ["abcdefghij2345672345@letters.test"]


@pytest.mark.parametrize(("vouched_by", "verdict"), [("mx.test", "aligned_pass"), ("", "unknown")])
def test_an_answer_is_read_as_one(vouched_by: str, verdict: str, tmp_path: Path) -> None:
    """Our own reading of mail keeps the words, cuts the tail, and believes the border server only."""
    wish = postbox_reply.Wish("Dear Kasia,\n\nthank you!", quote=True, vouched_by=vouched_by)
    made = postbox_reply.build(posted(tmp_path), wish, now=NOW).as_bytes()
    read = parse(made)
    assert read.mail_class is MailClass.HUMAN
    assert read.kept_text.startswith("Dear Kasia,\n\nthank you!")
    assert "see http" not in read.kept_text
    headers = list(message_from_bytes(made, policy=policy.compat32).items())
    assert judge(headers, "post.example", "mx.test") is AuthVerdict(verdict)


async def test_the_mailroom_may_be_away(tmp_path: Path, unused_tcp_port: int) -> None:
    made = postbox_reply.build(posted(tmp_path), postbox_reply.Wish("x", quote=False, vouched_by=""), now=NOW)
    assert "does not answer" in await postbox_reply.send(made, host="127.0.0.1", port=unused_tcp_port)


def test_production_has_no_such_address() -> None:
    for environment, there in ((Environment.DEVELOPMENT, True), (Environment.PRODUCTION, False)):
        found = handlers(Settings(environment=environment))
        paths = {path for one in found for path in one.paths}  # type: ignore[union-attr]
        assert any(path.startswith("/dev") for path in paths) is there
