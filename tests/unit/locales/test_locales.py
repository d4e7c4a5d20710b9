"""Every language names the same nodes, inputs and outputs."""

import json

import pytest

from lipsync_studio.devtools.paths import ROOT

LOCALES = ROOT / "locales"


def node_texts(language):
    return json.loads((LOCALES / language / "nodeDefs.json").read_text(encoding="utf-8"))


def texts(value, path=()):
    """{path: text} of a tree of texts."""
    if isinstance(value, str):
        return {path: value}
    return {place: text for key, part in value.items() for place, text in texts(part, (*path, key)).items()}


@pytest.mark.parametrize("language", ["zh", "ja", "de"])
def test_a_language_translates_every_text(language):
    english, translated = texts(node_texts("en")), texts(node_texts(language))
    assert set(translated) == set(english)
    assert all(text.strip() for text in translated.values())
    sentences = [place for place in english if place[-1] in ("description", "tooltip")]
    assert [place for place in sentences if translated[place] == english[place]] == []
