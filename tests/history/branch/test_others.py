"""What somebody has set up in git for their source code (LFS, hooks, signing, line ends) does not reach the branch."""

import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from apivideo_geo.errors import GitFailed
from apivideo_geo.history.branch.checkout import OURS
from tests.history.branch.runs import NIGHT, SINCE, days, git, truth

LFS = """\
#!/bin/sh
echo "$0 $*" >> '{ran}'
cat > /dev/null
echo 'version https://git-lfs.github.com/spec/v1'
echo 'oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393'
echo 'size 12345'
"""
REFUSES = "#!/bin/sh\necho \"$0\" >> '{ran}'\nexit 1\n"
HOOKS = ("pre-commit", "commit-msg", "post-checkout", "pre-push", "post-index-change", "reference-transaction")


class Others:
    """Programs of somebody else, and the file ``ran`` in which each notes that it was run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ran = folder, folder / "ran"
        self.lfs = self.program("git-lfs", LFS)
        self.refuses = self.program("gpg", REFUSES)
        for hook in HOOKS:
            self.program(f"hooks/{hook}", REFUSES)

    def program(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{ran}", str(self.ran)))
        path.chmod(0o755)
        return path

    def config(self):
        return f"""
[filter "lfs"]
    clean = {self.lfs} clean %f
    smudge = {self.lfs} smudge %f
    required = true
[core]
    autocrlf = true
    hooksPath = {self.folder}/hooks
    attributesFile = {self.folder}/attributes
    fsmonitor = {self.refuses}
    excludesFile = {self.folder}/attributes
[commit]
    gpgSign = true
[push]
    gpgSign = true
    followTags = true
    recurseSubmodules = check
    pushOption = ci.skip
[gpg]
    program = {self.refuses}
[init]
    templateDir = {self.folder}/template
[submodule]
    recurse = true
