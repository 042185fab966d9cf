"""Does a training whose worker is killed end with the same weights?

The programs come from the cells of the page, whose hash is stored. Two workers run undisturbed,
or one is killed at step 25 and the training continues from step 20. Three workers with shards
of unequal size run with and without weighting.

It takes less than a minute. The page frameworks/scaling uses the results.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

CELL = re.compile(r"%%writefile (-a )?\$folder/(\w+\.py)\n(.*?)```", re.DOTALL)


def programs():
    """Return the programs of the page, by name."""
    page, found = Path(__file__).parents[1] / "scaling.md", {}
    for more, name, text in CELL.findall(page.read_text(encoding="utf-8")):
        found[name] = (found[name] if more else "") + text
    return found


def digest(texts):
    """Return a hash of programs that ignores empty ends."""
    joined = "\n".join(texts[name].strip() for name in sorted(texts))
    return hashlib.sha256(joined.encode()).hexdigest()


def begin():
    """Return the pictures and the weights with which the page begins."""
    train, _ = fashion_mnist()
    rng = np.random.default_rng(0)
    return {
        "X": train.X[:2000].astype(np.float64),
        "y": train.y[:2000],
        "0.weight": rng.normal(size=(32, 784)) / 28,
        "0.bias": np.zeros(32),
        "2.weight": rng.normal(size=(10, 32)) / 6,
        "2.bias": np.zeros(10),
    }


WEIGHTED = "(loss * k * len(rows) / 100).backward()"


def trained(victim=False, workers=2, weighted=True):
    """Run the training, with a victim or without; return the weights and what it printed."""
    command = [sys.executable, "-m", "torch.distributed.run", f"--nproc-per-node={workers}"]
    command += ["--max-restarts=3", "--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0"]
    command += ["--local-addr=127.0.0.1", "train.py"]
    own = {"OMP_NUM_THREADS": "1", "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in programs().items():
            if file == "train.py" and not weighted:
                assert text.count(WEIGHTED) == 1
                text = text.replace(WEIGHTED, "loss.backward()")
            (folder / file).write_text(text, encoding="utf-8")
        np.savez(folder / "begin.npz", **begin())
        if victim:
            (folder / "victim").touch()
        told = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | own | {"TMPDIR": name},
            text=True,
            capture_output=True,
            timeout=300,
            check=True,
        )
        assert not (folder / "victim").exists()
        with np.load(folder / "end.npz") as end:
            return dict(end), told.stdout.strip()


def run(seed):
    """Compare a training with a victim, and two of three workers, with an undisturbed one."""
    (plain, told), (killed, told_killed) = trained(), trained(victim=True)
    first = begin()
    moved = max(np.abs(plain[name] - first[name]).max() for name in plain)

    def apart(other):
        return max(np.abs(plain[name] - other[name]).max() for name in plain)

    three, unweighted = (trained(workers=3, weighted=is_so)[0] for is_so in (True, False))
    return {
        "programs": digest(programs()),
        "told": told,
        "told killed": told_killed,
        "difference": apart(killed),
        "weighted": apart(three) / moved,
        "plain": apart(unweighted) / moved,
    }


def thin():
    """Numbers in a checkpoint, and the sum of those that the training begins with."""
    weights = {name: w for name, w in begin().items() if name not in "Xy"}
    return {
        "numbers": sum(w.size for w in weights.values()),
        "sum": float(sum(w.sum() for w in weights.values())),
    }


if __name__ == "__main__":
    experiment.record(run, seeds=range(2), thin=thin)
