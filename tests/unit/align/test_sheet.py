"""What of a lyric sheet is sung, and what is left out and listed."""

import random
from collections import Counter
from pathlib import Path

import pytest

from lipsync_studio.align.formats import parse, read_lyrics
from lipsync_studio.align.formats.report import report
from lipsync_studio.align.sheet import notes
from lipsync_studio.align.text import read_text
from lipsync_studio.engine.errors import TextError

GENIUS = Path(__file__).parents[2] / "data" / "lyrics" / "genius.txt"


def read(lyrics):
    """The text of its lines, and what is left out of it."""
    found = read_text(lyrics)
    lines = ["".join(word.display + " " * word.space for word in line.words).rstrip() for line in found.lines]
    return lines, [piece.text for piece in found.left_out]


@pytest.mark.parametrize(
    "row",
    [
        "Max 5", "Catch 22", "Vertex 4", "My 4x4", "A 2 x 4", "I x2 you", "Malcolm X", "100x", "xx2",
        "[I love you]", "[Oh baby] come home", "[Yeah] come on", "[La La] come on", "4×4",
        "Hello [my dear] friend", "Bridge of sighs",
        "[Bridge over troubled water]", "(Bridge over troubled water)", "Bridge over troubled water",
        "[Hook, line and sinker]", "Chorus girl", "Verse by verse", "Intro to love", "(Repeat after me)",
        "[Repeat after me]", "I told you three times", "It hurt me (twice)", "Solo", "Bridge", "Coro",
        "You might also like the way I dance", "Written by the hand of God", "Let it Embed", "2 times",
        "(Hello) it's me", "Refrain from that", "Part of me", "Break 2 hearts", "music: la",
        # Brackets around the first words of a sentence, which goes on in small letters.
        "[Yesterday] all my troubles", "[California] here we come", "[Mein Herz] brennt", "[Break] my heart",
        "(All) night long", "(Girl) you know", "(Man) I feel", "(Chorus) of angels", "(bis) morgen",
        "[Repeat] after me", "The [beat] goes on",
        "Solo a ti", "Solo a", "Coro a", "Vers i",
    ],
)  # fmt: skip
def test_what_is_sung_is_kept_whole(row):
    assert read(f"First line\n{row}\nLast line") == (["First line", row, "Last line"], [])


@pytest.mark.parametrize(
    ("row", "sung", "left_out"),
    [
        ("La la x2", "La la", "x2"),
        ("La la X2", "La la", "X2"),
        ("La la ×3", "La la", "×3"),
        ("La la 2x", "La la", "2x"),
        ("La la x 3", "La la", "x 3"),
        ("La la x2 times", "La la", "x2 times"),
        ("La la (2x)", "La la", "(2x)"),
        ("La la(x2)", "La la", "(x2)"),
        ("La la (x2) oh", "La la oh", "(x2)"),
        ("La la （×２）", "La la", "（×２）"),
        ("La la [3 times]", "La la", "[3 times]"),
        ("La la (3 fois)", "La la", "(3 fois)"),
        ("La la (bis)", "La la", "(bis)"),
        ("La la (Repeat)", "La la", "(Repeat)"),
        ("Catch 22 x2", "Catch 22", "x2"),
        ("[Anna] Hello you", "Hello you", "[Anna]"),
        ("[ANNA] HELLO YOU", "HELLO YOU", "[ANNA]"),
        ("[Anna & Ben] Hello you", "Hello you", "[Anna & Ben]"),
        ("[Anna]: Hello you", "Hello you", "[Anna]:"),
        ("[The Larks] Hello you", "Hello you", "[The Larks]"),
        ("[Anna von Berg] Hello you", "Hello you", "[Anna von Berg]"),
        ("La la×2", "La la", "×2"),
        ("[Both] Hello you", "Hello you", "[Both]"),
        ("(All) Hello you", "Hello you", "(All)"),
        ("Hello [?] friend", "Hello friend", "[?]"),
        ("Refrain: Hello my friend", "Hello my friend", "Refrain:"),
        ("[Chorus: both] Hello there", "Hello there", "[Chorus: both]"),
        ("(Chorus) Hello there", "Hello there", "(Chorus)"),
        ("<00:01.00>Hello there", "Hello there", "<00:01.00>"),
    ],
)
def test_a_part_of_a_row_is_left_out(row, sung, left_out):
    assert read(row) == ([sung], [left_out])


