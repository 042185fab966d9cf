"""The judging engine: a problem is declared once, packed as plain data, and judged from that.

`pack(problem, seed, visible=…)` turns a declaration into plain data, which `cases_json.save`
writes and `cases_json.load` reads. `judge(data, run, names=())` returns a `Verdict`. Here
``run(args)`` calls the function, in this process or in a sandbox, and returns the description
that `observe` makes; ``names`` are the dotted names from `reading.names_used`; forbidden ones
cost points. `judge_own` also takes the words of the student's code, so that findings name
nothing else. The findings of a verdict are records (`nngrader.records`), and
`records.rendering` turns them into sentences. `report(data, verdict, most)` returns the verdict
as plain data that can be stored, and `reweighted(report, most)` rescales it to other points.

Files of definitions import `problem` and `challenge` from here, and for their drivers: `Steps`
and `Held`, which count executed lines and measure memory; `Failed`, which replaces a part that
is missing because of an error; `Tensor`, for numbers that arrived as a tensor; and `travels`,
which marks functions that several drivers share. Read the folders in the order `declaration`,
`observation`, `judgement`, `explanation`.
"""

from .declaration import cases_json
from .declaration.cases import pack
from .declaration.challenge import challenge, with_file
from .declaration.problem import problem
from .judgement.judging import judge
from .judgement.ledger import Verdict, report, reweighted
from .judgement.own import judge_own
from .observation.driver import caller, observed, travels
from .observation.observe import Failed, Held, Steps, Tensor

__all__ = [
    "Failed",
    "Held",
    "Steps",
    "Tensor",
    "Verdict",
    "caller",
    "cases_json",
    "challenge",
    "judge",
    "judge_own",
    "observed",
    "pack",
    "problem",
    "report",
    "reweighted",
    "travels",
    "with_file",
]
