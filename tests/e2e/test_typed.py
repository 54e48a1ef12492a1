"""Are a moderator's words kept when the page is left by mistake?"""

from playwright.async_api import Browser, Dialog

from tests.e2e.test_every_page import context_for
from tests.e2e.world import World
from tests.support.walk import follow


async def test_a_page_with_words_on_it_is_not_left_unasked(browser: Browser, world: World) -> None:
    context = await context_for(browser, world, "moderator", "en")
    page = await context.new_page()
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.goto("/desk/mail")
    await follow(page.get_by_role("link", name="Answer").first)
    where = page.url
    await page.get_by_role("link", name="Mail").last.click()
    await page.wait_for_url("**/desk/mail")
    assert asked == [], "nothing was typed"
    await page.goto(where)
    await page.get_by_role("textbox").last.fill("Yes, he may.")
    await page.get_by_role("link", name="Mail").last.click(no_wait_after=True)
    await page.wait_for_function("document.querySelector('textarea').value === 'Yes, he may.'")
    assert (asked, page.url) == (["beforeunload"], where)
    await context.close()