@pytest.mark.parametrize(
    "row",
    [
        "[Verse 1]", "[Verse 1: Anna & Ben]", "Verse 1: Anna", "Verse 1 (Anna)", "Chorus - Anna", "VERSE 2",
        "Verse II", "Verse two", "2nd Verse", "Final Chorus", "Chorus:", "Refrain:", "Bridge:", "Bridge 2",
        "[Chorus x2]", "Chorus x2", "(Chorus)", "(Verse 2)", "{Chorus}", "--- Chorus ---", "*Verse 2*",
        "[Pre-Chorus]", "[Post-Chorus 2]", "[Guitar Solo]", "[Instrumental Break]", "[instrumental]",
        "[Intro/Chorus]", "[Verse 1 + 2]", "[Anna - Verse 1]", "[Outro – Anna]", "[Part I]", "[Spoken]",
        "[Strophe 2]", "2. Strophe", "[Couplet 1 : Anna]", "[Pré-refrain]", "[Estribillo]", "[Coro: Ana]",
        "[Ritornello]", "[Refrão]", "[Zwrotka 1]", "[Куплет 1]", "[Припев: Анна]", "[Nakarat]", "[副歌]",
        "【サビ】", "[후렴]", "(Repeat x2)", "[Repeat Chorus]", "Repeat chorus x2", "(Repeat to fade)", "x2",
        "[x2]", "[Produced by Bob]", "[Text von „River“]", '[Letra de "River"]', "[Music]", "[?]", "[Anna:]",
        "[ar: Anna]", "[00:12.00]", "Ref.", "'Verse 1'", "[Interludio]", "[Интро]", "[Przejście]", "[Giriş]",
        "[コーラス]", "[ヴァース 1]", "[절 1]", "[اللازمة]", "[कोरस]", "[Female Vocal]", "[End]",
        '["Nehir" için Şarkı Sözleri]', '[Songtekst van "River"]', "[歌詞]", "Chorus",
    ],
)  # fmt: skip
def test_a_whole_row_is_left_out(row):
    assert read(f"First line\n{row}\nLast line") == (["First line", "Last line"], [row])


@pytest.mark.parametrize(
    "row",
    [
        "Music: my first love", "Source: of my joy", "Written: in the stars", "Read more lyrics",
        "Find more lyrics in my heart", "All lyrics are property of love",
    ],
)  # fmt: skip
def test_rows_at_the_ends_are_sung_unless_a_site_wrote_them(row):
    assert read(f"{row}\nHello\n{row}") == ([row, "Hello", row], [])


def test_small_letters_say_nothing_where_all_rows_begin_with_them():
    assert read("hello you\n[Anna] how are you\n(girl) you know\n[break] my heart") == (
        ["hello you", "how are you", "(girl) you know", "[break] my heart"],
        ["[Anna]"],
    )


@pytest.mark.parametrize(
    ("row", "sung", "left_out"),
    [
        ("[C]Hello my [G/B]friend a[F#m7]gain", ["Hello my friend again"], ["[C]", "[G/B]", "[F#m7]"]),
        ("<i>Hello</i> you<br>I go", ["Hello you", "I go"], ["<br>", "<i>", "</i>"]),
        ("Hello https://example.com/?x=1", ["Hello"], ["https://example.com/?x=1"]),
        ("作词：安娜\n女：河水流", ["河水流"], ["作词：安娜", "女："]),
        ("1. Hello\nyou\n\n2. Bye", ["Hello", "you", "Bye"], ["1.", "2."]),
        ("1.\nHello\n2.\nBye", ["Hello", "Bye"], ["1.", "2."]),
        ("1.\n2.\n3.\nGo", ["1.", "2.", "3.", "Go"], []),
        ("2. Hello\n\n1. Bye", ["2. Hello", "1. Bye"], []),
        ("[Verse: 지민, 정국]\n사랑해\n[지민]\n안녕", ["사랑해", "안녕"], ["[Verse: 지민, 정국]", "[지민]"]),
        (
            "[Verse: *Anna* & Ben]\nHello\nAnna: Bye\nCarol: Bye",
            ["Hello", "Bye", "Carol: Bye"],
            ["[Verse: *Anna* & Ben]", "Anna:"],
        ),
        ("I am [A] Hello", ["I am [A] Hello"], []),
    ],
)
def test_marks_among_the_words(row, sung, left_out):
    assert read(row) == (sung, left_out)


