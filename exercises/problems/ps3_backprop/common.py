"""Constants that several problems of ps3 share."""

DIGITS = 1e-8  # tolerance that float64 meets, but not float32 or difference quotients
# students write everything themselves
ELSEWHERE = ("scipy", "sklearn", "torch", "jax", "autograd", "nnlib")


def known(problem, hints, loses, **about):
    """Register the mistakes of a table, which contains their changes by hint and by name.

    A change is either a dict of old and new texts for `edit`, or a text for `given`.
    """
    for hint, changes in hints.items():
        for name, change in changes.items():
            by = {"given": change} if isinstance(change, str) else {"edit": [*change.items()]}
            problem.mistake(hint, loses=loses, name=name, **by, **about)
