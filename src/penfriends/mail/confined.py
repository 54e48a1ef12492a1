"""What may the process that reads strangers' mail do? Compute, within the memory and the time of one mail, no more.

It is started bare: without the environment, so without secrets, and without the database. Once everything it needs is
loaded it can open no file and no socket any more, write no file and start no process. It answers what it is asked
through its pipes until they are closed, or until it has read so many mails that a fresh one is better.
"""

import codecs
import contextlib
import encodings
import gc
import io
import os
import pkgutil
import resource
import signal
import sys
from collections.abc import Callable, Iterator

from PIL import Image

from penfriends.mail import charsets, frames, images, inbound, plain
from penfriends.mail.frames import Frame

MEGABYTE = 1024 * 1024
MOST_MAILS = 500  # then it ends, and its place is taken by a fresh one
COLLECT_EVERY = 16
MOST_GROWN = 48 * MEGABYTE  # kept after a mail was read: then as well
LAST_GRACE = 64 * MEGABYTE  # the hard limit lies so far above the largest allowance
LARGEST_ALLOWANCE = 512 * MEGABYTE
_PAGE = os.sysconf("SC_PAGE_SIZE")


def serve(
    load: Callable[[], None] | None = None,
    answers: Callable[[Frame], Iterator[Frame]] | None = None,
    most: int = MOST_MAILS,
) -> None:
    """Answer frames on standard input until it ends. For what is not mail, others say what to load and to answer."""
    gc.disable()  # a mail makes few cycles; they are collected between two mails
    (load or _load_everything)()
    size = _SizeOf()
    _confine(size.now())
    idle = size.now()
    gc.freeze()
    asked, answered = sys.stdin.buffer, sys.stdout.buffer
    frames.write(answered, Frame({"ready": True}))
    for number in range(1, most + 1):
        frame = frames.read(asked)
        if frame is None:
            return
        _allow(size.now() + int(frame.words["memory"]), float(frame.words["seconds"]))
        for reply in (answers or _answers)(frame):
            frames.write(answered, reply)
        _allow(None, 0)
        if number % COLLECT_EVERY == 0 or len(frame.data) > MEGABYTE:
            gc.collect()
        last = number == most or size.now() - idle > MOST_GROWN
        frames.write(answered, Frame({"done": True, "last": last}))
        if last:
            return


def _answers(frame: Frame) -> Iterator[Frame]:
    """What was asked for: the mail as plain values, or its pictures, each as soon as it is drawn anew, or one picture
    that was uploaded."""
    if frame.words["do"] == "picture":
        with contextlib.suppress(images.UnsafeImage):
            yield plain.of_picture(images.reencode(frame.data))
        return
    if frame.words["do"] == "draw":
        for drawn in images.draw_each(inbound.parse(frame.data).attachments):
            yield Frame({"left_out": drawn}) if isinstance(drawn, str) else plain.of_picture(drawn)
        return
    try:
        found = plain.of_mail(inbound.parse(frame.data), inbound.headers(frame.data))
    except MemoryError:
        found = plain.of_mail(inbound.quarantined(frame.data, "too_much_memory"), ())
    yield found


def _load_everything() -> None:
    """All that is loaded only when it is needed, while files can still be opened."""
    for module in pkgutil.iter_modules(encodings.__path__):
        if charsets.codec_for(module.name):
            with contextlib.suppress(LookupError):
                codecs.getdecoder(module.name)(b"a", "replace")
    load_pictures()


def load_pictures() -> None:
    """Pillow's ways of reading and writing."""
    Image.preinit()
    samples = [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "I;16"), ("GIF", "P"), ("WEBP", "RGB")]
    for kind, mode in samples:
        out = io.BytesIO()
        Image.new(mode, (3, 3)).save(out, kind)
        with contextlib.suppress(images.UnsafeImage):
            images.reencode(out.getvalue())


class _SizeOf:
    """How much address space this process has; the file is opened while that is possible. Zero where nobody knows."""

    def __init__(self) -> None:
        try:
            self.file = os.open("/proc/self/statm", os.O_RDONLY)
        except OSError:
            self.file = -1

    def now(self) -> int:
        return int(os.pread(self.file, 100, 0).split()[0]) * _PAGE if self.file >= 0 else 0


def _confine(size: int) -> None:
    """No new file, socket or process, and no more memory than the largest mail may take; never to be undone."""
    if size:
        resource.setrlimit(resource.RLIMIT_AS, (size + LARGEST_ALLOWANCE, size + LARGEST_ALLOWANCE + LAST_GRACE))
    highest = max(int(name) for name in os.listdir("/proc/self/fd")) if size else 3  # noqa: PTH208 (numbers)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, highest))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _allow(memory: int | None, seconds: float) -> None:
    """The memory and the processor time of one mail. When the time is over the process is ended by the system."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_AS, (min(memory or hard, hard), hard))
    signal.setitimer(signal.ITIMER_PROF, seconds)


if __name__ == "__main__":
    serve()
