"""The processors that this machine can imitate, each by the switches of the libraries.

NumPy's and SciPy's OpenBLAS, NumPy's own loops, PyTorch, oneDNN and MKL choose their kernels by
the processor when they are loaded; each has a switch that makes it take an older one's. So one
machine shows the last digits that others get.
"""

import os
import platform
import subprocess
import sys
from functools import cache

PLAINEST = "Nehalem"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# NumPy's loops above its baseline, the oldest first.
LOOPS = ("X86_V3", "X86_V4", "AVX512_ICL", "AVX512_SPR")
# name: what the machine must be able to do, OpenBLAS's kernels, the first of LOOPS that the
# processor lacks, PyTorch's, oneDNN's and MKL's switch
X86 = {
    "Nehalem": ("", "Nehalem", "X86_V3", "default", "SSE41", "COMPATIBLE"),
    "Sandybridge": ("AVX", "Sandybridge", "X86_V3", "default", "AVX", "AVX"),
    "Haswell": ("AVX2", "Haswell", "X86_V4", "avx2", "AVX2", "AVX2"),
    "SkylakeX": ("AVX512F", "SkylakeX", "AVX512_ICL", "avx512", "AVX512_CORE", "AVX512"),
}


def can_imitate() -> list[str]:
    """Return the names of the processors that this machine can imitate, the oldest first."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return []
    able = _abilities()
    return [name for name, (needs, *_) in X86.items() if not needs or needs in able]


def environment(name: str, threads: int = 1) -> dict[str, str]:
    """Return the environment variables that make a new process compute as a processor does."""
    if name not in can_imitate():
        raise ValueError(f"environment: this machine cannot imitate {name!r}")
    _, kernels, lacks, torch, onednn, mkl = X86[name]
    here = _abilities()
    off = [loop for loop in LOOPS[LOOPS.index(lacks) :] if loop in here]
    return {
        **dict.fromkeys(THREADS, str(threads)),
        "OPENBLAS_CORETYPE": kernels,
        "NPY_DISABLE_CPU_FEATURES": " ".join(off),
        "ATEN_CPU_CAPABILITY": torch,
        "ONEDNN_MAX_CPU_ISA": onednn,
        "MKL_CBWR": mkl,
    }


def plainest() -> dict[str, str]:
    """Return the variables of the oldest processor, or none if it cannot be imitated."""
    return environment(PLAINEST) if PLAINEST in can_imitate() else {}


@cache
def _abilities() -> set[str]:
    """Return the CPU features that NumPy detects, even those switched off in this process."""
    clean = {k: v for k, v in os.environ.items() if k != "NPY_DISABLE_CPU_FEATURES"}
    program = (
        "from numpy._core._multiarray_umath import __cpu_features__ as f;"
        "print(*(name for name, able in f.items() if able))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=clean, capture_output=True, text=True, check=True
    )
    return {*done.stdout.split(), *_groups(set(done.stdout.split()))}


def _groups(able: set[str]) -> set[str]:
    """Return NumPy's groups of CPU features of which the processor has every member."""
    parts = {
        "X86_V3": {"AVX2", "FMA3"},
        "X86_V4": {"AVX512F", "AVX512VL"},
        "AVX512_ICL": {"AVX512VBMI2"},
    }
    return {group for group, needs in parts.items() if needs <= able}
