"""Which language for whom, and where do translated sentences come from?"""

import io
from collections.abc import Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy, NullTranslations, Translations

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = ("en", "de", "fr", "nl", "pl", "ar")
PSEUDO_LANGUAGES = ("xa", "xb")
DOMAINS = ("messages", "interests")
LOCALE_DIR = Path(__file__).parent / "locale"
RIGHT_TO_LEFT = frozenset({"ar", "xb"})

current: ContextVar[str] = ContextVar("language", default="en")


@lru_cache(maxsize=32)
def catalogue(language: str) -> NullTranslations:
    """Every domain of one language in one catalogue, read straight from the .po files."""
    merged = NullTranslations()
    for domain in DOMAINS:
        path = LOCALE_DIR / language / "LC_MESSAGES" / f"{domain}.po"
        if path.exists():
            merged = _load(path, language, merged)
    return merged


def _load(path: Path, language: str, fallback: NullTranslations) -> Translations:
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=None if language in PSEUDO_LANGUAGES else language))
    compiled.seek(0)
    loaded = Translations(compiled, domain=path.stem)
    loaded.add_fallback(fallback)
    return loaded


@lru_cache(maxsize=32)
def is_draft(language: str) -> bool:
    """Whether no native reader has read one of this language's catalogues yet: the language menu says so."""
    paths = [LOCALE_DIR / language / "LC_MESSAGES" / f"{domain}.po" for domain in DOMAINS]
    return any('"X-Review: draft' in path.read_text(encoding="utf-8")[:4000] for path in paths if path.exists())


def gettext(message: str) -> str:
    return catalogue(current.get()).ugettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    return catalogue(current.get()).ungettext(one, many, n)


def pgettext(context: str, message: str) -> str:
    return str(catalogue(current.get()).upgettext(context, message))


def npgettext(context: str, one: str, many: str, n: int) -> str:
    return str(catalogue(current.get()).unpgettext(context, one, many, n))


def N_(message: str) -> str:  # noqa: N802 (the name that gettext tools know)
    """Mark a sentence for translation where it stands; it is translated where it is shown."""
    return message


def lazy(message: str) -> str:
    """A sentence that is translated when it is shown: for labels made before the reader is known."""
    proxy: Any = LazyProxy(gettext, message, enable_cache=False)
    return cast("str", proxy)


@contextmanager
def speaking(language: str) -> "Iterator[None]":
    """Everything inside is written in `language`: for mails, whose reader is not the visitor."""
    before = current.set(language)
    try:
        yield
    finally:
        current.reset(before)


def negotiate(wanted: Sequence[str], available: Sequence[str] = LANGUAGES) -> str | None:
    """The first language of `wanted` (tags as in Accept-Language, best first) that we speak; pl-PL gives pl."""
    found = negotiate_locale([tag.replace("-", "_") for tag in wanted if tag and tag != "*"], list(available))
    return found if found in available else None


def accepted(header: str) -> list[str]:
    """The tags of an Accept-Language header, best first (RFC 9110 §12.5.4)."""
    weighted: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _, rest = part.strip().partition(";")
        try:
            quality = float(rest.strip().removeprefix("q=")) if rest.strip() else 1.0
        except ValueError:
            quality = 0.0
        if tag and quality > 0:
            weighted.append((quality, tag.strip()))
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the `dir` attribute."""
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def locale_of(language: str, territory: str | None = None) -> Locale:
    """The Babel locale for dates and numbers; `ar` with PS gives the month names that Palestine uses."""
    if language in PSEUDO_LANGUAGES:
        language = "en"
    if language == "en" and territory is None:
        territory = "GB"  # the English of these towns: 12 May 2026, 16:42
    try:
        return Locale(language, territory)
    except UnknownLocaleError:  # a pair that CLDR does not list
        return Locale(language)
