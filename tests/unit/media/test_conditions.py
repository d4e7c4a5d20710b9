"""What a source is, and what becomes of it: each fact by itself, and what the user may decide."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import ffmpeg
import icc
import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageFile, ImageOps

from lipsync_studio.devtools.heic import write_tiled
from lipsync_studio.engine.errors import VideoError
from lipsync_studio.engine.media import video as video_module
from lipsync_studio.engine.media.colour import crop_rgb, paste_rgb, rgb_to_planes, small_rgb, to_rgb
from lipsync_studio.engine.media.conditions import SourceChoices, colour_named, treatment_of
from lipsync_studio.engine.media.facts import SourceFacts
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.hdr import REFERENCE_WHITE, ToneCurve, eetf, light_to_pq
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.video import VideoSource

DATA = Path(__file__).parents[2] / "data"
pillow_heif.register_heif_opener()
WHITE = SourceChoices(background=(255, 255, 255))


def disc(width: int, height: int) -> np.ndarray:
    """Round where pixels are square, uint8 [192, 192, 3]; squeezed where they aren't."""
    rgb = np.full((192, 192, 3), 40, np.uint8)
    cv2.circle(rgb, (96, 96), 60, (220, 200, 180), -1)
    return cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)


def squeezed(aspect: Fraction) -> Frame:
    width = round(192 / aspect / 2) * 2
    planes = rgb_to_planes(disc(width, 192), Colour())
    return Frame(planes, Colour(), Fraction(0), 0, aspect)


@pytest.mark.parametrize("aspect", [Fraction(4, 3), Fraction(16, 11), Fraction(8, 9), Fraction(2)])
def test_pictures_are_seen_with_square_pixels(aspect):
    frame = squeezed(aspect)
    assert (frame.width, frame.height) == (192, 192)
    whole = to_rgb(frame)
    assert whole.shape == (192, 192, 3)
    bright = whole[..., 0] > 130
    assert abs(int(bright.any(0).sum()) - int(bright.any(1).sum())) <= 2
    np.testing.assert_array_equal(crop_rgb(frame, (20, 30, 120, 150))[4:-4, 4:-4], whole[34:146, 24:116])
    assert small_rgb(frame, 64).shape == (64, 64, 3)
    part = frame.part((20, 30, 120, 150))
    assert part is not None
    assert (part.width, part.height, part.aspect) == (100, 120, 1)


@pytest.mark.parametrize("aspect", [Fraction(4, 3), Fraction(16, 11), Fraction(8, 9), Fraction(2)])
def test_what_is_pasted_lies_where_it_was_seen(aspect):
    frame = squeezed(aspect)
    before = frame.copy()
    alpha = np.zeros((60, 80), np.float32)
    alpha[10:50, 10:70] = 1
    paste_rgb(frame, (50, 70, 130, 130), np.full((60, 80, 3), 255, np.uint8), alpha)
    y, x = np.nonzero(to_rgb(frame)[..., 2] > 215)
    assert np.array([x.min(), x.max() + 1, y.min(), y.max() + 1]) == pytest.approx(
        [60, 120, 80, 120], abs=1.5 * max(1, aspect)
    )
    # Samples that no painted pixel reaches keep their bits.
    scale = before.planes.shape[1] / before.width
    changed = np.nonzero(frame.yuv()[0] != before.yuv()[0])[1]
    assert changed.min() >= int(60 * scale) - 1
    assert changed.max() <= int(120 * scale) + 1


@pytest.mark.parametrize(("aspect", "kept"), [(Fraction(1000), 1), (Fraction(1, 90), 1), (Fraction(2), 2)])
def test_an_absurd_aspect_is_no_aspect(aspect, kept):
    treatment = treatment_of(SourceFacts(aspect=aspect), (64, 48), SourceChoices())
    assert treatment.aspect == kept
    assert len(treatment.notes) == 1


