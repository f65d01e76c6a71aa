"""The problem documents of api.video, as the published specifications show them."""

from __future__ import annotations

from typing import Any

_DOCS = "https://docs.api.video/reference/"


class Problem(Exception):
    """An answer that is a problem: ``status`` and JSON ``body``."""

    def __init__(self, status: int, kind: str, title: str, **more: Any) -> None:
        super().__init__(title)
        self.status = status
        self.body = {"type": _DOCS + kind, "title": title, "status": status, **more}


def wrong_credentials(status: int = 400) -> Problem:
    """A key or refresh token that is not (any more) good."""
    return Problem(status, "authentication-invalid-user-credentials", "The user credentials were incorrect.", name="")


def dead_token(status: int = 401) -> Problem:
    """An access token that is unknown or has died, or no credentials that are known here."""
    return Problem(status, "authentication-invalid-token", "The access token is invalid or has expired.")


def unrecognized_url() -> Problem:
    """The server has no such endpoint."""
    return Problem(404, "unrecognized-request-url", "Unrecognized request URL.")


def forbidden() -> Problem:
    """The endpoint is there, but this account may not read it."""
    return Problem(403, "forbidden", "You are not allowed to access this resource.")


def not_found(name: str) -> Problem:
    """The endpoint is there, the asset or session is not."""
    return Problem(404, "resource-not-found", "The requested resource was not found.", name=name)


def too_many_requests() -> Problem:
    """Over the rate limit."""
    return Problem(429, "too-many-requests", "Too many requests.")


def bad_query(name: str, detail: str) -> Problem:
    """A query parameter that is unknown, out of place or has a bad value."""
    return Problem(400, "request-invalid-query-parameter", "A query parameter is invalid.", detail=detail, name=name)


def bad_attribute(name: str, detail: str) -> Problem:
    """A path parameter with a value that is not allowed."""
    return Problem(400, "invalid-attribute", "An attribute is invalid.", detail=detail, name=name)


def out_of_range(name: str, lowest: int, highest: int | None = None) -> Problem:
    """``currentPage`` or ``pageSize`` outside what is allowed."""
    span = {"min": lowest} if highest is None else {"min": lowest, "max": highest}
    title = "This parameter is out of the allowed range of values."
    return Problem(
        400,
        "range-out-of-bounds",
        title,
        name=name,
        range=span,
        problems=[{"title": title, "name": name, "range": span}],
    )
