"""Check the address of the API server before anything is sent there. No I/O."""

from __future__ import annotations

import logging
from ipaddress import ip_address
from urllib.parse import urlsplit

from apivideo_geo.errors import UsageError

logger = logging.getLogger("apivideo_geo.api")


def check_base_url(base_url: str) -> tuple[str, str]:
    """Return the address without a trailing slash, and its host. Raises UsageError."""
    try:
        parts = urlsplit(base_url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or port == 0:
        raise UsageError(
            "APIVIDEO_BASE_URL is not the address of a server: write it like https://ws.api.video, or remove it."
        )
    if parts.username or parts.password:
        raise UsageError("APIVIDEO_BASE_URL contains a user name: remove it, and put the key into APIVIDEO_API_KEY.")
    if parts.scheme == "http" and not _is_local(host):
        logger.warning("%s is reached over plain http: others can read the API key on its way.", host)
    return base_url.strip().rstrip("/"), host


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
