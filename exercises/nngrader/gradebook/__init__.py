"""Write into nbgrader's gradebook, and read marks from it.

Comes in: results, with the rebuilt notebooks. Goes out: entries that formgrader, nbgrader's
feedback and its export understand, and marks as plain data.

Read `record` first. `converter` is nbgrader's own autograder, opened once for a class;
`database` holds nbgrader's configuration and reads marks; `late` knows due dates and what
lateness costs.

nbgrader is imported here and in the release, and nowhere else. Nothing is executed: the points
stand in the notebooks that are recorded.
"""

from .database import config_of, marks, open_gradebook, quiet

__all__ = ["config_of", "marks", "open_gradebook", "quiet"]
