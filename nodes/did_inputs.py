"""Inputs that the D-ID nodes share."""

from __future__ import annotations

from comfy_api.latest import io


def consent_input() -> io.Input:
    return io.Boolean.Input(
        "consent",
        default=False,
        label_on="send to D-ID and pay",
        label_off="send nothing",
        tooltip=(
            "Must be on: the picture and the voice or text are sent to D-ID, a paid service, and the clip "
            "costs credits. Use only faces and voices of people who agree."
        ),
    )


def max_credits_input() -> io.Input:
    return io.Int.Input(
        "max_credits",
        default=4,
        min=1,
        max=1000,
        tooltip=(
            "The most that this clip may cost, by the estimate: one credit for each 15 seconds begun. "
            "did.json may set a lower limit."
        ),
    )


def stitch_input() -> io.Input:
    return io.Boolean.Input(
        "stitch",
        default=False,
        optional=True,
        advanced=True,
        tooltip="Keeps the whole picture instead of a square around the face. Not in every D-ID plan.",
    )


def again_input() -> io.Input:
    return io.Int.Input(
        "again",
        default=0,
        min=0,
        max=1_000_000,
        optional=True,
        advanced=True,
        tooltip=(
            "An unchanged order is never paid for twice: its clip is used again. A new number has the same "
            "clip made, and paid for, once more."
        ),
    )


def nonce(again: int) -> str:
    """What tells a repeated order from the first one."""
    return str(again) if again else ""
