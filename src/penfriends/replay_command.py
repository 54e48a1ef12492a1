"""What would penfriends make of these mails? One answer a file, for measuring and for finding out what went wrong.

Nothing is stored or sent. Local parts of addresses are hidden unless asked for, in the texts as well.
"""

import json
import re
from pathlib import Path
from typing import TextIO

from penfriends.mail import inbound
from penfriends.mail.charsets import without_surrogates
from penfriends.mail.inbound import MailClass, ParsedMail
from penfriends.rules.bands import Band
from penfriends.rules.screening import screen

_LOCAL_PART = re.compile(r"[^\s<>@,;:\"()\[\]]{1,64}(?=@[\w.-])")


def replay_files(files: list[str], *, json_lines: bool, out: TextIO, show_addresses: bool = False) -> int:
    """Write what becomes of each file; returns 1 if one could not be opened, else 0."""
    failed = False
    for name in files:
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


def _answer(name: str, raw: bytes, *, show_addresses: bool) -> dict[str, object]:
    mail = inbound.parse(raw)

    def shown(text: str) -> str:
        return without_surrogates(text if show_addresses else _LOCAL_PART.sub("…", text))

    return {
        "file": without_surrogates(name.encode("utf-8", "replace").decode("utf-8")),
        "class": mail.mail_class.value,
        "quarantine_reason": mail.quarantine_reason,
        "sure": mail.sure,
        "kept_text": shown(mail.kept_text),
        "removed_text": shown(mail.removed_text),
        "attachments": [
            {"name": shown(one.name), "type": one.content_type, "kind": one.kind.value} for one in mail.attachments
        ],
        "findings": _findings(mail),
        "bounces": [
            {"recipient": shown(one.address), "hard": one.hard, "reason": one.reason.value, "status": one.status}
            for one in mail.bounces
        ],
    }


def _findings(mail: ParsedMail) -> list[dict[str, object]]:
    """What screening finds in the first part of a letter; places count code points before addresses are hidden."""
    if mail.mail_class is not MailClass.HUMAN:
        return []
    return [
        {
            "kind": found.kind.value,
            "consequence": found.consequence.value,
            "start": found.start,
            "end": found.end,
            "check": found.check,
        }
        for found in screen(mail.kept_text[: inbound.LONGEST_LETTER], band=Band.ADULT, language=None)
    ]


def _readable(answer: dict[str, object]) -> str:
    lines = [f"{key}: {value}" for key, value in answer.items() if value not in (None, [], "")]
    return "\n".join(lines) + "\n\n"
