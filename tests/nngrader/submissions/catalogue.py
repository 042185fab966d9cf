"""All submissions that are not simply right or wrong, by student, who is named by the class.

Hostile ones look for the answer, forge the result, tamper with what is around them, or break
it. Odd ones are malformed, or honest: those must get full marks.
"""

from .denial_of_service import BREAKS, LOADING
from .forgeries import REPLIES, RETURNED
from .odd_notebooks import ODD
from .spies import SPIES
from .tampering import TAMPERING

__all__ = ["HOSTILE", "ODD"]
HOSTILE = {
    f"{kind} {name}".replace(" ", "-"): hostile
    for kind, table in (
        ("looks for", SPIES),
        ("forges", RETURNED | REPLIES),
        ("tampers with", TAMPERING),
        ("breaks by", BREAKS | LOADING),
    )
    for name, hostile in table.items()
}
