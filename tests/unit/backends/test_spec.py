"""What engines say of themselves, and that the command line and the docs go by it."""

import argparse
import dataclasses
import importlib
import subprocess
import sys
from typing import get_args

import pytest

from lipsync_studio.backends.registry import backends
from lipsync_studio.backends.spec import BackendSpec, Licence, Task, setting
from lipsync_studio.commands import backend_flags, main
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.errors import InputError

NETWORKS = {"torch", "diffusers", "transformers"}
# A command's parser may read media, in half a second; networks take several.
ALL = NETWORKS | {"cv2", "av", "numpy", "comfy", "comfy_api", "requests"}


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("from lipsync_studio.backends.registry import backends; backends()", ALL),
        ("from lipsync_studio.commands import main; main(['backends'])", NETWORKS),
    ],
)
def test_engines_are_told_without_importing_them(code, heavy):
    code += f"\nimport sys; print(*(sys.modules.keys() & {heavy!r}), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_every_folder_with_a_spec_is_an_engine():
    """But for what services share, and for Synthesia, which takes no picture."""
    folders = {path.parent.name for path in (ROOT / "backends").glob("*/spec.py")} - {"cloud", "synthesia"}
    assert set(backends()) == folders >= {"viseme", "musetalk", "did", "syncso"}
    assert next(iter(backends())) == "viseme"


@pytest.mark.parametrize("spec", backends().values(), ids=lambda spec: spec.name)
def test_a_spec_is_whole(spec, host):
    assert spec.title
    assert spec.summary.endswith(".")
    assert spec.task in get_args(Task)
    assert spec.licence.url.startswith("https://")
    # Who sends data to a service, or uses weights that forbid some uses, agrees to that first.
    assert (spec.remote or spec.licence.commercial is False) == (spec.licence.consent is not None)
    settings = spec.settings()
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(settings, next(iter(spec.known())), None)
    for name, known in spec.known().items():
        assert known.tooltip, name
        assert known.node_only or known.help, name
        # None is what a widget can't be: some other value stands for it.
        assert spec.widget_default(name) is not None
        assert not known.choices or spec.widget_default(name) in known.choices
    assert spec.settings_from({name: spec.widget_default(name) for name in spec.known()}) == settings


def test_widgets_that_leave_a_choice_to_another_are_none():
    spec = backends()["musetalk"]
    # A slider stops anywhere between its lowest value and 0.
    values = {"mask": "auto", "detail": -1.0, "colour": -0.5, "chin_margin": 4.0, "mask_source": "parsing"}
    settings = spec.settings_from(values)
    assert (settings.mask, settings.detail, settings.colour) == (None, None, None)
    assert (settings.chin_margin, settings.mask_source) == (4.0, "parsing")


def test_a_backend_is_made_from_its_settings(host):
    viseme = backends()["viseme"]
    made = viseme.make(viseme.settings(strength=1.5, movement=0.4), host)
    assert (made.spec, made.name) == (viseme, "viseme")
    assert (made.engine.strength, made.engine.movement) == (1.5, 0.4)
    cloud = backends()["did"]
    assert cloud.make(cloud.settings(use_first_frame=True), host).takes_footage


@dataclasses.dataclass(frozen=True)
class _Settings:
    quality: str = setting("soft", "How.", help="how: default soft", choices=("soft", "hard"))
    size: int | None = setting(None, "Size.", help="size", low=0, high=9, none=-1)
    loud: bool = setting(True, "Loud.", help="be loud")


def spec_of(settings: type, **known) -> BackendSpec:
    return BackendSpec(
        name="toy",
        title="Toy",
        summary="Nothing.",
        node="LipSyncToyBackend",
        task="dub",
        licence=Licence("MIT", "https://opensource.org/license/mit", True),
        settings=settings,
        **known,
    )


def test_settings_that_nobody_could_set_are_refused():
    @dataclasses.dataclass(frozen=True)
    class Plain:
        size: int = 1

    @dataclasses.dataclass(frozen=True)
    class NoneOfItsOwn:
        size: int | None = setting(None, "Size.", help="size", low=0, high=9)

    for settings, said in ((Plain, "is not made by `setting`"), (NoneOfItsOwn, "has no `none=`")):
        with pytest.raises(ValueError, match=f"size of toy .*{said}"):
            spec_of(settings, make=print)


def test_an_engine_that_cannot_be_read_takes_no_other_with_it(monkeypatch, caplog):
    real = importlib.import_module

    def broken(name, package=None):
        if name == ".musetalk.spec":
            raise ModuleNotFoundError("No module named 'lost'")
        return real(name, package)

    others = [name for name in backends() if name != "musetalk"]
    monkeypatch.setattr(importlib, "import_module", broken)
    assert list(backends.__wrapped__()) == others
    assert "The engine in backends/musetalk is left out: ModuleNotFoundError" in caplog.text


@pytest.fixture
def toy(monkeypatch):
    """An engine that shares a flag with another one, of other values."""
    known = {**backends(), "toy": spec_of(_Settings, make=None)}
    monkeypatch.setattr(backend_flags, "backends", lambda: known)


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--backend")
    backend_flags.add_backend_flags(parser)
    return parser.parse_args(arguments)


def test_flags_are_the_settings(toy):
    assert backend_flags.chosen_settings(parsed("--backend", "toy")) == _Settings()
    options = parsed("--backend", "toy", "--quality", "hard", "--size", "0", "--no-loud")
    assert backend_flags.chosen_settings(options) == _Settings("hard", 0, False)


def test_what_only_a_node_can_be_connected_to_has_no_flag(capsys):
    """Without an upscale model its strength does nothing."""
    with pytest.raises(SystemExit):
        parsed("--backend", "wav2lip", "--upscale-strength", "0.5")
    assert "upscale_strength" in backends()["wav2lip"].known()
    main(["backends", "--markdown"])
    assert "\n|  | `upscale_strength` |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        # Of the other engine that has the flag.
        (["--quality", "balanced"], r"--quality: balanced is none of {soft,hard}\."),
        (["--strength", "1"], "--strength is no option of the backend toy: leave it out"),
    ],
)
def test_a_flag_is_held_against_the_engine_that_is_asked_for(toy, arguments, said):
    with pytest.raises(InputError, match=said):
        backend_flags.chosen_settings(parsed("--backend", "toy", *arguments))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--quality", "medium"], "medium is none of {fast,balanced,quality}"),
        (["--mask", "auto"], "auto is none of {jaw,raw,neck,lips,face}"),
        (["--size", "10"], "10 is not from 0 to 9"),
        (["--size", "2.5"], "2.5 is no whole number"),
        (["--strength", "loud"], "loud is no number"),
        (["--strength", "nan"], "nan is not from 0.2 to 2"),
    ],
)
def test_what_no_engine_takes_is_a_wrong_call(toy, capsys, arguments, said):
    with pytest.raises(SystemExit) as stopped:
        parsed("--backend", "toy", *arguments)
    assert stopped.value.code == 2
    assert f"argument {arguments[0]}: {said}" in capsys.readouterr().err


def test_the_page_of_engines_is_what_the_command_prints(capsys):
    assert main(["backends", "--markdown"]) == 0
    page = (ROOT / "docs" / "backends.md").read_text(encoding="utf-8")
    assert page.split("\n\n", 2)[2] == capsys.readouterr().out
    assert main(["backends"]) == 0
    assert "D-ID Products Terms of Use" in capsys.readouterr().out
