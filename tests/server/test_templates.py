"""The templates' addresses on a real server."""

import pytest
import requests

from lipsync_studio.devtools.paths import PACK_NAME
from lipsync_studio.devtools.templates import TEMPLATES, template


@pytest.fixture(scope="module")
def get(server):
    return lambda address, **headers: requests.get(f"{server.url}{address}", headers=headers, timeout=30)


def test_the_page_is_told_their_order(get):
    assert get("/lipsync_studio/templates").json() == {"names": list(TEMPLATES.values())}
    assert set(get("/workflow_templates").json()[PACK_NAME]) == set(TEMPLATES.values())


def test_short_names_go_on_working(get):
    for short, name in TEMPLATES.items():
        for suffix in (".json", ".jpg"):
            content = template(short).with_suffix(suffix).read_bytes()
            for each in (short, name):
                answer = get(f"/api/workflow_templates/{PACK_NAME}/{each}{suffix}")
                assert answer.status_code == 200, each
                assert answer.content == content, each
    assert get(f"/api/workflow_templates/{PACK_NAME}/nothing.json").status_code == 404
    address = f"/api/workflow_templates/{PACK_NAME}/lyric_video.json"
    assert get(address, Origin="http://evil.example").status_code == 403
