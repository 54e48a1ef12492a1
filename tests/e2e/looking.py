"""What can be seen to be wrong with a page: for eyes, for screen readers, for fingers, and for those who translate?"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

from penfriends.i18n import direction

WIDTHS = (390, 1280)
THEMES = ("light", "dark")
HIGHEST = 16_000
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ONLY_FAULTS = {"resultTypes": ["violations"], "preload": False}  # none of the rules reads style sheets again
AXE = f"axe.run(document, {json.dumps({'runOnly': TAGS, **ONLY_FAULTS})})"
# Only the colours differ between light and dark.
AXE_COLOURS = (
    f"axe.run(document, {json.dumps({'runOnly': {'type': 'rule', 'values': ['color-contrast']}, **ONLY_FAULTS})})"
)
VIOLATIONS = "r => r.violations.map(v => `${v.id}: ${v.help} [${v.nodes.slice(0, 2).map(n => n.target).join(' | ')}]`)"

BONES = """() => ({
  h1: document.querySelectorAll('h1').length,
  lang: document.documentElement.lang,
  dir: document.documentElement.dir,
  title: document.title,
})"""
SIDEWAYS = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return '';
  const out = [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && (box.right > wide + 1 || box.left < -1);
  }).slice(0, 3).map(one => one.tagName.toLowerCase() + '.' + one.className);
  return `${document.documentElement.scrollWidth} px on ${wide}: ${out.join(', ')}`;
}"""

# Every piece of text a person sees or hears, outside of what people wrote (see `exempt` below).
TEXTS = """exempt => {
  const found = [], whole = new Map();  // a sentence may have names in the middle of it: whole by parent
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement;
    if (!at || at.closest(exempt) || !walker.currentNode.data.trim()) continue;
    if (at.closest('svg') && !at.closest('title')) continue;
    whole.set(at, (whole.get(at) || '') + ' ' + walker.currentNode.data.trim());
  }
  found.push(...whole.values());
  for (const name of ['aria-label', 'alt', 'title', 'placeholder'])
    for (const at of document.querySelectorAll(`body [${name}]`))
    {
      const said = at.getAttribute(name).trim(), named = [...at.querySelectorAll('bdi')].map(one => one.textContent);
      if (said && !at.closest(exempt) && !named.includes(said)) found.push(said);
    }
  return found;
}"""
# Names stand in <bdi>; what people wrote carries its own lang or dir; code and keys are nobody's words.
EXEMPT = "bdi, body [lang], body [dir], script, style, kbd, code, [data-own-words]"
BRACKETED = re.compile(r"\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]")
WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(slots=True)
class Looker:
    """One tab that goes from page to page and collects what the browser says meanwhile."""

    page: Page
    said: list[str]

    @classmethod
    def at(cls, page: Page) -> "Looker":
        said: list[str] = []
        page.on("console", lambda one: said.append(f"console: {one.text}") if one.type == "error" else None)
        page.on("pageerror", lambda error: said.append(f"script: {error}"))
        return cls(page, said)

    async def open(self, address: str) -> list[str]:
        """Go there; what is wrong already."""
        self.said.clear()
        answer = await self.page.goto(address)
        if answer is None or answer.status != 200:
            return [f"answered {answer.status if answer else 'nothing'}"]
        return []

    async def look(self, language: str, *, thorough: bool = True) -> list[str]:
        """Everything that is wrong with the page that stands here, in both widths and both themes."""
        wrong = await self._bones(language)
        await self.page.evaluate(AXE_SCRIPT)
        for width in WIDTHS if thorough else WIDTHS[:1]:
            await self._unroll(width)
            await self.page.emulate_media(color_scheme="light")
            if wide := await self.page.evaluate(SIDEWAYS):
                wrong.append(f"{width}: wider than the screen, {wide}")
            wrong += [f"{width} light: {one}" for one in await self._axe(AXE)]
            if thorough:
                await self.page.emulate_media(color_scheme="dark")
                wrong += [f"{width} dark: {one}" for one in await self._axe(AXE_COLOURS)]
        return wrong + self.said

    async def _unroll(self, width: int) -> None:
        """As high as the page: the bar at the bottom of a telephone covers nothing that scrolling would free."""
        await self.page.set_viewport_size({"width": width, "height": 900})
        high: int = await self.page.evaluate("document.documentElement.scrollHeight")
        await self.page.set_viewport_size({"width": width, "height": min(max(high, 900), HIGHEST)})

    async def _axe(self, run: str) -> list[str]:
        found: list[str] = await self.page.evaluate(f"{run}.then({VIOLATIONS})")
        return found

    async def _bones(self, language: str) -> list[str]:
        bones: dict[str, Any] = await self.page.evaluate(BONES)
        wanted = {"h1": 1, "lang": language, "dir": direction(language)}
        wrong = [f"{name} is {bones[name]!r}, not {value!r}" for name, value in wanted.items() if bones[name] != value]
        return wrong + ([] if bones["title"].endswith("penfriends") else [f"title is {bones['title']!r}"])

    async def forgotten(self, data: Iterable[str]) -> list[str]:
        """Text of the interface that no translator was asked about, on a page in the language xa.

        Everything translated stands in brackets there. `data` are the words that come from rows and from CLDR: names of
        towns, countries, languages, months. What is left of a text without brackets and data must have no word in it.
        """
        longest_first = "|".join(sorted(map(re.escape, data), key=len, reverse=True))
        known = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)")
        texts: list[str] = await self.page.evaluate(TEXTS, EXEMPT)
        left = (known.sub(" ", BRACKETED.sub(" ", text)) for text in texts)
        return sorted({f"not translated: {one.strip()!r}" for one in left if WORD.search(one)})
