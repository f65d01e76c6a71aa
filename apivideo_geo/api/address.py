"""The address of the API server, checked before anything is sent there. Pure."""

from __future__ import annotations

import logging
from ipaddress import ip_address
from urllib.parse import urlsplit

from apivideo_geo.errors import UsageError

logger = logging.getLogger("apivideo_geo.api")


def check_base_url(base_url: str) -> tuple[str, str]:
    """The address without a slash at its end, and its host. Raises UsageError."""
    try:
        parts = urlsplit(base_url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or port == 0:
        raise UsageError(
            "APIVIDEO_BASE_URL is not the address of a server: write it like https://ws.api.video, or leave it out."
        )
    if parts.username or parts.password:
        raise UsageError("APIVIDEO_BASE_URL carries a user name: leave it out, the key goes into APIVIDEO_API_KEY.")
    if parts.scheme == "http" and not _is_local(host):
        logger.warning("%s is asked over plain http: the API key can be read on the way.", host)
    return base_url.strip().rstrip("/"), host


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
