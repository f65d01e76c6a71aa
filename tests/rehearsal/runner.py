"""A run of a workflow: its jobs and steps in order, read from the YAML. What it does not know it refuses."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from ruamel.yaml import YAML

from tests.rehearsal.actions import ACTIONS
from tests.rehearsal.expressions import Refused, fill, holds

STEP_KEYS = {
    "name", "id", "if", "uses", "with", "env", "run", "shell", "working-directory", "continue-on-error",
    "timeout-minutes",
}  # fmt: skip
JOB_KEYS = {
    "name", "needs", "if", "runs-on", "timeout-minutes", "permissions", "environment", "env", "outputs", "steps",
    "concurrency",
}  # fmt: skip
ACTION_KEYS = {"name", "description", "branding", "inputs", "outputs", "runs"}
CALLING_KEYS = {"name", "needs", "if", "uses", "permissions"}
SHELLS = {None: ["bash", "-e"], "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}


def read_workflow(path):
    """The workflow in ``path`` (or an open text); ``on`` is a word, as GitHub reads it."""
    return YAML(typ="safe", pure=True).load(Path(path) if isinstance(path, (str, Path)) else path)


@dataclass
class Job:
    """One job of a run: its workspace and what it said so far. ``action``: the folder of the action it is in."""

    name: str
    folder: Path
    token: str = field(repr=False)
    permissions: dict = field(default_factory=dict)
    status: str = "success"
    steps: dict = field(default_factory=dict)
    env: dict = field(default_factory=dict)
    path: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    action: Path | None = None

    @property
    def workspace(self):
        return self.folder / "workspace"


class Run:
    """``go()`` runs it to its end, ``go(until="step-id")`` to just before that step (and ``go()`` later goes on).

    ``results``: job → success, failure, skipped. ``outputs``: job → its outputs. ``log``, ``summary``: all that was
    printed, and the job summaries. ``artifact``, ``published``: the folders uploaded and deployed, or None.
    ``tag``: the tag that was pushed. ``called``: workflow → result, of those that a job calls; they are not run here.
    ``actions``: owner/name → folder, of composite actions in other repositories.
    """

    def __init__(
        self, repository, workflow, event, *, inputs=None, secrets=None, ambient=None, tag="", called=None, actions=None
    ):
        self.repository = repository
        self.workflow = read_workflow(workflow) if isinstance(workflow, (str, Path)) else workflow
        self.number = repository.next_number()
        self.folder = repository.folder / f"run-{self.number}"
        self.event, self.ambient = event, ambient or {}
        self.secrets = dict(secrets or {})
        self.inputs = self._inputs(inputs or {})
        self.results, self.outputs, self.jobs = {}, {}, {}
        self.log = self.summary = ""
        self.artifact = self.published = None
        self.tag, self.ref = tag, f"refs/tags/{tag}" if tag else f"refs/heads/{repository.branch}"
        self.ref_name = tag or repository.branch
        self.called, self.attested, self.actions = called or {}, {}, actions or {}
        self._proceeding = self._proceed()
        self._waiting_at, self._numbers = None, count()

    def go(self, until=None):
        """Run on; returns self."""
        while self._waiting_at is None or self._waiting_at != until:
            try:
                self._waiting_at = next(self._proceeding)
            except StopIteration:
                assert until is None, f"no step {until!r} came"
                break
        return self

    def _inputs(self, given):
        if self.event != "workflow_dispatch":
            assert not given
            return {}
        known = self.workflow["on"]["workflow_dispatch"].get("inputs", {})
        for name, value in given.items():
            options = known[name].get("options")
            assert options is None or value in options, f"{name}: {value!r} is not offered"
        return {
            name: given.get(name, what.get("default", False if what["type"] == "boolean" else ""))
            for name, what in known.items()
        }

    def _proceed(self):
        assert self.event in self.workflow["on"], f"{self.event} starts nothing"
        waiting = dict(self.workflow["jobs"])
        while waiting:
            name = next(name for name, job in waiting.items() if set(_list(job.get("needs"))) <= self.results.keys())
            yield from self._job(name, waiting.pop(name))

    def _job(self, name, job):
        _known(job, CALLING_KEYS if "uses" in job else JOB_KEYS, name)
        needs = _list(job.get("needs"))
        results = {self.results[one] for one in needs}
        status = "success" if results <= {"success"} else "failure"
        contexts = self._contexts(None, {one: self._need(one) for one in needs})
        if not holds(job.get("if", "success()"), contexts, status):
            self.results[name], self.outputs[name] = "skipped", {}
            return
        if "uses" in job:
            self.results[name], self.outputs[name] = self.called[job["uses"]], {}
            return
        permissions = job.get("permissions", self.workflow.get("permissions", {}))
        token = self.repository.github.token(permissions)
        current = self.jobs[name] = Job(name, self.folder / name, token, permissions)
        for part in ("workspace", "temp", "home"):
            (current.folder / part).mkdir(parents=True)
        contexts = self._contexts(current, contexts["needs"])
        for each in (self.workflow.get("env", {}), job.get("env", {})):
            current.env |= {key: fill(value, contexts, status) for key, value in each.items()}
        yield from self._steps(current, job["steps"], contexts)
        self.results[name] = current.status
        self.outputs[name] = {
            key: fill(value, contexts, current.status) for key, value in job.get("outputs", {}).items()
        }

    def _need(self, name):
        return {"result": self.results[name], "outputs": self.outputs[name]}

    def _contexts(self, job, needs):
        repository = self.repository
        return {
            "github": {
                "event_name": self.event,
                "repository": repository.name,
                "ref": self.ref,
                "ref_name": self.ref_name,
                "run_id": str(self.number),
                "server_url": repository.github.url,
                "token": job.token if job else "",
                "event": {"repository": {"default_branch": repository.branch}, "inputs": self.inputs},
            },
            "secrets": self.secrets | ({"GITHUB_TOKEN": job.token} if job else {}),
            "inputs": self.inputs,
            "vars": repository.variables,
            "needs": needs,
            "steps": job.steps if job else {},
            "env": job.env if job else {},
            "runner": {"os": "Linux", "temp": str(job.folder / "temp") if job else ""},
            "job": {"status": job.status if job else ""},
        }

    def _steps(self, job, steps, contexts):
        for step in steps:
            _known(step, STEP_KEYS, f"{job.name}, step {step.get('name')}")
            yield step.get("id")
            yield from self._step(job, step, contexts)

    def _step(self, job, step, contexts):
        contexts["job"] = {"status": job.status}
        if not holds(step.get("if", "success()"), contexts, job.status):
            outcome, outputs = "skipped", {}
        else:
            own = {key: fill(value, contexts, job.status) for key, value in step.get("env", {}).items()}
            if "run" in step:
                assert "${{" not in step["run"], f"an expression in run: {step['run']}"
                good, outputs = self._shell(job, step, own)
            else:
                given = {key: fill(value, contexts, job.status) for key, value in step.get("with", {}).items()}
                folder = self._composite_folder(job, step["uses"])
                if folder:
                    good, outputs = yield from self._composite(job, folder, given, contexts)
                else:
                    good, outputs = self._action(job, step["uses"], given)
            outcome = "success" if good else "failure"
            if not good and not step.get("continue-on-error"):
                job.status = "failure"
                job.failed.append(step.get("id") or step.get("name") or step.get("uses"))
        if step.get("id"):
            job.steps[step["id"]] = {"outcome": outcome, "outputs": outputs}

    def _composite_folder(self, job, uses):
        """The folder of a composite action: in the workspace, or a copy of what another repository has; else None."""
        if uses.startswith("./"):
            return job.workspace / uses
        place, _, ref = uses.partition("@")
        name, below = "/".join(place.split("/")[:2]), place.split("/")[2:]
        if name not in self.actions:
            return None
        folder = job.folder / "actions" / name / ref
        if not folder.exists():
            shutil.copytree(self.actions[name], folder)
        return folder.joinpath(*below)

    def _composite(self, job, folder, given, contexts):
        """Run the steps of a composite action: its own inputs, steps and status, the environment of the job."""
        action = read_workflow(folder / "action.yml")
        _known(action, ACTION_KEYS, folder)
        assert action["runs"]["using"] == "composite"
        known = action.get("inputs", {})
        _known(given, known, f"inputs of {folder}")
        missing = [name for name, what in known.items() if what.get("required") and not given.get(name)]
        assert not missing, f"{folder} needs {missing}"
        defaults = {name: fill(what.get("default", ""), contexts, "success") for name, what in known.items()}
        inner = replace(job, status="success", steps={}, action=folder)
        own = {**contexts, "inputs": defaults | given, "steps": inner.steps}
        for step in action["runs"]["steps"]:
            assert "run" not in step or "shell" in step, f"{folder}: a step without a shell"
            assert "timeout-minutes" not in step, f"{folder}: composite actions have no timeout-minutes"
        yield from self._steps(inner, action["runs"]["steps"], own)
        outputs = {key: fill(what["value"], own, inner.status) for key, what in action.get("outputs", {}).items()}
        return inner.status == "success", outputs

    def _shell(self, job, step, own):
        number = next(self._numbers)
        if step.get("shell") not in SHELLS:
            raise Refused(f"shell {step['shell']}")
        files = {name: job.folder / "temp" / f"{name}-{number}" for name in ("output", "env", "path", "step_summary")}
        for path in files.values():
            path.touch()
        script = job.folder / "temp" / f"step-{number}.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            [*SHELLS[step.get("shell")], str(script)],
            cwd=job.workspace / step.get("working-directory", "."),
            env=self._environment(job) | {f"GITHUB_{key.upper()}": str(path) for key, path in files.items()} | own,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
        )  # fmt: skip
        self.log += f"$ {step['run']}\n{done.stdout}(exit {done.returncode})\n"
        self.summary += files["step_summary"].read_text()
        job.env |= _pairs(files["env"].read_text())
        job.path[:0] = files["path"].read_text().split()
        return done.returncode == 0, _pairs(files["output"].read_text())

    def _environment(self, job):
        gh = str(self.repository.github.gh.folder)
        return ({"GITHUB_ACTION_PATH": str(job.action)} if job.action else {}) | {
            "PATH": os.pathsep.join([gh, *job.path, "/usr/local/bin", "/usr/bin", "/bin"]),
            "HOME": str(job.folder / "home"),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GIT_TEST_FSYNC": "0",  # no test cuts the power
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKFLOW": self.workflow["name"],
            "GITHUB_JOB": job.name,
            "GITHUB_WORKSPACE": str(job.workspace),
            "GITHUB_EVENT_NAME": self.event,
            "GITHUB_REPOSITORY": self.repository.name,
            "GITHUB_REPOSITORY_OWNER": self.repository.name.split("/")[0],
            "GITHUB_REF": self.ref,
            "GITHUB_REF_NAME": self.ref_name,
            "GITHUB_RUN_ID": str(self.number),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_SERVER_URL": self.repository.github.url,
            "RUNNER_TEMP": str(job.folder / "temp"),
        } | self.ambient | job.env  # fmt: skip

    def _action(self, job, uses, given):
        name, _, commit = uses.partition("@")
        assert len(commit) == 40, f"{uses} is not pinned by its commit"
        if name not in ACTIONS:
            raise Refused(f"the action {name}")
        problem, outputs = ACTIONS[name](self, job, given)
        self.log += f"uses {name}{': ' + problem if problem else ''}\n"
        return not problem, outputs


def _known(given, keys, where):
    unknown = given.keys() - keys
    if unknown:
        raise Refused(f"{where}: {', '.join(sorted(unknown))}")


def _list(value):
    return [value] if isinstance(value, str) else value or []


def _pairs(text):
    """The lines ``name=value`` and ``name<<END … END`` of an output or environment file."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, sign, rest = line.partition("=")
        if "<<" in name or not sign:
            name, _, end = line.partition("<<")
            rest = "\n".join(iter(lambda end=end: next(lines), end) if end else [])
        found[name] = rest
    return found
