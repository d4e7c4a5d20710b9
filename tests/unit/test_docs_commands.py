"""Every command and option in README, docs and help pages is one that there is; the quick ones are run."""

from __future__ import annotations

import argparse
import re
import shutil
import tomllib

import pytest
from doc_commands import SHELL, Written, commands_in, typed
from media import write_wav
from packaging.requirements import Requirement

from lipsync_studio.backends.catalogue import CATALOGUE
from lipsync_studio.commands import backend_flags, cloud, main, parser
from lipsync_studio.commands.parser import Parser
from lipsync_studio.devtools import bench, cli
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.errors import LipSyncError

PAGES = sorted(
    page
    for place in ("*.md", "docs/*.md", "web/docs/*.md", "demo/*.md", "tests/*.md")
    for page in ROOT.glob(place)
)
WRITTEN = list(dict.fromkeys(each for page in PAGES for each in commands_in(page, ROOT)))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = re.compile(r"python (?:-m lipsync_studio|\S*lipsync-studio) (.*)")
# Of ComfyUI and of pytest.
OTHERS = {
    "--disable-api-nodes",
    "--cpu",
    "--durations",
    "--dist",
    "--no-loadscope-reorder",
    "--max-upload-size",
}
MAKES = ("render", "lyric-video", "overlay", "align", "score")


class Parsed(BaseException):
    """Raised where arguments have been read: nothing is run."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__()
        self.options = options


def commands(given: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """A parser's own commands by their names."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in given._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= action.choices
    return found


def family(given: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    return [given, *(each for one in commands(given).values() for each in family(one))]


def of_did() -> argparse.ArgumentParser:
    from lipsync_studio.commands.did import add_consent
    from lipsync_studio.did_client.cli import parser as made

    return made(add_consent, Parser)


PARSER, DID, CLOUD = parser(), of_did(), next(iter(cloud.parsers().values()))
NAMES = set(commands(PARSER))


@pytest.fixture
def reading(monkeypatch):
    """Reads a command, as `main` or another one does, and returns the options, or ends with what is said of a
    wrong one. whole: what is required must be there."""
    read = argparse.ArgumentParser.parse_args

    def parsed(words, *, whole=True, run=main):
        def parse(self, arguments=None, namespace=None):
            if not whole:
                try:
                    raise Parsed(read(self, arguments, namespace))
                except SystemExit:
                    lenient(self)
            raise Parsed(read(self, arguments, namespace))

        monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse)
        try:
            run(words)
        except Parsed as found:
            return found.options
        finally:
            monkeypatch.setattr(argparse.ArgumentParser, "parse_args", read)
        raise AssertionError(f"{words} was not read")

    return parsed


def lenient(given: argparse.ArgumentParser) -> None:
    """In a sentence, what every call needs may be left out."""
    for one in family(given):
        for part in (*one._actions, *one._mutually_exclusive_groups):
            part.required = False
        for action in one._actions:
            if not action.option_strings and action.nargs is None:
                action.nargs = "?"


def check_ours(words, whole, reading) -> None:
    options = reading(words, whole=whole)
    if hasattr(options, "backend") and options.backend in backend_flags.backends():
        backend_flags.chosen_settings(options)
    if words[0] == "weights":
        # A set that is called otherwise is told only when it is looked for.
        CATALOGUE.select(name for name in getattr(options, "sets", None) or () if name.islower())


def check_dev(words, whole, reading) -> None:
    _, options, further = cli._parse(words)
    if options.command == "bench":
        reading(further, whole=whole, run=bench.main)
    elif options.command in ("demo", "web"):
        assert not further
    elif options.command == "test":
        assert all((ROOT / word).exists() for word in further if "/" in word)


