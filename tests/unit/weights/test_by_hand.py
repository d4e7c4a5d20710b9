"""Files that the user has to bring: SyncNet's."""

import json

import pytest

from lipsync_studio.commands import main
from lipsync_studio.engine.errors import MissingFilesError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.score.syncnet_file import SYNCNET, require_syncnet
from lipsync_studio.engine.weights.status import status, status_text, verify


@pytest.fixture
def place(home):
    return home / "models" / "syncnet" / "syncnet_v2.model"


def test_what_is_missing_is_one_sentence(place):
    with PlainHost("cpu", progress=False) as host:
        with pytest.raises(MissingFilesError) as caught:
            require_syncnet(host)
        place.parent.mkdir(parents=True)
        place.write_bytes(b"one's own")
        assert require_syncnet(host) == place
    assert str(caught.value) == (
        f"{SYNCNET.title} lacks syncnet_v2.model: put your own into {place.parent}. It is never fetched."
    )


def test_nothing_is_ever_fetched(place, hub, capsys):
    """Neither by its name nor with everything."""
    with PlainHost("cpu", progress=False) as host:
        assert [(each.to_fetch, len(each.to_bring)) for each in status(host, [SYNCNET]).sets] == [([], 1)]
    assert main(["weights", "download", "syncnet", "--yes"]) == 1
    assert capsys.readouterr().err == (
        f"Error: syncnet_v2.model is never fetched: put your own at {place}.\n"
    )
    assert hub.log == []
    place.parent.mkdir(parents=True)
    place.write_bytes(b"one's own")
    assert main(["weights", "download", "syncnet"]) == 0
    assert "installed already" in capsys.readouterr().out


def test_its_state_is_told_and_nothing_is_compared(place, hub, capsys):
    with PlainHost("cpu", progress=False) as host:
        assert "[syncnet], 54.5 MB: missing" in status_text(status(host, [SYNCNET]), [])
        place.parent.mkdir(parents=True)
        place.write_bytes(b"one's own")
        text = status_text(status(host, [SYNCNET]), [])
        (verdict,) = verify([SYNCNET], host)
    assert "[syncnet], 54.5 MB: installed" in text
    assert "To download: 0 bytes" in text
    assert "*" not in text
    assert (verdict.right, verdict.note) == (None, "your own: no digest was published")
    assert main(["weights", "status", "syncnet", "--json"]) == 0
    (file,) = json.loads(capsys.readouterr().out)["sets"][0]["files"]
    assert (file["state"], file["by_hand"]) == ("installed", True)
    assert hub.log == []