def test_a_stills_density_is_not_its_aspect(tmp_path):
    Image.fromarray(disc(96, 96)).save(tmp_path / "still.jpg", dpi=(300, 75))
    source = VideoSource(tmp_path / "still.jpg")
    assert (source.aspect, source.size) == (1, (96, 96))


@pytest.fixture(scope="module")
def interlaced(tmp_path_factory) -> Path:
    """A bar that moves four pixels a field, 12 frames."""
    path = tmp_path_factory.mktemp("interlaced") / "tff.mp4"
    bar = "color=black:s=128x96:r=50:d=0.48,geq=lum='if(between(X-4*N,8,40),200,40)':cb=128:cr=128"
    ffmpeg.ffmpeg("-f", "lavfi", "-i", bar, "-vf", "tinterlace=interleave_top,format=yuv420p,setfield=tff",
                  "-c:v", "libx264", "-crf", "4", "-flags", "+ilme+ildct", "-g", "4",
                  "-x264-params", "interlaced=1:tff=1", path)  # fmt: skip
    return path


def combing(frame: Frame) -> float:
    """How much lines differ from both of their neighbours."""
    luma = frame.yuv()[0].astype(int)
    return float(np.abs(2 * luma[1:-1] - luma[:-2] - luma[2:]).mean())


def test_fields_become_frames_unless_that_is_off(interlaced):
    shown = {each: VideoSource(interlaced, choices=SourceChoices(each)) for each in ("auto", "on", "off")}
    levels = {each: combing(next(source.read(5, 6))) for each, source in shown.items()}
    assert levels["off"] > 10 * max(levels["auto"], levels["on"])
    assert ["top field first" in source.notes[0] for source in shown.values()] == [True, True, False]
    assert "off" in shown["off"].notes[0]
    assert {source.key for source in shown.values()} == {shown["auto"].key}


def test_any_part_is_read_as_within_the_whole(interlaced):
    source = VideoSource(interlaced)
    whole = [frame.planes for frame in source.read()]
    assert len(whole) == source.frames == 12
    for start in range(12):
        for frame in source.read(start, start + 3):
            np.testing.assert_array_equal(frame.planes, whole[frame.index])
    backwards = list(source.read_reversed(2, 11))
    assert [frame.index for frame in backwards] == list(range(10, 1, -1))
    assert all(np.array_equal(frame.planes, whole[frame.index]) for frame in backwards)


def test_whole_frames_are_decoded_once_backwards_too(make_video, monkeypatch):
    """A group doesn't begin with the one before, as fields would need it to."""
    source = VideoSource(make_video(frames=48, gop=12, options={"sc_threshold": "0", "bf": "0"}))
    decoder_of, count = video_module.decoder_of, []

    def counting(stream):
        decode = decoder_of(stream)

        def counted(packet):
            pictures = decode(packet)
            count.extend(pictures)
            return pictures

        return counted

    monkeypatch.setattr(video_module, "decoder_of", counting)
    assert len(list(source.read_reversed())) == 48
    assert len(count) < 60


def test_frames_that_are_whole_pass_as_they_are(make_video):
    path = make_video(frames=12)
    auto, off = (VideoSource(path, choices=SourceChoices(each)) for each in ("auto", "off"))
    assert auto.notes == off.notes == ()
    for one, other in zip(auto.read(), off.read(), strict=True):
        np.testing.assert_array_equal(one.planes, other.planes)


def test_the_curve_leaves_the_dark_and_ends_at_white():
    light = np.array([0.0, 0.5, 10, 40, 203, 500, 1000, 4000])
    shown = eetf(light, 1000, REFERENCE_WHITE)
    assert shown[:4] == pytest.approx(light[:4], rel=1e-6)
    assert shown[6] == pytest.approx(203) == shown[7]
    assert (np.diff(shown[:7]) > 0).all()
    assert 100 < shown[4] < 203
    # On a display that is as bright nothing is compressed.
    assert eetf(light, 203, 203) == pytest.approx(np.minimum(light, 203))


