"""Which face draws which characters: the chosen font, the shipped ones, and whatever else the machine has."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from fontTools.unicodedata import script, script_name

from ..engine.errors import TextError
from .font_file import FontFace, load_face, unreadable
from .text_runs import clusters, is_emoji, visible

SHIPPED = Path(__file__).parent / "fonts"
SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
_DEFAULT = "NotoSans.ttf"
_EMOJI = "NotoEmoji.ttf"
# Packages on PyPI that carry fonts and little else.
_PACKAGES = re.compile(r"^(fontpkg_.*|.*fonts?_cjk.*|cvttf_.*|font_.*|fonts_.*)$", re.IGNORECASE)
# Fonts of the systems that people know as text fonts, the best first; what is not listed comes after these.
_KNOWN = (
    *("notosans", "notocoloremoji", "sourcehansans", "segoeui", "seguiemj", "seguisym", "sfns", "pingfang"),
    *("hiragino", "ヒラギノ角ゴ", "applesdgothic", "apple color emoji", "msyh", "yugoth", "meiryo"),
    *("malgun", "nirmala", "leelawui", "ebrima", "dejavusans", "liberationsans", "arial", "tahoma"),
)
# Names that files of fonts for a language begin with: Chinese fonts hold kana, and Japanese ones most of
# Chinese, each in its own shapes.
_USUAL = {
    "ja": ("notosanscjkjp", "notosansjp", "sourcehansansjp", "ヒラギノ角ゴ", "yugoth", "meiryo"),
    "ko": ("notosanscjkkr", "notosanskr", "sourcehansanskr", "applesdgothic", "malgun"),
    "zh": ("notosanscjksc", "notosanssc", "sourcehansanssc", "pingfang", "hiragino sans gb", "msyh"),
    "zh-hant": ("notosanscjktc", "notosanstc", "sourcehansanstc", "pingfang", "msjh"),
}
_TRADITIONAL = re.compile(r"zh[-_](hant|tw|hk|mo)", re.IGNORECASE)
_UNWANTED = ("italic", "oblique", "mono", "condensed", "serif", "light", "thin")
_LISTED = 8  # characters that an error names
_PACKAGE = "; `pip install manimgx-fonts-cjk` with the Python that runs this brings one, too"
_JOINER = "\u200d"
_CJK = ("Hani", "Hira", "Kana", "Hang", "Bopo")


class Fonts:
    """The faces of one style, found when characters ask for them.

    font: "", a path, or the name of a file in one of `folders`, the shipped fonts, or the system's. folders:
    the user's own, asked first for letters that the font lacks. language: BCP 47, where one is known, to take
    Japanese from Japanese fonts. Raises TextError when there is no such font.
    """

    def __init__(self, font: str = "", folders: Sequence[Path] = (), language: str = "") -> None:
        self._folders = tuple(folders)
        self._usual = usual_fonts(language)
        self.main = load_face(self._path_of(font) if font.strip() else SHIPPED / _DEFAULT)
        self._chain = [self.main]
        self._found: dict[str, FontFace | None] = {}

    def face_of(self, cluster: str) -> FontFace:
        """The face for a letter with its marks, or an emoji; for what nothing covers, the main one."""
        return self._covering(cluster) or self.main

    def _covering(self, cluster: str) -> FontFace | None:
        if cluster not in self._found:
            self._found[cluster] = self._search(cluster)
        return self._found[cluster]

    def lacking(self, cluster: str) -> list[int]:
        """Which characters of a cluster to leave out so that a face covers the others; none for one that a
        face covers whole. A joiner before one of them goes with it."""
        if self._covering(cluster) is not None:
            return []
        kept = ""
        out: list[int] = []
        for place, character in enumerate(cluster):
            if self._covering(kept + character) is None:
                out.append(place)
            else:
                kept += character
        if out and kept.endswith(_JOINER):
            out.append(cluster.rindex(_JOINER))
        return sorted(out)

    def require(self, text: str) -> None:
        """Raises TextError that names the characters of a text which no font covers."""
        missing: dict[str, None] = {}
        for piece in dict.fromkeys(text[start:stop] for start, stop in clusters(text)):
            if self._covering(piece) is None:
                missing[piece] = None
        if missing:
            named = " ".join(list(missing)[:_LISTED]) + (" …" if len(missing) > _LISTED else "")
            raise TextError(
                f"The fonts here have no letters for {named} in the lyrics: {self.remedy(missing)}"
            )

    def _search(self, cluster: str) -> FontFace | None:
        needed = visible(cluster)
        picture = is_emoji(cluster)
        if not picture or self.main.coloured:
            for face in self._chain:
                if face.covers(needed):
                    return face
        outlined: FontFace | None = None
        for path in self._candidates(picture):
            try:
                face = load_face(path)
            except TextError:
                continue  # that one is broken is not the lyrics' fault
            if not face.covers(needed):
                continue
            if not picture:
                self._chain.append(face)
            if not picture or face.pictures:
                return face
            outlined = outlined or face
        # Rather a sign of a text font than none.
        return outlined

    def _candidates(self, picture: bool) -> Iterator[Path]:
        """Colour emoji are worth a look into the system before the shipped ones, which have one colour."""
        yield from font_files(self._folders)
        if picture:
            yield from (path for path in system_fonts() if "emoj" in path.stem.lower())
            yield SHIPPED / _EMOJI
        yield from font_files([SHIPPED])
        yield from sorted(system_fonts(), key=lambda path: not _name(path).startswith(self._usual))

    def _path_of(self, font: str) -> Path:
        given = Path(os.path.expanduser(font.strip()))
        if given.is_file():
            return given
        if not given.is_absolute():
            for folder in self._folders:
                if (folder / given).is_file():
                    return folder / given
            wanted = plain_name(given.name)
            for path in (*font_files([*self._folders, SHIPPED]), *system_fonts()):
                if wanted in (plain_name(path.name), plain_name(path.stem)):
                    return path
        raise unreadable(font, self._folders[:1])

    def remedy(self, pieces: Iterable[str]) -> str:
        """The end of a sentence: how letters that no font here has are to be had."""
        pieces = list(pieces)
        package = _PACKAGE * any(script(piece[0]) in _CJK for piece in pieces)
        if self._folders:
            return (
                f"put a font that covers them{_examples(pieces)} into {self._folders[0]}, or choose such a "
                f"font file{package}."
            )
        return f"choose a font file that covers them{_examples(pieces)}{package}."


def usual_fonts(language: str) -> tuple[str, ...]:
    """What names of files begin with whose letters have the language's shapes; none where all do."""
    return _USUAL.get("zh-hant" if _TRADITIONAL.match(language) else language[:2].lower(), ())


