"""Turn a declared problem into plain data: inputs, correct answers, answers of mistakes."""

import contextlib
import traceback
import warnings
import zlib
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...records.rendering import listed
from ..observation.compare import close
from ..observation.driver import caller, result_of
from .cases_json import unplain
from .challenge import Challenge, pack_challenge
from .problem import Mistake
from .variants import add_variants

PRIMES = (5, 7, 11, 13, 17)  # no size is 1, 2, or a product or quotient of others
# The number of executed lines must not grow from an axis with a length of FEW to an axis with a
# length of MANY. The lengths are drawn, so that a function can't recognise these cases.
FEW = (19, 23, 29, 31)
MANY = (101, 103, 107, 109, 113)
LARGE = (43, 47, 53, 59, 61)  # for these, an array of three axes is far larger than one of two
# knn_predict needs more than 200 draws for one seed in 250. If each answer requires a training
# run, we draw only a few times.
MOST_DRAWS, FEW_DRAWS = 1000, 3


class Answer(NamedTuple):
    """An answer: its parts, or the name and message of the exception that was raised instead.

    ``size`` is the number of bytes that the call returned, before anything was measured.
    """

    values: list | None
    error: str | None
    size: int = 0
    message: str = ""


def pack(problem, seed, *, visible, variants=True):
    """Return a problem as plain data: answers instead of solutions, driver and measure as text.

    :param seed: Determines the inputs. The visible and hidden cases of one seed are
        independent.
    :param visible: Whether to make the cases that students get. Findings about them may show
        inputs.
    :param variants: Whether to add the answers of variants of the reference, which explain more
        mistakes.
    :return: Strings, numbers, arrays, lists and dicts; `cases_json.save` writes it.
    :raises ValueError: If the declaration is wrong, or if no draw shows a registered mistake in
        a case that should show it.
    """
    problem.validate()
    if isinstance(problem, Challenge):
        return pack_challenge(problem, visible=visible)
    stream = [abs(int(seed)), int(seed < 0), zlib.crc32(problem.name.encode()), int(visible)]
    mistakes = problem.mistakes | problem.ignored_defaults()
    data = {
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
            | ({"noisy": sorted(m.noisy)} if m.noisy else {})
            | ({"about": about} if (about := m.parts_in_hint(problem.returns)) else {})
            | ({} if m.once else {"once": False})
            for name, m in mistakes.items()
        },
        "cases": _cases(problem, np.random.default_rng(stream), visible),
        **problem.moving,
    }
    if variants:
        add_variants(problem, data, lambda f, case: _parts(problem, f, case))
    return data


def _parts(problem, f, case):
    """Return the parts of a function's answer in a packed case, or None if it fails."""
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _answer(problem, Mistake(f, "", frozenset()), {**case, "error": None}).values


def _cases(problem, rng, visible):
    """Return all cases, those for loops and memory last.

    The first ordinary kind has one more case, with the sizes of the case before it and other
    numbers, which shows whether a function returns the result of an earlier call.
    """
    cases, (again,) = [], rng.spawn(1)
    ordinary = next((case for case in problem.cases if case.aspect == "value"), None)
    for case in problem.cases:
        taken = {}
        for _ in range(case.visible if visible else case.hidden):
            taken = draw_sizes(case.letters, rng, taken)
            cases.append(_case(problem, case, rng, taken))
        if case is ordinary:
            cases.append(_case(problem, case, again, taken, like=cases[-1]))
    cases += [c for letter in problem.no_loop_over for c in _loop_cases(problem, letter, rng)]
    return cases + ([_memory_case(problem, rng)] if problem.never_at_once else [])


def draw_sizes(letters, rng, taken):
    """Draw a different prime for each letter, other than its prime in the previous case.

    The first of the first two sizes, for example N of N and M, is smaller in the first case,
    larger in the second, and so on. Therefore a function that uses the smaller of the two
    instead of N is wrong in every second case, and the visible cases show what the hidden ones
    show.
    """
    while True:
        drawn = dict(zip(letters, map(int, rng.permutation(PRIMES)), strict=False))
        if not any(drawn[k] == taken.get(k) for k in letters) and _order_changed(
            letters, drawn, taken
        ):
            return drawn


def _order_changed(letters, drawn, taken):
    """Return whether the order of the first two sizes differs from the previous case's."""
    if len(letters) < 2:
        return True
    first, second = letters[:2]
    before = bool(taken) and taken[first] < taken[second]
    return (drawn[first] < drawn[second]) != before


