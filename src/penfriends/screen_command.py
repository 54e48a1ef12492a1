"""What does the screening say about these files? The command `penfriends screen`."""

import json
import sys
from pathlib import Path
from typing import TextIO

from penfriends.rules.bands import Band
from penfriends.rules.screening import Finding, screen, verdict

STANDARD_INPUT = "-"


def screen_files(files: list[str], *, json_lines: bool, band: Band, language: str | None, out: TextIO) -> int:
    """Write one line (JSON) or one paragraph (text) a file to `out`. 0, or 1 if a file could not be read."""
    unreadable = 0
    for name in files:
        try:
            text = _decoded(_bytes_of(name))
        except OSError as error:
            unreadable += 1
            sys.stderr.write(f"{name}: {error.strerror}\n")
            continue
        findings = screen(text, band=band, language=language)
        out.write(_as_json(name, findings) if json_lines else _as_text(name, text, findings))
    return 1 if unreadable else 0


def _bytes_of(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()


def _decoded(raw: bytes) -> str:
    """UTF-8, else Latin-1, which knows every byte."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _as_json(name: str, findings: tuple[Finding, ...]) -> str:
    rows = [
        {"kind": one.kind, "consequence": one.consequence, "start": one.start, "end": one.end, "check": one.check}
        for one in findings
    ]
    return json.dumps({"file": name, "findings": rows, "verdict": verdict(findings)}) + "\n"


def _as_text(name: str, text: str, findings: tuple[Finding, ...]) -> str:
    lines = [f"{name}: {verdict(findings)}"]
    lines += [
        f"  {one.start}-{one.end} {one.kind} ({one.consequence}): {text[one.start : one.end]!r}" for one in findings
    ]
    return "\n".join(lines) + "\n"