def check_shell(words) -> None:
    """Of what is not ours: files and names that it takes from here."""
    program, *rest = words
    if program == "pip" and rest[:1] == ["install"]:
        for at, word in enumerate(rest):
            if word == "-r":
                assert (ROOT / rest[at + 1]).is_file()
            elif match := re.fullmatch(r"\.\[(\w+)\]", word):
                assert match[1] in PROJECT["optional-dependencies"]
            elif at and not word.startswith(("-", ".")) and rest[at - 1] != "-r":
                Requirement(word)
    elif words[:2] == ["git", "clone"]:
        assert words[2] == PROJECT["urls"]["Repository"]
    elif program == ".ci/run" or words[1:2] == ["install.py"]:
        assert (ROOT / (words[1:] or words)[0]).is_file()
    else:
        assert program in SHELL or program.endswith(("/bin/pip", "/bin/python")), program


def ours(written: Written) -> str | None:
    """What follows the program's name, where it is one of the pack's commands."""
    if match := OURS.fullmatch(written.text):
        return match[1]
    first, _, rest = written.text.partition(" ")
    if written.whole or not rest or first.endswith(","):
        return None
    page = {"docs/did.md": ("did", DID), "docs/cloud.md": ("cloud SERVICE", CLOUD)}.get(written.page)
    if page and first in commands(page[1]):
        return f"{page[0]} {written.text}"
    return written.text if first in NAMES else None


def dev(written: Written) -> str | None:
    match = re.fullmatch(r"(?:python )?dev\.py (.*)|(bench (?:\w+)(?: --.*)?)", written.text)
    return (match[1] or match[2]) if match else None


def judge(written: Written, reading) -> None:
    """Raises where the command can't be meant."""
    said = ours(written)
    if said is not None:
        if said.split()[0] == "COMMAND":
            return
        for words in typed(said):
            check_ours(words, written.whole and "…" not in said, reading)
    elif (said := dev(written)) is not None:
        for words in typed(said):
            check_dev(words, written.whole, reading)
    elif match := re.fullmatch(r"python -m lipsync_studio\.(\S+)(?: .*)?", written.text):
        assert (ROOT / f"{match[1].replace('.', '/')}.py").is_file()
    elif written.whole or written.text.split(" ")[0] in ("pip", "git"):
        for words in typed(written.text):
            check_shell(words)


def test_the_pages_hold_commands():
    """Else nothing below is tested."""
    found = [each for each in WRITTEN if ours(each) is not None or dev(each) is not None]
    assert len(found) > 120
    assert {each.page.split("/")[0] for each in found} >= {"README.md", "docs", "web", "tests"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_can_be_meant(page, reading, capsys):
    wrong = []
    for written in WRITTEN:
        if written.page == page.relative_to(ROOT).as_posix():
            try:
                judge(written, reading)
            except (SystemExit, AssertionError, LipSyncError, ValueError) as error:
                wrong.append(f"{written.text}: {capsys.readouterr().err or error}")
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("python -m lipsync_studio render --sauce clip.mp4 --audio voice.wav --out spoken.mp4", True),
        ("python -m lipsync_studio render --source clip.mp4", True),
        ("python -m lipsync_studio render --source a --audio b --out c.mp4 --backend viseme --steps 3", True),
        ("python -m lipsync_studio paint", False),
        ("weights download all-musetalk-v9", False),
        ("did talk --mood good", False),
        ("python dev.py bench mouth --medium FOLDER", False),
        ("python dev.py test tests/unit/gone", False),
        ("python -m lipsync_studio.devtools.gone", False),
        ("git clone https://github.com/lipsync-studio/gone", True),
        ('pip install ".[gone]"', False),
        ("sudo make install", True),
    ],
)
def test_a_wrong_command_is_noticed(text, whole, reading):
    with pytest.raises((SystemExit, AssertionError, LipSyncError, ValueError)):
        judge(Written("docs/x.md", text, whole), reading)


def options_of(*given: argparse.ArgumentParser) -> set[str]:
    return {name for one in given for each in family(one) for name in each._option_string_actions}


