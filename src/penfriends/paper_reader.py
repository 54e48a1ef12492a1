"""What may the process do that reads what a copier or a telephone sent? As little as the one that reads mail.

It is started for what one teacher sends and ends with it: nothing of another's is ever in it.
"""

import contextlib
import io
from collections.abc import Iterator

from PIL import Image

from penfriends import sheets_of_paper
from penfriends.mail import confined, plain
from penfriends.mail.frames import Frame
from penfriends.mail.images import UnsafeImage
from penfriends.sheets_of_paper import PaperPage, Unreadable

MOST_FILES = 40
MOST_ANSWERED = 96 * 1024 * 1024


def _answers(frame: Frame) -> Iterator[Frame]:
    """Each page as soon as it is drawn, after how many there are; or one page turned."""
    if frame.words["do"] == "turn":
        with contextlib.suppress(UnsafeImage):
            yield plain.of_picture(sheets_of_paper.turned(frame.data, int(frame.words.get("degrees", 90))))
        return
    try:
        number, pages = sheets_of_paper.pages_of(frame.data)
    except Unreadable as error:
        yield Frame({"unreadable": str(error)})
        return
    yield Frame({"pages": number})
    answered = 0
    for one in pages:
        frame = Frame({"left_out": one}) if isinstance(one, str) else _of_page(one)
        answered += len(frame.data)
        yield frame if answered <= MOST_ANSWERED else Frame({"left_out": "too_large"})


def _of_page(page: PaperPage) -> Frame:
    told = plain.of_picture(page.picture)
    return Frame(told.words | {"codes": list(page.codes), "empty": page.empty}, told.data)


def _load() -> None:
    """Everything that is loaded only when it is needed, while files can still be opened."""
    confined.load_pictures()
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(out, "PDF")
    _, pages = sheets_of_paper.pages_of(out.getvalue())
    for _page in pages:
        pass


if __name__ == "__main__":
    confined.serve(_load, _answers, most=MOST_FILES)
