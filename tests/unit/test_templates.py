"""The templates' files: their names, what they store, and where their nodes lie."""

import json

import pytest

from lipsync_studio.align.formats.files import read_lyrics
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.devtools.templates import TEMPLATES, template, twin

NOTE, SAVE = "MarkdownNote", "SaveVideo"
each_template = pytest.mark.parametrize("short", TEMPLATES)
# What ComfyUI's page takes for itself of a window of 1440×900, and a margin, leave this for the graph, at the
# smallest scale at which it draws texts.
ROOM = (1349 / 0.6, 778 / 0.6)
TITLE = 30
# Of Save Video without a video.
SAVE_HEIGHT = 130


def graph_of(short):
    return json.loads(template(short).read_text(encoding="utf-8"))


def box(node):
    """Left, top, right, bottom, with the title."""
    (x, y), (width, height) = node["pos"], node["size"]
    return x, y - TITLE, x + width, y + height


def meet(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_every_template_has_its_files():
    names = set(TEMPLATES.values())
    assert {path.stem for path in (ROOT / "workflows").glob("*.json")} == names
    assert {path.stem for path in (ROOT / "workflows").glob("*.jpg")} == names
    assert {path.stem for path in (ROOT / "tests" / "workflows").glob("*.json")} == set(TEMPLATES)


def test_their_names_are_plain_and_can_be_files_anywhere():
    """Of a name the page's search compares the first 33 letters only."""
    for name in TEMPLATES.values():
        assert not set(name) & set('<>:"/\\|?*#%_.'), name
        assert name[0].isupper()
    assert "no GPU" in next(iter(TEMPLATES.values()))
    assert "Sora" in list(TEMPLATES.values())[-1]


def test_names_of_0_1_go_on_working():
    saved = {path.stem for path in (ROOT / "tests" / "data" / "saved_0.1").glob("*.json")}
    assert {name for name in saved if not name.endswith(".api")} <= set(TEMPLATES)


@each_template
def test_the_group_of_the_editor_says_what_it_is_for(short):
    graph = graph_of(short)
    editors = [node for node in graph["nodes"] if node["type"] == "LipSyncTimestampEditor"]
    titles = [group["title"] for group in graph["groups"]]
    assert ("Correct the times" in titles) == bool(editors)


@each_template
def test_its_note_is_at_the_top_left_and_has_no_code(short):
    """Nodes 2.0 shows code in a note as dark on dark."""
    graph = graph_of(short)
    (note,) = (node for node in graph["nodes"] if node["type"] == NOTE)
    assert "`" not in note["widgets_values"][0]
    left, top = box(note)[:2]
    corners = [box(node) for node in graph["nodes"]]
    assert left == min(corner[0] for corner in corners)
    assert top <= min(corner[1] for corner in corners) + 100


@each_template
def test_its_texts_are_plain_and_true(short):
    """No "Words by hand" for the editor; and mouths move to many languages, not to English alone."""
    graph = graph_of(short)
    texts = [group["title"] for group in graph["groups"]] + [
        node.get("title") or "" for node in graph["nodes"]
    ]
    texts += [node["widgets_values"][0] for node in graph["nodes"] if node["type"] == NOTE]
    for phrase in ("found out", "words by hand", "if it is english"):
        assert not [text for text in texts if phrase in text.lower()]


@each_template
def test_it_fits_into_a_window_at_a_size_that_can_be_read(short):
    graph = graph_of(short)
    boxes = [box(node) for node in graph["nodes"]]
    for group in graph["groups"]:
        x, y, width, height = group["bounding"]
        boxes.append((x, y, x + width, y + height))
    width = max(one[2] for one in boxes) - min(one[0] for one in boxes)
    height = max(one[3] for one in boxes) - min(one[1] for one in boxes)
    assert width <= ROOM[0]
    assert height <= ROOM[1]
    assert graph["extra"]["ds"]["scale"] >= 0.6
    assert graph["extra"]["lipsync_view"] is True


@each_template
def test_nodes_and_groups_lie_apart_and_wires_go_to_the_right(short):
    graph = graph_of(short)
    boxes = {node["id"]: box(node) for node in graph["nodes"]}
    for kind, own in (
        ("node", list(boxes.values())),
        ("group", [bounds(group) for group in graph["groups"]]),
    ):
        for index, one in enumerate(own):
            assert not [other for other in own[index + 1 :] if meet(one, other)], kind
    for _, origin, _, target, *_ in graph["links"]:
        assert boxes[origin][2] <= boxes[target][0]


def bounds(group):
    x, y, width, height = group["bounding"]
    return x, y, x + width, y + height


@each_template
def test_a_video_of_9_to_16_has_room_below_save_video(short):
    graph = graph_of(short)
    saves = [node for node in graph["nodes"] if node["type"] == SAVE]
    assert saves
    for save in saves:
        left, top, right, _ = box(save)
        grown = left, top, right, top + TITLE + SAVE_HEIGHT + (right - left) * 16 / 9
        others = [node for node in graph["nodes"] if node is not save]
        assert not [node["type"] for node in others if meet(grown, box(node))]


@each_template
def test_the_last_encode_is_crf_18_and_none_before_it_loses_as_much(short):
    prompt = json.loads(twin(short).read_text(encoding="utf-8"))
    saved = [
        node["inputs"]["video"][0]
        for node in prompt.values()
        if node["class_type"] == SAVE and not node["inputs"]["filename_prefix"].endswith("_clip")
    ]
    (last,) = saved
    assert prompt[last]["inputs"]["crf"] == 18
    for key, node in prompt.items():
        if key != last and "crf" in node["inputs"]:
            assert node["inputs"]["crf"] <= 12


def test_words_can_be_moved_by_hand_wherever_there_are_words():
    """Where people have voices of their own these have the words, not Apply Lip-Sync."""
    for short in TEMPLATES:
        prompt = json.loads(twin(short).read_text(encoding="utf-8"))
        kinds = {node["class_type"]: key for key, node in prompt.items()}
        if "LipSyncLyricOverlay" in kinds:
            editor = [kinds["LipSyncTimestampEditor"], 0]
            for node in prompt.values():
                inputs = node["inputs"]
                if node["class_type"] in ("LipSyncLyricOverlay", "LipSyncVoice"):
                    assert inputs["words"] == editor, short
                elif node["class_type"] == "LipSyncApply":
                    assert ("words" in inputs) != ("voices" in inputs), short
                    assert inputs.get("words", editor) == editor, short


@each_template
def test_songs_are_aligned_as_songs(short):
    """Where a voice is separated for it. By itself the node would take speech's order of aligners."""
    prompt = json.loads(twin(short).read_text(encoding="utf-8"))
    aligned = [node["inputs"] for node in prompt.values() if node["class_type"] == "LipSyncAlignLyrics"]
    assert [inputs["content"] for inputs in aligned if "vocals" in inputs] == ["song"] * len(aligned)
    graph = [node for node in graph_of(short)["nodes"] if node["type"] == "LipSyncAlignLyrics"]
    assert [node["widgets_values"][1:3] for node in graph] == [["auto", "song"]] * len(aligned)


def test_the_duets_lyrics_are_the_verse_with_its_singers():
    """The nodes name the singers as the file does."""
    duet, verse = (read_lyrics(ROOT / "demo" / name).timings.lines for name in ("duet.lrc", "verse.lrc"))
    assert [line.voice for line in duet] == ["v1", "v2", "v1", "D"]
    assert [line.words for line in duet] == [line.words for line in verse]
    prompt = json.loads(twin("duet_lyric_video").read_text(encoding="utf-8"))
    voices = [node["inputs"] for node in prompt.values() if node["class_type"] == "LipSyncVoice"]
    assert [(voice["person"], voice["singer"]) for voice in voices] == [("left", "v1"), ("right", "v2")]
