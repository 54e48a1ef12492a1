"""Does an installation start that lets anybody in?"""

import pytest

from penfriends import settings
from penfriends.errors import BadSettings


def test_a_public_site_does_not_start_in_development(monkeypatch: pytest.MonkeyPatch) -> None:
    """Development is what is set if nothing is set, and its /dev pages let anybody be any child and any moderator."""
    monkeypatch.delenv("PENFRIENDS_ENVIRONMENT", raising=False)
    monkeypatch.setenv("PENFRIENDS_BASE_URL", "https://letters.town.example")
    with pytest.raises(BadSettings, match="PENFRIENDS_ENVIRONMENT"):
        settings.load({})
