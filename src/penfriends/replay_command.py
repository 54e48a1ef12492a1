"""What would penfriends make of these mails? One answer a file, for measuring and for finding out what went wrong.

Nothing is stored or sent. The mails are read by the same confined processes as in the mailroom, kept for all of them:
who asks about a strange mail may hold a poisonous one in their hands. Local parts of addresses are hidden unless asked
for, in the texts as well. Places of findings count code points of the kept text; where something is found in the title,
title and a blank line come first.
"""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TextIO

from penfriends.mail import authentication
from penfriends.mail.authentication import AuthVerdict
from penfriends.mail.charsets import without_surrogates
from penfriends.mail.images import Drawn, undrawn
from penfriends.mail.inbound import MailClass, ParsedMail
from penfriends.mail.letter_parts import AttachmentKind
from penfriends.mail.mime_parts import Headers
from penfriends.mail.rehearsal import rehearse
from workers.reading import AT_ONCE, Reader, shared

_LOCAL_PART = re.compile(r"[^\s<>@,;:\"()\[\]]{1,64}(?=@[\w.-])")


def replay_files(files: list[str], *, json_lines: bool, out: TextIO, show_addresses: bool = False) -> int:
    """Write what becomes of each file; returns 1 if one could not be opened, else 0."""
    failed = False
    for answer in _answers(_each(files), show_addresses=show_addresses):
        failed = failed or "error" in answer
        out.write(json.dumps(answer, ensure_ascii=True) + "\n" if json_lines else _readable(answer))
    return int(failed)


def _answers(names: Iterable[str], *, show_addresses: bool) -> Iterator[dict[str, Any]]:
    """The answers in the order of the files: while one is looked at here, the next is read in its process."""
    reader = shared()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting: deque[Future[dict[str, Any]]] = deque()
        for name in names:
            waiting.append(pool.submit(_answer, name, reader, show_addresses=show_addresses))
            if len(waiting) > 2 * AT_ONCE:
                yield waiting.popleft().result()
        for one in waiting:
            yield one.result()


def _each(names: list[str]) -> Iterator[str]:
    """The files themselves, and for a folder everything below it."""
    for name in names:
        if Path(name).is_dir():
            yield from (str(path) for path in sorted(Path(name).rglob("*")) if path.is_file())
        else:
            yield name


def _answer(name: str, reader: Reader, *, show_addresses: bool) -> dict[str, Any]:
    try:
        raw = Path(name).read_bytes()
    except OSError as error:
        return {"file": name, "error": type(error).__name__}
    mail, fields = reader.parse(raw)
    done = rehearse(mail, fields, lambda: _drawn(raw, mail, reader))

    def shown(text: str) -> str:
        return without_surrogates(text if show_addresses else _LOCAL_PART.sub("…", text))

    return {
        "file": without_surrogates(name.encode("utf-8", "replace").decode("utf-8")),
        "whose": {"from": [shown(one) for one in mail.from_addresses], **_vouched(fields, mail)},
        "class": mail.mail_class.value,
        "quarantine_reason": mail.quarantine_reason,
        "sure": mail.sure,
        "title": shown(done.title),
        "kept_text": shown(mail.kept_text),
        "removed_text": shown(mail.removed_text),
        "attachments": [
            {"name": shown(one.name), "type": one.content_type, "kind": one.kind.value, "size": one.size}
            for one in mail.attachments
        ],
        "findings": [
            {
                "kind": found.kind.value,
                "consequence": found.consequence.value,
                "start": found.start,
                "end": found.end,
                "check": found.check,
            }
            for found in done.findings
        ],
        "bounces": [
            {"recipient": shown(one.address), "hard": one.hard, "reason": one.reason.value, "status": one.status}
            for one in mail.bounces
        ],
        "held": list(done.held),
        "outgoing": None if done.outgoing is None else done.outgoing.decode("ascii"),
    }


def _drawn(raw: bytes, mail: ParsedMail, reader: Reader) -> Drawn:
    if any(one.kind is AttachmentKind.IMAGE for one in mail.attachments):
        return reader.draw(raw, mail)
    return undrawn(mail.attachments)


