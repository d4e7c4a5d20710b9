"""PocketSphinx: speech in many languages, without any model to fetch. Knows which words it did not hear."""

from __future__ import annotations

from dataclasses import replace

from ...engine.errors import AlignmentError
from ..beyond import as_far_as_heard
from ..doubt import doubtful_share, unheard_share
from ..mended import align_mended
from ..pocket_aligner import PocketAligner
from ..refine import untorn
from ..timing import Alignment
from ..words import WordTimings
from .protocol import Request

# With more words unheard than this the times are of no use to anybody.
_LOST_SHARE = 0.4


class Pocketsphinx:
    """See `protocol.Aligner`. A text that is partly wrong is mended by what a Whisper model hears, where
    there is one."""

    name = "pocketsphinx"
    languages = None
    contents = frozenset({"speech", "song"})
    needs = "nothing: it comes with the pack"
    estimates = False

    def ready(self, request: Request) -> bool:
        return True

    def align(self, request: Request) -> Alignment:
        pocket = PocketAligner(request.host.check_cancelled)
        try:
            timings = as_far_as_heard(request.samples, request.lines, request.spoken, pocket)
            timings = untorn(timings, request, pocket)
        except AlignmentError:
            return Alignment(WordTimings((), engine=self.name), "no path leads through the sound")
        unheard = unheard_share(timings)
        if unheard <= doubtful_share(timings):
            return Alignment(timings)
        # Song is where its times go wrong by themselves: mending the text doesn't help there. It is for
        # English only.
        mended = None if request.song or not request.spoken.english else _mended(request, pocket)
        if mended is not None:
            return Alignment(mended)
        doubtful = replace(timings, engine=f"{timings.engine} ({unheard:.0%} of the words doubtful)")
        usable = unheard <= _LOST_SHARE
        if usable and not request.whispers.available():
            return Alignment(doubtful)
        # A model that turns out to be of no use leaves these times the best there are.
        reason = f"{unheard:.0%} of the words are not heard where it puts them"
        return Alignment(timings, reason, doubtful if usable else None)


def _mended(request: Request, pocket: PocketAligner) -> WordTimings | None:
    """By what is really said, where a Whisper model can tell."""
    recognised = request.whispers.heard_if_possible()
    if recognised is None:
        return None
    match = align_mended(request.samples, request.lines, recognised.words(), pocket)
    if match is None or match.fault:
        return None
    return replace(match.timings, engine=f"pocketsphinx, mended by {recognised.engine}")
