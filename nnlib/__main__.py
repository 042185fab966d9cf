"""Print the versions, BLAS library, kernels and thread limits that a bug report needs.

python -m nnlib
"""

import os
import platform
import re
from pathlib import Path

import numpy as np

from . import __version__
from .settings import thread_pools

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def report() -> str:
    """Return the versions and settings of this computer, one per line."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    threads = [f"{name}={os.environ[name]}" for name in THREADS if name in os.environ]
    kernels = [pool["architecture"] for pool in thread_pools() if "architecture" in pool]
    lines = {
        "nnlib": __version__,
        "NumPy": np.__version__,
        "BLAS": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
        "kernels": ", ".join(kernels) or "unknown (install threadpoolctl)",
        "threads": ", ".join(threads) or f"not limited, {os.cpu_count()} processors",
        "Python": platform.python_version(),
        "system": platform.platform(),
        "processor": processor(),
    }
    return "\n".join(f"{name:<10} {value}" for name, value in lines.items())


def processor() -> str:
    """Return the name of this computer's processor."""
    info = Path("/proc/cpuinfo")  # on Linux; on ARM, it contains no name
    names = re.findall("model name.*: (.*)", info.read_text()) if info.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    print(report())
