"""What may be typed, and what is said when it does not fit? Forms by WTForms, one module a noun."""

from collections.abc import Sequence
from typing import Any

from litestar import Request
from wtforms import Form as WTForm
from wtforms.i18n import get_translations

from penfriends import i18n
from penfriends.i18n import N_

# What the library says in a way that helps nobody, and what we say instead.
SAID_BETTER = {"Not a valid choice.": N_("Please choose one of the answers.")}


class _Sentences:
    """The library's own translations, but for the sentences that are said better."""

    def __init__(self, theirs: Any) -> None:
        self.theirs = theirs

    def gettext(self, sentence: str) -> str:
        ours = SAID_BETTER.get(sentence)
        return i18n.gettext(ours) if ours else str(self.theirs.gettext(sentence))

    def ngettext(self, one: str, many: str, n: int) -> str:
        return str(self.theirs.ngettext(one, many, n))


class Form(WTForm):
    """A form that speaks the visitor's language: our sentences by gettext, the library's by its own catalogues."""

    class Meta:
        def get_translations(self, _form: Any) -> Any:
            return _Sentences(get_translations([i18n.current.get(), "en"]))

    @property
    def summary(self) -> Sequence[tuple[str, str]]:
        """(field id, sentence) of every error, in the order of the form."""
        return [(field.id, str(error)) for field in self for error in field.errors if isinstance(error, str) or error]


async def filled(form: type[Form], request: Request[Any, Any, Any], **data: Any) -> Any:
    """The form with what the visitor sent; `data` are values for fields that were not sent at all."""
    return form(await request.form(), data=data)