def test_a_masters_peak_counts(tmp_path):
    for peak, nits in (("10000000", 1000), ("40000000", 4000)):
        path = tmp_path / f"{peak}.mp4"
        master = f"master-display=G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L({peak},50)"
        ffmpeg.ffmpeg("-f", "lavfi", "-i", "color=gray:s=64x64:r=25:d=0.12", "-vf",
                      "format=yuv420p10le,setparams=color_primaries=bt2020:colorspace=bt2020nc:"
                      "color_trc=smpte2084:range=tv",
                      "-c:v", "libx265", "-x265-params", f"log-level=none:{master}", path)  # fmt: skip
        source = VideoSource(path)
        assert source.facts.peak == nits
        assert f"({nits} to 203 cd/m²)" in source.notes[0]
    assert ToneCurve.of(False).peak == 1000
    grey = np.full((1, 3), float(light_to_pq(203)))
    assert (
        ToneCurve.of(False, 4000).to_linear(grey).max() < ToneCurve.of(False, 1000).to_linear(grey).max() < 1
    )


def test_dolby_vision_alone_is_told(tmp_path):
    for tag, told in (("dvh1", True), ("hvc1", False)):
        path = tmp_path / f"{tag}.mp4"
        ffmpeg.ffmpeg("-f", "lavfi", "-i", "color=gray:s=64x64:r=25:d=0.12", "-vf", "format=yuv420p10le",
                      "-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", tag, "-strict",
                      "unofficial", path)  # fmt: skip
        assert any("Dolby Vision" in note for note in VideoSource(path).notes) == told


def hidden(colour: tuple[int, int, int]) -> np.ndarray:
    """uint8 [64, 96, 4]: grey that fades to nothing on the left, where another colour lies."""
    rgba = np.full((64, 96, 4), 120, np.uint8)
    rgba[:, :40, :3] = colour
    rgba[..., 3] = np.clip((np.arange(96) - 39) * 16, 0, 255)
    return rgba


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "TIFF", "HEIF"])
def test_hidden_colours_of_a_still_never_show(tmp_path, kind):
    seen = []
    for name, colour in (("red", (255, 0, 0)), ("green", (0, 255, 0))):
        path = tmp_path / f"{name}.{kind.lower()}"
        exact = {"lossless": True} if kind == "WEBP" else {"quality": -1 if kind == "HEIF" else 100}
        Image.fromarray(hidden(colour)).save(path, kind, **exact)
        source = VideoSource(path)
        assert source.notes[-1] == "Transparent parts are shown on black."
        seen.append(to_rgb(next(source.read())).astype(int))
        white = to_rgb(next(VideoSource(path, choices=WHITE).read()))
        assert white[:, :38].min() > 250
    loss = 0 if kind in ("PNG", "WEBP", "TIFF") else 6
    assert np.abs(seen[0] - seen[1]).max() <= loss
    assert max(each[:, :38].max() for each in seen) < 4
    assert np.abs(seen[0][:, 60:] - 120).max() < 4


def test_a_still_that_hides_nothing_has_no_note(tmp_path):
    rgba = np.dstack([disc(96, 96), np.full((96, 96), 255, np.uint8)])
    for name, mode in (("true.png", "RGBA"), ("few.png", "P")):
        Image.fromarray(rgba[..., :3]).convert(mode).save(tmp_path / name)
        assert VideoSource(tmp_path / name).notes == ()


