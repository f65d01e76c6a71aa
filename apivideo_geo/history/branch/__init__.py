"""The history on a branch of git: fetched into a worktree, what is new pushed, two runs at once lose nothing."""
