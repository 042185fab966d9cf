"""Write into nbgrader's gradebook, and read marks from it.

Input: results, with the rebuilt notebooks. Output: entries that formgrader, nbgrader's feedback
and its export understand, and marks as plain data.

Only this folder and `release` import nbgrader. Nothing is executed, because the recorded
notebooks already contain the points.
"""

import sys

# nbgrader imports jsonschema, which would compile a grammar for web addresses that no
# notebook needs. This would add 1.8 s to each command's 1.4 s. The package is optional.
sys.modules.setdefault("rfc3987_syntax", None)

from .database import config_of, marks, open_gradebook, quiet  # noqa: E402

__all__ = ["config_of", "marks", "open_gradebook", "quiet"]
