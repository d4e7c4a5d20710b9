"""Pictures whose ICC profile says that their colours are no sRGB, such as phones' (Display P3)."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms

# Colour spaces of profiles, and the modes of pictures that they describe.
_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}
_STEPS = np.linspace(0, 255, 9).round()
# sRGB's own profiles differ by so much from each other, in codes of 255.
_ALIKE = 3


def to_srgb(picture: Image.Image) -> tuple[Image.Image, str]:
    """The picture as RGB or RGBA in sRGB, and the name of the profile that it had; as it is, and "", where
    that is sRGB's, can't be read or doesn't fit. By Little CMS: relative colorimetric, with black point
    compensation (ICC.1:2022, 6.2; ISO 18619)."""
    data = picture.info.get("icc_profile")
    if not data:
        return picture, ""
    alpha = picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None
    colours = picture if picture.mode in ("RGB", "L", "CMYK") else picture.convert(_plain(picture.mode))
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        if profile.profile.xcolor_space.strip() != _SPACES.get(colours.mode):
            return picture, ""
        transform = ImageCms.buildTransform(
            profile, ImageCms.createProfile("sRGB"), colours.mode, "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )  # fmt: skip
        if _changes_nothing(transform, colours.mode):
            return picture, ""
        converted = ImageCms.applyTransform(colours, transform)
        name = ImageCms.getProfileDescription(profile).strip()
    except (ImageCms.PyCMSError, OSError):
        return picture, ""
    assert converted is not None, "it is not made in place"
    if alpha is not None:
        converted.putalpha(alpha)
    converted.info.pop("icc_profile", None)
    return converted, name or "a profile without a name"


def _plain(mode: str) -> str:
    """What is left of a mode without opacity or palette."""
    return "L" if mode in ("LA", "1") else "RGB"


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    if mode == "CMYK":
        return False
    if mode == "L":
        codes = np.arange(256, dtype=np.uint8)[None]
        known = np.repeat(codes[..., None], 3, axis=2)
    else:
        codes = np.stack(np.meshgrid(_STEPS, _STEPS, _STEPS), -1).reshape(1, -1, 3).astype(np.uint8)
        known = codes
    seen = np.asarray(ImageCms.applyTransform(Image.fromarray(codes), transform))
    return bool(np.abs(seen.astype(int) - known).max() <= _ALIKE)
