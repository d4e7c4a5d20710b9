"""The versions as data."""

from lipsync_studio.backends.musetalk.spec import DEFAULT_VERSION, NETWORKS
from lipsync_studio.musetalk_core.presets import DEFAULT_PRESET, PRESETS


def test_what_the_versions_differ_in():
    new, first, current = (PRESETS[name] for name in ("v1.5", "v1.0-original", "v1.0-current"))
    assert list(PRESETS) == list(NETWORKS) == [new.name, first.name, current.name]
    assert new.name == DEFAULT_PRESET == DEFAULT_VERSION
    assert (new.audio.features, new.audio.padding, new.audio.mel) == ("ln", "zero", "piece")
    assert (first.audio.features, first.audio.padding, first.audio.mel) == ("raw", "edge", "file")
    assert current.audio == new.audio
    assert (new.paste.expand, new.paste.blur_ratio, new.paste.mask) == (1.5, 0.05, "jaw")
    assert (first.paste.expand, first.paste.blur_ratio, first.paste.mask) == (1.2, 0.1, "face")
    assert (current.paste.expand, current.paste.blur_ratio, current.paste.mask) == (1.5, 0.05, "raw")
    assert [preset.margin_px for preset in (new, first, current)] == [10, 0, 0]
    assert [preset.allows_shift for preset in (new, first, current)] == [False, True, True]
