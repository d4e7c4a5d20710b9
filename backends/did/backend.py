"""A picture made to speak by D-ID, as one more backend of the lip-sync node."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...cloud_jobs import CloudJobs, Order, Settings
from ...did_client import TalkConfig, TalkOrder
from ...did_client.media import PICTURE, SOUND
from ...engine.host.protocol import Host
from ..cloud.portrait import PortraitBackend, picture_of, voice_of
from ..request import LipSyncRequest
from .spec import SPEC, DIDSettings


class DIDBackend(PortraitBackend):
    spec = SPEC

    def __init__(
        self, open_jobs: Callable[[], CloudJobs], check_consent: Callable[[], None], settings: DIDSettings
    ) -> None:
        super().__init__(open_jobs, check_consent, settings)
        self.takes_footage = settings.use_first_frame

    def orders(self, request: LipSyncRequest, limits: Settings, host: Host) -> Sequence[Order]:
        # What tells a repeated order from the first one.
        nonce = str(self._settings.again or "")
        config = TalkConfig(stitch=self._settings.stitch)
        return [TalkOrder(picture_of(request, PICTURE), voice_of(request, SOUND), config, nonce=nonce)]