def _vouched(fields: Headers, mail: ParsedMail) -> dict[str, object]:
    """What the topmost Authentication-Results says of the From domain, if its server is our own (rule R27)."""
    first = next((value for name, value in fields if name.lower() == "authentication-results"), "")
    server = (first.partition(";")[0].split() or [""])[0]
    domain = mail.from_addresses[0].rpartition("@")[2] if len(mail.from_addresses) == 1 else ""
    verdict = authentication.judge(fields, domain, server)
    return {"vouched_by": without_surrogates(server[:200]) or None, "verdict_if_that_is_us": verdict.value}


# --- for people: the steps of the relay one under another ------------------------------------------------------------

CLASSES = {
    MailClass.HUMAN: "a person wrote it, so it becomes a letter",
    MailClass.AUTO_REPLY: "a machine answered: dropped and counted",
    MailClass.BOUNCE: "a delivery report: what it says of our own delivery is noted, it is no letter",
    MailClass.COMPLAINT: "a complaint: that mailbox gets no more mail, and one about a letter opens a case",
    MailClass.LOOP: "our own mail came back: dropped and counted",
    MailClass.QUARANTINED: "set aside for a person",
}
VERDICTS = {
    AuthVerdict.ALIGNED_PASS: "taken, if that is our border server and the address is the writer's",
    AuthVerdict.UNKNOWN: "nobody of ours vouches for it: the registered address is asked with a link that works once",
    AuthVerdict.FAIL: "dropped and counted, if that is our border server",
}


def _readable(answer: Mapping[str, Any]) -> str:
    if "error" in answer:
        return f"{answer['file']}\n   cannot be opened: {answer['error']}\n\n"
    lines = [str(answer["file"])]
    for step, (label, value) in enumerate(_steps(answer), start=1):
        found = value.splitlines()
        lines += [f"{step:2}. {label}: {value}"] if len(found) < 2 else [f"{step:2}. {label}:", *_indented(found)]
    return "\n".join(lines) + "\n\n"


def _steps(answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What happens to the mail, in its order; what there is not is left out."""
    mail_class, whose = MailClass(answer["class"]), answer["whose"]
    if mail_class in (MailClass.HUMAN, MailClass.QUARANTINED):
        verdict = AuthVerdict(whose["verdict_if_that_is_us"])
        by = f"; {whose['vouched_by']} says {verdict.value}" if whose["vouched_by"] else ""
        yield "whose", f"{', '.join(whose['from']) or 'nobody’s'}{by}: {VERDICTS[verdict]}"
    why = f" ({answer['quarantine_reason']})" if answer["quarantine_reason"] else ""
    yield "class", f"{mail_class.value}{why}: {CLASSES[mail_class]}"
    for one in answer["bounces"]:
        becomes = "the mailbox is written to no more" if one["hard"] else "noted"
        yield "reported", f"{one['recipient']} {one['reason']} {one['status'] or 'without a code'}: {becomes}"
    if mail_class is MailClass.HUMAN:
        yield from _of_a_letter(answer)


def _of_a_letter(answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if answer["title"]:
        yield "title", answer["title"]
    yield "the writer's own words" + ("" if answer["sure"] else ", not for certain"), answer["kept_text"] or "none"
    if answer["removed_text"]:
        yield "cut, and kept beside it for a moderator", answer["removed_text"]
    for one in answer["attachments"]:
        yield "attached", f"{one['name'] or 'without a name'}, {one['type']}, {one['size']} bytes: {one['kind']}"
    for one in answer["findings"]:
        yield "noticed", f"{one['kind']} at {one['start']} to {one['end']}: {one['consequence']}"
    for reason in answer["held"]:
        yield "waits for a moderator", reason
    if answer["outgoing"] is None:
        yield "outgoing", "nothing leaves before a person looked"
    else:
        yield "outgoing, once the writer's first letters were read", answer["outgoing"]


def _indented(lines: list[str]) -> list[str]:
    return [f"      | {line}" for line in lines]
