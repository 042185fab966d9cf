"""Check on many seeds that solutions and mistakes earn the points that a problem declares."""

import inspect

import numpy as np

from ...records.rendering import Audience, text
from ..judgement.judging import charged, judge
from ..judgement.ledger import PASSIVE, units
from ..observation.compare import close
from ..observation.driver import caller
from .cases import pack
from .challenge import Challenge, solved_files, with_file

ROUNDING = 1e-6
FEW_SEEDS = 3  # for problems whose answers require training runs


def over_seeds(problem, n=50, *, first=0):
    """Judge reference, alternatives and known mistakes on the hidden cases of ``n`` seeds.

    :return: (list of str) Each complaint once: about a correct solution that loses points, or a
        known mistake that earns more or fewer points than it should. The list is empty if the
        problem can be released.
    """
    if isinstance(problem, Challenge):  # whose data don't depend on the seed
        return _check_challenge(problem)
    first_seen = {}
    for seed in range(first, first + seeds_needed(problem, n)):
        for complaint, why in _complaints(problem, seed).items():
            first_seen.setdefault(complaint, (seed, why))
    return [f"{complaint} (seed {seed}){why}" for complaint, (seed, why) in first_seen.items()]


def seeds_needed(problem, n):
    """Return how many of ``n`` seeds to use: fewer if the answers require training runs."""
    if isinstance(problem, Challenge):
        return 1
    return min(n, FEW_SEEDS) if problem.trains else n


def check_seed(problem, seed, packed=None):
    """Return complaints about the problem at one seed; `grade` calls this before it starts.

    If the hidden cases for this seed have already been packed, pass them as ``packed``.
    """
    complaints = _complaints(problem, seed, packed)
    return [f"{complaint}{why}" for complaint, why in complaints.items()]


def _complaints(problem, seed, packed=None):
    """Return complaints about the problem at one seed, each with its reason or ""."""
    if isinstance(problem, Challenge):
        return dict.fromkeys(_check_challenge(problem), "")
    try:
        data = packed or pack(problem, seed, visible=False, variants=False)
    except ValueError as e:
        return {str(e): ""}
    untried = () if problem.driver else (*_fixed(data), *_always_passed(problem, data))
    complaints = dict.fromkeys(untried, "")
    for name, f in {"the reference": problem.solve, **problem.alternatives}.items():
        score = _charged(data, _called(data, f)).verdict([]).score
        if abs(score - 100) > ROUNDING:
            complaint = f"{problem.name}: {name} scores {score:g}, expected 100"
            complaints[complaint] = _why(data, f)
    for name, mistake in problem.mistakes.items():
        costs = [data["points"][a] * _lost(data, name, a) for a in mistake.loses]
        once = mistake.once and not data.get("measure")
        expected = [(data, max(costs) if once else _all_costs(data, costs))]
        if once and len(costs) > 1:  # also checked as if it cost all its aspects
            expected.append((_each_charged(data, name), sum(costs)))
        ledger = _charged(data, _called(data, mistake.solve))
        for packed, cost in expected:
            score = ledger.under(packed).verdict([]).score
            if abs(score - 100 + cost) > ROUNDING:
                complaint = f"{problem.name}: {name} scores {score:g}, expected {100 - cost:g}"
                complaints[complaint] = _why(packed, mistake.solve, mistake.loses)
    return complaints


def _all_costs(data, costs):
    """Return the cost of a mistake that loses several aspects: everything if none is active."""
    active = sum(worth for aspect, worth in data["points"].items() if aspect not in PASSIVE)
    return 100 if sum(costs) >= active - ROUNDING else sum(costs)


def _fixed(data):
    """Yield a complaint about each argument that has the same value in all hidden cases."""
    all_args = [case["args"] for case in data["cases"]]
    for name in data["parameters"]:
        values = [args[name] for args in all_args if name in args]
        plain = all(isinstance(v, bool | int | float | str) for v in values)
        if plain and len(values) > 1 and len(set(values)) == 1:
            yield (
                f"{data['name']}: {name} is {values[0]!r} in all hidden cases, so a function "
                f"that always uses {values[0]!r} loses no points. Let {name} depend on which "
                "of two sizes is larger, or draw it from many values"
            )


