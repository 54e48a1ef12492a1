"""What would penfriends make of these mails? One answer a file, for measuring and for finding out what went wrong.

Nothing is stored or sent. Local parts of addresses are hidden unless asked for, in the texts as well. Places of
findings count code points of the kept text; where something is found in the title, title and a blank line come first.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from penfriends.mail import authentication, inbound
from penfriends.mail.charsets import without_surrogates
from penfriends.mail.inbound import ParsedMail
from penfriends.mail.rehearsal import rehearse

_LOCAL_PART = re.compile(r"[^\s<>@,;:\"()\[\]]{1,64}(?=@[\w.-])")


def replay_files(files: list[str], *, json_lines: bool, out: TextIO, show_addresses: bool = False) -> int:
    """Write what becomes of each file; returns 1 if one could not be opened, else 0."""
    failed = False
    for name in _each(files):
        try:
            raw = Path(name).read_bytes()
        except OSError as error:
            failed = True
            answer: dict[str, object] = {"file": name, "error": type(error).__name__}
        else:
            answer = _answer(name, raw, show_addresses=show_addresses)
        if json_lines:
            out.write(json.dumps(answer, ensure_ascii=True) + "\n")
        else:
            out.write(_readable(answer))
    return int(failed)


def _each(names: list[str]) -> Iterator[str]:
    """The files themselves, and for a folder everything below it."""
    for name in names:
        if Path(name).is_dir():
            yield from (str(path) for path in sorted(Path(name).rglob("*")) if path.is_file())
        else:
            yield name


def _answer(name: str, raw: bytes, *, show_addresses: bool) -> dict[str, object]:
    mail = inbound.parse(raw)
    done = rehearse(raw, mail)

    def shown(text: str) -> str:
        return without_surrogates(text if show_addresses else _LOCAL_PART.sub("…", text))

    return {
        "file": without_surrogates(name.encode("utf-8", "replace").decode("utf-8")),
        "whose": {"from": [shown(one) for one in mail.from_addresses], **_vouched(raw, mail)},
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


def _vouched(raw: bytes, mail: ParsedMail) -> dict[str, object]:
    """What the topmost Authentication-Results says of the From domain, if its server is our own (rule R27)."""
    fields = inbound.headers(raw)
    first = next((value for name, value in fields if name.lower() == "authentication-results"), "")
    server = (first.partition(";")[0].split() or [""])[0]
    domain = mail.from_addresses[0].rpartition("@")[2] if len(mail.from_addresses) == 1 else ""
    verdict = authentication.judge(fields, domain, server)
    return {"vouched_by": without_surrogates(server[:200]) or None, "verdict_if_that_is_us": verdict.value}


def _readable(answer: dict[str, object]) -> str:
    """The steps one under another, texts indented, for who wants to know what went wrong."""
    lines: list[str] = []
    for step, (key, value) in enumerate(answer.items()):
        if value in (None, [], ""):
            continue
        label = "file" if key == "file" else f"{step:2}. {key.replace('_', ' ')}"
        if isinstance(value, str) and "\n" in value:
            lines += [f"{label}:", *(f"      | {line}" for line in value.splitlines())]
        else:
            lines.append(f"{label}: {json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value}")
    if "error" not in answer and answer["outgoing"] is None:
        lines.append("    nothing leaves before a person looked")
    return "\n".join(lines) + "\n\n"
