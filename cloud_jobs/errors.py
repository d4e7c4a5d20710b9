"""Everything that can go wrong with a service. Each message is for the user: what is wrong and what to do."""

from __future__ import annotations


class CloudJobsError(Exception):
    """Base of the package's errors; retryable: the same may be tried again without harm."""

    retryable = False


class SettingsError(CloudJobsError):
    """The settings file, the service address or a folder can't be used."""


class KeyMissingError(CloudJobsError):
    """No API key is set."""


class KeyFileError(CloudJobsError):
    """The file that holds the key is unreadable, malformed or readable by others."""


class CloudDisabledError(CloudJobsError):
    """Cloud calls are switched off on this machine."""


class ConsentError(CloudJobsError):
    """The user has not agreed to send picture and voice to the service."""


class CapError(CloudJobsError):
    """The job would cost more than the user's own limit per run or per day."""


class InvalidRequestError(CloudJobsError):
    """The order can't be sent as it is."""


class OutputError(CloudJobsError):
    """The clip can't be written where it is wanted."""


class JournalError(CloudJobsError):
    """The job journal can't be read or written, or has no such job."""


class ServiceError(CloudJobsError):
    """The service, or the way to it, refused a call.

    status: HTTP status, or None when no reply came. kind: the service's own word for the cause, "" if it
    gave none. remote_id: the clip that the refusal names all the same, "" if none. A call that costs money is
    never repeated for being retryable alone: see jobs.
    """

    def __init__(self, text: str, *, status: int | None = None, kind: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind
        self.remote_id = ""


class AuthenticationError(ServiceError):
    """401: the key was not accepted."""


class CreditsError(ServiceError):
    """402, or a balance too low for the job."""


class PermissionDeniedError(ServiceError):
    """403: the plan lacks the feature."""


class AddressError(ServiceError):
    """403, 404 or 405 from the gateway: the address or method does not exist; or a redirect."""


class NotFoundError(ServiceError):
    """404: the service does not know this job or upload."""


class ConflictError(ServiceError):
    """409: the job is still running, or an identical one is in process."""


class MediaTypeError(ServiceError):
    """413 or 415: the service does not take this file."""


class ModerationError(ServiceError):
    """451: the service refuses the picture, the text or the voice."""


class FaceError(ServiceError):
    """No usable face in the picture, by the reply to an upload or an order."""


class ValidationError(ServiceError):
    """400: the service does not accept the request."""


class RateLimitError(ServiceError):
    """429. retry_after: seconds the service asked for, None if it named none."""

    retryable = True
    retry_after: float | None = None


class ServerError(ServiceError):
    """5xx: trouble at the service; whether the call was carried out is unknown."""

    retryable = True


class UnreachableError(ServiceError):
    """No connection could be made, so nothing was sent."""

    retryable = True


class NoReplyError(ServiceError):
    """The request was sent, but the reply did not come, or broke off; whether it was carried out is
    unknown."""

    retryable = True


class ReplyError(ServiceError):
    """A reply came that makes no sense: not JSON, empty, or without what it must hold."""

    retryable = True


class JobError(CloudJobsError):
    """A journalled job can't be carried on now."""


class JobFailedError(JobError):
    """The service took the job and could not render it."""


class JobRejectedError(JobFailedError):
    """The service took the job and then refused it."""


class JobRefusedError(JobError):
    """The service did not take the job."""


class UndecidedError(JobError):
    """It can't be told whether the service made the job; nothing is sent again until the user decides."""


class AbandonedError(JobError):
    """The user gave the job up."""


class StillRunningError(JobError):
    """Waiting ended before the job did; it goes on at the service and can be collected later."""


class DownloadError(CloudJobsError):
    """The finished clip did not arrive whole. The job itself is done."""

    retryable = True


class UnusableClipError(DownloadError):
    """The finished clip can't be stored here, and trying again would not help."""

    retryable = False


class LinkExpiredError(DownloadError):
    """The signed link is no longer valid; asking for the job again gives a new one."""
