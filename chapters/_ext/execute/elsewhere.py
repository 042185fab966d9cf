"""Which pages run as on another processor: the gate says so in ``BOOK_ELSEWHERE``.

It is JSON: ``pages``, and the ``variables`` by which the libraries of a page choose their
kernels when they are loaded (tools/processors.py). Without it all pages run as they are.
"""

import json
import os

NAME = "BOOK_ELSEWHERE"


def variables() -> dict[str, str]:
    """Return the environment variables of the other processor, none if there is no other."""
    return json.loads(os.environ.get(NAME, "{}")).get("variables", {})


def variables_of(page: str) -> dict[str, str]:
    """Return the variables with which a page runs: those of the other processor, or none."""
    pages = json.loads(os.environ.get(NAME, "{}")).get("pages", ())
    return variables() if page in pages else {}
