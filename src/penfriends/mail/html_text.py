"""What would a person read in an HTML mail, and which of it does the mail program mark as quoted?

The standard library's parser takes quadratic time on broken markup, so this one walks through the text once. Quoted
pieces come out with "> " before each line, which `rules.quoting` understands; nothing of the markup survives.
"""

import html
import re
from collections import Counter
from dataclasses import dataclass, field

LARGEST_HTML = 4 * 1024 * 1024
MOST_TAGS = 50_000  # an hour's typing in a mail program that is fond of markup stays far below
DEEPEST_STACK = 400
DEEPEST_QUOTE = 8
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]{1,20})\s{0,5}=\s{0,5}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_SILENT = frozenset("script style head title template noscript svg math object textarea select xml".split())  # noqa: SIM905
_VOID = frozenset("br hr img input meta link area base col embed source wbr o:p".split())  # noqa: SIM905
_BLOCKS = frozenset(
    """div p table tr ul ol li h1 h2 h3 h4 h5 h6 blockquote pre section article header footer address center dl dt dd
    form fieldset figure main body""".split()  # noqa: SIM905
)
_SPACED = frozenset("p ul ol h1 h2 h3 h4 h5 h6 blockquote pre".split())  # noqa: SIM905
# Class, id or name of an element that holds only what a program put there: the quoted letter or the signature.
_CERTAIN = re.compile(
    r"(?:^|\s)(?:moz-cite-prefix|yahoo_quoted|ymail_signature|protonmail_quote|protonmail_signature_block\S*|quote"
    r"|olk_src_body_section|gmail_signature|moz-signature|ms-outlook-mobile-signature|gmail_signature_prefix"
    r"|tutanota_quote|zmail_extra|mail-quote|mailru-blockquote|cite|gmx_quote|signature_?block|divsignature"
    r"|oriorgmsgbody|x_gmail_signature)(?:\s|$)",
    re.IGNORECASE,
)
# Elements after which everything belongs to the quoted letter (Outlook on the web, on phones and on the Mac).
_REST = re.compile(
    r"(?:^|\s)(?:x_)?(?:appendonsend|divrplyfwdmsg|mail-editor-reference-message-container)(?:\s|$)", re.I
)
_QUOTE_CLASS = re.compile(r"gmail_quote|protonmail|yahoo|cite|tutanota|mail_|zmail", re.IGNORECASE)
_WHITE = re.compile(r"[ \t\r\n\f\xa0]+")


@dataclass(frozen=True, slots=True)
class HtmlText:
    """Lines of text; `anchored`: at least one quotation was marked by the mail program for certain."""

    text: str
    anchored: bool
    whole: bool  # False where the markup was too much and its end is missing


@dataclass(slots=True)
class _Writing:
    """The text that grows while the markup is walked through."""

    lines: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=list)
    stack: list[tuple[str, int]] = field(default_factory=list)  # open elements and how many quotations each opened
    open_tags: Counter[str] = field(default_factory=Counter)  # how many of each stand in the stack
    quotes: int = 0
    verbatim: int = 0
    anchored: bool = False

    def say(self, words: str) -> None:
        if self.verbatim:
            first, *others = words.split("\n")
            self.current.append(first)
            for other in others:
                self.end_line()
                self.current.append(other)
            return
        words = _WHITE.sub(" ", words)
        if words.startswith(" ") and (not self.current or self.current[-1].endswith(" ")):
            words = words[1:]
        if words:
            self.current.append(words)

    def end_line(self, *, blank: bool = False) -> None:
        """Finish the line; `blank` leaves one empty line below it."""
        line = "".join(self.current).rstrip()
        self.current.clear()
        mark = ">" * min(self.quotes, DEEPEST_QUOTE)
        if line.strip() or not blank:
            self.lines.append(f"{mark} {line}".strip() if mark else line)
        if blank and self.lines and self.lines[-1].strip("> "):
            self.lines.append(mark)

    def break_block(self, *, blank: bool) -> None:
        if "".join(self.current).strip():
            self.end_line()
        self.current.clear()
        if blank:
            self.end_line(blank=True)


def read(markup: str) -> HtmlText:
    """The text of an HTML mail."""
    whole = len(markup) <= LARGEST_HTML
    markup = markup[:LARGEST_HTML]
    writing = _Writing()
    lower = markup.lower()
    missing: set[str] = set()
    at = tags = 0
    while at < len(markup) and tags <= MOST_TAGS:
        tags += 1
        opening = markup.find("<", at)
        if opening < 0:
            opening = len(markup)
        if opening > at:
            writing.say(html.unescape(markup[at:opening]))
        at = _after_markup(markup, lower, opening, writing, missing)
    writing.break_block(blank=False)
    return HtmlText("\n".join(_tidy(writing.lines)), writing.anchored, whole and at >= len(markup))