"""


ATTRIBUTES = "* filter=lfs text eol=crlf\n*.parquet filter=lfs\nREADME.md ident\n"


@pytest.fixture
def others(tmp_path):
    folder = tmp_path / "others"
    folder.mkdir()
    (folder / "attributes").write_text(ATTRIBUTES)
    shutil.copytree(Others(folder).folder / "hooks", folder / "template/hooks")
    return Others(folder)


def set_up_globally(others, run, monkeypatch):
    (others.folder / ".gitconfig").write_text(others.config())
    (others.folder / ".config/git").mkdir(parents=True, exist_ok=True)
    (others.folder / ".config/git/attributes").write_text(ATTRIBUTES)
    monkeypatch.setenv("HOME", str(others.folder))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")


def set_up_in_the_clone(others, run, monkeypatch):
    with (run.folder / ".git/config").open("a") as file:
        file.write(others.config())
    (run.folder / ".git/info").mkdir(exist_ok=True)
    (run.folder / ".git/info/attributes").write_text(ATTRIBUTES)


def set_up_as_hooks_of_the_clone(others, run, monkeypatch):
    shutil.copytree(others.folder / "hooks", run.folder / ".git/hooks", dirs_exist_ok=True)


def check_branch(home, run):
    """The branch has the files of the history as they are in the folder of ``run``, byte for byte."""
    names = [name for name in home.files() if name.endswith(".parquet") and OURS.fullmatch(name)]
    assert names
    for name in names:
        stored = subprocess.check_output(["git", "cat-file", "blob", f"history:{name}"], cwd=home.origin)
        assert stored == (run.folder / "history" / name).read_bytes()


@pytest.mark.parametrize("set_up", [set_up_globally, set_up_in_the_clone, set_up_as_hooks_of_the_clone])
def test_neither_filters_nor_hooks_nor_settings_of_others_touch_what_is_stored_and_fetched(
    home,
    api,
    world,
    others,
    monkeypatch,
    set_up,
):
    for later in range(2):
        run = home.clone()
        set_up(others, run, monkeypatch)
        now = NIGHT + later * timedelta(days=1)
        run.night(api, now)
        check_branch(home, run)
        monkeypatch.undo()
    assert home.totals() == truth(world, days(SINCE, NIGHT.date()))
    assert not others.ran.exists(), others.ran.read_text()


def test_attributes_that_somebody_put_on_the_branch_change_nothing(home, api, others):
    home.clone().night(api, NIGHT)
    owner = home.clone()
    git(owner.folder, "fetch", "--quiet", "origin", "history")
    git(owner.folder, "checkout", "--quiet", "-b", "mine", "FETCH_HEAD")
    (owner.folder / ".gitattributes").write_text(ATTRIBUTES)
    (owner.folder / "2026/.gitattributes").write_text(ATTRIBUTES)
    owner.push_by_hand("LFS for all", ".gitattributes", "2026/.gitattributes", branch="history")
    run = home.clone()
    with (run.folder / ".git/config").open("a") as file:
        file.write(others.config())
    run.night(api, NIGHT + timedelta(days=1))
    check_branch(home, run)
    assert git(home.origin, "cat-file", "blob", "history:.gitattributes").startswith("* -text -filter")
    assert not others.ran.exists()


def git_that(folder, command, instead, monkeypatch):
    """Put a git on the PATH that does ``instead`` when ``command`` comes; the file ``calls`` gets a line each time."""
    (folder / "bin").mkdir()
    program = folder / "bin/git"
    program.write_text(
        f"#!/bin/bash\nreal={shutil.which('git')}\n"
        f'case " $* " in *" {command} "*) echo x >> {folder}/calls; {instead};; esac\nexec $real "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)


def test_a_file_that_git_stored_in_another_form_is_not_published(home, api, tmp_path, monkeypatch):
    home.clone().night(api, NIGHT)
    run = home.clone()
    run.fetch(NIGHT)
    run.collect(api, NIGHT + timedelta(days=1))
    pointer = (
        'blob=$(echo version https://git-lfs.github.com/spec/v1 | $real "${@:1:$#-1}" hash-object -w --stdin); '
        '$real "${@:1:$#-1}" update-index --add --cacheinfo "100644,$blob,2026/10/2026-10-28.parquet"'
    )
    git_that(tmp_path, "write-tree", pointer, monkeypatch)
    before = home.log()
    with pytest.raises(GitFailed, match=r"did not store 2026/10/2026-10-28.parquet as it is, so nothing was published"):
        run.publish(NIGHT + timedelta(days=1))
    assert home.log() == before
    assert (tmp_path / "calls").read_text() == "x\n"


@pytest.mark.parametrize("command", ["add", "commit-tree", "read-tree"])
def test_what_git_refuses_on_this_machine_is_tried_once(home, api, tmp_path, monkeypatch, command):
    home.clone().night(api, NIGHT)
    run = home.clone()
    run.fetch(NIGHT)
    run.collect(api, NIGHT + timedelta(days=1))
    git_that(tmp_path, command, "echo 'fatal: insufficient permission for adding an object' >&2; exit 1", monkeypatch)
    with pytest.raises(
        GitFailed, match=rf"git {command} failed: .*insufficient permission.*; the folder keeps its days"
    ):
        run.publish(NIGHT + timedelta(days=1))
    assert (tmp_path / "calls").read_text() == "x\n"


def test_a_clone_that_another_user_owns_works_once_it_is_trusted(home, api, world, tmp_path, monkeypatch):
    run = home.clone()
    trusted = [run.folder, home.origin]
    (tmp_path / "me").mkdir()
    (tmp_path / "me/.gitconfig").write_text("[safe]\n" + "".join(f"directory = {folder}\n" for folder in trusted))
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    run.night(api, NIGHT)
    run.fetch(NIGHT)
    monkeypatch.undo()
    assert home.totals() == truth(world, days(SINCE, (NIGHT - timedelta(days=1)).date()))


def test_a_clone_without_file_contents_fetches_those_of_the_history(home, api, world):
    home.clone().night(api, NIGHT)
    git(home.origin, "config", "uploadpack.allowFilter", "true")
    run = home.clone()
    git(run.folder, "config", "remote.origin.promisor", "true")
    git(run.folder, "config", "remote.origin.partialclonefilter", "blob:none")
    git(run.folder, "config", "extensions.partialClone", "origin")
    run.night(api, NIGHT + timedelta(days=1))
    assert home.totals() == truth(world, days(SINCE, NIGHT.date()))
