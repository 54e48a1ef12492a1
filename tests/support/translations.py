"""Is every sentence there in every language, and would each one work? (`bin/check` runs this.)

Looked for: sentences that are missing, fuzzy, or no longer used; placeholders or tags of HTML that a translation lost,
invented or changed; too few or too many plural forms; a lone % in a template, which would break when it is shown.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from babel.messages.catalog import Catalog
from babel.messages.plurals import get_plural
from jinja2 import TemplateSyntaxError

from penfriends.i18n import LANGUAGES
from tests.support import sentences

PLACEHOLDER = re.compile(r"(?<!%)(?:%%)*%\((\w+)\)[sd]")
LONE_PERCENT = re.compile(r"(?<!%)(?:%%)*%(?![%(])")
TAG = re.compile(r"</?[a-zA-Z][^>]*>")
COUNTS = frozenset({"num", "n", "count"})  # "one letter" and the Arabic dual need not show the number
SHOWN = 12  # of the findings of one catalogue

Key = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the source: its two forms, or one form twice where nothing is counted."""

    context: str | None
    one: str
    many: str
    counted: bool

    @property
    def key(self) -> Key:
        return (self.context, self.one)


def problems() -> dict[str, list[str]]:
    """What is wrong, by catalogue (or `source`); a catalogue with nothing wrong is not in it."""
    try:
        template = sentences.extracted()
    except TemplateSyntaxError:
        return {"source": list(sentences.unspeakable())}
    wanted = {one.key: one for one in _sentences(template)}
    found = {"source": [*sentences.unspeakable(), *_lone_percents(template)]}
    for language in LANGUAGES:
        if language != sentences.SOURCE_LANGUAGE:
            found[f"{language}/messages"] = list(check_catalogue(wanted, sentences.catalogue_path(language), language))
    found |= _problems_of_interests()
    return {name: wrong for name, wrong in found.items() if wrong}


def check_catalogue(wanted: dict[Key, Sentence], path: Path, language: str) -> Iterator[str]:
    """What is wrong with one catalogue, measured against the sentences of the source."""
    if not path.exists():
        if wanted:
            yield f"there is no catalogue, run `make messages` ({len(wanted)} sentences)"
        return
    entries = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(path)) if not entry.obsolete}
    for key, sentence in wanted.items():
        if key not in entries:
            yield f"missing, run `make messages`: {_short(sentence.one)}"
        else:
            yield from check_entry(entries[key], sentence, language)
    for key in entries.keys() - wanted.keys():
        yield f"no longer used, run `make messages`: {_short(key[1])}"


def check_entry(entry: polib.POEntry, sentence: Sentence, language: str) -> Iterator[str]:
    """What is wrong with one translation."""
    forms = list(entry.msgstr_plural.values()) if sentence.counted else [entry.msgstr]
    name = _short(sentence.one)
    if entry.fuzzy:
        yield f"fuzzy, to be looked at by a person: {name}"
    if sentence.counted and len(forms) != get_plural(language).num_plurals:
        yield f"{len(forms)} plural forms, the language has {get_plural(language).num_plurals}: {name}"
    if not all(form.strip() for form in forms):
        yield f"not translated: {name}"
        return
    for form in forms:
        yield from (f"{what}: {name}" for what in differences(sentence, form))


def differences(sentence: Sentence, form: str) -> Iterator[str]:
    """How a translated form breaks what the sentence promises."""
    one, many = _placeholders(sentence.one), _placeholders(sentence.many)
    here = _placeholders(form)
    may_be_left_out = (one ^ many) | (COUNTS if sentence.counted else frozenset())
    if lost := (one | many) - may_be_left_out - here:
        yield f"lost %({', '.join(sorted(lost))})s"
    if invented := here - (one | many):
        yield f"unknown %({', '.join(sorted(invented))})s"
    if (one | many) and LONE_PERCENT.search(form):
        yield "a lone %, write %%"
    if _tags(form) not in (_tags(sentence.one), _tags(sentence.many)):
        yield "other HTML tags than the source"
    if (form[:1].isspace(), form[-1:].isspace()) != (sentence.one[:1].isspace(), sentence.one[-1:].isspace()):
        yield "other white space at an end than the source"


def _sentences(template: Catalog) -> Iterator[Sentence]:
    for message in template:
        if message.id:
            counted = not isinstance(message.id, str)
            one, many = (message.id[0], message.id[1]) if counted else (str(message.id), str(message.id))
            yield Sentence(context=message.context, one=one, many=many, counted=counted)


def _lone_percents(template: Catalog) -> Iterator[str]:
    """In templates every sentence is formatted, even one without placeholders (Jinja's newstyle gettext)."""
    for message in template:
        in_template = any(place.startswith("templates/") for place, _ in message.locations)
        forms: Iterable[str] = [message.id] if isinstance(message.id, str) else message.id
        if in_template and any(LONE_PERCENT.search(form) for form in forms):
            yield f"{message.locations[0][0]}: a lone %, write %%: {_short(next(iter(forms)))}"


def _problems_of_interests() -> dict[str, list[str]]:
    """The list of interests is kept by hand: every language must say what English lists, and nothing else."""
    listed = sentences.catalogue_path(sentences.SOURCE_LANGUAGE, "interests")
    if not listed.exists():
        return {}
    wanted = {
        (entry.msgctxt, entry.msgid): Sentence(entry.msgctxt, entry.msgid, entry.msgid, counted=False)
        for entry in polib.pofile(str(listed))
    }
    return {
        f"{language}/interests": list(
            check_catalogue(wanted, sentences.catalogue_path(language, "interests"), language)
        )
        for language in LANGUAGES
    }  # fmt: skip


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(PLACEHOLDER.findall(text))


def _tags(text: str) -> Counter[str]:
    return Counter(TAG.findall(text))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line[:70]}…”" if len(line) > 70 else f"“{line}”"


def main() -> int:
    found = problems()
    for name, wrong in found.items():
        print(f"{name}: {len(wrong)} to mend")
        for line in wrong[:SHOWN]:
            print(f"  {line}")
        if len(wrong) > SHOWN:
            print(f"  and {len(wrong) - SHOWN} more")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
