"""Errors to exit codes: each error becomes one sentence on stderr and the exit code of its class."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import typer

from apivideo_geo.durable import advise
from apivideo_geo.errors import ApivideoGeoError, DataRefused, SourceFailed
from apivideo_geo.plain_text import clean_text, mask_keys

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it: 128 + SIGINT."""
TERMINATED = 143
"""The same after SIGTERM, which ``kill``, systemd and Docker send."""
MESSAGE = "Interrupted; no file is left half-written."
ENDING = 5.0
"""Seconds that an interrupted run has to end, before another Ctrl-C interrupts that too."""


def run_guarded(work: Callable[[], object]) -> int:
    """Call ``work()`` and return the exit code; an error is printed as one sentence, never as a traceback."""
    with _terminable() as terminated:
        try:
            code = _restore_interrupts(work)
            if code == INTERRUPTED:  # Typer returns this after Ctrl-C, without a message
                raise KeyboardInterrupt
            return code if isinstance(code, int) else 0
        except ApivideoGeoError as error:
            return _fail(str(error), error.exit_code, error.title)
        except (KeyboardInterrupt, typer.Abort):
            code = TERMINATED if terminated.is_set() else INTERRUPTED
            return _fail(MESSAGE, code, "Interrupted")
        except typer.TyperException as error:
            return _fail(_explain_usage(error), 2, "Wrong usage")
        except BrokenPipeError:  # whoever read our output, such as head, has closed it
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        except Exception as error:
            return _fail_unexpected(error)


@contextmanager
def _terminable() -> Iterator[threading.Event]:
    """Within the block, SIGTERM raises KeyboardInterrupt, so that temporary files are removed; provide an event for it.

    Further SIGTERMs and Ctrl-Cs are ignored for ``ENDING`` seconds, so that they do not interrupt the removal.
    """
    terminated, ending_until = threading.Event(), 0.0

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal ending_until
        if time.monotonic() < ending_until:
            return
        ending_until = time.monotonic() + ENDING
        if number == signal.SIGTERM:
            terminated.set()
        if _is_importing(frame):  # a library might catch the exception, and leave its modules half imported
            os.write(2, f"error: {MESSAGE}\n".encode())
            leave(TERMINATED if terminated.is_set() else INTERRUPTED)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield terminated  # Python handles signals in the main thread alone
        return
    before = {signal.SIGTERM: signal.getsignal(signal.SIGTERM)}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else the shell had it ignored
        before[signal.SIGINT] = signal.default_int_handler
    for number in before:
        signal.signal(number, interrupt)
    try:
        yield terminated
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_importing(frame: FrameType | None) -> bool:
    while frame and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


def leave(code: int) -> NoReturn:
    """End the process at once, after running the exit handlers.

    Before Python 3.14, a library's thread that needs Python during shutdown is killed, and C++ then calls abort().
    """
    import atexit

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, lambda *_: os._exit(code))  # Ctrl-C while an exit handler takes long
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # the disk is full, or the reader has closed the pipe
            code = code or 1
    os._exit(code)


def _restore_interrupts(work: Callable[[], object]) -> object:
    """Call ``work()``; raise KeyboardInterrupt where Python or an engine wrapped one in another exception."""
    try:
        return work()
    except Exception as error:
        cause: BaseException | None = error
        while cause:
            if isinstance(cause, KeyboardInterrupt) or type(cause).__name__ == "InterruptException":
                raise KeyboardInterrupt from None
            cause = cause.__cause__ or cause.__context__
        raise


def _explain_usage(error: typer.TyperException) -> str:
    """Return Typer's message as one sentence that says what to write."""
    from pydantic import ValidationError

    from apivideo_geo.wrong_values import explain_value

    message: str = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    if isinstance(error.__cause__, ValidationError):
        return f"{message.partition(': ')[0]}: {explain_value(error.__cause__)}."
    if context and type(error).__name__ == "NoSuchOption":
        return _explain_option(getattr(error, "option_name", ""), context)
    if extra := re.search(r"extra argument\(s\) \(([^\s)]+)", message):
        message = f"Unexpected argument {extra[1]}"
        if {"--sessions", "--counts"} & {*sys.argv}:
            return f"{message}: put a pattern in quotes, such as --sessions 'old/*.csv'."
    return f"{message} See --help." if message.endswith("?") else f"{message}; see --help."


def _explain_option(name: str, context: typer.Context) -> str:
    """Say that the command has no option ``name``, and which option or setting is meant, or which command has it."""
    from apivideo_geo.settings import DEFAULT_FILE, ENVIRONMENT_ONLY, KEY_PLACE, Settings, is_key
    from apivideo_geo.wrong_values import nearest

    settings = {
        f"--{field.replace('_', '-')}": field for field in Settings.model_fields if field not in ENVIRONMENT_ONLY
    }
    command = context.command.name
    options = [option for parameter in context.command.params for option in parameter.opts]
    others = [
        other for other, one in getattr(context.parent and context.parent.command, "commands", {}).items()
        if any(name in parameter.opts for parameter in one.params)
    ]  # fmt: skip
    near = nearest(name, [*options, *settings])
    if is_key(name):
        advice = f"{KEY_PLACE}."
    elif others and command == "forget" and name in ("--since", "--until"):
        advice = "forget takes the days themselves: forget 2026-11-01 2026-11-02."
    elif others:
        advice = (
            f"{', '.join(others)} {'has' if len(others) == 1 else 'have'} it, {command} does not; see {command} --help."
        )
    elif near and near not in options:
        advice = f"{settings[near]} is a setting: write {settings[near]} = … in {DEFAULT_FILE}."
    else:
        advice = f"did you mean {near}?" if near else "see --help."
    return f"No such option: {name}; {advice}"


def _fail_unexpected(error: Exception) -> int:
    """Report an error that no part of the program translated: a missing package, the system, or a bug."""
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("apivideo_geo"):
        message = f"The package {error.name!r} is not installed. Run `python3 -m pip install -r requirements.lock`."
        return _fail(message, 2, "Not installed")
    if isinstance(error, OSError):
        message = f"{error.filename or 'The system'}: {error.strerror or error}; {advise(error)}, then run again."
        return _fail(message, SourceFailed.exit_code, "Failed")
    if isinstance(error, MemoryError):
        message = "Out of memory. Give the run more, or fewer files at once."
        return _fail(message, SourceFailed.exit_code, "Failed")
    logging.getLogger("apivideo_geo").debug("Unexpected error", exc_info=True)
    message = f"Unexpected {type(error).__name__}: {error} (run again with -vv for the traceback; please report it)."
    return _fail(message, DataRefused.exit_code, "Unexpected error")


def _fail(message: str, code: int, title: str) -> int:
    from apivideo_geo.api.secrets import redactor
    from apivideo_geo.console.actions import publish_error
    from apivideo_geo.settings import secrets_in_environment

    for secret in secrets_in_environment():
        redactor.hide(secret)
    message = mask_keys(redactor.clean(" ".join(clean_text(message).split())))
    typer.echo(f"error: {message}", err=True)
    publish_error(message, title)
    return code
