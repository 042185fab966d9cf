"""The catalogue: all submissions that are not plainly right or wrong, sorted into classes.

Hostile ones look for the answer, forge the result, tamper with what is around them, or break
it. Odd ones are malformed, or honest: those must get full marks.
"""

from . import habits, honest, odd_cells
from .hostile import ALL
from .odd_files import ODD

__all__ = ["ALL", "CLASSES", "HONEST", "MALFORMED", "ODD", "SOURCES"]
SOURCES = (habits, honest, odd_cells)  # what fills the table of odd ones
HONEST = {s: odd for s, odd in ODD.items() if s.startswith("honest-")}
MALFORMED = {s: odd for s, odd in ODD.items() if s.startswith("malforms-")}
CLASSES = {
    kind: [s for s in (*ALL, *ODD) if s.startswith(f"{kind}-")]
    for kind in ("looks", "forges", "tampers", "breaks", "malforms", "honest")
}
