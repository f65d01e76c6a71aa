"""A stand-in API that stops answering in the middle of a run."""

from tests.fakes.problems import Problem
from tests.fakes.server import StandIn


class Tired(StandIn):
    """A stand-in that answers only so many questions about a metric, then refuses; None is no limit."""

    answers_left = None

    def _get(self, query):
        if self.answers_left is not None and query.path.startswith("/data/"):
            self.answers_left -= 1
            if self.answers_left < 0:
                raise Problem(403, "forbidden", "Analytics are closed today.")
        return super()._get(query)
