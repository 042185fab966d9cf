"""Which pages run as on another processor: the gate says so in ``BOOK_ELSEWHERE``.

It is JSON: ``pages``, and the ``variables`` by which the libraries of a page choose their
kernels when they are loaded (tools/processors.py). Without it all pages run as they are.
"""

import json
import os


def given() -> dict:
    """Return what the gate has given, or nothing."""
    return json.loads(os.environ.get("BOOK_ELSEWHERE", "{}"))


def variables() -> dict[str, str]:
    """Return the environment variables of the other processor, none if there is no other."""
    return given().get("variables", {})


def variables_of(page: str) -> dict[str, str]:
    """Return the variables with which a page runs: those of the other processor, or none."""
    return variables() if page in given().get("pages", ()) else {}
