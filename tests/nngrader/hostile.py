"""All hostile submissions, by student; the name begins with the class."""

from .breaks import BREAKS, LOADING
from .forges import RETURNED, SAID
from .looks import LOOKS
from .tampers import TAMPERS

ALL = {
    f"{kind} {name}".replace(" ", "-"): hostile
    for kind, table in (
        ("looks for", LOOKS),
        ("forges", RETURNED),
        ("forges", SAID),
        ("tampers with", TAMPERS),
        ("breaks by", BREAKS),
        ("breaks by", LOADING),
    )
    for name, hostile in table.items()
}
