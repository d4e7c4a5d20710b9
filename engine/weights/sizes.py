"""Sizes as people read them."""

from __future__ import annotations


def readable(size: float) -> str:
    """A number of bytes in decimal units, as disks and hubs count: "3.4 GB"."""
    if size < 1000:
        return f"{size:.0f} bytes"
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 999.5 or unit == "GB":
            break
    return f"{size:.0f} {unit}" if size >= 99.5 else f"{size:.1f} {unit}"
