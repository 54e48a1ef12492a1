"""What does every mail of this house look like to who gets it, and what happens when they answer? Development only."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32, default
from pathlib import Path
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

from penfriends.errors import NotFound
from penfriends.settings import Settings
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page
from workers import postbox, postbox_reply
from workers.postbox import PostedMail

table(
    "dev_post",
    mails=Permission.DEVELOPMENT,
    one_mail=Permission.DEVELOPMENT,
    mail_as_html=Permission.DEVELOPMENT,
    reply=Permission.DEVELOPMENT,
)
SHOWN = 150
HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"  # noqa: E501 (one value)
_ADDRESS = re.compile(r"(https?://[^\s<>\"]+)")


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A mail, opened: `pieces` are the text cut at its web addresses."""

    posted: PostedMail
    sender: str
    to: str
    subject: str
    answer_to: str
    headers: list[tuple[str, str]]
    pieces: list[str]
    html: str


@get("/dev/post", include_in_schema=False)
async def mails(request: Request[Any, Any, Any]) -> Template:
    """Newest first; `?to=` shows those to one address only."""
    found = await asyncio.to_thread(postbox.list_mail, _folder(request))
    wanted = request.query_params.get("to", "").strip().lower()
    shown = [one for one in found if not wanted or wanted in (to.lower() for to in one.envelope_to)]
    return page(request, "dev/post.html", mails=[opened(one) for one in shown[:SHOWN]], total=len(shown), to=wanted)


@get("/dev/post/{mail_id:str}", include_in_schema=False)
async def one_mail(request: Request[Any, Any, Any], mail_id: FromPath[str]) -> Template:
    return page(request, "dev/mail.html", mail=opened(_mail(request, mail_id)))


@get("/dev/post/{mail_id:str}/html", include_in_schema=False)
async def mail_as_html(request: Request[Any, Any, Any], mail_id: FromPath[str]) -> Response[str]:
    """The HTML part alone, for a sandboxed frame: inline styles are allowed here and nowhere else, scripts never."""
    shown = opened(_mail(request, mail_id)).html.replace("<head>", '<head><base target="_top">', 1)
    return Response(shown, media_type="text/html", headers={"content-security-policy": HTML_POLICY})


@post("/dev/post/{mail_id:str}/reply", include_in_schema=False)
async def reply(request: Request[Any, Any, Any], mail_id: FromPath[str], now: NamedDependency[datetime]) -> Redirect:
    """Send an answer as the receiver's mail program would; the flash says what the mailroom said."""
    mail, form, chosen = _mail(request, mail_id), await request.form(), request.app.state.settings
    wish = postbox_reply.Wish(
        text=str(form.get("text", "")),
        quote="quote" in form,
        vouched_by=chosen.authserv_id if "vouched" in form else "",
    )
    made = postbox_reply.build(mail, wish, now=now)
    said = await postbox_reply.send(made, host=chosen.mailroom_host, port=chosen.mailroom_smtp_port)
    kind = "ok" if said.startswith(("2", "OK")) else "warn"
    return go(f"/dev/post/{mail_id}", say=f"The mailroom said: {said}", kind=kind)


def opened(mail: PostedMail) -> ReadMail:
    """What a mail program shows of it."""
    read: Any = message_from_bytes(mail.raw, policy=default)
    lines = message_from_bytes(mail.raw, policy=compat32)
    html = read.get_body(("html",))
    return ReadMail(
        posted=mail,
        sender=_decoded(lines["From"]),
        to=", ".join(mail.envelope_to),
        subject=str(read["Subject"] or ""),
        answer_to=_decoded(lines["Reply-To"] or lines["From"]),
        headers=[(name, str(value)) for name, value in read.items()],
        pieces=_ADDRESS.split(postbox_reply.plain_text(read)),
        html=str(html.get_content()) if html is not None else "",
    )


def _decoded(line: str | None) -> str:
    """A field with an address in it. Python's newer parser puts a space into names of two encoded words."""
    return str(make_header(decode_header(line or "")))


def _folder(request: Request[Any, Any, Any]) -> Path:
    chosen: Settings = request.app.state.settings
    return chosen.var_dir / "post"


def _mail(request: Request[Any, Any, Any], mail_id: str) -> PostedMail:
    found = postbox.read_mail(_folder(request), mail_id)
    if found is None:
        raise NotFound
    return found


ROUTES = [mails, one_mail, mail_as_html, reply]
