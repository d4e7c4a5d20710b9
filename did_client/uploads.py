"""Pictures and sounds on their way to D-ID: kept on disk until their job is sent, and not sent twice."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
from pathlib import Path

from . import parse
from .client import DIDClient, Kind
from .errors import FaceError, JobError, ServiceError
from .journal import Job, Journal, Stored
from .storage import clear_stale, private_folder, write_private

# D-ID keeps uploads 24 to 48 hours; the rest is left for the queue.
REUSE_SECONDS = 20 * 3600.0
_MIME = {"jpg": "image/jpeg", "wav": "audio/wav", "mp3": "audio/mpeg"}


class Uploads:
    """folder: holds the spool. Names in the spool are "<sha256>.<suffix>"."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self._spool = folder / "spool"
        self._journal = journal

    def keep(self, data: bytes, name: str) -> None:
        """Store bytes until they are sent. Raises SettingsError."""
        private_folder(self._spool)
        if not (self._spool / name).exists():
            write_private(self._spool / name, data)

    def sweep(self) -> None:
        """Delete what no job has to send any more."""
        waiting = self._journal.jobs("planned", "submitting")
        needed = {name for job in waiting for _, name in _files(job)}
        clear_stale(self._spool, ".*")
        for path in self._spool.glob("[!.]*"):  # with a dot: being written
            if path.name not in needed:
                path.unlink(missing_ok=True)

    def fresh(self, job: Job, kind: str, name: str, server_now: float) -> Stored | None:
        """What lies at D-ID and will outlast the job."""
        stored = self._journal.stored(job, kind, name)
        if stored and 0 <= server_now - stored.uploaded_at < REUSE_SECONDS:
            return stored
        return None

    def send(self, client: DIDClient, job: Job, kind: Kind, name: str) -> Stored:
        """Upload one file of a job. Raises ServiceError, FaceError for a picture in which D-ID found no face,
        or JobError if the spool has lost it."""
        try:
            data = (self._spool / name).read_bytes()
        except OSError:
            raise JobError(
                "The job's picture or sound is no longer on this machine; order the clip again."
            ) from None
        suffix = Path(name).suffix[1:]
        upload = client.upload(kind, data, f"{self.remote_stem(name)}.{suffix}", _MIME[suffix])
        if upload.faces == 0:
            # Not stored, so that no later order takes the picture for one in which there was a face.
            if upload.id:
                with contextlib.suppress(ServiceError):
                    client.delete(kind, upload.id)
            raise FaceError(
                "D-ID finds no face in the picture, so nothing was ordered; use one frontal, "
                "unobstructed face of at least 200 pixels.",
                kind="InvalidFaceError",
            )
        stored = Stored(upload.url, upload.id, client.transport.server_now())
        self._journal.store(job, kind, name, stored)
        return stored

    def remote_stem(self, name: str) -> str:
        """The file name given at D-ID: tells this installation's pictures from those of any other, and gives
        no hint of the content (HMAC-SHA256 of its hash, first 24 hex digits)."""
        return hmac.new(self._journal.salt, Path(name).stem.encode(), hashlib.sha256).hexdigest()[:24]

    def identifying_stem(self, stored: Stored, name: str) -> str:
        """The stem by which a talk can be told to be made from this picture; "" if D-ID gave it a common
        name."""
        stem = parse.stem(stored.url)
        unique = stem == self.remote_stem(name) or (len(stored.remote_id) >= 8 and stored.remote_id in stem)
        return stem if unique else ""

    def forget(self, job: Job) -> None:
        """No longer rely on the job's uploads: D-ID does not know them any more."""
        for kind, name in _files(job):
            self._journal.forget(job, kind, name)

    def delete(self, client: DIDClient, job: Job) -> None:
        """Remove the job's uploads from D-ID unless another open job needs them. What can't be removed
        expires by itself."""
        others = (other for other in self._journal.open_jobs() if other.id != job.id)
        needed = {name for other in others for _, name in _files(other)}
        for kind, name in _files(job):
            stored = self._journal.stored(job, kind, name)
            if stored is None or name in needed:
                continue
            self._journal.forget(job, kind, name)
            if stored.remote_id:
                with contextlib.suppress(ServiceError):
                    client.delete(kind, stored.remote_id)


def _files(job: Job) -> tuple[tuple[Kind, str], ...]:
    """Its files by kind; the sound of a text has no name."""
    return ("image", job.image), ("audio", job.audio)
