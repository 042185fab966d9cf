"""Turn a declared problem into plain data: inputs, right answers, the mistakes' answers."""

import traceback
import zlib
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..observation.compare import close
from ..observation.driver import caller, result_of
from .cases_json import unplain
from .challenge import Challenge, pack_challenge

PRIMES = (5, 7, 11, 13, 17)  # no size is 1, 2, or a product or quotient of others
FEW = (19, 23, 29, 31)  # from a length drawn here to one drawn from MANY, the number of Python
MANY = (101, 103, 107, 109, 113)  # lines must not grow; drawn, so that nobody recognises them
LARGE = (43, 47, 53, 59, 61)  # with these, an array of three axes is far larger than one of two
# Knn_predict needs more than 200 for one seed in 250. Few where each answer takes a training.
MOST_DRAWS, FEW_DRAWS = 1000, 3


class Answer(NamedTuple):
    """An answer: its parts, or the exception's name and message; its bytes before measuring."""

    values: list | None
    error: str | None
    size: int = 0
    message: str = ""


def pack(problem, seed, *, visible):
    """Return a problem as plain data: no code of the reference, only its answers.

    Parameters
    ----------
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
        "criteria": problem.criteria,
        "forbidden": {price: list(names) for price, names in problem.forbidden.items()},
        "lists": problem.lists,
        "example": _example(problem),
        "mistakes": {
            name: {"hint": m.hint, "loses": sorted(m.loses)}
            | ({"signs": m.signs} if m.signs else {})
            | ({} if m.once else {"once": False})
            for name, m in mistakes.items()
        },
        "cases": _cases(problem, np.random.default_rng(stream), visible),
        **problem.moving,
    }


def _cases(problem, rng, visible):
    """Return all cases, those for loops and memory last."""
    cases = []
    for case in problem.cases:
        taken = {}
        for _ in range(case.visible if visible else case.hidden):
            taken = draw_sizes(case.letters, rng, taken)
            cases.append(_case(problem, case, rng, taken))
    cases += [c for letter in problem.no_loop_over for c in _loop_cases(problem, letter, rng)]
    return cases + ([_memory_case(problem, rng)] if problem.never_at_once else [])


def draw_sizes(letters, rng, taken):
    """Draw a prime for each letter, all different, none with the one of the previous case.

    Of the first two sizes, say N and M, now one and now the other is the larger. So a function
    that uses the smaller of the two in place of N is wrong in every second case.
    """
    while True:
        drawn = dict(zip(letters, map(int, rng.permutation(PRIMES)), strict=False))
        if not any(drawn[k] == taken.get(k) for k in letters) and _order_changed(
            letters, drawn, taken
        ):
            return drawn


def _order_changed(letters, drawn, taken):
    """Return whether the order of the first two sizes differs from the previous case's."""
    if len(letters) < 2 or not taken:
        return True
    first, second = letters[:2]
    return (drawn[first] < drawn[second]) != (taken[first] < taken[second])


def _case(problem, case, rng, sizes):
    """Return one case, drawn until its known mistakes all fail and differ from each other."""
    due = {
        n: m
        for n, m in problem.mistakes.items()
        if case.aspect in _shown_in(problem, m) and case.group in (m.where or [case.group])
    }
    draws = FEW_DRAWS if problem.trains else MOST_DRAWS
    for _ in range(draws):
        given = _given(problem, case.group, _drawn(problem, case, rng, sizes))
        want = _right(problem, case, given)
        if (wrong := _told_apart(problem, due, given, want, case.rtol)) is not None:
            return _packed(problem, case, sizes, given, want, wrong)
    wrong = {n: _answer(problem, m, given) for n, m in due.items()}
    raise ValueError(
        f"problem {problem.name}: no draw of {case.group} in {draws} shows all of "
        f"{', '.join(sorted(due))}, and tells them apart; in the last one "
        + ", ".join(_alike(want, wrong, case.rtol))
    )


def _told_apart(problem, due, given, want, rtol):
    """Return what known mistakes give, or None as soon as one gives what is right or given."""
    wrong = {}
    for name, mistake in due.items():
        answer = _answer(problem, mistake, given)
        if _is_same(answer, want, rtol):
            return None
        if any(_is_same(other, answer, rtol) for other in wrong.values()):
            return None
        wrong[name] = answer
    return wrong


def _alike(want, wrong, rtol):
    """Yield in words which known mistakes give the right answer, and which the same one."""
    for name, answer in wrong.items():
        if _is_same(answer, want, rtol):
            yield f"{name} gives the right answer"
    for (name, answer), (other, another) in combinations(wrong.items(), 2):
        if _is_same(answer, another, rtol):
            yield f"{name} and {other} give the same"


