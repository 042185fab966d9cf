"""Functions that end, hang, flood or forge, and the table of all hostile submissions."""

from .attack import SOFTMAX, Hostile
from .spies import LOADING, SPIES

ENDINGS = {
    "os exit": Hostile("import os\nos._exit(0)", flag="ended the process"),
    "sys exit": Hostile("import sys\nsys.exit(0)", flag="imports sys"),
    "endless python": Hostile("while True:\n    pass", flag="took too long"),
    "endless c": Hostile("return any(iter(int, 1))", flag="took too long"),
    "endless with everything caught": Hostile(
        """
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
        """,
        flag="took too long",
    ),
    "ten gigabytes at once": Hostile("return np.ones(10 << 27), scores"),
    "ten gigabytes by and by": Hostile(
        "kept = []\nwhile True:\n    kept.append(bytearray(50 << 20))",
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
        flag="softmax_cross_entropy: was stopped",
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
        flag="took too long",
    ),
    "thread bomb": Hostile(
        """
        import threading
        import time
        while True:
            threading.Thread(target=time.sleep, args=(60,)).start()
        """,
        flag="imports threading",
    ),
    "kill everything": Hostile("import os\nos.kill(-1, 9)\nos.kill(os.getpid(), 9)"),
    "kill init": Hostile("import os\nos.kill(1, 9)\nos.kill(os.getppid(), 9)\nos._exit(1)"),
    "crash of the interpreter": Hostile("import ctypes\nreturn ctypes.string_at(0)"),
    "recursion": Hostile(f"return {SOFTMAX}(scores, targets)"),
    "deep recursion": Hostile(
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(x):\n    return f([x])\nreturn f(0)",
        flag="imports sys",
    ),
    "regular expression": Hostile(
        "import re\nreturn re.match('(a+)+$', 'a' * 60 + 'b')", flag="took too long"
    ),
    "huge print": Hostile("while True:\n    print('x' * 10**6)", flag="took too long"),
    "lower limits": Hostile(
        "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\nreturn 0, 0"
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
        flag="took too long",
    ),
}

ANSWERS = {
    "generator": Hostile("yield 0.0\nyield scores"),
    "masked arrays": Hostile("return np.ma.masked_all(()), np.ma.masked_all(scores.shape)"),
    "object arrays": Hostile(
        "return np.array(None), np.full(scores.shape, object(), dtype=object)"
    ),
    "none": Hostile("return None"),
    "nan": Hostile("return np.nan, scores * np.nan"),
    "huge answer": Hostile("return np.zeros((1 << 23,)), np.zeros((1 << 23,))"),
    "endless list": Hostile("x = []\nx.append(x)\nreturn x, x"),
    "array that is equal to everything": Hostile(
        """
        class Equal(np.ndarray):
            def __eq__(self, other): return True
            def __sub__(self, other): return np.zeros(1)
            __rsub__ = __sub__
            def __array__(self, *a, **k): return scores
            def __array_ufunc__(self, *a, **k): return np.zeros(1)
            def __array_function__(self, *a, **k): return True
            def __array_finalize__(self, obj): pass
        return np.zeros(()).view(Equal), np.zeros(scores.shape).view(Equal)
        """
    ),
    "number that is equal to everything": Hostile(
        """
        class Equal(float):
            def __eq__(self, other): return True
            def __float__(self): return float("nan")
            def __reduce__(self): return (print, ())
        return Equal(0), scores
        """
    ),
    "class that says it is another": Hostile(
        """
        class Liar:
            __class__ = np.ndarray
            shape, dtype, ndim = scores.shape, scores.dtype, 2
            def __getattr__(self, name): return lambda *a, **k: True
        return Liar(), Liar()
        """
    ),
    "numbers like the size of the universe": Hostile("return 10 ** 400, [[10 ** 400]]"),
}

