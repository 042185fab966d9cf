"""From a declared problem to plain data: inputs, right answers, fingerprints of mistakes."""

import zlib
from itertools import combinations
from typing import NamedTuple

import numpy as np

from ..observation.compare import close
from ..observation.driver import caller, result_of
from .cases_json import unplain
from .challenge import Challenge, pack_challenge

PRIMES = (5, 7, 11, 13, 17)  # no size is 1, 2, or a product or quotient of others
FEW = (19, 23, 29, 31)  # from one of these to one of MANY, steps of Python must not grow;
MANY = (101, 103, 107, 109, 113)  # which ones is drawn, so that nobody can know them by sight
LARGE = (43, 47, 53, 59, 61)  # here a table of three axes is far larger than one of two
MOST_DRAWS, FEW_DRAWS = 200, 3  # the second where each answer is trained


class Answer(NamedTuple):
    """Values by part or None, the name of the error raised or None, bytes before measuring."""

    values: list | None
    error: str | None
    size: int = 0


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
        Strings, numbers, arrays, lists and dicts; `cases_json.save` writes it.

    Raises
    ------
    ValueError
        If the declaration is wrong, or no draw shows a registered mistake where it should.
    FileNotFoundError
        If a challenge's held-back data are not there.
    """
    problem.validate()
    if isinstance(problem, Challenge):
        return pack_challenge(problem, visible=visible)
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
            name: {"hint": m.hint, "loses": sorted(m.loses)}
            | ({"signs": m.signs} if m.signs else {})
            for name, m in mistakes.items()
        },
        "cases": _cases(problem, np.random.default_rng(stream), visible),
        **problem.moving,
    }


def _cases(problem, rng, visible):
    """Return all cases, those that look for loops and at memory last."""
    cases = []
    for case in problem.cases:
        taken = {}
        for _ in range(case.visible if visible else case.hidden):
            taken = draw_sizes(case.letters, rng, taken)
            cases.append(_case(problem, case, rng, taken))
    cases += [c for letter in problem.no_loop_over for c in _loops(problem, letter, rng)]
    return cases + ([_room(problem, rng)] if problem.never_at_once else [])


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
    due = {n: m for n, m in problem.mistakes.items() if case.aspect in _shown_in(problem, m)}
    draws = FEW_DRAWS if problem.trains else MOST_DRAWS
    for _ in range(draws):
        given = _given(problem, case.group, case.make(rng, **sizes))
        want = _right(problem, case, given)
        wrong = {n: _answer(problem, m, given) for n, m in due.items()}
        pairs = [*((w, want) for w in wrong.values()), *combinations(wrong.values(), 2)]
        if not any(_is_same(*pair, case.rtol) for pair in pairs):
            return _packed(problem, case, sizes, given, want, wrong)
    raise ValueError(
        f"problem {problem.name}: no draw of {case.group} in {draws} shows all of "
        f"{', '.join(sorted(due))}, and tells them apart"
    )


def _shown_in(problem, mistake):
    """Return the aspects of cases in which a mistake must fail: a part's aspect is "value"."""
    return {"value" if a in problem.returns.values() else a for a in mistake.loses}


def _given(problem, where, values):
    """Return the drawn arguments, and what is kept for measuring, by name."""
    values = values if isinstance(values, tuple) else (values,)
    n = len(values) - len(problem.kept)
    args = dict(zip(problem.parameters, values[:n], strict=False))
    kept = dict(zip(problem.kept, values[n:], strict=True))
    for name, value in (args | kept).items():
        if odd := unplain(value):
            raise ValueError(
                f"problem {problem.name}: {where} gives {odd} for {name}, expected "
                "plain data: numbers, text, arrays, lists, dicts. A driver makes the rest"
            )
    return {"args": args, "error": None} | ({"kept": kept} if kept else {})


def _right(problem, case, given):
    """Return the reference's answer, which may be an error where that is what is tried."""
    want = _answer(problem, problem, given)
    missing = want.values is None or any(v is None for v in want.values)
    if missing and (case.aspect == "value" or not want.error):
        fault = f"raises {want.error}" if want.error else "gives a part that is no numbers"
        raise ValueError(f"problem {problem.name}: its reference {fault} in {case.group}")
    return want


def _answer(problem, how, given):
    """Return what the problem itself (its reference), or a `Mistake`, answers."""
    run = caller(_how(problem), how.solve)
    observation = run(given["args"] | getattr(how, "fixed", {}))
    if observation["error"]:
        return Answer(None, observation["error"][0][0])
    judged = result_of(_how(problem), given, lambda _: observation)
    size = sum(p["values"].nbytes for p in observation["parts"] if p["values"] is not None)
    return Answer(None if judged.fault else [p["values"] for p in judged.parts], None, size)


def _how(problem):
    """Return what of packed data says how a function is called."""
    return {"returns": problem.returns, **problem.moving}


def _is_same(answer, other, rtol):
    """Tell whether two answers, or the errors that came in their place, are the same."""
    values, others = answer.values, other.values
    if values is None or others is None:
        return values is others and answer.error == other.error
    return len(values) == len(others) and all(
        v is not None and w is not None and close(v, w, rtol)
        for v, w in zip(values, others, strict=True)
    )


def _packed(problem, case, sizes, given, want, wrong):
    """Return one case as plain data; where an error is asked no answers are compared."""
    mistakes = {} if want.error else problem.mistakes | problem.ignored_defaults()
    known = {n: wrong.get(n) or _answer(problem, m, given) for n, m in mistakes.items()}
    answers = {name: answer.values for name, answer in known.items()}
    return {
        "group": case.group,
        "aspect": case.aspect,
        "tried": case.tried,
        "sizes": sizes,
        "rtol": case.rtol,
        **given,
        "want": want.values,
        "error": want.error,
        "raw_bytes": want.size,
        "mistaken": {name: values for name, values in answers.items() if values},
    }


def _loops(problem, letter, rng):
    """Return the first ordinary case with few and with many along one axis."""
    case = next(c for c in problem.cases if c.aspect == "value")
    sizes = draw_sizes(case.letters, rng, {})
    return [_loop(problem, case, rng, sizes, letter, int(rng.choice(n))) for n in (FEW, MANY)]


def _loop(problem, case, rng, sizes, letter, n):
    """Return a case whose steps count; its answer is there so that nobody steps round it."""
    given = _given(problem, case.group, case.make(rng, **sizes | {letter: n}))
    return {
        "group": f"loop over {letter}",
        "aspect": "loops",
        "tried": f"{case.tried}, few and many along {letter}",
        "sizes": sizes | {letter: n},
        "letter": letter,
        "rtol": case.rtol,
        **given,
        "want": _answer(problem, problem, given).values,
        "mistaken": {},
    }


def _room(problem, rng):
    """Return an ordinary case, made larger, in which the memory of the call counts."""
    case = next(c for c in problem.cases if c.aspect == "value")
    letters = problem.never_at_once
    large = dict(zip(letters, map(int, rng.permutation(LARGE)), strict=False))
    sizes = draw_sizes(case.letters, rng, {}) | large
    given = _given(problem, case.group, case.make(rng, **sizes))
    return {
        "group": f"memory of {'·'.join(letters)}",
        "aspect": "memory",
        "tried": f"{case.tried}, many along {', '.join(letters)}",
        "sizes": sizes,
        "letters": letters,
        "rtol": case.rtol,
        **given,
        "want": _answer(problem, problem, given).values,
        "mistaken": {},
    }


def _example(problem):
    """Return the example for pencil and paper."""
    given = _given(problem, "the example", problem.by_hand)
    return given | {"want": _answer(problem, problem, given).values}
