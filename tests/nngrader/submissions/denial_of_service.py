"""Submissions that try to break the process, the machine or the loading of a cell."""

from nngrader.limits import Ending
from nngrader.records.flag import FlagCode

from .kinds import SOFTMAX, Expected, Hostile, imports, loading, stopped, unflagged

LOADED = Expected(FlagCode.CELL_STOPPED)
FIRST_ADDED = Expected(FlagCode.SYNTAX_ERROR, "own cell 1")


def raising(exception):
    """Return the expected flag about a cell that raises an exception."""
    return Expected(FlagCode.CELL_RAISED, data={"exception": exception})


BREAKS = {
    "os exit": Hostile("import os\nos._exit(0)", flag=stopped(Ending.ENDED)),
    "endless python": Hostile("while True:\n    pass", flag=stopped(Ending.TOO_LONG)),
    "endless c": Hostile("return any(iter(int, 1))", flag=stopped(Ending.TOO_LONG)),
    "ten gigabytes at once": Hostile("return np.ones(10 << 27), scores"),
    "ten gigabytes by and by": Hostile(
        "kept = []\nwhile True:\n    kept.append(bytearray(50 << 20))"
    ),
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
    "thread bomb": Hostile(
        """
        import threading
        import time
        while True:
            threading.Thread(target=time.sleep, args=(60,)).start()
        """,
        flag=imports("threading"),
    ),
    "kill everything": Hostile("import os\nos.kill(-1, 9)\nos.kill(os.getpid(), 9)"),
    "crash of the interpreter": Hostile("import ctypes\nreturn ctypes.string_at(0)"),
    "recursion": unflagged(f"return {SOFTMAX}(scores, targets)"),
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
    "sleep": Hostile("import time\ntime.sleep(10**6)", flag=stopped(Ending.WAITED)),
    "pipes that are closed": Hostile(
        "import os\nos.closerange(0, 1024)\nreturn 0.0, scores", flag=stopped(Ending.ENDED)
    ),
    "orphan that ends the others": Hostile(
        """
        import os
        import time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True:
                    time.sleep(0.01)
                    for pid in range(2, 400):
                        try:
                            pid == os.getpid() or os.kill(pid, 9)
                        except OSError:
                            pass
            os._exit(0)
        return 0.0, scores
        """,
        flag=imports("os"),
    ),
    "folders that nobody can remove": Hostile(
        """
        import os
        os.makedirs(f"/tmp/{'d' * 200}/{'e' * 200}")
        os.chmod(f"/tmp/{'d' * 200}", 0)
        os.symlink("/usr", "/tmp/usr")
        os.mkfifo("/tmp/fifo")
        return 0.0, scores
        """,
        flag=imports("os"),
    ),
    "file without end": Hostile(
        "with open('/tmp/x', 'wb') as f:\n    while True:\n        f.write(bytes(1 << 20))",
        flag=Expected(FlagCode.FUNCTION_LIMIT, data={"limit": "file"}),
    ),
    "files without end": Hostile(
        """
        for n in range(1000):
            with open(f"/dev/shm/{n}", "wb") as f:
                f.write(bytes(4 << 20))
        """,
        flag=Expected(FlagCode.FUNCTION_LIMIT, data={"limit": "space"}),
    ),
    "files that are never closed": Hostile(
        "kept = []\nwhile True:\n    kept.append(open('/dev/null'))",
        flag=Expected(FlagCode.FUNCTION_LIMIT, data={"limit": "open files"}),
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
    "system exit while loading": loading("raise SystemExit", flag=raising("SystemExit")),
}
