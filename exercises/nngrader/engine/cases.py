"""From a declared problem to plain data: inputs, right answers, fingerprints of mistakes."""

import zlib
from itertools import combinations

import numpy as np

from .compare import close
from .observe import observe
from .problem import WHOLE

PRIMES = (5, 7, 11, 13, 17)  # no size is 1, 2, or a product or quotient of others
FEW = (19, 23, 29, 31)  # from one of these to one of MANY, steps of Python must not grow;
MANY = (101, 103, 107, 109, 113)  # which ones is drawn, so that nobody can know them by sight
MOST_DRAWS = 200


def pack(problem, seed, *, visible):
    """Return one problem as plain data: no code, nothing of the reference but its answers.

    Parameters
    ----------
    problem : Problem
        The declaration; it is validated first.
    seed : int
        Decides the inputs. Visible and hidden cases of one seed have nothing in common.
    visible : bool
        Whether these are the cases that students get, and findings may show inputs.

    Returns
    -------
    dict
        Strings, numbers, arrays, lists and dicts; `store.save` writes it.

    Raises
    ------
    ValueError
        If the declaration is wrong, or no draw shows a registered mistake where it should.
    """
    problem.validate()
    stream = [abs(int(seed)), int(seed < 0), zlib.crc32(problem.name.encode()), int(visible)]
    mistakes = problem.mistakes | problem.ignored_defaults()
    return {
        "name": problem.name,
        "visible": visible,
        "total": problem.total,
        "parameters": list(problem.parameters),
        "returns": problem.returns,
        "points": {a: 100 * p / problem.total for a, p in problem.points.items()},
        "forbidden": {price: list(names) for price, names in problem.forbidden.items()},
        "lists": problem.lists,
        "example": _example(problem),
        "mistakes": {
            name: {"hint": m.hint, "loses": sorted(m.loses)} for name, m in mistakes.items()
        },
        "cases": _cases(problem, np.random.default_rng(stream), visible),
    }


def _cases(problem, rng, visible):
    """Return all cases, those that look for loops last."""
    cases = []
    for case in problem.cases:
        taken = {}
        for _ in range(case.visible if visible else case.hidden):
            taken = draw_sizes(case.letters, rng, taken)
            cases.append(_case(problem, case, rng, taken))
    return cases + [c for letter in problem.no_loop_over for c in _loops(problem, letter, rng)]


def draw_sizes(letters, rng, taken):
    """Draw different primes for the letters, none the one that it had in the case before.

    Which of the first two is larger turns round from case to case: rows that are cut at the
    smaller of N and M are seen in one of two.
    """
    while True:
        drawn = dict(zip(letters, map(int, rng.permutation(PRIMES)), strict=False))
        if not any(drawn[k] == taken.get(k) for k in letters) and _turned(
            letters, drawn, taken
        ):
            return drawn


def _turned(letters, drawn, taken):
    """Tell whether the order of the first two sizes is not the one of the case before."""
    if len(letters) < 2 or not taken:
        return True
    first, second = letters[:2]
    return (drawn[first] < drawn[second]) != (taken[first] < taken[second])


def _case(problem, case, rng, sizes):
    """Draw one case, again until each mistake that should fail in it does, in its own way."""
    due = {n: m for n, m in problem.mistakes.items() if case.aspect in _charged(problem, m)}
    for _ in range(MOST_DRAWS):
        args = _arguments(problem, case.make(rng, **sizes))
        want = _answer(problem, problem.solve, args)
        wrong = [_answer(problem, m.solve, args) for m in due.values()]
        pairs = [*((w, want) for w in wrong), *combinations(wrong, 2)]
        if not any(_is_same(*pair, case.rtol) for pair in pairs):
            return _packed(problem, case, sizes, args, want)
    raise ValueError(
        f"problem {problem.name}: no draw of {case.group} in {MOST_DRAWS} shows all of "
        f"{', '.join(sorted(due))}, and tells them apart"
    )


def _charged(problem, mistake):
    """Return the aspects of cases in which a mistake must fail: a part's aspect is "value"."""
    return {"value" if a in problem.returns.values() else a for a in mistake.loses}


def _arguments(problem, values):
    """Return drawn values by parameter name; parameters left out take their defaults."""
    return dict(zip(problem.parameters, values, strict=False))


def _answer(problem, f, args):
    """Return (values by part or None, name of the error raised or None)."""
    seen = observe(f, args, len(problem.returns))
    if seen["error"]:
        return None, seen["error"][0][0]
    return [part["values"] for part in seen["parts"]], None


def _is_same(answer, other, rtol):
    """Tell whether two answers, or the errors that came in their place, are the same."""
    (values, error), (others, failure) = answer, other
    if error or failure:
        return error == failure
    return len(values) == len(others) and all(
        v is not None and w is not None and close(v, w, rtol)
        for v, w in zip(values, others, strict=True)
    )


def _packed(problem, case, sizes, args, want):
    """Return one case as plain data."""
    answers = {
        name: _answer(problem, m.solve, args)[0]
        for name, m in (problem.mistakes | problem.ignored_defaults()).items()
    }
    return {
        "group": case.group,
        "aspect": case.aspect,
        "tried": case.tried,
        "sizes": sizes,
        "rtol": case.rtol,
        "args": args,
        "want": want[0],
        "error": want[1],
        "marks": {name: values for name, values in answers.items() if values},
    }


def _loops(problem, letter, rng):
    """Return the first ordinary case with few and with many along one axis."""
    case = next(c for c in problem.cases if c.aspect == "value")
    sizes = draw_sizes(case.letters, rng, {})
    return [_loop(problem, case, rng, sizes, letter, int(rng.choice(n))) for n in (FEW, MANY)]


def _loop(problem, case, rng, sizes, letter, n):
    """Return a case whose steps count; its answer is there so that nobody steps round it."""
    args = _arguments(problem, case.make(rng, **sizes | {letter: n}))
    return {
        "group": f"loop over {letter}",
        "aspect": "loops",
        "tried": f"{case.tried}, few and many along {letter}",
        "sizes": sizes | {letter: n},
        "letter": letter,
        "rtol": case.rtol,
        "args": args,
        "want": _answer(problem, problem.solve, args)[0],
        "error": None,
        "marks": {},
    }


def _example(problem):
    """Return the example for pencil and paper."""
    args = _arguments(problem, problem.by_hand)
    return {"args": args, "want": _answer(problem, problem.solve, args)[0]}


def prices(data):
    """Yield (forbidden name, aspects that it costs) of packed data."""
    for price, names in data["forbidden"].items():
        for name in names:
            yield name, (list(data["points"]) if price == WHOLE else [price])
