"""Is this mail a delivery report or a complaint, and about which addresses?

RFC 3464 and RFC 5965 reports are read field by field. The many reports in plain words are read by where an address
stands: alone at the start of a line, behind "Recipient:", in an SMTP command, at last in the returned letter.
"""

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from penfriends.mail import header_fields
from penfriends.mail.mime_parts import Headers, Part, TooMuch, read_headers
from penfriends.rules import bounces as rules
from penfriends.rules.bounces import BouncedRecipient, BounceReason

LONGEST_REPORT = 100_000
MOST_RECIPIENTS = 50
MOST_DIAGNOSIS_LINES = 8


class ReportKind(enum.StrEnum):
    BOUNCE = "bounce"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says; a bounce may name nobody whom we can recognise."""

    kind: ReportKind
    recipients: tuple[BouncedRecipient, ...]


_MAIL = r"[^\s<>@,;:\"()\[\]\\]{1,64}@[^\s<>@,;:\"()\[\]\\]{1,200}[A-Za-z0-9]"
_ADDRESS = re.compile(_MAIL)
_NAMED = re.compile(rf"\"[^\"\s@]{{1,64}}\"@[A-Za-z0-9.-]{{1,200}}|{_MAIL}")  # a quoted local part too
_DAEMON = re.compile(  # from the start of a local part to its end or its first mark: not "bounceclub"
    r"(?:mailer-?daemon|mail-?daemon|postmaster|mmsc|mdaemon|bounces?|mail-?delivery|mail-?admin|sysadmin)(?![a-z])",
    re.I,
)
_FAILURE = re.compile(
    r"undeliver|deliver\w* (?:\w+ ){0,4}fail|fail\w* (?:\w+ ){0,3}(?:deliver|notice|mail|message)|failure notice"
    r"|return(?:ed|ing) (?:mail|message|to sender)"
    r"|delivery (?:status|problem|report|error|delay|notif|has|incomplete|warn)"
    r"|mail (?:delivery|system) |could ?n[o']t (?:be|deliver)|unzustellbar|non (?:remis|distribu)|onbestelbaar"
    r"|niet bezorgd|nie (?:dostarczono|można|powiod)|تعذر|فشل|bounce|warning: message|mail error|rejected"
    r"|notification|undelivered|delivery of|user unknown|error",
    re.IGNORECASE,
)
_COPY_STARTS = re.compile(
    r"^(?:[-=_*#> ]{1,40}[^\n]{0,60}(?:copy of (?:the|your) (?:message|mail)|original (?:message|mail)|unsent message"
    r"|returned|message (?:header|text|follows)|undelivered|transcript of message|body of|header(?:s| follow)"
    r"|元|beginning of)"
    r"[^\n]{0,60}"
    r"|(?:your )?(?:original|undelivered|unsent) (?:message|mail)[^\n]{0,60}(?:follows|below|headers?|:)[^\n]{0,20}"
    r"|return-path: .{1,200}|received: (?:from|by) .{1,200}|content-type: message/rfc822.{0,40})$",
    re.IGNORECASE | re.MULTILINE,
)
_ALONE = re.compile(
    r"^[\s*•|>-]{0,12}(?:(?:failed |invalid |final |original )?(?:recipients?|addresses|address|user"
    rf"|delivery failed|mailbox|rcpt to|for|unknown address)(?: address)?\s?[:=]\s*)?(?:\"[^\"\n]{{0,80}}\"\s*)?[<'\"]?"
    rf"(?:smtp:|mailto:|rfc822;\s?)?({_MAIL})[>'\"]?"
    r"(?=\s*$|\s*[:(\[,;]|\.\.\.|\s+-|\s{2,}|\s+invalid address|\son\s|\s\S{1,20}\s?[:(]|\s+(?:was|is|has|could))",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESSED = re.compile(rf"^\s{{0,8}}to\s?:\s*<?({_MAIL})>?\s*$", re.IGNORECASE | re.MULTILINE)
_METHOD = re.compile(r"^METHOD:([A-Za-z]+)", re.IGNORECASE | re.MULTILINE)
_COMPLAINT = re.compile(r"complaint about message from \[?[\da-f.:]{7,}", re.IGNORECASE)
_COMMAND = re.compile(rf"\brcpt to:?\s?<?({_MAIL})>?", re.IGNORECASE)


def read(root: Part, subject: str) -> Report | None:
    """The report that a mail is, or None for any other mail."""
    leaves = list(root.leaves())
    if any(leaf.content_type == "message/feedback-report" for leaf in leaves) or _COMPLAINT.match(subject):
        return Report(ReportKind.COMPLAINT, _complained(leaves))
    kind = root.parameters.get("report-type", "").lower()
    status = [
        leaf for leaf in leaves if leaf.content_type in {"message/delivery-status", "message/global-delivery-status"}
    ]
    if kind == "disposition-notification":
        return None
    if kind == "feedback-report":
        return Report(ReportKind.COMPLAINT, _complained(leaves))
    words = _spoken(leaves)
    found = _from_status("\n\n".join(leaf.text() for leaf in status), words) if status else []
    if not status and not _looks_like_report(root, subject, leaves):
        return None
    if not found:
        found = _from_words(words, root, leaves)
    return Report(ReportKind.BOUNCE, tuple(found[:MOST_RECIPIENTS]))


def _looks_like_report(root: Part, subject: str, leaves: Sequence[Part]) -> bool:
    if root.value("x-failed-recipients"):
        return True
    empty_path = root.value("return-path").strip() == "<>"
    daemon = _is_daemon(root.value("from")[:300]) or _is_daemon(root.value("return-path")[:300])
    returns = any(leaf.content_type == "message/rfc822" for leaf in leaves)
    return (empty_path or daemon) and (returns or bool(_FAILURE.search(subject[:500])))


def _is_daemon(sender: str) -> bool:
    """Whether the address, or what stands in its place, is that of a mail system; a name may say what it likes."""
    boxes = header_fields.mailboxes(sender)
    return any(_DAEMON.match(box.address) for box in boxes) if boxes else bool(_DAEMON.search(sender))


def is_receipt(leaves: Sequence[Part]) -> bool:
    """Whether a program says that a mail was read (RFC 8098), or answers an invitation (RFC 5546)."""
    return any(leaf.content_type == "message/disposition-notification" or _answers_invitation(leaf) for leaf in leaves)


def _answers_invitation(leaf: Part) -> bool:
    if leaf.content_type != "text/calendar":
        return False
    method = leaf.parameters.get("method", "") or _METHOD.findall(leaf.decoded()[:4000].decode("latin-1"))[:1]
    return "".join(method).strip().lower() == "reply"


def _fields(block: str) -> dict[str, str]:
    result: dict[str, str] = {}
    last = ""
    for line in block.split("\n"):
        if line[:1] in " \t" and last:
            result[last] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        if colon and 0 < len(name) <= 60:
            last = name.strip().lower()
            result[last] = value.strip()
    return result


def _from_status(text: str, words: str) -> list[BouncedRecipient]:
    found: dict[str, BouncedRecipient] = {}
    for block in re.split(r"\n[ \t]*\n", text[:LONGEST_REPORT]):
        fields = _fields(block)
        named = [fields.get(name, "") for name in ("final-recipient", "original-recipient", "x-actual-recipient")]
        address = next((match.group().lower() for value in named if (match := _NAMED.search(value))), "")
        action = fields.get("action", "failed").split()[:1]
        if not address or action in [["delivered"], ["relayed"], ["expanded"]]:
            continue
        diagnosis = fields.get("diagnostic-code", "")
        spoken = f"{_above(words, address)} {_around(words, address)}"
        status = rules.status_in(fields.get("status", ""))
        status = status if status.startswith("4") else rules.status_in(diagnosis) or status
        if not diagnosis or rules.judge(diagnosis, "") is BounceReason.OTHER:
            diagnosis = f"{diagnosis} {spoken}"
        done = action[0].lower() if action else "failed"
        found[address] = rules.recipient(address, diagnosis.replace(address, "@"), status, done, spoken)
    return list(found.values())


def _spoken(leaves: Iterable[Part]) -> str:
    """What the report says in words, up to where the returned letter begins."""
    for leaf in leaves:
        if leaf.content_type.startswith("text/") and leaf.content_type != "text/rfc822-headers":
            text = leaf.text()[:LONGEST_REPORT]
            if leaf.content_type == "text/html":
                text = re.sub(r"<[^<>]{0,2000}>", "\n", text)
            if text.strip():
                return text
    return ""


def _from_words(words: str, root: Part, leaves: Sequence[Part]) -> list[BouncedRecipient]:
    copy = _COPY_STARTS.search(words)
    spoken = words[: copy.start()] if copy and words[: copy.start()].strip() else words
    ours = {box.address for name in ("to", "from") for box in header_fields.mailboxes(root.value(name))}
    failed = [box.address for value in root.values("x-failed-recipients") for box in header_fields.mailboxes(value)]
    returned = words[copy.start() :] if copy else ""
    alone = _ALONE.findall(spoken)
    ways: list[list[str]] = [
        failed,
        alone,
        _COMMAND.findall(spoken),
        _ADDRESSED.findall(spoken),
        _ADDRESS.findall(spoken),
        _returned_to(leaves, returned),
    ]
    for way in ways:
        addresses = list(dict.fromkeys(address.lower() for address in way))
        if way is not failed:
            # The list of those who failed may name the one who gets the report: somebody wrote to themselves.
            strangers = [a for a in addresses if a not in ours]
            addresses = strangers or (addresses if way is alone else [])
            addresses = [a for a in addresses if not a.startswith("mailer-daemon@")]
        addresses = [a for a in addresses if not _DAEMON.match(a)] or addresses
        if addresses:
            return [_judged(address, _around(spoken, address), spoken) for address in addresses[:MOST_RECIPIENTS]]
    return []


def _judged(address: str, diagnosis: str, spoken: str) -> BouncedRecipient:
    found = rules.recipient(address, diagnosis.replace(address, "@"), rules.status_in(diagnosis))
    if found.reason is BounceReason.OTHER:
        found = rules.recipient(address, spoken.replace(address, "@"), rules.status_in(spoken))
    return found


def _around(words: str, address: str) -> str:
    """The lines about an address: where it stands and what follows, up to the next address in another's place."""
    copy = _COPY_STARTS.search(words)
    spoken = words[: copy.start()] if copy and words[: copy.start()].strip() else words
    at = spoken.lower().find(address)
    if at < 0:
        return spoken[:2000]
    start = spoken.rfind("\n", 0, at) + 1
    others = (found for found in _ALONE.finditer(spoken, at + len(address), start + 1500))
    end = next((found.start() for found in others if found.group(1).lower() != address), start + 1500)
    return " ".join(spoken[start:end].split())


