"""Which sentences do the templates and the code show to people?

Run as a program it puts them into every catalogue (`make messages`).
"""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, TemplateSyntaxError, nodes

from penfriends.i18n import LANGUAGES, LOCALE_DIR

ROOT = Path(__file__).parents[2]
REVIEW = re.compile(r'^"X-Review: ([^\\"]*)\\n"\n', re.MULTILINE)
SOURCE_LANGUAGE = "en"
KEYWORDS = dict(DEFAULT_KEYWORDS) | {"lazy": None}
ASKING = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext", "N_", "lazy"})
TOO_EARLY = "the sentence is put together before it is translated"
THE_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)  # a date that moves would change every catalogue every time


def extracted() -> Catalog:
    """A template catalogue of every sentence of the domain `messages`, with the files where each stands."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as lines:
        methods, options = parse_mapping_cfg(lines)  # type: ignore[no-untyped-call]
    catalog = Catalog(project="penfriends", charset="utf-8", creation_date=THE_BEGINNING, fuzzy=False)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS, ("NOTE:",), strip_comment_tags=True)
    for place, line, message, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        catalog.add(message, None, [(place, line)], auto_comments=comments, context=context)
    return catalog


def catalogue_path(language: str, domain: str = "messages") -> Path:
    return LOCALE_DIR / language / "LC_MESSAGES" / f"{domain}.po"


def put_into_catalogues() -> None:
    """Write every sentence into every language's catalogue: new ones empty, gone ones dropped, none guessed at."""
    template = extracted()
    for language in LANGUAGES:
        if language == SOURCE_LANGUAGE:
            continue
        path = catalogue_path(language)
        catalog = _present(path, language)
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        review = _review(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            write_po(out, catalog, width=110, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
        _say_review(path, review)
        left = sum(bool(message.id) and not _said(message.string) for message in catalog)
        print(f"{path.relative_to(ROOT)}: {len(catalog)} sentences, {left} not yet translated")


def _review(path: Path) -> str:
    """What a catalogue says of itself: `draft` until a native reader has read it. Babel would drop the line."""
    found = REVIEW.search(path.read_text(encoding="utf-8")) if path.exists() else None
    return found[1] if found else "draft"


def _say_review(path: Path, review: str) -> None:
    text = REVIEW.sub("", path.read_text(encoding="utf-8"))
    path.write_text(text.replace('"MIME-Version', f'"X-Review: {review}\\n"\n"MIME-Version', 1), encoding="utf-8")


def unspeakable() -> Iterator[str]:
    """Sentences that no catalogue can hold, because they are put together before gettext sees them."""
    for folder in ("src/penfriends", "workers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from _unspeakable_in_python(path)
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            yield from _unspeakable_in_template(path)


def _present(path: Path, language: str) -> Catalog:
    if path.exists():
        with path.open("rb") as source:
            return read_po(source, locale=language, domain="messages")
    header = f"# Sentences of penfriends in the language {language}."
    return Catalog(
        locale=language, domain="messages", project="penfriends", charset="utf-8", creation_date=THE_BEGINNING,
        revision_date=THE_BEGINNING, header_comment=header, fuzzy=False,
    )  # fmt: skip


def _said(translated: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(translated) if isinstance(translated, tuple | list) else bool(translated)


def _unspeakable_in_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKING:
            for argument in node.args:
                if isinstance(argument, ast.JoinedStr | ast.BinOp | ast.Call) and _holds_text(argument):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: {TOO_EARLY}"


def _holds_text(node: ast.expr) -> bool:
    """Arithmetic on a number is fine; a text glued, formatted or interpolated is not."""
    return any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in ast.walk(node))


def _unspeakable_in_template(path: Path) -> Iterator[str]:
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])  # noqa: S701
    try:
        tree = environment.parse(path.read_text(encoding="utf-8"))
    except TemplateSyntaxError as error:
        yield f"{path.relative_to(ROOT)}:{error.lineno}: {error.message}"
        return
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ASKING:
            for argument in call.args:
                if _is_put_together(argument):
                    yield f"{path.relative_to(ROOT)}:{call.lineno}: {TOO_EARLY}"


def _is_put_together(node: nodes.Expr) -> bool:
    """As in Python: numbers may be added, a text may not be glued."""
    if isinstance(node, nodes.Concat) or (isinstance(node, nodes.Filter) and node.name == "format"):
        return True
    return isinstance(node, nodes.Add | nodes.Mod) and any(isinstance(c.value, str) for c in node.find_all(nodes.Const))


if __name__ == "__main__":
    put_into_catalogues()
