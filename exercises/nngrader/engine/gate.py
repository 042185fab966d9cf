"""Whether a problem holds to its own declaration, over many seeds."""

from .cases import pack
from .judging import judge
from .observe import observe

ROUNDING = 1e-6


def over_seeds(problem, n=50, *, first=0):
    """Judge reference, alternatives and known mistakes on hidden cases of ``n`` seeds.

    Returns
    -------
    list of str
        What is wrong, each once: a right answer that loses, a known mistake that scores more
        than it should. Empty where the problem may be released.
    """
    found = {}
    for seed in range(first, first + n):
        for complaint in check_seed(problem, seed):
            found.setdefault(complaint, seed)
    return [f"{complaint} (seed {seed})" for complaint, seed in found.items()]


def check_seed(problem, seed):
    """Return what is wrong with one seed; `grade` asks this of its own before it begins."""
    try:
        data = pack(problem, seed, visible=False)
    except ValueError as e:
        return [str(e)]
    right = {"the reference": problem.solve, **problem.alternatives}
    complaints = [
        f"{problem.name}: {name} scores {score:g}, expected 100"
        for name, score in ((n, _score(data, f, problem)) for n, f in right.items())
        if abs(score - 100) > ROUNDING
    ]
    for name, mistake in problem.mistakes.items():
        most = 100 - sum(data["points"][a] for a in mistake.loses)
        if (score := _score(data, mistake.solve, problem)) > most + ROUNDING:
            complaints.append(
                f"{problem.name}: {name} scores {score:g}, expected {most:g} or less"
            )
    return complaints


def _score(data, f, problem):
    """Return the score of a function on packed cases."""
    return judge(data, lambda args: observe(f, args, len(problem.returns))).score