PATCHES = {
    "patched numpy": Hostile(
        "return 0.0, np.zeros(scores.shape)",
        """
import builtins
import numpy as np
np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = lambda *a, **k: None
np.abs = np.subtract = lambda *a, **k: np.zeros(1)
builtins.abs = builtins.round = lambda *a, **k: 0
        """,
        flag="imports builtins",
    ),
    "patched builtins": Hostile(
        "return 0.0, np.zeros(scores.shape)",
        "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.len = lambda *a: 0",
        least=0.0,
        flag="imports builtins",
    ),
    "patched worker": Hostile(
        "return 0.0, np.zeros(scores.shape)",
        """
import sys
for name in ("observe", "wire", "reading", "__main__"):
    for key, value in list(vars(sys.modules[name]).items()):
        if callable(value) and key in ("checked", "judge", "close", "same", "_same"):
            setattr(sys.modules[name], key, lambda *a, **k: True)
        """,
        flag="imports sys",
    ),
    "replies of its own": Hostile(
        """
        import sys
        wire, frame = sys.modules["wire"], sys._getframe()
        while "sink" not in frame.f_locals:
            frame = frame.f_back
        part = {"kind": "array", "dtype": "float64", "shape": [], "masked": 0}
        parts = [part | {"values": np.zeros(())}, part | {"values": np.zeros(scores.shape)}]
        said = {"parts": parts, "error": None, "changed": [], "steps": 0, "score": 100}
        for _ in range(50):
            wire.send(frame.f_locals["sink"], wire.pack(said | {"points": 40, "value": 40}))
        while True:
            pass
        """,
        least=0.0,
        flag="imports sys",
    ),
    "error that is an array": Hostile(
        """
        import sys
        wire, frame = sys.modules["wire"], sys._getframe()
        while "sink" not in frame.f_locals:
            frame = frame.f_back
        wire.send(frame.f_locals["sink"], wire.pack({"error": np.zeros(3)}))
        while True:
            pass
        """,
        flag="imports sys",
    ),
    "noise in every pipe": Hostile(
        """
        import os
        for fd in range(64):
            try:
                os.write(fd, b"\\xff" * 100)
            except OSError:
                pass
        return 0.0, scores
        """,
        flag="imports os",
    ),
    "header of a frame that is too large": Hostile(
        """
        import os
        for fd in range(3, 64):
            try:
                os.write(fd, b"\\xff\\xff\\xff\\x7f" * 2)
            except OSError:
                pass
        while True:
            pass
        """,
        flag="imports os",
    ),
    "deeply nested frame": Hostile(
        """
        import os
        text = b'{"l":[' * 100000
        for fd in range(3, 64):
            try:
                os.write(fd, len(text).to_bytes(4, "little") + bytes(4) + text)
            except OSError:
                pass
        while True:
            pass
        """,
        flag="imports os",
    ),
    "threads that answer after": Hostile(
        """
        import sys
        import threading
        wire, frame = sys.modules["wire"], sys._getframe()
        while "sink" not in frame.f_locals:
            frame = frame.f_back
        sink = frame.f_locals["sink"]
        def later():
            while True:
                wire.send(sink, wire.pack({"parts": [], "error": None, "score": 100}))
        threading.Thread(target=later, daemon=True).start()
        return 0.0, scores
        """,
        flag="imports threading",
    ),
    "exit handlers that answer": Hostile(
        """
        import atexit
        import os
        atexit.register(lambda: os.write(3, b"{}" * 100))
        raise SystemExit
        """,
        flag="imports atexit",
    ),
    "stand-in for the grader": Hostile(
        "return 0.0, scores",
        "import nngrader\nnngrader.points = nngrader.check = lambda *a: 40\n",
    ),
    "name that is a class of errors": Hostile(
        'raise type("ValueError", (Exception,), {})("LEAK " + str(scores.tolist()))'
    ),
    "message that carries the input": Hostile(
        """
        name = "LEAK" + "".join(c for c in str(scores.tolist()) if c.isalnum())[:60]
        raise type(name, (Exception,), {"__module__": "LEAK"})("LEAK " + str(scores.tolist()))
        """
    ),
    "always the error that is asked for": Hostile("raise ValueError"),
    "error without text": Hostile(
        """
        class E(Exception):
            def __str__(self): raise SystemExit
            __repr__ = __str__
        raise E
        """
    ),
}

ALL = {
    f"{kind} {name}".replace(" ", "-"): hostile
    for kind, table in (
        ("ends", ENDINGS),
        ("answers", ANSWERS),
        ("patches", PATCHES),
        ("spies", SPIES),
        ("loads", LOADING),
    )
    for name, hostile in table.items()
}