def _case(problem, case, rng, sizes, like=None):
    """Return one case, drawn until its known mistakes give wrong and different answers.

    :param like: Another case with the same shapes and whole numbers, if there is such a draw.
    """
    due = {
        n: m
        for n, m in problem.mistakes.items()
        if case.aspect in _shown_in(problem, m) and case.group in (m.where or [case.group])
    }
    draws = FEW_DRAWS if problem.trains else MOST_DRAWS
    for k in range(draws):
        inputs = _inputs(problem, case.group, _drawn(problem, case, rng, sizes))
        if like and 2 * k < draws and _outline(inputs) != _outline(like):
            continue
        want = _right(problem, case, inputs)
        if (wrong := _distinguished(problem, due, inputs, want, case.rtol)) is not None:
            return _packed(problem, case, sizes, inputs, want, wrong)
    wrong = {n: _answer(problem, m, inputs) for n, m in due.items()}
    raise ValueError(
        f"problem {problem.name}: none of {draws} draws of the case {case.group} gives a "
        f"different wrong answer for each of these mistakes: {', '.join(sorted(due))}; in the "
        "last draw, " + ", ".join(_confused(want, wrong, case.rtol))
    )


def _outline(case):
    """Return the shapes of a case's arrays, and its arguments that are texts or integers."""
    values = case["args"].values()
    shapes = [v.shape for v in values if isinstance(v, np.ndarray)]
    return shapes, [v for v in values if isinstance(v, int | str)]


def _distinguished(problem, due, inputs, want, rtol):
    """Return the answers of known mistakes by name, or None if we can't distinguish them.

    We can't if a mistake gives the correct answer, or if two mistakes with different hints give
    the same answer.
    """
    wrong = {}
    for name, mistake in due.items():
        answer = _answer(problem, mistake, inputs)
        if _is_same(answer, want, rtol):
            return None
        others = (wrong[n] for n in wrong if due[n].hint != mistake.hint)
        if any(_is_same(other, answer, rtol) for other in others):
            return None
        wrong[name] = answer
    return wrong


def _confused(want, wrong, rtol):
    """Yield which known mistakes give the correct answer, and which give the same answer."""
    for name, answer in wrong.items():
        if _is_same(answer, want, rtol):
            yield f"{name} gives the correct answer"
    for (name, answer), (other, another) in combinations(wrong.items(), 2):
        if _is_same(answer, another, rtol):
            yield f"{name} and {other} give the same answer"


def _shown_in(problem, mistake):
    """Return the aspects whose cases must show a mistake; "value" for aspects of parts."""
    return {"value" if a in problem.returns.values() else a for a in mistake.loses}


def _drawn(problem, case, rng, sizes):
    """Return the values from the generator of a case.

    :raises ValueError: If the generator raises an error; the text contains the line.
    """
    try:
        return case.make(rng, **sizes)
    except Exception as e:
        frame = traceback.extract_tb(e.__traceback__)[-1]
        raise ValueError(
            f"problem {problem.name}: the case {case.group} cannot be drawn: "
            f"{type(e).__name__}: {e} (line {frame.lineno} of {Path(frame.filename).name})"
        ) from e


def _inputs(problem, where, values):
    """Return a case's arguments by name, and the values that are only for the measure."""
    values = values if isinstance(values, tuple) else (values,)
    n = len(values) - len(problem.kept)
    args = dict(zip(problem.parameters, values[:n], strict=False))
    kept = dict(zip(problem.kept, values[n:], strict=True))
    for name, value in (args | kept).items():
        if odd := unplain(value):
            raise ValueError(
                f"problem {problem.name}: {where} gives {odd} for {name}, expected "
                "plain data: numbers, text, arrays, lists, dicts. Create other objects in a "
                "driver"
            )
    return {"args": args, "error": None} | ({"kept": kept} if kept else {})


def _right(problem, case, inputs):
    """Return the reference's answer; it may be an exception only in cases that expect one."""
    want = _answer(problem, problem, inputs)
    missing = want.values is None or any(v is None for v in want.values)
    if missing and (case.aspect == "value" or not want.error):
        raise ValueError(
            f"problem {problem.name}: its reference {_fault(want)} in {case.group}"
        )
    if want.values and (n := len(want.values)) != len(problem.returns):
        raise ValueError(
            f"problem {problem.name}: in {case.group}, its reference returns a different "
            f"number of parts ({n}) than `returns` names ({len(problem.returns)})"
        )
    return want


