import pytest

from tests.rehearsal.expressions import Refused, fill, holds

CONTEXTS = {
    "github": {"event_name": "schedule", "repository": "acme/map"},
    "inputs": {"since": "2026-10-01", "shrink": False, "accept-shrink": True},
    "needs": {"build": {"result": "failure", "outputs": {"error": "it's"}}},
}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("${{ inputs.since }}..", "2026-10-01.."),
        ("${{ inputs.command || 'build' }}", "build"),
        ("${{ inputs['accept-shrink'] && 'true' || '' }}", "true"),
        ("${{ inputs.shrink && 'true' || '' }}", ""),
        ("${{ inputs.accept-shrink }}", "true"),
        ("${{ github.event_name == 'Schedule' }}", "true"),
        ("${{ !(1 < 2) || format('{0}!', 'it''s') }}", "it's!"),
        ("${{ needs.build.outputs.error }} ${{ needs.nobody.result }}", "it's "),
        ("plain", "plain"),
    ],
)
def test_expressions_say_what_github_makes_of_them(text, meant):
    assert fill(text, CONTEXTS, "success") == meant


@pytest.mark.parametrize(
    ("condition", "when_good", "when_bad"),
    [
        ("github.event_name == 'schedule'", True, False),
        ("always()", True, True),
        ("${{ failure() && needs.build.result == 'failure' }}", False, True),
        ("!cancelled()", True, True),
    ],
)
def test_a_condition_means_success_unless_it_asks_for_the_status(condition, when_good, when_bad):
    assert holds(condition, CONTEXTS, "success") is when_good
    assert holds(condition, CONTEXTS, "failure") is when_bad


@pytest.mark.parametrize("text", ["${{ hashFiles('x') }}", "${{ secret.X }}", "${{ 1 + }}", "${{ 1 2 }}"])
def test_what_it_does_not_know_it_refuses(text):
    with pytest.raises(Refused):
        fill(text, CONTEXTS, "success")
