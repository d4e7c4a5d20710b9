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


FILES = ("nodeDefs", "settings", "commands", "main")


def page_texts(language, name):
    return texts(json.loads((LOCALES / language / f"{name}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("language", ["en", "zh", "ja", "de"])
def test_a_language_has_the_pages_texts_too(language):
    assert {path.stem for path in (LOCALES / language).iterdir()} == set(FILES)
    for name in FILES:
        translated = page_texts(language, name)
        assert set(translated) == set(page_texts("en", name))
        assert all(text.strip() for text in translated.values())


def test_the_pages_english_is_what_its_source_says():
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "web" / "src").rglob("*.ts"))
    for place, text in {**page_texts("en", "settings"), **page_texts("en", "commands")}.items():
        assert f'"{text}"' in source, place
        assert f'"{place[0].replace("_", ".")}"' in source