def test_moving_pictures_that_hide_nothing_have_no_note(tmp_path):
    """GIF's only form has opacity; what shows through later on does so all the same."""
    whole = [Image.fromarray(np.roll(disc(96, 96), 5 * step, 1)) for step in range(4)]
    holed = [picture.convert("RGBA") for picture in whole]
    holed[2].paste((0, 255, 0, 0), (20, 20, 60, 60))
    palette = "split[a][b];[a]palettegen=reserve_transparent=1[p];[b][p]paletteuse=alpha_threshold=128"
    for name, pictures in (("whole", whole), ("holed", holed)):
        path = tmp_path / f"{name}.png"
        pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=40, disposal=2)
        path = path.rename(path.with_suffix(".apng"))
        ffmpeg.ffmpeg("-i", path, "-filter_complex", palette, path.with_suffix(".gif"))
        for suffix in (".apng", ".gif"):
            source = VideoSource(path.with_suffix(suffix), choices=WHITE)
            assert source.frames == 4
            shown = [to_rgb(frame).min(axis=2) for frame in source.read()]
            if name == "whole":
                assert source.notes == ()
                assert max(each.max() for each in shown) < 240
            else:
                assert source.notes == ("Transparent parts are shown on white.",)
                assert any(each.max() > 250 for each in shown)


def test_tags_that_only_a_container_has_are_kept_beside_opacity(tmp_path):
    """Of VP9, which another library decodes with its opacity."""
    path = tmp_path / "tagged.webm"
    tags = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    ffmpeg.ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x48:r=10:d=0.3", "-vf", f"format=yuva420p,{tags}",
                  "-c:v", "libvpx-vp9", path)  # fmt: skip
    source = VideoSource(path)
    assert source.facts.alpha
    assert source.colour == next(source.read()).colour == Colour(1, 1, 1)


def curved(share: np.ndarray) -> np.ndarray:
    """sRGB's code 0..1 of light 0..1 (IEC 61966-2-1)."""
    return np.where(share <= 0.0031308, 12.92 * share, 1.055 * np.maximum(share, 0) ** (1 / 2.4) - 0.055)


def straight(code: np.ndarray) -> np.ndarray:
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_a_phones_colours_become_srgb(tmp_path, kind):
    """Display P3, against its matrices in float64."""
    codes = np.stack(np.meshgrid(*[np.linspace(60, 200, 8)] * 2), -1)
    codes = np.dstack([codes, codes.sum(2) / 2]).round().astype(np.uint8).repeat(16, 0).repeat(16, 1)
    exact = {"lossless": True} if kind == "WEBP" else {"quality": -1 if kind == "HEIF" else 100}
    if kind == "JPEG":
        exact["subsampling"] = 0
    notes, levels = {}, {}
    for name, profile in (("Display P3", icc.display_p3()), ("sRGB", icc.srgb()), ("none", None)):
        path = tmp_path / f"{name}.{kind.lower()}"
        Image.fromarray(codes).save(path, kind, icc_profile=profile, **exact)
        source = VideoSource(path)
        notes[name], levels[name] = source.notes, to_rgb(next(source.read())).astype(int)
    said = "The picture's colours are Display P3: they are converted to sRGB."
    assert notes["Display P3"] == (said,)
    assert said not in (*notes["sRGB"], *notes["none"])
    wanted = 255 * curved(straight(codes / 255) @ icc.P3_TO_SRGB.T).clip(0, 1)
    middle = (slice(8, None, 16), slice(8, None, 16))
    assert np.abs(levels["Display P3"][middle] - wanted[middle]).max() < 8
    assert np.abs(levels["Display P3"][middle] - wanted[middle]).mean() < 2
    assert np.abs(codes.astype(int)[middle] - wanted[middle]).max() > 20
    assert np.abs(levels["sRGB"] - levels["none"]).max() <= 2


def test_a_phones_colours_are_converted_upright_and_with_their_holes(tmp_path):
    rgba = hidden((255, 0, 0))
    Image.fromarray(rgba).save(tmp_path / "holed.png", icc_profile=icc.display_p3())
    source = VideoSource(tmp_path / "holed.png", choices=WHITE)
    assert source.notes[0] == "Transparent parts are shown on white."
    assert "Display P3" in source.notes[1]
    assert to_rgb(next(source.read()))[:, :38].min() > 250
    picture = Image.fromarray(disc(96, 64))
    picture.getexif()[0x0112] = 6
    exif = picture.getexif()
    picture.save(tmp_path / "turned.jpg", exif=exif, icc_profile=icc.display_p3())
    assert VideoSource(tmp_path / "turned.jpg").size == (64, 96)


