"""Write into nbgrader's gradebook, and read marks from it.

Comes in: results, with the rebuilt notebooks. Goes out: entries that formgrader, nbgrader's
feedback and its export understand, and marks as plain data.

nbgrader is imported here and in `release`, and nowhere else. Nothing is executed: the notebooks
that are recorded contain the points.
"""

import sys

# jsonschema, which nbgrader imports, would compile a grammar of web addresses that no notebook
# needs, and each command would take 1.8 s longer (1.4 s without). It is an optional package.
sys.modules.setdefault("rfc3987_syntax", None)

from .database import config_of, marks, open_gradebook, quiet  # noqa: E402

__all__ = ["config_of", "marks", "open_gradebook", "quiet"]
