"""The register of checks: for each kind of sentence, what computes anew whether it holds."""

import re

CHECKS = []


def sentence(pattern, *, of="values"):
    """Register the check of one kind of sentence; it gets an answer and the match.

    ``of`` says which answers it is about: "values", those that can be compared; "form", all
    that are wrong; "one", the case that is named.
    """

    def add(f):
        CHECKS.append((re.compile(pattern), of, f))
        return f

    return add
