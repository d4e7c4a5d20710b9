"""The front end: its types, its own tests, and that the built files in `web/` are what its sources make."""

import json

from lipsync_studio.devtools import frontend


def test_types_agree():
    frontend.check_types()


def test_vitest_passes():
    frontend.test()


def test_a_build_equals_what_is_committed(tmp_path):
    frontend.build(tmp_path)
    built = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    committed = {
        path.name: path.read_text(encoding="utf-8")
        for path in frontend.WEB.iterdir()
        if path.suffix in (".js", ".mjs")
    }
    assert set(built) == set(committed)
    assert [name for name in built if built[name] != committed[name]] == [], "run `python dev.py web`"


def test_the_lockfile_pins_every_package_and_names_no_host():
    lock = json.loads((frontend.FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if not entry.get("integrity")] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
