"""Submissions that forge the result: the return value, an exception, the grader's protocol."""

from nngrader.limits import Ending

from .kinds import Hostile, imports, stopped, unflagged

RETURNED = {
    "generator": unflagged("yield 0.0\nyield scores"),
    "huge answer": unflagged("return np.zeros((1 << 23,)), np.zeros((1 << 23,))"),
    "endless list": unflagged("x = []\nx.append(x)\nreturn x, x"),
    "array that is equal to everything": unflagged(
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
    "class that says it is another": unflagged(
        """
        class Liar:
            __class__ = np.ndarray
            shape, dtype, ndim = scores.shape, scores.dtype, 2
            def __getattr__(self, name): return lambda *a, **k: True
        return Liar(), Liar()
        """
    ),
    "array that needs no memory": unflagged(
        "return 0.0, np.broadcast_to(np.float64(0), (1 << 20, 1 << 20))"
    ),
    "tuple that lies about its length": unflagged(
        """
        class Liar(tuple):
            def __len__(self): return 2
            def __iter__(self): return iter((0.0, scores))
            def __getitem__(self, key): return scores
        return Liar()
        """
    ),
    "object that says where its numbers lie": Hostile(
        """
        class Elsewhere:
            about = {"shape": (4,), "typestr": "<f8", "data": (8, False), "version": 3}
            __array_interface__ = about
            def __array__(self, *a, **k): raise SystemExit
            def __float__(self): return 0.7
        return Elsewhere(), Elsewhere()
        """
    ),
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
        flag=imports("os"),
    ),
    "message that carries the input": unflagged(
        """
        name = "LEAK" + "".join(c for c in str(scores.tolist()) if c.isalnum())[:60]
        raise type(name, (Exception,), {"__module__": "LEAK"})("LEAK " + str(scores.tolist()))
        """
    ),
    "always the error that is asked for": unflagged("raise ValueError"),
    "error without text": unflagged(
        """
        class E(Exception):
            def __str__(self): raise SystemExit
            __repr__ = __str__
        raise E
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
