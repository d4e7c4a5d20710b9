"""Sounds with known truth for tests and `dev.py bench align`: synthesised speech, song and music.

Everything is computed, the same every time, and the synthesiser's part of it kept in .cache/corpus.
"""

from __future__ import annotations

from .case import RATE as RATE
from .case import Case as Case
from .cases import RATES as RATES
from .cases import SNRS as SNRS
from .cases import VOICES as VOICES
from .cases import joined as joined
from .cases import long_speech as long_speech
from .cases import music as music
from .cases import silence as silence
from .cases import spoken as spoken
from .cases import sung as sung
from .cases import with_music as with_music
from .garble import Garbled as Garbled
from .garble import garbled as garbled
from .languages import VARIANTS as VARIANTS
from .languages import VERSES as VERSES
from .languages import reading as reading
from .metrics import Metrics as Metrics
from .metrics import errors as errors
from .recorded import recorded as recorded
from .simulated import misheard as misheard
from .simulated import performed as performed
