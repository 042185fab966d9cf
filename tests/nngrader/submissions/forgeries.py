"""Submissions that forge the result: the return value, an exception, the grader's protocol."""

from nngrader.limits import Ending

from .kinds import Hostile, imports, stopped, unflagged

RETURNED = {
    "class whose class lies": Hostile(
        """
        class Meta(type):
            def __instancecheck__(cls, other): return True
            def __subclasscheck__(cls, other): return True
            def __getattribute__(cls, name): raise SystemExit
            def __hash__(cls): raise SystemExit
            def __eq__(cls, other): return True
        class Liar(metaclass=Meta):
            pass
        return object.__new__(Liar), object.__new__(Liar)
        """
    ),
    "array that goes on changing": Hostile(
        """
        import threading
        answer = np.zeros(scores.shape)
        def change():
            while True:
                answer[:] = answer + 1
        threading.Thread(target=change, daemon=True).start()
        return answer[0, 0], answer
        """,
        flag=imports("threading"),
    ),
}

REPLIES = {
    "replies of its own": Hostile(
        """
        import sys
        wire, frame = sys.modules["wire"], sys._getframe()
        while "sink" not in frame.f_locals:
            frame = frame.f_back
        part = {"kind": "array", "dtype": "float64", "shape": [], "masked": 0}
        parts = [part | {"values": np.zeros(())}, part | {"values": np.zeros(scores.shape)}]
        reply = {"parts": parts, "error": None, "changed": [], "steps": 0, "score": 100}
        for _ in range(50):
            wire.send(frame.f_locals["sink"], wire.pack(reply | {"points": 40, "value": 40}))
        while True:
            pass
        """,
        least=0.0,
        flag=imports("sys"),
    ),
    "message that carries the input": unflagged(
        """
        name = "LEAK" + "".join(c for c in str(scores.tolist()) if c.isalnum())[:60]
        raise type(name, (Exception,), {"__module__": "LEAK"})("LEAK " + str(scores.tolist()))
        """
    ),
    "answer before the question": Hostile(
        "return 0.0, scores",
        """
import sys
wire, frame = sys.modules["wire"], sys._getframe()
while "sink" not in frame.f_locals:
    frame = frame.f_back
for _ in range(20):
    wire.send(frame.f_locals["sink"], wire.pack({"error": None, "parts": [], "score": 100}))
        """,
        least=0.0,
        flag=stopped(Ending.FORGED),
    ),
    "traceback without end": Hostile(
        """
        import sys
        class Place:
            tb_frame, tb_lineno = sys._getframe(), 1
            tb_next = property(lambda self: self)
        class E(Exception):
            __traceback__ = Place()
        raise E
        """,
        flag=stopped(Ending.TOO_LONG),
    ),
}
