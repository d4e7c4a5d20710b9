"""Every language names the same nodes, inputs and outputs."""

import json
import re

import pytest

from lipsync_studio.backends.registry import backends
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.weights.entries import readable

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


def said_by_the_page():
    """{(file, number of the line): text} of what stands in quotes in the page's own tables of English."""
    source = ROOT / "web" / "src"
    tables = {*source.glob("**/texts*.ts"), *source.glob("**/texts/en.ts")}
    assert len(tables) > 5
    return {
        (path.relative_to(source).as_posix(), number): text
        for path in sorted(tables)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for text in re.findall(r'"([^"]+)"|`([^`]+)`', line)
        for text in text
        if text
    }


# Words that readers stumbled over: anywhere, and as a whole label.
@pytest.mark.parametrize("pattern", ["found out", "words by hand", "^again$"])
def test_english_is_plain(pattern):
    texts_of = {name: page_texts("en", name) for name in FILES}
    said = {(name, *place): text for name, each in texts_of.items() for place, text in each.items()}
    said |= said_by_the_page()
    assert [place for place, text in said.items() if re.search(pattern, text.lower())] == []


@pytest.mark.parametrize(
    ("language", "label"),
    [("en", "make anew"), ("de", "Neu erstellen"), ("zh", "重新生成"), ("ja", "作り直し")],
)
def test_to_have_a_clip_made_anew_has_one_label(language, label):
    inputs = [node["inputs"] for node in node_texts(language).values() if "again" in node.get("inputs", {})]
    assert len(inputs) >= 5
    assert {each["again"]["name"] for each in inputs} == {label}


def test_a_text_to_speak_may_be_in_many_languages():
    """Of Apply Lip-Sync and of Voice alike: the text that both take to the same end."""
    for language, many in {"en": "many", "de": "vielen", "zh": "多种", "ja": "多くの"}.items():
        for node in ("LipSyncApply", "LipSyncVoice"):
            tooltip = node_texts(language)[node]["inputs"]["lyrics"]["tooltip"]
            assert many in tooltip, (language, node)


def plain(display_name):
    """A node's name as people write it."""
    return re.sub(r"\s*[(（]LipSync[)）]$", "", display_name)


OTHERS = ["zh", "ja", "de"]


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_names_nodes_inputs_and_commands_as_its_language_does(language):
    """The page shows neither an input's English name nor a command's in another language."""
    english, translated = node_texts("en"), node_texts(language)
    names = {
        plain(node["display_name"])
        for name, node in english.items()
        if plain(node["display_name"]) != plain(translated[name]["display_name"])
    }
    names |= {name for node in english.values() for name in node["inputs"] if "_" in name}
    own = page_texts(language, "commands").values()
    names |= {text.rstrip("…") for text in page_texts("en", "commands").values() if text not in own}
    pattern = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?![\w-])")
    said = {("nodeDefs", *place): text for place, text in texts(translated).items() if place[-1] != "name"}
    for page in ("faces/texts.ts", "notices/texts.ts"):
        source = (ROOT / "web" / "src" / page).read_text(encoding="utf-8")
        part = re.search(rf"^    {language}: \{{$(.*?)^    \}},$", source, re.MULTILINE | re.DOTALL)[1]
        said |= {(page, line): re.sub(r"\$\{.*?\}|^\s*\w+:", "", line) for line in part.splitlines()}
    found = {place: pattern.findall(text) for place, text in said.items()}
    assert {place: words for place, words in found.items() if words} == {}


@pytest.mark.parametrize("language", OTHERS)
def test_one_english_sentence_has_one_translation(language):
    english, translated = texts(node_texts("en")), texts(node_texts(language))
    known = {}
    for place, sentence in english.items():
        if place[-1] == "tooltip":
            known.setdefault(sentence, set()).add(translated[place])
    assert [sorted(ways) for ways in known.values() if len(ways) > 1] == []


def test_descriptions_tell_the_catalogues_sizes():
    descriptions = {name: node["description"] for name, node in node_texts("en").items()}
    for spec in backends().values():
        weights = spec.weights(spec.settings())
        if weights:
            assert f"({readable(sum(each.bytes for each in weights))})" in descriptions[spec.node], spec.name