def _fault(answer):
    """Return in words why there is no answer."""
    if not answer.error:
        return "returns a part without numbers"
    return f"raises {answer.error}" + f" ({answer.message})" * bool(answer.message)


def _answer(problem, how, inputs):
    """Return the answer of ``how.solve``, where ``how`` is the problem or a `Mistake`."""
    called = _how(problem)
    run = caller(called, how.solve)
    observation = run(inputs["args"] | getattr(how, "fixed", {}))
    if observation["error"]:
        names, message, _ = observation["error"]
        return Answer(None, names[0], message=message)
    judged = result_of(called, inputs, lambda _: observation)
    size = sum(p["values"].nbytes for p in observation["parts"] if p["values"] is not None)
    return Answer(None if judged.fault else [p["values"] for p in judged.parts], None, size)


def _how(problem):
    """Return the part of the packed data that determines how a function is called."""
    return {"returns": problem.returns, **problem.moving}


def _is_same(answer, other, rtol):
    """Return whether two answers are equal, or the exceptions that were raised instead."""
    values, others = answer.values, other.values
    if values is None or others is None:
        return values is others and answer.error == other.error
    return len(values) == len(others) and all(
        v is not None and w is not None and close(v, w, rtol)
        for v, w in zip(values, others, strict=True)
    )


def _packed(problem, case, sizes, inputs, want, wrong):
    """Return one case as plain data.

    It contains the answers of the known mistakes, unless an exception is expected.
    """
    mistakes = {} if want.error else problem.mistakes | problem.ignored_defaults()
    known = {n: wrong.get(n) or _answer(problem, m, inputs) for n, m in mistakes.items()}
    answers = {name: answer.values for name, answer in known.items()}
    packed = {
        "group": case.group,
        "aspect": case.aspect,
        "tried": case.tried,
        "sizes": sizes,
        "rtol": case.rtol,
        **inputs,
        "want": want.values,
        "error": want.error,
        "raw_bytes": want.size,
        "mistaken": {name: values for name, values in answers.items() if values},
    } | ({} if case.shown else {"unshown": True})
    return packed | ({"judged": list(case.parts)} if case.parts else {})


def _loop_cases(problem, letter, rng):
    """Return two cases of the first ordinary kind, with a short and a long axis `letter`."""
    case = next(c for c in problem.cases if c.aspect == "value")
    sizes = draw_sizes(case.letters, rng, {})
    return [
        _loop_case(problem, case, rng, sizes, letter, int(rng.choice(n))) for n in (FEW, MANY)
    ]


def _loop_case(problem, case, rng, sizes, letter, n):
    """Return a case in which executed lines are counted.

    It contains the correct answer too, so that a function can't skip the work here.
    """
    inputs = _inputs(problem, case.group, _drawn(problem, case, rng, sizes | {letter: n}))
    return {
        "group": f"loop over {letter}",
        "aspect": "loops",
        "tried": f"{case.tried}, with few and with many entries along {letter}",
        "sizes": sizes | {letter: n},
        "letter": letter,
        "rtol": case.rtol,
        **inputs,
        "want": _answer(problem, problem, inputs).values,
        "mistaken": {},
    }


def _memory_case(problem, rng):
    """Return a case of the first ordinary kind, made larger, in which memory is measured."""
    case = next(c for c in problem.cases if c.aspect == "value")
    letters = problem.never_at_once
    large = dict(zip(letters, map(int, rng.permutation(LARGE)), strict=False))
    large[letters[-1]] *= 4  # blocks along this axis, such as 16 columns, are allowed
    sizes = draw_sizes(case.letters, rng, {}) | large
    inputs = _inputs(problem, case.group, _drawn(problem, case, rng, sizes))
    return {
        "group": f"memory of {'·'.join(letters)}",
        "aspect": "memory",
        "tried": f"{case.tried}, with many entries along {listed(letters)}",
        "sizes": sizes,
        "letters": letters,
        "rtol": case.rtol,
        **inputs,
        "want": _answer(problem, problem, inputs).values,
        "mistaken": {},
    }


def _example(problem):
    """Return the example for pencil and paper, with the correct answer."""
    inputs = _inputs(problem, "the example", problem.by_hand)
    want = _answer(problem, problem, inputs)
    if want.error:
        raise ValueError(f"problem {problem.name}: its reference {_fault(want)} in the example")
    return inputs | {"want": want.values}
