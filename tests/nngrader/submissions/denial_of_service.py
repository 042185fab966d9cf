"""Submissions that try to break the process, the machine or the loading of a cell."""

from nngrader.limits import Ending
from nngrader.records.flag import FlagCode

from .kinds import Expected, Hostile, imports, loading, stopped

LOADED = Expected(FlagCode.CELL_STOPPED)
FIRST_ADDED = Expected(FlagCode.SYNTAX_ERROR, "own cell 1")


def raising(exception):
    """Return the expected flag about a cell that raises an exception."""
    return Expected(FlagCode.CELL_RAISED, data={"exception": exception})


BREAKS = {
    "os exit": Hostile("import os\nos._exit(0)", flag=stopped(Ending.ENDED)),
    "endless c": Hostile("return any(iter(int, 1))", flag=stopped(Ending.TOO_LONG)),
    "ten gigabytes in children": Hostile(
        """
        import os
        for _ in range(6):
            if os.fork() == 0:
                kept = [bytearray(b"x") * (90 << 20) for _ in range(3)]
                while True:
                    pass
        while True:
            pass
        """,
        flag=stopped(),
    ),
    "fork bomb": Hostile(
        """
        import os
        while True:
            try:
                os.fork()
            except OSError:
                pass
        """,
        flag=stopped(),  # by its work, or by the clock on a busy machine
    ),
    "signal that is ignored": Hostile(
        """
        import signal
        for s in range(1, 64):
            try:
                signal.signal(s, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        while True:
            pass
        """,
        flag=stopped(Ending.TOO_LONG),
    ),
}

LOADING = {
    "exit while loading": loading("import os\nos._exit(0)", flag=LOADED),
    "loop while loading": loading("while True:\n    pass", flag=LOADED),
    "error while loading": loading("1 / 0", flag=raising("ZeroDivisionError")),
    "brackets": loading("(" * 100_000, flag=FIRST_ADDED),
    "newlines": loading("\n" * 190_000, status="graded"),
    "null character": loading("x = '\0'", flag=FIRST_ADDED),
    "half a character in an escape": loading("x = '\\ud800'", status="graded"),
    "two processes while loading": loading(  # which of them answers first is anybody's guess
        "import os\nos.fork()", least=0.0, flag=imports("os")
    ),
}
