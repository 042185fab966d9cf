"""Print what every mutant and every unregistered wrong answer is told, to be read by a person.

Run as `python -m tests.exercises.audit [PROBLEM]` in the repository's folder.
"""

import sys

from tests.exercises.declared import PROBLEMS, judged, packed
from tests.exercises.mutants import mutants
from tests.exercises.wrong_answers import WRONG


def main():
    """Print one paragraph for each wrong answer: score, what it is, and the findings."""
    for name in sys.argv[1:] or PROBLEMS:
        answers = [(f.__name__, f) for problem, f, *_ in WRONG if problem == name]
        for title, f in [*mutants(PROBLEMS[name].solve), *answers]:
            verdict = judged(packed(name, 1, True), f)
            print(f"\n{verdict.score:5.1f}  {name}: {title}")
            for aspect, text, mistake in verdict.findings:
                print(f"       {aspect} | {text}" + (f" [{mistake}]" if mistake else ""))


if __name__ == "__main__":
    main()
