"""The judging engine: a problem is declared once, packed as plain data, and judged from that.

`pack(problem, seed, visible=…)` turns a declaration (`problem.Problem`) into plain data, which
`store.save` writes and `store.load` reads. `judge(data, run, names=())` gives a `Verdict`:
``run(args)`` returns what `observe.observe` returns, in this process or from a sandbox, and
``names`` are the dotted names of `reading.names_used`, from which forbidden calls are charged.
`sentence(aspect, text)` puts a finding of the verdict into one sentence.
`gate.over_seeds(problem, n)` says whether a problem holds to its declaration.

`observe` and `reading` stand alone: a worker in the sandbox is given these two files and
nothing else. Arguments and results are plain data; for classes and callables a problem has a
`driver`, for what is judged by property a measure, for files handed in it is a `challenge`.
"""

from .cases import pack
from .challenge import with_file
from .driver import caller, observed
from .judging import judge
from .ledger import Verdict, sentence

__all__ = ["Verdict", "caller", "judge", "observed", "pack", "sentence", "with_file"]