def _shown_in(problem, mistake):
    """Return the aspects of the cases that a mistake must fail, "value" for those of parts."""
    return {"value" if a in problem.returns.values() else a for a in mistake.loses}


def _drawn(problem, case, rng, sizes):
    """Return what the generator of a case gives; an error in it is told with its line."""
    try:
        return case.make(rng, **sizes)
    except Exception as e:
        frame = traceback.extract_tb(e.__traceback__)[-1]
        raise ValueError(
            f"problem {problem.name}: the case {case.group} cannot be drawn: "
            f"{type(e).__name__}: {e} (line {frame.lineno} of {Path(frame.filename).name})"
        ) from e


def _given(problem, where, values):
    """Return a case's arguments by name, and the values that only the measure gets."""
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
    """Return the reference's answer, an exception only in cases that test for one."""
    want = _answer(problem, problem, given)
    missing = want.values is None or any(v is None for v in want.values)
    if missing and (case.aspect == "value" or not want.error):
        raise ValueError(
            f"problem {problem.name}: its reference {_fault(want)} in {case.group}"
        )
    if want.values and (n := len(want.values)) != len(problem.returns):
        raise ValueError(
            f"problem {problem.name}: the parts that its reference gives in {case.group} are "
            f"{n}, and `returns` names {len(problem.returns)}"
        )
    return want


def _fault(answer):
    """Return in words why an answer is none."""
    if not answer.error:
        return "gives a part that is no numbers"
    return f"raises {answer.error}" + f" ({answer.message})" * bool(answer.message)


def _answer(problem, how, given):
    """Return the answer of the problem's reference or of a `Mistake`, given as `how`."""
    called = _how(problem)
    run = caller(called, how.solve)
    observation = run(given["args"] | getattr(how, "fixed", {}))
    if observation["error"]:
        names, message, _ = observation["error"]
        return Answer(None, names[0], message=message)
    judged = result_of(called, given, lambda _: observation)
    size = sum(p["values"].nbytes for p in observation["parts"] if p["values"] is not None)
    return Answer(None if judged.fault else [p["values"] for p in judged.parts], None, size)


def _how(problem):
    """Return the part of the packed data that says how a function is called."""
    return {"returns": problem.returns, **problem.moving}


def _is_same(answer, other, rtol):
    """Return whether two answers, or the exceptions raised instead, are the same."""
    values, others = answer.values, other.values
    if values is None or others is None:
        return values is others and answer.error == other.error
    return len(values) == len(others) and all(
        v is not None and w is not None and close(v, w, rtol)
        for v, w in zip(values, others, strict=True)
    )


def _packed(problem, case, sizes, given, want, wrong):
    """Return one case as plain data; if an exception is expected, without mistakes' answers."""
    mistakes = {} if want.error else problem.mistakes | problem.ignored_defaults()
    known = {n: wrong.get(n) or _answer(problem, m, given) for n, m in mistakes.items()}
    answers = {name: answer.values for name, answer in known.items()}
    packed = {
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
    } | ({} if case.shown else {"unshown": True})
    return packed | ({"judged": list(case.parts)} if case.parts else {})


def _loop_cases(problem, letter, rng):
    """Return two cases of the first ordinary kind: a short and a long axis `letter`."""
    case = next(c for c in problem.cases if c.aspect == "value")
    sizes = draw_sizes(case.letters, rng, {})
    return [
        _loop_case(problem, case, rng, sizes, letter, int(rng.choice(n))) for n in (FEW, MANY)
    ]


def _loop_case(problem, case, rng, sizes, letter, n):
    """Return a case in which executed lines are counted.

    It has the right answer with it, so that a function cannot skip the work here.
    """
    given = _given(problem, case.group, _drawn(problem, case, rng, sizes | {letter: n}))
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


def _memory_case(problem, rng):
    """Return a case of the first ordinary kind, made larger, in which memory is measured."""
    case = next(c for c in problem.cases if c.aspect == "value")
    letters = problem.never_at_once
    large = dict(zip(letters, map(int, rng.permutation(LARGE)), strict=False))
    sizes = draw_sizes(case.letters, rng, {}) | large
    given = _given(problem, case.group, _drawn(problem, case, rng, sizes))
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
    """Return the example for pencil and paper, with its answer."""
    given = _given(problem, "the example", problem.by_hand)
    want = _answer(problem, problem, given)
    if want.error:
        raise ValueError(f"problem {problem.name}: its reference {_fault(want)} in the example")
    return given | {"want": want.values}