def _after_markup(markup: str, lower: str, at: int, writing: _Writing, missing: set[str]) -> int:
    """Take in what starts with "<" at `at`; returns where text goes on. `missing`: endings that do not come again."""
    if at >= len(markup):
        return at
    if markup.startswith("<!--", at):
        return _after(lower, "-->", at + 4, missing) or _after(lower, ">", at, missing) or len(markup)
    if markup.startswith(("<!", "<?"), at):
        return _after(lower, ">", at, missing) or len(markup)
    found = _NAME.match(markup, at)
    end = _after(lower, ">", at, missing) if found else None
    if not found or not end:
        writing.say("<")
        return at + 1
    if markup.count('"', at, end) % 2 and (closing := markup.find('"', end, end + 2000)) >= 0:
        end = markup.find(">", closing, closing + 2000) + 1 or end
    tag = found.group(2).lower()
    if found.group(1):
        _close(writing, tag)
    elif tag in _SILENT and not markup.endswith("/>", at, end):
        return _after(lower, f"</{tag}", end, missing) or (end if tag == "head" else len(markup))
    else:
        _open(writing, tag, markup[found.end() : min(end - 1, found.end() + 6000)])
    return end


def _after(lower: str, ending: str, at: int, missing: set[str]) -> int | None:
    if ending in missing:
        return None
    found = lower.find(ending, at)
    if found < 0:
        missing.add(ending)
        return None
    if ending.startswith("</"):
        closing = lower.find(">", found)
        return closing + 1 if closing >= 0 else len(lower)
    return found + len(ending)


def _open(writing: _Writing, tag: str, inside: str) -> None:
    if tag == "br":
        writing.end_line()
        return
    attributes = {
        found.group(1).lower(): found.group(2) or found.group(3) or found.group(4) or ""
        for found in _ATTRIBUTE.finditer(inside)
    }
    if tag == "hr":
        writing.break_block(blank=False)
        writing.say("_" * 32)
        writing.end_line()
    elif tag == "img" and 0 < len(attributes.get("alt", "")) <= 8 and not attributes["alt"].isascii():
        writing.say(html.unescape(attributes["alt"]))  # an emoji that the mail program drew as a picture
    elif tag in {"td", "th"}:
        writing.say(" ")
    if tag in _BLOCKS:
        writing.break_block(blank=tag in _SPACED)
    opened = _opened_quotes(writing, tag, attributes)
    writing.quotes += opened
    if tag == "li":
        writing.say("- ")
    if tag == "pre":
        writing.verbatim += 1
    if tag not in _VOID and not inside.endswith("/") and len(writing.stack) < DEEPEST_STACK:
        writing.stack.append((tag, opened))
        writing.open_tags[tag] += 1


def _opened_quotes(writing: _Writing, tag: str, attributes: dict[str, str]) -> int:
    names = " ".join(attributes.get(key, "") for key in ("class", "id", "name"))
    if _REST.search(names):
        writing.break_block(blank=False)
        writing.anchored = True
        writing.quotes += 1  # never closed: it lasts to the end of the mail
        return 0
    certain = tag in {"div", "blockquote", "table", "span", "section"} and bool(_CERTAIN.search(names))
    if tag == "blockquote":
        style = attributes.get("style", "").lower()
        cited = attributes.get("type", "").lower() == "cite" or "border-left" in style or "cite" in attributes
        certain = certain or cited or bool(_QUOTE_CLASS.search(names))
    if certain:
        writing.anchored = True
        writing.break_block(blank=False)
    return int(certain or tag == "blockquote")


def _close(writing: _Writing, tag: str) -> None:
    if not writing.open_tags[tag]:
        return
    while writing.stack:
        open_tag, opened = writing.stack.pop()
        writing.open_tags[open_tag] -= 1
        if open_tag in _BLOCKS or opened:
            writing.break_block(blank=open_tag in _SPACED and not opened)
        writing.quotes -= opened
        writing.verbatim -= open_tag == "pre"
        if open_tag == tag:
            return


def _tidy(lines: list[str]) -> list[str]:
    """No more than one blank line in a row."""
    result: list[str] = []
    for line in lines:
        if line.strip("> ") or not result or result[-1].strip("> "):
            result.append(line)
    return result
