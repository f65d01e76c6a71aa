"""The order of the whole run."""

LONGEST = ("test_main_job.py", "test_nights.py", "test_rehearsal.py", "test_other.py", "test_branch.py")


def pytest_collection_modifyitems(items):
    """The longest files begin first, so that no core waits for them at the end."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
