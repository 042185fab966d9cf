"""The catalogue of all submissions that are not simply right or wrong, by class.

Hostile ones look for the answer, forge the result, tamper with what is around them, or break
it. Odd ones are malformed, or honest: those must get full marks. A student's name begins with
the class.
"""

from . import honest_notebooks, malformed_cells
from .denial_of_service import BREAKS, LOADING
from .forgeries import REPLIES, RETURNED
from .kinds import ODD
from .spies import SPIES
from .tampering import TAMPERING

__all__ = ["CLASSES", "HONEST", "HOSTILE", "MALFORMED", "ODD", "SOURCES"]
SOURCES = (honest_notebooks, malformed_cells)  # they fill ODD
HOSTILE = {
    f"{kind} {name}".replace(" ", "-"): hostile
    for kind, table in (
        ("looks for", SPIES),
        ("forges", RETURNED),
        ("forges", REPLIES),
        ("tampers with", TAMPERING),
        ("breaks by", BREAKS),
        ("breaks by", LOADING),
    )
    for name, hostile in table.items()
}
HONEST = {s: odd for s, odd in ODD.items() if s.startswith("honest-")}
MALFORMED = {s: odd for s, odd in ODD.items() if s.startswith("malforms-")}
CLASSES = {
    kind: [s for s in (*HOSTILE, *ODD) if s.startswith(f"{kind}-")]
    for kind in ("looks", "forges", "tampers", "breaks", "malforms", "honest")
}
