"""How do plain values and bytes pass between two processes? As JSON and raw bytes behind their lengths, never pickle.

Whoever sends can at worst send nonsense: what arrives is checked field by field before anything believes it.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import IO, Any

LARGEST_WORDS = 96 * 1024 * 1024
LARGEST_BYTES = 32 * 1024 * 1024
_LENGTHS = struct.Struct("!II")


class BadFrame(Exception):
    """The other side sent something that nobody of ours would send, or ended in the middle."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One piece of a conversation: named values, and bytes that belong to them."""

    words: dict[str, Any] = field(default_factory=dict)
    data: bytes = b""


def write(stream: IO[bytes], frame: Frame) -> None:
    """Send a frame and flush it."""
    words = json.dumps(frame.words, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    stream.write(_LENGTHS.pack(len(words), len(frame.data)) + words)
    stream.write(frame.data)
    stream.flush()


def read(stream: IO[bytes]) -> Frame | None:
    """The next frame, or None where the stream ends between two of them. Raises BadFrame."""
    head = stream.read(_LENGTHS.size)
    if not head:
        return None
    if len(head) < _LENGTHS.size:
        raise BadFrame
    words_length, data_length = _LENGTHS.unpack(head)
    if words_length > LARGEST_WORDS or data_length > LARGEST_BYTES:
        raise BadFrame
    words, data = stream.read(words_length), stream.read(data_length)
    if len(words) < words_length or len(data) < data_length:
        raise BadFrame
    try:
        found = json.loads(words)
    except (ValueError, RecursionError) as error:
        raise BadFrame from error
    if not isinstance(found, dict):
        raise BadFrame
    return Frame(found, data)