def test_a_name_that_headers_make_known_is_a_label_of_its_own_too():
    lyrics = "[Verse 1: Anna & Ben]\n[Ben]\nHello you\n(Anna) I know\n[Carol]\nHello again"
    assert read(lyrics) == (
        ["Hello you", "I know", "[Carol]", "Hello again"],
        ["[Verse 1: Anna & Ben]", "[Ben]", "(Anna)"],
    )


def test_a_header_in_a_row_ends_a_line_and_a_stanza():
    found = read_text("Goodbye my friend[Chorus]Hello")
    assert [(line.words[0].display, line.opens_stanza) for line in found.lines] == [
        ("Goodbye", False),
        ("Hello", True),
    ]


SITES = [
    (
        "12 ContributorsRiver Song Lyrics[Verse 1]\nHello\nMoreYou might also like\nBye4Embed",
        ["Hello", "More", "Bye"],
        ["12 ContributorsRiver Song Lyrics", "[Verse 1]", "You might also like", "4Embed"],
    ),
    (
        "12 Contributors\nTranslations\nDeutsch\nRiver Song Lyrics\n[Chorus]\nHello\n"
        "See Anna LiveGet tickets as low as $45You might also like[Outro]\nRoute 66\nEmbed",
        ["Hello", "Route 66"],
        [
            *("12 Contributors", "Translations", "Deutsch", "River Song Lyrics", "[Chorus]"),
            *("See Anna LiveGet tickets as low as $45", "You might also like", "[Outro]", "Embed"),
        ],
    ),
    (
        "5 ContributorsTranslationsEspañolRiver Song Lyrics“River Song” is by Anna.… Read More Hello\n"
        "Bye!1.2KEmbedShare URLCopyEmbedCopy",
        ["Hello", "Bye!"],
        [
            "5 ContributorsTranslationsEspañolRiver Song Lyrics“River Song” is by Anna.… Read More",
            "1.2KEmbedShare URLCopyEmbedCopy",
        ],
    ),
    (
        "5 ContributorsRiver Song Lyrics“River Song” is by Anna.\n\nIt went… Read More [Intro]\nHello",
        ["Hello"],
        ["5 ContributorsRiver Song Lyrics“River Song” is by Anna.", "It went… Read More", "[Intro]"],
    ),
    (
        'Anna Lyrics\n\n"River Song"\n\n[Both:]\nHello\n\nSubmit Corrections\n\nWriter(s): Anna B',
        ["Hello"],
        ["Anna Lyrics", '"River Song"', "[Both:]", "Submit Corrections", "Writer(s): Anna B"],
    ),
    (
        "Hello\n\n...\n\n******* This Lyrics is NOT for Commercial use *******\n(1409617829201)",
        ["Hello"],
        ["...", "******* This Lyrics is NOT for Commercial use *******", "(1409617829201)"],
    ),
    (
        "Hello\nSource: Musixmatch\nSongwriters: Anna B / Ben C\nRiver Song lyrics © A Publisher",
        ["Hello"],
        ["Source: Musixmatch", "Songwriters: Anna B / Ben C", "River Song lyrics © A Publisher"],
    ),
    (
        "Letra de River Song\nHola amigo\nEscrita por: Ana\n¿Los datos están equivocados? Avísanos.",
        ["Hola amigo"],
        ["Letra de River Song", "Escrita por: Ana", "¿Los datos están equivocados? Avísanos."],
    ),
    (
        "Songtext von River Song\nHallo\nLyrics powered by www.musixmatch.com\nAdd to Favorites",
        ["Hallo"],
        ["Songtext von River Song", "Lyrics powered by www.musixmatch.com", "Add to Favorites"],
    ),
    (
        "作词 : 某人\n作曲 : 某人\n你好\n制作人：某人",
        ["你好"],
        ["作词 : 某人", "作曲 : 某人", "制作人：某人"],
    ),
]


@pytest.mark.parametrize(("lyrics", "sung", "left_out"), SITES)
def test_what_sites_of_lyrics_add_is_left_out(lyrics, sung, left_out):
    assert read(lyrics) == (sung, left_out)


