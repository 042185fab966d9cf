"""The judging engine: a problem is declared once, packed as plain data, and judged from that.

`pack(problem, seed, visible=…)` turns a declaration into plain data, which `cases_json.save`
writes and `cases_json.load` reads. `judge(data, run, names=())` gives a `Verdict`:
``run(args)`` returns what `observe` returns, in this process or from a sandbox, and ``names``
are the dotted names that `reading.names_used` finds, among which forbidden ones cost points. A
verdict's findings are records (`nngrader.records`), which `records.rendering` puts into words.
`report(data, verdict, most)` returns the verdict as plain data, to be kept, and
`reweighted(report, most)` what it is for other points.

Files of definitions import from here `problem` and `challenge`, `Steps` and `Held`, with which
drivers count executed lines and memory, `Failed`, which they put in the place of a part that
an error has prevented, `Tensor`, for one that should have been a number, and `travels`, for
what drivers share. The folders are `declaration`, `observation`, `judgement` and
`explanation`; read them in this order.
"""

from .declaration import cases_json
from .declaration.cases import pack
from .declaration.challenge import challenge, with_file
from .declaration.problem import problem
from .judgement.judging import judge
from .judgement.ledger import Verdict, report, reweighted
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
    "observed",
    "pack",
    "problem",
    "report",
    "reweighted",
    "travels",
    "with_file",
]
