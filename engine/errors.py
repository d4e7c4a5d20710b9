"""Every error that is the user's to solve: one sentence that says what is wrong and what to do."""

from __future__ import annotations


class LipSyncError(Exception):
    """Base of all errors that LipSync Studio raises on purpose."""


class InputError(LipSyncError):
    """Something handed in can't be used."""


class VideoError(InputError):
    """The picture source can't be read: corrupt, empty or too small."""


class SourceMismatchError(InputError):
    """Two things that have to come from the same source don't.

    finding: which, and how it shows; remedy: what to connect, where the caller knows no better.
    """

    def __init__(self, finding: str, remedy: str) -> None:
        super().__init__(f"{finding}: {remedy}.")
        self.finding = finding


class AudioError(InputError):
    """The soundtrack is missing, empty or unreadable."""


class NoFaceError(InputError):
    """No face was found where one is needed."""


class TextError(InputError):
    """Lyrics or subtitles can't be used."""


class LyricsFormatError(TextError):
    """A lyrics or subtitle file is not what it claims to be: nothing in it can be read."""


class MissingFilesError(LipSyncError):
    """A model file or an optional package is not installed; the message names it and what fetches it.

    weights: the set of files that `weights download` would fetch, "" for anything else; size: of what is
    missing of it, bytes."""

    def __init__(self, message: str = "", weights: str = "", size: int = 0) -> None:
        super().__init__(message)
        self.weights, self.size = weights, size


class DeviceMemoryError(LipSyncError):
    """The device's memory doesn't hold the smallest piece of the work."""


class WeightsError(LipSyncError):
    """A weight file is unsafe, damaged or not the published one, or can't be fetched or put in its place."""


class AlignmentError(LipSyncError):
    """A text could not be placed on its audio."""


class OutputError(LipSyncError):
    """The result can't be written."""


class CloudError(LipSyncError):
    """A cloud service can't do, or has not done, what was asked of it."""


class ConsentError(LipSyncError):
    """The user has not agreed to a licence or a paid service, or that can't be read or written down."""


class UnexpectedError(LipSyncError):
    """What nobody thought of: a fault of this program, or of a library it uses."""


class Cancelled(LipSyncError):
    """The user stopped the run (outside ComfyUI, which has its own exception for it)."""