def test_a_file_from_a_site_of_lyrics():
    lyrics = read_lyrics(GENIUS)
    assert lyrics.text.split("\n") == [
        *("[Verse 1]", "Hello my friend we meet again", "The morning comes along the river"),
        "Goodbye my friend",
    ]
    said = report(lyrics, GENIUS.name)
    for piece in ("line 1: “12 ContributorsRiver Song Lyrics”", "line 4: “You might also like”", "“4Embed”"):
        assert piece in said
    assert "Not sung, and left out where the text is aligned: “[Verse 1]” (section header)." in said


def test_a_report_lists_every_piece_with_its_line():
    found = read_text("[Verse]\n[00:01.00]Hello x2\n[00:02.00]you\n***").left_out
    assert notes(found) == [
        "Left out of the lyrics, line 1: “[Verse]” (section header)",
        "Left out of the lyrics, line 2: “x2” (repeat mark)",
        "Left out of the lyrics, line 4: “***” (no word in it)",
        "Left out of the lyrics: 2 time stamps, the first in line 2.",
    ]


def test_lyrics_of_headers_only_say_what_was_found():
    with pytest.raises(TextError, match=r"no words .*\(it holds line 1: “\[Chorus\]” \(section header\)\)"):
        read_text("[Chorus]")
    assert "no words that can be spoken" in report(parse("[Chorus]"), "The text")


WORDS = [
    "love", "x2", "Max", "5", "Anna", "Chorus", "verse", "1", "repeat", "bis", "2x", "×", "la", "oh", "Embed",
    "Lyrics", "Hello", "you", "4Embed", "été", "你好", "мир",
]  # fmt: skip
SIGNS = ["[", "]", "(", ")", ":", " - ", "\n", "\n\n", " ", " ", "x", "2", "[00:01.00]", "..", "&", "【"]
PIECES = [
    "[G]",
    "[Am7]",
    "<br>",
    "https://a.b ",
    "\n1. ",
    "女：",
    "[Break] my",
    "(All) of",
    "[Verse 1: Anna]",
    "[Anna] ",
    "(x2)",
    "You might also like",
    "12 Contributors",
    "Read More",
    "[?]",
]


def letters(texts):
    return Counter(c for text in texts for c in text if c.isalnum())


def test_every_letter_is_sung_or_listed():
    rng = random.Random(6)
    for _ in range(1500):
        kinds = [rng.choice([WORDS, SIGNS, SIGNS, PIECES]) for _ in range(rng.randint(1, 25))]
        lyrics = "".join(rng.choice(kind) + " " * (rng.random() < 0.5) for kind in kinds)
        try:
            found = read_text(lyrics + "\nend")
        except TextError:
            continue
        sung = [word.display for line in found.lines for word in line.words]
        assert letters([lyrics, "end"]) == letters([*sung, *(piece.text for piece in found.left_out)]), lyrics


@pytest.mark.parametrize(
    "row", ["[Chorus" + " " * 5000, "Verse 1" + " x2" * 300, "(" * 5000, "verse, " * 900]
)
def test_rows_of_any_length_are_read(row):
    """Patterns that go back and back would take minutes for them."""
    assert letters([row, "end"]) == letters(sum(read(row + "\nend"), []))


@pytest.mark.parametrize(
    ("lyrics", "voices"),
    [
        (
            "Anna: Hello you\nBen: How are you\nAnna: Good\nBen: So\nBoth: Bye now\nNote: this",
            ["Anna", "Ben", "Anna", "Ben", "Both", None],
        ),
        ("v1: Hello you\nV2: How are you\nThe end", ["v1", "v2", None]),
        ("[Anna] Hello you\n[Ben] How are you", ["Anna", "Ben"]),
        ("Anna: Hello you\nHow are you\nAnna: Good", [None, None, None]),
    ],
)  # fmt: skip
def test_who_sings_a_row(lyrics, voices):
    text = read_text(lyrics)
    assert [line.voice for line in text.lines] == voices
    assert [piece.kind for piece in text.left_out] == ["singer's name"] * sum(map(bool, voices))
    first = " ".join(word.display for word in text.lines[0].words)
    assert first == ("Hello you" if voices[0] else "Anna: Hello you")
