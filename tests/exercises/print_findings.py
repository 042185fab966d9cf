"""Print the findings on declared mistakes and on mutants of the reference, for review.

Run as `python -m tests.exercises.print_findings [PROBLEM]` in the repository's folder. The
messages about hidden cases follow if their wording differs. Mutants that are equal to the
reference follow at the end of each problem.
"""

import sys

from nngrader.records.rendering import Audience, text

from tests.exercises.declared_problems import PROBLEMS, judged_own, packed
from tests.exercises.mutants import mutants


def main():
    """Print a paragraph for each wrong answer: its score, its source, and the findings."""
    for name in sys.argv[1:] or PROBLEMS:
        p = PROBLEMS[name]
        declared = [(f"declared: {name}", m.solve) for name, m in p.mistakes.items()]
        changed = [*declared, *([] if p.trains else mutants(p.solve))]
        equal = [line for line, f in changed if not _print_findings(name, line, f)]
        print(f"\n{name}, equal to the reference:", *(equal or ["none"]), sep="\n       ")


def _print_findings(name, title, f):
    """Print the findings on one function; return whether there were any."""
    shown, hidden = (
        judged_own(packed(name, 1, visible, variants=True), f) for visible in (True, False)
    )
    if not shown.findings + hidden.findings:
        return False
    print(f"\n{hidden.score:5.1f}  {name}: {title}")
    for verdict, words in ((shown, ""), (hidden, "hidden: ")):
        audience = Audience.VISIBLE if verdict is shown else Audience.HIDDEN
        for finding in verdict.findings:
            if verdict is shown or finding not in shown.findings:
                line = f"{finding.aspect} | {text(finding, audience)} [{finding.mistake or ''}]"
                print(f"       {words}{line}")
    return True


if __name__ == "__main__":
    main()
