"""What does the built package depend on? The lines of run.in and fast.in, so that they are written once."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class DependenciesOfRunIn(MetadataHookInterface):
    """Called by hatchling while it builds the wheel."""

    def update(self, metadata: dict[str, Any]) -> None:
        metadata["dependencies"] = self._lines("run.in")
        metadata["optional-dependencies"] = {"fast": self._lines("fast.in")}

    def _lines(self, name: str) -> list[str]:
        lines = (Path(self.root) / "requirements" / name).read_text(encoding="utf-8").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