def shape_language(language: str, texts: Iterable[str]) -> str:
    """The language that letters are shaped for: as stated, unless the letters are those of another."""
    return language if usual_fonts(language) else guessed(texts) or language


def guessed(texts: Iterable[str]) -> str:
    """ "ja", "ko", "zh", or "" where the letters' shape doesn't depend on the language."""
    scripts = {script(character) for text in texts for character in set(text)}
    if scripts & {"Hira", "Kana"}:
        return "ja"
    if "Hang" in scripts:
        return "ko"
    return "zh" if "Hani" in scripts else ""


def _examples(pieces: Iterable[str]) -> str:
    """Noto fonts for the scripts of some letters, in brackets."""
    codes = dict.fromkeys(script(piece[0]) for piece in pieces)
    names = dict.fromkeys(
        f"Noto Sans {'CJK' if code in _CJK else script_name(code)}"
        for code in codes if code not in ("Zyyy", "Zinh", "Zzzz")
    )  # fmt: skip
    return f" ({', '.join(names)})" if names else ""


def font_files(folders: Iterable[Path]) -> list[Path]:
    """Below some folders, the likeliest to be wanted for text first."""
    paths = [path for folder in folders if folder.is_dir() for path in folder.rglob("*")]
    return sorted((path for path in paths if path.suffix.lower() in SUFFIXES), key=_rank)


def _rank(path: Path) -> tuple[int, int, int, str]:
    name = _name(path)
    known = next((i for i, start in enumerate(_KNOWN) if name.startswith(start)), len(_KNOWN))
    heavy = 0 if "bold" in name or "vf" in name or "wght" in name else 1
    return sum(word in name for word in _UNWANTED), known, heavy, str(path)


def plain_name(name: str) -> str:
    """ "Open Sans" and "OpenSans-Regular" are the same font."""
    return re.sub(r"[\s_-]|(?<=.)regular$", "", name.lower())


def _name(path: Path) -> str:
    """As names are written here: macOS takes accents apart."""
    return unicodedata.normalize("NFC", path.name.lower())


@lru_cache(maxsize=1)
def system_fonts() -> tuple[Path, ...]:
    """Font files of installed packages and of the operating system, text fonts first."""
    return tuple(font_files([*_package_folders(), *_system_folders()]))


def _package_folders() -> list[Path]:
    site = Path(sysconfig.get_paths()["purelib"])
    return [path for path in site.iterdir() if _PACKAGES.match(path.name)] if site.is_dir() else []


def _system_folders() -> list[Path]:
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
        return [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts", local / "Microsoft/Windows/Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    return [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".local/share/fonts",
        home / ".fonts",
    ]
