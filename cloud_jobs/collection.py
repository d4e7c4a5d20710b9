"""From a clip at the service to a file: polling, the download, and what to do with a clip that is not as
ordered."""

from __future__ import annotations

from .account import Account, Memory, with_extra
from .download import Fetched, file_digest
from .errors import DownloadError, NotFoundError, StillRunningError
from .job import Job
from .replies import Remote
from .storage import private_folder
from .waiting import poll_interval

LINK_SECONDS, LINK_INTERVAL = 60.0, 5.0
MISSING_POLLS = 6
_QUOTE = 300


class Collection:
    """Steps of the states submitted and downloaded; see Submission."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._title = account.service.title
        self._clock = account.clock
        self._scrub = account.transport.key.scrub

    def poll(self, job: Job, memory: Memory) -> float | None:
        """Ask once; when the clip is there, fetch it."""
        self._account.authenticate()
        try:
            remote = self._account.client.status(job.remote_id)
        except NotFoundError:
            memory.missing += 1
            if memory.missing < MISSING_POLLS:  # a new one may take a while to show up
                return poll_interval(memory.missing, self._account.rng)
            age = self._account.transport.server_now() - (job.submitted_at or job.created)
            if 0 <= age < self._account.service.typical:
                return poll_interval(memory.missing, self._account.rng)
            raise StillRunningError(
                f"{self._title} does not know this clip (job {job.id[:8]}; 404): it was deleted there, has "
                "expired, or can't be seen for a while. Nothing is paid again: the next run, or "
                f"`{self._account.service.command} resume`, asks again, and "
                f"`{self._account.service.command} jobs --abandon` gives it up, so that it can be ordered "
                "anew."
            ) from None
        memory.missing = 0
        memory.polls += 1
        if remote.state in ("failed", "rejected"):
            self._settle(job, remote)
            return None
        if remote.state == "running":
            if not remote.known:
                status = self._scrub(remote.status)[:40]
                self._account.note(job, f"{self._title} reports the unknown status {status!r}; waiting on.")
            return poll_interval(memory.polls, self._account.rng)
        if remote.result_url:
            return self._collect(job, remote, memory)
        if memory.done_since is None:
            memory.done_since = self._clock.monotonic()
        if self._clock.monotonic() - memory.done_since > LINK_SECONDS:
            raise StillRunningError(
                f"{self._title} calls the clip finished but gives no link to it; resume later."
            )
        return LINK_INTERVAL

    def _settle(self, job: Job, remote: Remote) -> None:
        """The service gave up on the clip."""
        rejected = remote.state == "rejected"
        reason = self._scrub(remote.error_text)[:_QUOTE]
        kind = self._scrub(remote.error_kind)
        quote = f' It says: "{reason}".' if reason else " It gives no reason."
        text = (
            f"{self._title} took the job and then {'refused' if rejected else 'could not render'} it; try "
            f"another picture or sound.{quote}"
        )
        self._account.end(job, "rejected" if rejected else "failed", with_extra(text, job), kind)

    def _collect(self, job: Job, remote: Remote, memory: Memory) -> float | None:
        target = private_folder(self._account.results) / f"{job.id}.{job.suffix}"

        def accept(fetched: Fetched) -> None:
            # The wrong clip twice is what the service made: it was paid for, so the user gets it, with a
            # remark.
            if _as_ordered(job, fetched) or memory.odd_clip == fetched.sha256:
                return
            memory.odd_clip = fetched.sha256
            raise DownloadError(f"{_looks(fetched)}, not what was ordered; it is fetched again.")

        fetched = self._account.downloader.fetch(remote.result_url, target, accept)
        if not _as_ordered(job, fetched):
            job = self._account.note(
                job,
                f"{_looks(fetched)}, not what was ordered; {self._title} sent the same twice, so "
                "it was kept.",
            )
        self._account.end(job, "downloaded", result=target.name, sha256=fetched.sha256)
        return None

    def verify(self, job: Job, memory: Memory) -> float | None:
        """A clip that is no longer whole on this machine is fetched anew, as long as the service has it."""
        path = self._account.results / job.result
        if path.is_file() and file_digest(path) == job.sha256:
            return None
        self._account.advance(job, state="submitted")
        return 0.0


def _as_ordered(job: Job, fetched: Fetched) -> bool:
    """There is sound, and the length is that of the order within 0.5 s or 5 %."""
    if job.seconds is None:
        return fetched.clip.sound
    return fetched.clip.sound and abs(fetched.clip.seconds - job.seconds) <= max(0.5, 0.05 * job.seconds)


def _looks(fetched: Fetched) -> str:
    sound = "" if fetched.clip.sound else " and has no sound"
    return f"The clip lasts {fetched.clip.seconds:.1f} s{sound}"