def _above(words: str, address: str) -> str:
    """The last words above the line that names an address: some say the reason first."""
    at = words.lower().find(address)
    above = words[: max(0, words.rfind("\n", 0, at))].rstrip()
    return above[above.rfind("\n") + 1 :][:300] if at > 0 else ""


def _returned_to(leaves: Sequence[Part], returned: str) -> list[str]:
    """Whom the returned letter was addressed to."""
    for leaf in leaves:
        if leaf.content_type in {"message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers"}:
            addresses = _recipients_of(_headers_of(leaf.decoded()))
            if addresses:
                return addresses
    found = re.search(rf"^to:[^\n]{{0,200}}?({_MAIL})", returned, re.IGNORECASE | re.MULTILINE)
    return [found.group(1)] if found else []


def _headers_of(raw: bytes) -> Headers:
    try:
        return read_headers(raw, strict=False)[0]
    except TooMuch:
        return ()


def _recipients_of(headers: Headers) -> list[str]:
    return [box.address for name, value in headers if name.lower() == "to" for box in header_fields.mailboxes(value)]


def _complained(leaves: Sequence[Part]) -> tuple[BouncedRecipient, ...]:
    """Who complained, or, where the report hides that, whom the returned letter went to."""
    addresses: list[str] = []
    for leaf in leaves:
        if leaf.content_type == "message/feedback-report":
            fields = re.findall(r"^(?:original-rcpt-to|removal-recipient):\s?(.{3,300})$", leaf.text(), re.I | re.M)
            addresses += [match.group().lower() for value in fields if (match := _ADDRESS.search(value))]
    addresses = addresses or [address.lower() for address in _returned_to(leaves, "")]
    return tuple(
        BouncedRecipient(address, False, BounceReason.COMPLAINT, "")
        for address in list(dict.fromkeys(addresses))[:MOST_RECIPIENTS]
    )