def named_options(text: str) -> set[str]:
    """Options that a text has in code of their own, such as `--split SECONDS`."""
    spans = re.findall(r"(?<!`)`(--[a-z][^`\n]*)`(?!`)", text)
    return {re.split(r"[ =\[]", span)[0] for span in spans}


def known_options() -> set[str]:
    found = options_of(PARSER, DID, *cloud.parsers().values(), cli._parse(["demo"])[0])
    for path in (ROOT / "devtools" / "bench").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'add_argument\(\s*"(--[\w-]+)"', text))
    return found | OTHERS


def test_every_option_that_is_named_is_there():
    known = known_options()
    unknown = {
        page.relative_to(ROOT).as_posix(): wrong
        for page in PAGES
        if (wrong := named_options(page.read_text(encoding="utf-8")) - known)
    }
    assert unknown == {}


@pytest.mark.parametrize("name", MAKES)
def test_the_page_of_commands_names_every_option_of_each(name):
    """Those of engines are on a page of their own, and what several commands share is told with `render`."""
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## ([\w-]+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    shown = {
        flag
        for action in commands(PARSER)[name]._actions
        if action.help != argparse.SUPPRESS
        for flag in action.option_strings
        if flag.startswith("--") and not flag.startswith("--no-")
    }
    engines = {
        flag for spec in backend_flags.backends().values() for flag in backend_flags.flags_of(spec).values()
    }
    shared = re.findall(r"--[a-z][\w-]*", "".join(sections[each] for each in ("render", name)))
    assert shown - {"--help"} - engines <= set(shared) | set(re.findall(r"--[a-z][\w-]*", sections["align"]))
    assert set(re.findall(r"`(--[a-z][\w-]*)", sections[name])) <= options_of(commands(PARSER)[name])


@pytest.fixture(scope="module")
def folder(media, sentence, tmp_path_factory):
    """The files that the pages' commands name."""
    made = tmp_path_factory.mktemp("as_written")
    for name in ("clip.mp4", "sung.mp4"):
        shutil.copyfile(media / "clip.mp4", made / name)
    shutil.copyfile(ROOT / "demo" / "portrait.jpg", made / "face.jpg")
    for name in ("voice.wav", "vocals.wav", "speech.wav", "song.mp3", "verse.mp3"):
        write_wav(made / name, sentence.samples[None], 16000)
    for name in ("song.txt", "verse.txt"):
        (made / name).write_text(sentence.text, encoding="utf-8")
    (made / "song.lrc").write_text("[00:00.10]Maybe\n[00:00.60]Bob\n", encoding="utf-8")
    for name in ("song.srt", "speech.srt"):
        (made / name).write_text("1\n00:00:00,100 --> 00:00:00,400\nMaybe\n", encoding="utf-8")
    return made


def cheap() -> list[str]:
    """Of each command that makes something the line with the most to it, with the engine that needs nothing
    and files that are there."""
    lines = [said for each in WRITTEN if each.whole and (said := ours(each)) and said.split()[0] in MAKES]
    costly = re.compile(r"--(?:backend|voice|person) |two\.mp4|NAME|align (?!.*--lyrics)")
    lines = [line for line in lines if not costly.search(line)]
    return [max((line for line in lines if line.split()[0] == name), key=len, default=name) for name in MAKES]


@pytest.mark.parametrize("line", cheap())
def test_a_command_runs_as_it_is_written(line, folder, tmp_path, monkeypatch, capsys):
    for path in folder.iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    monkeypatch.chdir(tmp_path)
    words = typed(line)[0]
    made = [words[at + 1] for at, word in enumerate(words) if word == "--out"]
    for name in made:
        (tmp_path / name).unlink(missing_ok=True)
    assert main(words) == 0, capsys.readouterr().err
    assert all((tmp_path / name).stat().st_size for name in made)


@pytest.mark.parametrize("line", ["weights status", "backends", "consent wav2lip --show", "cloud --markdown"])
def test_what_only_tells_something_does(line, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(line.split()) == 0
    assert capsys.readouterr().out