def test_a_picture_with_a_profile_does_no_harm(tmp_path):
    """What PyAV hands out of it was freed twice, and the process died when the garbage was collected."""
    for profile in (icc.srgb(), icc.display_p3()):
        Image.fromarray(disc(96, 96)).save(tmp_path / "still.png", icc_profile=profile)
        ffmpeg.ffmpeg("-i", tmp_path / "still.png", "-c", "copy", tmp_path / "moving.mov")
        code = "import gc, sys\nfrom lipsync_studio.engine.media.video import VideoSource\n"
        code += "for name in sys.argv[1:] * 10:\n    VideoSource(name).read().__next__()\n    gc.collect()"
        names = [tmp_path / "still.png", tmp_path / "moving.mov"]
        subprocess.run([sys.executable, "-c", code, *names], check=True)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"icc_profile": icc.display_p3()}])
@pytest.mark.parametrize("lenient", [False, True])
def test_a_jpeg_that_is_cut_short_is_refused(tmp_path, monkeypatch, capfd, options, lenient):
    """Its missing part would be flat; whatever another pack lets Pillow make up."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
    whole, cut = tmp_path / "whole.jpg", tmp_path / "cut.jpg"
    noise = np.random.default_rng(1).integers(0, 256, (300, 400, 3), np.uint8)
    Image.fromarray(noise).save(whole, quality=95, **options)
    assert VideoSource(whole).size == (400, 300)
    data = whole.read_bytes()
    for share in (0.3, 0.95):
        cut.write_bytes(data[: int(share * len(data))])
        with pytest.raises(VideoError, match=r'"[^"]*cut\.jpg" is cut short: copy or save'):
            VideoSource(cut)
    assert capfd.readouterr().err == ""
    # What lies behind the picture may be anything.
    cut.write_bytes(data + b"more" * 9)
    assert VideoSource(cut).size == (400, 300)


@pytest.mark.parametrize("profile", [b"", b"no profile", bytes(200), icc.display_p3()[:150]])
def test_a_profile_that_cannot_be_read_is_none(tmp_path, profile):
    Image.fromarray(disc(96, 96)).save(tmp_path / "still.png", icc_profile=profile)
    assert VideoSource(tmp_path / "still.png").notes == ()


def test_hidden_colours_of_a_batch_never_show():
    red, green = (hidden(colour)[None].astype(np.float32) / 255 for colour in ((255, 0, 0), (0, 255, 0)))
    first, second = (next(ImageSource(each).read()).planes for each in (red, green))
    np.testing.assert_array_equal(first, second)
    assert ImageSource(red).notes == ("Transparent parts are shown on black.",)
    assert ImageSource(red[..., :3]).notes == ImageSource(np.ones((1, 32, 32, 4), np.float32)).notes == ()
    white = to_rgb(next(ImageSource(red, choices=WHITE).read()))
    assert white[:, :38].min() > 252
    assert np.abs(white[:, 60:].astype(int) - 120).max() < 3


@pytest.mark.parametrize(
    ("text", "colour"),
    [("white", (255, 255, 255)), (" #102030 ", (16, 32, 48)), ("", (0, 0, 0)), ("#fff8", (255, 255, 255))],
)
def test_a_background_has_a_name_or_a_number(text, colour):
    assert colour_named(text) == colour
    with pytest.raises(VideoError, match="not a colour"):
        colour_named("loud")


def test_a_tiled_picture_is_whole():
    path = DATA / "avif_grid_2x2.avif"
    source = VideoSource(path)
    assert (source.size, source.facts.tiles) == ((1024, 1024), 4)
    assert "4 tiles" in source.notes[0]
    wanted = np.asarray(Image.open(path)).astype(int)
    assert np.abs(to_rgb(next(source.read())) - wanted).mean() < 3


def test_a_tiled_picture_in_hdr_is_refused(tmp_path):
    """Its tones would be taken for others."""
    data, at = bytearray((DATA / "avif_grid_2x2.avif").read_bytes()), 0
    while (at := data.find(b"colrnclx", at)) >= 0:
        data[at + 8 : at + 14] = (9).to_bytes(2) + (16).to_bytes(2) + (9).to_bytes(2)
        at += 8
    path = tmp_path / "hdr.avif"
    path.write_bytes(data)
    with pytest.raises(VideoError, match="is an HDR picture in 4 tiles"):
        VideoSource(path)


@pytest.mark.parametrize("turn", range(4))
def test_a_phones_photo_is_whole_and_turned_once(tmp_path, turn):
    across, down = np.meshgrid(np.arange(384), np.arange(256))
    wanted = np.stack([across // 2, down // 2 + 60, (across + down) // 4], -1).astype(np.uint8)
    source = VideoSource(write_tiled(tmp_path / "photo.heic", Image.fromarray(wanted), 128, turn))
    assert source.facts.tiles == 6
    lies = {0: "", 1: "on its side", 2: "upside down", 3: "on its side"}[turn]
    assert [note for note in source.notes if "lies" in note] == (
        [f"The picture lies {lies} in the file, which says so: it is made upright."] if lies else []
    )
    got = to_rgb(next(source.read())).astype(int)
    assert got.shape == np.rot90(wanted, turn).shape
    assert np.abs(got - np.rot90(wanted, turn)).mean() < 2


@pytest.mark.parametrize("value", range(1, 9))
def test_heic_is_turned_once(tmp_path, value):
    across, down = np.meshgrid(np.arange(96), np.arange(64))
    picture = Image.fromarray(np.stack([2 * across, 3 * down, across + down], -1).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = value
    picture.save(tmp_path / "still.heic", exif=exif.tobytes(), quality=95)
    picture.getexif()[0x0112] = value
    wanted = np.asarray(ImageOps.exif_transpose(picture)).astype(int)
    source = VideoSource(tmp_path / "still.heic")
    assert bool(source.notes) == (value != 1)
    assert all("it is made upright" in note for note in source.notes)
    got = to_rgb(next(source.read()))
    assert got.shape == wanted.shape
    assert np.abs(got - wanted).mean() < 4


def test_without_its_library_heic_is_refused_in_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "photo.heic").write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64))
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(VideoError, match="pip install pillow-heif"):
        VideoSource(tmp_path / "photo.heic")


def test_a_damaged_heic_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "photo.heic").write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64))
    with pytest.raises(VideoError, match="save it as JPEG"):
        VideoSource(tmp_path / "photo.heic")


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((65, 49), "the last column and row stand twice in the result, 66x50"),
        ((64, 49), "the last row stands twice in the result, 64x50"),
        ((64, 48), ""),
    ],
)
def test_odd_sides_are_made_even_and_said(tmp_path, size, said):
    picture = np.random.default_rng(3).integers(0, 255, (size[1], size[0]), np.uint8)
    with av.open(str(tmp_path / "clip.mkv"), "w") as out:
        stream = out.add_stream("ffv1", rate=25, width=size[0], height=size[1], pix_fmt="gray")
        for _ in range(2):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="gray")))
        out.mux(stream.encode(None))
    source = VideoSource(tmp_path / "clip.mkv")
    assert said in "".join(source.notes)
    assert bool(source.notes) == bool(said)
    luma = next(source.read()).yuv()[0]
    np.testing.assert_array_equal(luma[size[1] - 1], luma[-1])
    np.testing.assert_array_equal(luma[:, size[0] - 1], luma[:, -1])
