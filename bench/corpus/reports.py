"""Do we read the public delivery reports as the reference reader does: whom they are about, and dead or not?

The reference says more than it can know from a report in some places; each file where we differ is listed by name, so
that one can look who is right. Nothing is left out of the count.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.corpus.rows import Row, share
from penfriends.mail.inbound import MailClass, ParsedMail, parse


def rows(corpora: Path, misses: list[str]) -> Iterator[Row]:
    """Delivery reports, complaints, and automatic answers of the corpus."""
    folder = corpora / "bounces"
    reference: dict[str, list[dict[str, Any]]] = json.loads((folder / "reference.json").read_text(encoding="utf-8"))
    read = {name: parse((folder / "mail" / name).read_bytes()) for name in reference}
    by_kind: dict[str, list[str]] = {"feedback": [], "vacation": [], "bounce": []}
    for name, recipients in reference.items():
        kinds = {one["reason"] for one in recipients}
        kind = next((kind for kind in ("feedback", "vacation") if kinds == {kind}), "bounce")
        by_kind[kind].append(name)
    yield from _bounces({name: read[name] for name in by_kind["bounce"]}, reference, misses)
    for kind, what, mail_class in (
        ("feedback", "complaints of the corpus, class", MailClass.COMPLAINT),
        ("vacation", "automatic answers of the corpus, class", MailClass.AUTO_REPLY),
    ):
        right = [name for name in by_kind[kind] if read[name].mail_class is mail_class]
        misses += [f"{what}: {name} is {read[name].mail_class}" for name in by_kind[kind] if name not in right]
        yield Row(what, share(len(right), len(by_kind[kind])), "counted", None)


def _bounces(
    read: dict[str, ParsedMail], reference: dict[str, list[dict[str, Any]]], misses: list[str]
) -> Iterator[Row]:
    classes = exact = agreed = compared = 0
    for name, mail in read.items():
        expected = {one["r"].lower(): one for one in reference[name]}
        ours = {one.address: one for one in mail.bounces}
        classes += mail.mail_class is MailClass.BOUNCE
        exact += set(ours) == set(expected)
        if set(ours) != set(expected):
            misses.append(f"{name}: {mail.mail_class}, other recipients ({len(ours)} for {len(expected)})")
        for address in ours.keys() & expected.keys():
            compared += 1
            agreed += ours[address].hard is expected[address]["hard"]
            if ours[address].hard is not expected[address]["hard"]:
                theirs = expected[address]
                misses.append(
                    f"{name}: {ours[address].reason} {ours[address].status or '-'}, "
                    f"reference {theirs['reason']} {theirs['st'] or '-'} {'hard' if theirs['hard'] else 'soft'}"
                )
    yield Row("delivery reports, class", share(classes, len(read)), "counted", None)
    yield Row("delivery reports, exact recipients", share(exact, len(read)), "≥ 90 %", exact >= 0.9 * len(read))
    yield Row("delivery reports, hard or soft agrees", share(agreed, compared), "≥ 95 %", agreed >= 0.95 * compared)