def _always_passed(problem, data):
    """Yield a complaint about each argument with a default that all hidden cases pass."""
    for name, parameter in problem.parameters.items():
        always_passed = all(name in case["args"] for case in data["cases"])
        if always_passed and parameter.default is not inspect.Parameter.empty:
            yield (
                f"{problem.name}: no hidden case omits {name}, so a function with a different "
                f"default than {parameter.default!r} loses no points"
            )


def _why(data, f, loses=frozenset()):
    """Return words that explain a score: an exception, or the points that are lost."""
    run = caller(data, f)
    for case in data["cases"]:
        if not case["error"] and (error := run(dict(case["args"]))["error"]):
            return f": it raises {error[0][0]} in {case['group']}: {error[1]}"
    verdict = judge(data, run)
    lost = {a: (m - e, m) for a, (e, m) in verdict.points.items() if e < m}
    reasons = [text(f, Audience.INSTRUCTOR) for f in verdict.findings if f.aspect not in loses]
    points = ", ".join(f"{a} {off:.3g} of {most:.3g}" for a, (off, most) in lost.items())
    points = points if verdict.score > ROUNDING else "everything"
    declared = f", but should lose {', '.join(sorted(loses))}" * bool(loses)
    reason = f" ({reasons[0]})" if reasons else ""
    return f": it loses {points or 'nothing'}{declared}{reason}"


def _each_charged(data, name):
    """Return packed data in which a known mistake costs every aspect in which it is wrong."""
    every = {"once": False}
    hint = data["mistakes"][name]["hint"]  # versions of the mistake have the same hint
    known = {n: m | every for n, m in data["mistakes"].items() if m["hint"] == hint}
    return data | {"mistakes": data["mistakes"] | known}


def _check_challenge(problem):
    """Return complaints if the solution file loses points, or a missing file earns points."""
    try:
        data, files = pack(problem, 0, visible=False, variants=False), solved_files([problem])
    except (ValueError, FileNotFoundError) as e:
        return [str(e)]
    complaints = []
    if len(files[problem.file]) > problem.most_bytes:
        complaints.append(
            f"{problem.name}: the solution file {problem.file} is larger than most_bytes"
        )
    right = {"the reference": problem.solve, **problem.alternatives}
    for name, f in right.items():
        if (score := _challenge_score(with_file(data, files), f)) < 100 - ROUNDING:
            complaints.append(f"{problem.name}: {name} scores {score:g}, expected 100")
    if (score := _challenge_score(with_file(data, {}), problem.solve)) > ROUNDING:
        complaints.append(f"{problem.name}: without a file it scores {score:g}, expected 0")
    return complaints


def _lost(data, name, aspect):
    """Return the fraction of an aspect's points that a known mistake should lose."""
    if aspect in PASSIVE:
        return 1.0
    each = units(data, aspect)
    return sum(_is_wrong(data, name, *unit) for unit in each) / len(each)


def _is_wrong(data, name, group, part):
    """Return whether a known mistake gives a wrong part in any case of a kind."""
    k = list(data["returns"]).index(part)
    for case in data["cases"]:
        if case["group"] == group:
            mistaken = case["mistaken"].get(name)
            answer = mistaken[k] if mistaken else None
            if answer is None or not close(answer, np.asarray(case["want"][k]), case["rtol"]):
                return True
    return False


def _challenge_score(data, f):
    """Return the score of a function on a challenge; `judge` decides whether to call it."""
    return judge(data, caller(data, f)).score


def _called(data, f):
    """Return the results of a function in all packed cases."""
    run = caller(data, f)
    return [run(dict(case["args"])) for case in data["cases"]]


def _charged(data, answers):
    """Return the ledger for the results of a function in all packed cases."""
    following = iter(answers)
    return charged(data, lambda _: next(following, {}))[0]
