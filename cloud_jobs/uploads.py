"""Files on their way to a service: kept on disk until their job is sent, and not sent twice."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
from pathlib import Path

from . import parse
from .errors import JobError, ServiceError
from .job import Job, Stored
from .journal import Journal
from .order import OrderFile
from .service import Client, Service
from .storage import clear_stale, move_private, private_folder, write_private

_MIME = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
}


class Uploads:
    """folder: holds the spool. Names in the spool are "<sha256>.<suffix>"."""

    def __init__(self, folder: Path, journal: Journal, service: Service) -> None:
        self._spool = folder / "spool"
        self._journal = journal
        self._service = service

    def keep(self, file: OrderFile) -> None:
        """Store bytes until they are sent; a file is moved. Raises SettingsError."""
        private_folder(self._spool)
        target = self._spool / file.name
        if isinstance(file.content, Path):
            move_private(file.content, target)
        elif not target.exists():
            write_private(target, file.content)

    def sweep(self) -> None:
        """Delete what no job has to send any more."""
        # One of unknown outcome may have to be sent again.
        waiting = self._journal.jobs("planned", "submitting", "ambiguous")
        needed = {name for job in waiting for name in job.files.values()}
        clear_stale(self._spool, ".*")
        for path in self._spool.glob("[!.]*"):  # with a dot: being written
            if path.name not in needed:
                path.unlink(missing_ok=True)

    def fresh(self, job: Job, kind: str, name: str, server_now: float) -> Stored | None:
        """What lies at the service and will outlast the job."""
        stored = self._journal.stored(job, kind, name)
        if stored and 0 <= server_now - stored.uploaded_at < self._service.reuse:
            return stored
        return None

    def send(self, client: Client, job: Job, kind: str, name: str) -> Stored:
        """Upload one file of a job. Raises ServiceError, or JobError if the spool has lost it."""
        path = self._spool / name
        if not path.is_file():
            raise JobError("The job's picture or sound is no longer on this machine; order the clip again.")
        suffix = Path(name).suffix[1:]
        upload = client.upload(kind, path, f"{self.remote_stem(name)}.{suffix}", _MIME[suffix])
        stored = Stored(upload.url, upload.id, client.transport.server_now())
        self._journal.store(job, kind, name, stored)
        return stored

    def remote_stem(self, name: str) -> str:
        """The file name given at the service: tells this installation's files from those of any other, and
        gives no hint of the content (HMAC-SHA256 of its hash, first 24 hex digits)."""
        return hmac.new(self._journal.salt, Path(name).stem.encode(), hashlib.sha256).hexdigest()[:24]

    def identifying_stem(self, stored: Stored, name: str) -> str:
        """The stem by which a clip can be told to be made from this file; "" if the service gave it a common
        name."""
        stem = parse.stem(stored.url)
        unique = stem == self.remote_stem(name) or (len(stored.remote_id) >= 8 and stored.remote_id in stem)
        return stem if unique else ""

    def forget(self, job: Job) -> None:
        """No longer rely on the job's uploads: the service does not know them any more."""
        for kind, name in job.files.items():
            self._journal.forget(job, kind, name)

    def delete(self, client: Client, job: Job) -> None:
        """Remove the job's uploads from the service unless another open job needs them. What can't be removed
        expires by itself."""
        others = (other for other in self._journal.open_jobs() if other.id != job.id)
        needed = {name for other in others for name in other.files.values()}
        for kind, name in job.files.items():
            stored = self._journal.stored(job, kind, name)
            if stored is None or name in needed:
                continue
            self._journal.forget(job, kind, name)
            if stored.remote_id:
                with contextlib.suppress(ServiceError):
                    client.delete(kind, stored.remote_id)
