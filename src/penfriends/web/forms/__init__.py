"""What may be typed, and what is said when it does not fit? Forms by WTForms, one module a noun."""

from collections.abc import Sequence
from typing import Any

from litestar import Request
from wtforms import Form as WTForm
from wtforms.i18n import get_translations

from penfriends import i18n


class Form(WTForm):
    """A form that speaks the visitor's language: our sentences by gettext, the library's by its own catalogues."""

    class Meta:
        def get_translations(self, _form: Any) -> Any:
            return get_translations([i18n.current.get(), "en"])

    @property
    def summary(self) -> Sequence[tuple[str, str]]:
        """(field id, sentence) of every error, in the order of the form."""
        return [(field.id, str(error)) for field in self for error in field.errors if isinstance(error, str) or error]


async def filled(form: type[Form], request: Request[Any, Any, Any], **data: Any) -> Any:
    """The form with what the visitor sent; `data` are values for fields that were not sent at all."""
    return form(await request.form(), data=data)
