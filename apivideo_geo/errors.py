"""The errors of this project. The class determines the exit code.

    ApivideoGeoError
    ├── UsageError        2  wrong usage or settings
    ├── KeyRefused        3  the API refused the key
    ├── SourceFailed      4  the API or the network failed, or days are missing that should be there
    │   ├── ApiError          the API answered with a problem (status, title, detail)
    │   │   └── EndpointGone  this server does not have the endpoint (404 for the URL itself)
    │   ├── UnknownShape      the API's answer does not have the shape that it describes
    │   ├── DeadlineExceeded  the whole run took too long
    │   ├── DiskFailed        a file could not be written (full disk, read-only folder)
    │   └── GitFailed         git, or the remote it talks to, failed
    └── DataRefused       5  unreadable input, mixed stores, a failed check before publishing

A message says what happened, where, and what to do. The package that imports a library translates that library's
errors into these.
"""

from __future__ import annotations


class ApivideoGeoError(Exception):
    """Base of the tree; never raised itself."""

    exit_code = 1
    title = "Failed"


class UsageError(ApivideoGeoError):
    """Wrong usage or settings."""

    exit_code = 2
    title = "Wrong usage"


class KeyRefused(ApivideoGeoError):
    """The API refused the key."""

    exit_code = 3
    title = "API key refused"


class SourceFailed(ApivideoGeoError):
    """The API or the network failed."""

    exit_code = 4
    title = "Could not collect"


class ApiError(SourceFailed):
    """The API answered with a problem document."""

    def __init__(self, message: str, status: int = 0, problem_title: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.problem_title = problem_title


class EndpointGone(ApiError):
    """The server does not have the URL (api.video's production has no session endpoints since 2023)."""


class UnknownShape(SourceFailed):
    """An answer does not have the shape that the API describes; ``reason`` says in a few words why."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class DeadlineExceeded(SourceFailed):
    """The whole run took longer than the setting ``deadline`` allows."""


class DiskFailed(SourceFailed):
    """A file could not be written."""

    title = "Could not write"


class GitFailed(SourceFailed):
    """git or its remote failed; ``final``: another attempt would fail in the same way."""

    title = "Could not keep the history on its branch"

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class DataRefused(ApivideoGeoError):
    """Unreadable input, mixed stores, or a failed check before publishing."""

    exit_code = 5
    title = "Data refused"
