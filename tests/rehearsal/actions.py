"""Stand-ins for the actions the workflows use: what the steps after them find, and what permissions they need."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from tests.rehearsal.interpreter import write_python
from tests.rehearsal.repository import add_bytecode


def check_out(run, job, given):
    """actions/checkout: the newest commit of the branch, origin at its address, credentials only if they are kept."""
    github, here = run.repository.github, job.workspace
    git = ["git", "-C", str(here)]
    branch = run.repository.branch
    here_ref = f"refs/tags/{run.tag}" if run.tag else f"refs/remotes/origin/{branch}"
    for command in (
        ["git", "init", "--quiet", f"--initial-branch={branch}", str(here)],
        [*git, "remote", "add", "origin", f"{github.url}/{run.repository.name}"],
        [*git, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", f"+{run.ref}:{here_ref}"],
        [*git, "checkout", "--quiet", *(["--detach"] if run.tag else ["-B", branch]), here_ref],
    ):
        subprocess.run(command, check=True, capture_output=True, env=run._environment(job))
    if given.get("persist-credentials", "true") != "false":
        return "the credentials stay in the checkout for every later step to read", {}
    return "", {}


def set_up_python(run, job, given):
    """actions/setup-python. What ``make install`` would install afresh is this interpreter with all it has."""
    version = given.get("python-version")
    if not version:
        return "no python-version", {}
    if given.get("cache") and not (job.workspace / given.get("cache-dependency-path", "requirements.txt")).is_file():
        return "the file that the cache depends on is missing", {}
    there = (job.action or job.workspace) / ".venv/bin"
    there.mkdir(parents=True)
    write_python(there / "python")
    for stamp in ("site.stamp", "dev.stamp"):
        (there.parent / stamp).touch()
    add_bytecode(job.action or job.workspace)
    _set_up_uv(run, job)
    job.path.insert(0, str(there))
    return "", {"python-version": version}


def _set_up_uv(run, job):
    """The uv of ``make publish``: uploads to a folder, and only from a job that can prove to PyPI what it is."""
    pypi = run.folder.parent / "pypi"
    pypi.mkdir(exist_ok=True)
    program = job.workspace / ".venv-publish/bin/uv"
    program.parent.mkdir(parents=True)
    trusted = job.permissions.get("id-token") == "write"
    program.write_text(
        "#!/bin/sh\n"
        '[ "$1 $2 $3" = "publish --trusted-publishing always" ] || exit 2\n'
        + (f'shift 3 && cp "$@" "{pypi}"\n' if trusted else "echo 'Failed to obtain an id-token' >&2; exit 2\n")
    )
    program.chmod(0o755)


def upload_artifact(run, job, given):
    """actions/upload-artifact: a folder, for later jobs."""
    source = job.workspace / given["path"]
    if not source.is_dir() or not any(source.iterdir()):
        return f"No files were found with the provided path: {source}", {}
    shutil.copytree(source, run.folder / "artifacts" / given["name"])
    return "", {}


def download_artifact(run, job, given):
    """actions/download-artifact: a folder of an earlier job."""
    source = run.folder / "artifacts" / given["name"]
    if not source.is_dir():
        return f"Artifact not found for name: {given['name']}", {}
    shutil.copytree(source, job.workspace / given["path"])
    return "", {}


def attest_build_provenance(run, job, given):
    """actions/attest-build-provenance: notes the digest of every file."""
    if job.permissions.get("id-token") != "write" or job.permissions.get("attestations") != "write":
        return "missing id-token permission. Please add permissions: id-token: write, attestations: write", {}
    for path in sorted(job.workspace.glob(given["subject-path"])):
        run.attested[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return ("", {}) if run.attested else ("Could not find subject at path", {})


def configure_pages(run, job, given):
    """actions/configure-pages: where the site will be."""
    if job.permissions.get("pages") not in ("read", "write"):
        return "Resource not accessible by integration", {}
    if not run.repository.pages_enabled:
        return "Get Pages site failed. Please verify that the repository has Pages enabled", {}
    return "", {"base_url": run.repository.page}


def upload_pages_artifact(run, job, given):
    """actions/upload-pages-artifact: the folder, as it is."""
    source = job.workspace / given.get("path", "_site/")
    if not source.is_dir():
        return f"{source} is not there", {}
    run.artifact = run.folder / "artifact"
    shutil.copytree(source, run.artifact, symlinks=True)
    linked = [path for path in run.artifact.rglob("*") if path.is_symlink()]
    return (f"{linked[0]} is a link", {}) if linked else ("", {"artifact_id": "1"})


def deploy_pages(run, job, given):
    """actions/deploy-pages: the artifact becomes the page."""
    if job.permissions.get("pages") != "write" or job.permissions.get("id-token") != "write":
        return "Ensure GITHUB_TOKEN has permission pages: write and id-token: write", {}
    if not run.repository.pages_enabled:
        return "Failed to create deployment (status: 404). Ensure GitHub Pages has been enabled", {}
    if run.artifact is None:
        return "No artifacts named github-pages were found", {}
    run.published = run.artifact
    run.repository.published = Path(run.published)
    return "", {"page_url": run.repository.page}


ACTIONS = {
    "actions/attest-build-provenance": attest_build_provenance,
    "actions/checkout": check_out,
    "actions/download-artifact": download_artifact,
    "actions/upload-artifact": upload_artifact,
    "actions/setup-python": set_up_python,
    "actions/configure-pages": configure_pages,
    "actions/upload-pages-artifact": upload_pages_artifact,
    "actions/deploy-pages": deploy_pages,
}
