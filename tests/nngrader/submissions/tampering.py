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
}
