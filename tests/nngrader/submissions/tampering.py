"""Submissions that tamper with NumPy, builtins, imports, inputs, or other processes."""

from .kinds import Hostile, imports, unflagged

TAMPERING = {
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
        flag=imports("builtins"),
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
        flag=imports("sys"),
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
        flag=imports("threading"),
    ),
    "stand-in for the grader": unflagged(
        "return 0.0, scores",
        "import nngrader\nnngrader.points = nngrader.check = lambda *a: 40\n",
    ),
    "copies that are none": unflagged(
        "scores[:] = 0\nreturn 0.0, scores",
        "import copy\ncopy.deepcopy = copy.copy = lambda x, *a: x",
    ),
    "inputs behind the copies": Hostile(
        """
        import sys
        frame = sys._getframe()
        while "args" not in frame.f_locals:
            frame = frame.f_back
        for value in frame.f_locals["args"].values():
            value[:] = 0
        return 0.0, scores
        """,
        flag=imports("sys"),
    ),
    "modules in the working folder": Hostile(
        "return 0.0, scores",
        """
import sys
names = "numpy json struct wire observe reading likeness fork_server"
for name in names.split():
    with open(f"/tmp/{name}.py", "w") as f:
        f.write("raise SystemExit")
sys.path.insert(0, "/tmp")
        """,
        flag=imports("sys"),
    ),
    "what traces every line": Hostile(
        "return 0.0, scores",
        """
import sys
def trace(frame, event, arg):
    if "reply" in frame.f_locals:
        frame.f_locals["reply"]["points"] = 40
    return trace
sys.settrace(trace)
sys.setprofile(trace)
        """,
        least=0.0,
        flag=imports("sys"),
    ),
    "import hook": Hostile(
        "return 0.0, np.zeros(scores.shape)",
        """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        raise SystemExit
sys.meta_path.insert(0, Finder())
sys.path_hooks.clear()
sys.modules.pop("struct", None)
        """,
        least=0.0,
        flag=imports("sys"),
    ),
    "audit hook": Hostile(
        "return 0.0, np.zeros(scores.shape)",
        """
import sys
def hook(event, args):
    if event in ("compile", "exec", "object.__getattr__"):
        raise MemoryError
sys.addaudithook(hook)
        """,
        least=0.0,
        flag=imports("sys"),
    ),
    "program at the end": Hostile(
        "return 0.0, np.zeros(scores.shape)",
        """
import atexit
def for_ever():
    while True:
        pass
atexit.register(for_ever)
        """,
        flag=imports("atexit"),
    ),
    "memory as a file": Hostile(
        """
        import ctypes
        with open("/proc/self/mem", "r+b", 0) as memory:
            memory.seek(id(0.0) + 16)
            memory.write((1.0).hex().encode()[:8])
        return 0.0, np.zeros(scores.shape)
        """,
        least=0.0,
        flag=imports("ctypes"),
    ),
    "classes and printing": Hostile(
        "return 0.0, np.zeros(scores.shape)",
        """
import builtins
def built(*a, **k):
    raise SystemExit
builtins.__build_class__ = built
np.set_printoptions(formatter={"all": built})
        """,
        least=0.0,
        flag=imports("builtins"),
    ),
}
