"""The page's texts are those of what there is: each is used, and none is missing in a language."""

import ast
import json
import re

import pytest

from lipsync_studio.align.formats.catalogue import SUFFIXES
from lipsync_studio.backends.catalogue import CATALOGUE
from lipsync_studio.backends.registry import local_terms
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.overlay.presets import SHOWN

SOURCE = ROOT / "web" / "src"
NODES = json.loads((ROOT / "locales" / "en" / "nodeDefs.json").read_text(encoding="utf-8"))
LANGUAGES = 4


def read(page):
    return (SOURCE / page).read_text(encoding="utf-8")


def tables(page, name):
    """The keys of each object literal of that name in a page's source, such as one for each language."""
    text = re.sub(r"`[^`]*`", "``", read(page))
    found = []
    for start in re.finditer(rf"\b{name}(?::| =) \{{", text):
        depth, end = 1, start.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        inner = re.sub(r'(?<=[:>] )"[^"]*"', "", text[start.end() : end - 1])
        while (outer := re.sub(r"\([^(){}]*\)|\{[^(){}]*\}", "", inner)) != inner:
            inner = outer
        found.append(set(re.findall(r'(?:^|,|\n)\s*"?(\w[\w -]*?)"?:', inner)))
        for spread in re.findall(r"\.\.\.(\w+),", inner):
            found[-1] |= tables(page, spread)[0]
    return found


def cautions():
    """The kinds of notes that a node shows at once."""
    kinds = set()
    for package in ("align", "backends", "engine", "nodes"):
        for path in (ROOT / package).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Caution":
                    kinds |= {each.value for each in call.args[1:] if isinstance(each, ast.Constant)}
    return kinds


@pytest.mark.parametrize(
    ("page", "name", "named"),
    [
        ("panel/texts.ts", "groups", {each.kind for each in CATALOGUE.sets.values()}),
        ("licences/texts.ts", "use", set(local_terms())),
        ("lyric_style/texts.ts", "names", set(SHOWN)),
        ("notices/texts.ts", "kinds", cautions()),
    ],
)
def test_what_the_server_names_has_a_text_in_every_language(page, name, named):
    assert tables(page, name) == [named] * LANGUAGES


@pytest.mark.parametrize(
    ("page", "name", "known"),
    [
        ("panel/outcomes.ts", "work", set(NODES)),
        ("lyric_style/texts.ts", "colours", set(NODES["LipSyncLyricStyle"]["inputs"])),
    ],
)
def test_no_text_is_for_what_there_is_not(page, name, known):
    found = tables(page, name)
    assert found == [found[0]] * LANGUAGES
    assert found[0]
    assert found[0] <= known


def test_load_lyrics_uploads_what_the_server_reads():
    listed = re.search(r"const SUFFIXES = \[(.*?)\];", read("lyrics.ts"), re.DOTALL)[1]
    assert set(re.findall(r'"(.*?)"', listed)) == set(SUFFIXES)


def test_notices_are_listened_to_where_nodes_have_some():
    listed = re.search(r"const NODES = \[(.*?)\];", read("notices.ts"), re.DOTALL)[1]
    telling = set()
    for path in (ROOT / "nodes").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "import notices" in text:
            telling |= set(re.findall(r'node_id="(\w+)"', text))
    assert set(re.findall(r'"(.*?)"', listed)) == telling


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("cloud/texts.ts", "en"),
        ("editor/texts/en.ts", "en"),
        ("faces/texts.ts", "en"),
        ("licences/texts.ts", "en"),
        ("lyric_style/texts.ts", "en"),
        ("panel/outcomes.ts", "en"),
        ("panel/texts.ts", "en"),
    ],
)
def test_every_text_of_the_page_is_used(page, name):
    others = [path for path in SOURCE.rglob("*.ts") if "texts" not in path.as_posix()]
    code = "".join(path.read_text(encoding="utf-8") for path in others if path.name != "outcomes.ts")
    assert [
        key for key in tables(page, name)[0] if not re.search(rf'\.{key}\b|"{key}"|\b{key}[,}}]', code)
    ] == []
