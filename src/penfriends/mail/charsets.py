"""How do the bytes of a mail become text, whatever they claim to be?

Only real character sets are allowed: Python also has "codecs" that unpack zip or take quadratic time (punycode).
Web practice is followed where labels lie: iso-8859-1 and ascii are windows-1252, iso-8859-9 is windows-1254.
"""

import binascii
import codecs
import re

_ALIASES = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "iso8859-1": "cp1252", "iso-8859-9": "cp1254", "iso-8859-6-i": "iso8859-6", "iso-8859-6-e": "iso8859-6",
    "iso-8859-8-i": "iso8859-8", "iso-8859-8-e": "iso8859-8", "x-mac-roman": "mac-roman", "macintosh": "mac-roman",
    "unicode-1-1-utf-7": "utf-7", "unicode-1-1-utf-8": "utf-8", "utf8": "utf-8", "utf-8mb4": "utf-8",
    "x-unknown": "utf-8", "unknown-8bit": "utf-8", "unknown": "utf-8", "8bit": "utf-8", "default": "utf-8",
    "ansi_x3.4-1968": "cp1252", "ks_c_5601-1987": "cp949", "gb2312": "gb18030", "x-sjis": "cp932",
    "shift_jis": "cp932", "cp-850": "cp850", "win-1250": "cp1250", "win-1252": "cp1252", "x-cp1250": "cp1250",
}  # fmt: skip
_REAL = re.compile(
    r"(?:utf-?(?:7|8|8-sig|16|16-[bl]e|32|32-[bl]e)|iso8859-\d{1,2}|iso2022_\w{2,8}|cp\d{3,4}|koi8-[rut]|mac-\w{5,9}"
    r"|big5(?:hkscs)?|gb18030|gbk|euc_(?:jp|kr)|hz|johab|tis-620|shift_jis|ascii|latin-1|ptcp154)"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")
_NOT_BASE64 = bytes(b for b in range(256) if not (chr(b).isascii() and (chr(b).isalnum() or chr(b) in "+/")))
_ODD_UTF8 = re.compile(rb"[\x80-\xff]")


def codec_for(label: str) -> str | None:
    """The Python name of a character set that a mail may use, or None."""
    name = label.strip().strip("'\"").lower()[:40]
    name = _ALIASES.get(name, _ALIASES.get(name.replace("_", "-"), name))
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return found if _REAL.fullmatch(found) else None


def decode(data: bytes, label: str) -> str:
    """Text of any bytes: the declared character set, else UTF-8, else windows-1252. Never raises, never a surrogate."""
    text = _decoded(data, label)
    return without_surrogates(text)


def _decoded(data: bytes, label: str) -> str:
    name = codec_for(label) if label else None
    wrong_ascii = name == "cp1252" and _ODD_UTF8.search(data)
    for candidate in ("utf-8", name) if wrong_ascii else (name, "utf-8"):
        try:
            if candidate:
                return data.decode(candidate)
        except (UnicodeError, ValueError):
            continue
    return data.decode(name if name and name != "utf-8" else "cp1252", "replace")


def without_surrogates(text: str) -> str:
    """Text that any encoder and JSON can take: halves of surrogate pairs joined or replaced."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def clean_lines(text: str) -> str:
    """Unix line ends; no control character but tab and newline."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return _CONTROLS.sub("", lines).replace("\ufeff", "")


def clean_header(text: str) -> str:
    """One line without control characters, runs of white space made one blank."""
    return " ".join(_CONTROLS.sub(" ", text.replace("\u2028", " ").replace("\u2029", " ")).split())


def unpack(data: bytes, encoding: str) -> bytes:
    """The bytes behind a transfer encoding; broken ones give what can be read."""
    encoding = encoding.strip().lower()
    if encoding == "base64":
        return _unpack_base64(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return _unpack_uu(data)
    return data


def _unpack_base64(data: bytes) -> bytes:
    bare = data.translate(None, _NOT_BASE64)
    if len(bare) % 4 == 1:
        bare = bare[:-1]
    try:
        return binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return b""


def _unpack_uu(data: bytes) -> bytes:
    result = bytearray()
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        try:
            result += binascii.a2b_uu(line)
        except (binascii.Error, ValueError):
            continue
    return bytes(result)
