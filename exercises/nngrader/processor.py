"""On which processor something was computed, as far as its last digits may follow from it.

A result says it, and is not kept under it. The same submission gets the same score and the same
hints on every processor (`test_processors.py` in tests/exercises and in tests/nngrader), so
nothing has to be graded again after a move to another machine, and a class may be graded on
several. Were a score ever to differ, the results tell whether two kinds of processor had a hand
in them, which a key could not: it would have hidden the older ones.
"""

from __future__ import annotations

import functools
import os
import platform

import numpy as np

__all__ = ["processor"]

SWITCHES = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES")


@functools.cache
def processor() -> str:
    """The processor of this machine as NumPy and its OpenBLAS see it, in words.

    Returns
    -------
    str
        The architecture, NumPy's loops, OpenBLAS's kernels, and the switches that chose them,
        which the sandbox takes away from submissions.
    """
    loops = np.show_config(mode="dicts").get("SIMD Extensions", {})
    said = [platform.machine(), f"NumPy's {(loops.get('found') or loops.get('baseline'))[-1]}"]
    said += _kernels()
    return ", ".join(said + [f"{s}={os.environ[s]}" for s in SWITCHES if os.environ.get(s)])


def _kernels():
    """The kernels of OpenBLAS, where something is there that asks it."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:  # it comes with scikit-learn
        return []
    found = [i for i in threadpool_info() if i["internal_api"] == "openblas"]
    return [f"OpenBLAS's {i['architecture']}" for i in found[:1]]
