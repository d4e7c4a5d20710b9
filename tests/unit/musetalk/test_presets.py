"""The versions as data."""

from lipsync_studio.backends.musetalk.spec import NETWORKS
from lipsync_studio.musetalk_core.presets import DEFAULT_PRESET, PRESETS


def test_what_the_versions_differ_in():
    new, first, current = (PRESETS[name] for name in ("v1.5", "v1.0-original", "v1.0-current"))
    assert set(PRESETS) == {new.name, first.name, current.name}
    assert new.name == DEFAULT_PRESET
    assert (new.features, new.padding, new.mel) == ("ln", "zero", "piece")
    assert (first.features, first.padding, first.mel) == ("raw", "edge", "file")
    assert (current.features, current.padding, current.mel) == ("ln", "zero", "piece")
    assert (new.expand, new.blur_ratio, new.mask_mode, new.cheeks) == (1.5, 0.05, "jaw", (90, 90))
    assert (first.expand, first.blur_ratio, first.mask_mode) == (1.2, 0.1, "face")
    assert (current.expand, current.blur_ratio, current.mask_mode) == (1.5, 0.05, "raw")
    assert [preset.margin_px for preset in (new, first, current)] == [10, 0, 0]
    assert [preset.allows_shift for preset in (new, first, current)] == [False, True, True]
    assert set(NETWORKS) == set(PRESETS)
