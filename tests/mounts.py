"""Commands with mounts of their own, which nobody else sees and which end with them."""

import os
import subprocess


def own_mounts(script, *arguments):
    """The command that runs the shell ``script`` (``"$@"`` is ``arguments``) as root in mounts of its own."""
    own = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
    return ["unshare", *own, "sh", "-c", script, "sh", *arguments]


def in_own_mounts(script, *arguments, env=None, **options):
    """Run ``script`` in mounts of its own and return the finished process."""
    environment = {**os.environ, **(env or {})}
    return subprocess.run(
        own_mounts(script, *arguments), env=environment, capture_output=True, text=True, timeout=60, **options
    )
