"""A Python that has imported all libraries already: each run of ``build.py`` is a fork of it, which saves its start.

Its templates are compiled once, and its PNGs are stripes. The product itself is imported by the run, from the checkout
that it runs in. ``python -m tests.rehearsal.interpreter`` is the process that forks.
"""

from __future__ import annotations

import array
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import resvg_py
from jinja2 import Environment, FileSystemBytecodeCache

from tests.forks import MODULES, ending_process
from tests.product import ROOT
from tests.sharing import draw_stripes

STREAMS = 3
CLIENT = """\
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    job = json.dumps({"arguments": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)})
    socket.send_fds(server, [len(job.encode()).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(job.encode())
    code = int(server.makefile().read())
    sys.exit(code if code >= 0 else 128 - code)
"""
"""Hands arguments, folder, environment and the three streams over, and waits for the exit code."""


def write_python(path: Path) -> None:
    """Make ``path`` a Python: this one, whose runs of ``build.py`` are forks of one that has imported all libraries."""
    client = _start().with_name("client.py")
    path.write_text(
        f'#!/bin/sh\ncase "$1" in\n*/build.py | build.py) exec "{sys.executable}" -IS "{client}" "{_start()}" "$@" ;;\n'
        f'*) exec "{sys.executable}" "$@" ;;\nesac\n'
    )
    path.chmod(0o755)


@cache
def _start() -> Path:
    """Start the process that forks; return the socket on which it takes runs."""
    folder = Path(tempfile.mkdtemp(prefix="python-"))
    address = folder / "socket"
    address.with_name("client.py").write_text(CLIENT)
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.rehearsal.interpreter", str(address)], env=environment, stdout=subprocess.PIPE
    )
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    atexit.register(process.kill)
    return address


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates by their name and text, wherever the folder of the templates is."""

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return name.replace("/", "+")


def main(address: Path) -> None:
    """Import all libraries, then fork for each connection, until this process is killed."""
    for name in MODULES:
        import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] == "apivideo_geo"]:
        del sys.modules[name]
    sys.path[:] = ["the folder of the script", *(place for place in sys.path[1:] if place != str(ROOT))]
    original, compiled = Environment.__init__, _Compiled(str(address.parent))

    def remembering(self: Environment, *arguments: Any, **options: Any) -> None:
        if not arguments:  # with positional arguments it is an environment of jinja's own
            options.setdefault("bytecode_cache", compiled)
        original(self, *arguments, **options)

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with (
        socket.socket(socket.AF_UNIX) as server,
        patch.object(Environment, "__init__", remembering),
        patch.object(resvg_py, "svg_to_bytes", draw_stripes),
    ):
        server.bind(str(address))
        server.listen(16)
        print("ready", flush=True)
        while True:
            connection, _ = server.accept()
            if not os.fork():
                server.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _watch(connection)
            connection.close()


def _watch(connection: socket.socket) -> None:
    """Fork once more for the run itself, wait for its end, and send its exit code."""
    head, descriptors, _, _ = socket.recv_fds(connection, 8, STREAMS)
    size, content = int.from_bytes(head, "big"), b""
    while len(content) < size:
        content += connection.recv(size - len(content))
    run = os.fork()
    if not run:
        connection.close()
        for stream, descriptor in enumerate(array.array("i", descriptors)):
            os.dup2(descriptor, stream)
            os.close(descriptor)
        _become(**json.loads(content))
    _, status = os.waitpid(run, 0)
    connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Run a script as ``python`` does, and end this process."""
    script = Path(folder, arguments[0])
    with ending_process():
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv, sys.path[0] = arguments, str(script.parent)
        exec(compile(script.read_bytes(), str(script), "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
