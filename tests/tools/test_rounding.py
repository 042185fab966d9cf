"""Rounding noise: as large as rounding errors are, repeatable, and nowhere in exact results."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import rounding

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import json, sys
import rounding_noise
noise = rounding_noise.install({seed})
import numpy as np, nnlib, torch
from nnlib import datasets
a = np.random.default_rng(0).standard_normal((30, 40))
x, w = torch.from_numpy(a), torch.from_numpy(np.ascontiguousarray(a.T))
whole = np.arange(12.0).reshape(3, 4)
cancels = np.dot(np.array([0.1, -0.1]), np.array([0.3, 0.3]))
nnlib.manual_seed(0)
torch.manual_seed(0)
found = dict(
    numpy=np.matmul(a, a.T), nnlib=(nnlib.tensor(a) @ nnlib.tensor(a.T)).numpy(),
    torch=(x @ w).numpy(), exact=np.matmul(whole, whole.T), cancels=cancels,
    exp=np.exp(a), one=np.exp(0.0), solved=np.linalg.solve(a[:, :30], a[:, 30:]),
    data=datasets.digits()[0].X, parameters=nnlib.nn.Linear(9, 9).weight.detach().numpy(),
    convolved=torch.nn.functional.conv1d(x[None, None, 0], w[None, None, 0]).numpy(),
    initial=torch.nn.Linear(9, 9).weight.detach().numpy(),
    tiny=np.matmul(a + 1e-20j * a, a.T).imag,
)
again = np.matmul(a, a.T)
json.dump({{k: np.asarray(v, np.float64).tolist() for k, v in found.items()}}
          | {{"same": bool(np.array_equal(again, found["numpy"]))}}, sys.stdout)
"""
PLAIN = PROGRAM.replace("noise = rounding_noise.install({seed})", "")
NOISY = ["numpy", "nnlib", "torch", "exp", "solved", "convolved", "tiny"]
SINGLE = ["data", "parameters", "initial"]  # in float32


def found_with(program: str) -> dict:
    """Return what a program prints, run in a separate process."""
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tools'}:{ROOT / 'exercises'}"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=path, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def runs():
    """Return the results without noise, and with the noise of two seeds."""
    return found_with(PLAIN.format()), *(found_with(PROGRAM.format(seed=k)) for k in (1, 2))


def flat(values) -> list[float]:
    """Return the numbers in nested lists."""
    return [n for part in values for n in flat(part)] if isinstance(values, list) else [values]


@pytest.mark.parametrize("name", NOISY + SINGLE)
def test_results_change_by_a_few_units_in_the_last_place(runs, name):
    plain, one, two = (flat(run[name]) for run in runs)
    eps = 2.0**-23 if name in SINGLE else 2.0**-52
    size = max(map(abs, plain))
    assert one != plain
    assert one != two
    assert max(abs(a - b) for a, b in zip(plain, one, strict=True)) < 1000 * eps * size


def test_exact_results_stay_and_a_zero_from_cancellation_does_not(runs):
    plain, one, _ = runs
    assert plain["exact"] == one["exact"]
    assert one["one"] == 1
    assert abs(plain["cancels"]) < 1e-16  # 0, or a rounding error where products are fused
    assert 0 < abs(one["cancels"]) < 1e-16


def test_the_same_computation_gives_the_same_result_again(runs):
    assert runs[1]["same"]


def test_noise_must_come_before_the_libraries():
    program = "import nnlib, rounding_noise; rounding_noise.install(1)"
    with pytest.raises(subprocess.CalledProcessError) as error:
        found_with(program)
    assert "before nnlib is imported" in error.value.stderr


def test_the_cells_of_a_page_are_checked_with_noise(tmp_path, monkeypatch):
    page = tmp_path / "chapters/part/page.md"
    page.parent.mkdir(parents=True)
    header = (ROOT / "chapters/maths/vectors.md").read_text().partition("# ")[0]
    code = "import numpy as np\na = np.full(3, 0.1)\nassert a @ a == VALUE"
    cell = f"```{{code-cell}} python\n{code}\n```\n"
    monkeypatch.syspath_prepend(ROOT / "chapters/_ext")
    monkeypatch.setattr(rounding, "ROOT", tmp_path)
    page.write_text(f"{header}# Page\n\n{cell.replace('VALUE', repr(0.1 * 0.1 * 3))}")
    assert rounding.pages() == ["part/page"]
    results = [rounding.run_page("part/page", seed, 1.0) for seed in (1, 2, 3)]
    assert any("AssertionError" in result for result in results)
    page.write_text(f"{header}# Page\n\n{cell.replace('== VALUE', '> 0.02')}")
    assert rounding.run_page("part/page", 1, 1.0) == ""


def test_the_table_has_a_row_for_a_page_and_a_column_for_a_seed():
    claim = f"{rounding.CLAIM}it wins (here: x = 1)"
    columns = {
        1: {"seconds": 3, "rows": {"maths/a": "", "maths/b": claim}},
        2: {"seconds": 4, "rows": {"maths/a": "maths/a.md:3: cell 1 fails"}},
    }
    rows = [line.split() for line in rounding.table(columns)]
    assert rows == [
        ["seed", "1", "seed", "2"],
        ["maths/a", "ok", "fails"],
        ["maths/b", "1", "untrue", "-"],
        ["3", "s", "4", "s"],
    ]
