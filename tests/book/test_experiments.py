"""Stored experiments: what a program writes, what a page refuses, and that none is stale."""

import hashlib
import json

import pytest
from pages import CHAPTERS

from nnlib import experiment

PROGRAM = """import numpy as np

from nnlib import experiment


def run(seed):
    draws = np.random.default_rng(seed).normal(size=4)
    return {"mean": draws.mean(), "draws": draws, "name": "normal"}


if __name__ == "__main__":
    experiment.record(run, seeds=range(3))
"""
THIN = PROGRAM.replace(
    "\n\nif __name__", '\n\ndef thin():\n    return {"half": 0.5}\n\n\nif __name__'
).replace("seeds=range(3)", "seeds=range(3), thin=thin")
STORED = sorted(CHAPTERS.glob("*/experiments/*.py"))


def made(folder, text=PROGRAM):
    """Write a program, run it, and return its path."""
    import runpy

    path = folder / "coin.py"
    path.write_text(text)
    runpy.run_path(str(path), run_name="__main__")
    return path


@pytest.mark.parametrize("program", STORED, ids=lambda path: path.stem)
def test_the_stored_results_are_those_of_the_program(program):
    found = json.loads(program.with_suffix(".json").read_text(encoding="utf-8"))
    now = hashlib.sha256(program.read_bytes()).hexdigest()
    assert found["program"] == now, "run `make experiments`"
    assert {"python", "numpy"} <= set(found["versions"])
    assert found["machine"]


def test_every_stored_result_has_its_program():
    for results in CHAPTERS.glob("*/experiments/*.json"):
        assert results.with_suffix(".py").exists(), results.name


def test_a_program_stores_what_it_found_over_its_seeds(tmp_path):
    made(tmp_path)
    found = json.loads((tmp_path / "coin.json").read_text())
    assert set(found) == set(experiment.KEYS)
    values = [run["mean"] for run in found["runs"]]
    assert found["seeds"] == [0, 1, 2]
    assert found["mean"]["mean"] == pytest.approx(sum(values) / 3)
    centre = found["mean"]["mean"]
    assert found["spread"]["mean"] == pytest.approx(
        (sum((v - centre) ** 2 for v in values) / 2) ** 0.5
    )
    assert set(found["mean"]) == {"mean"}


def test_a_page_reads_the_results_by_one_call(tmp_path):
    made(tmp_path)
    found = experiment.load("coin", tmp_path)
    assert found["mean"].shape == (3,)
    assert found["draws"].shape == (3, 4)
    assert found.again()["name"] == "normal"


def test_a_thin_slice_of_its_own_is_run_again(tmp_path):
    made(tmp_path, THIN)
    assert experiment.load("coin", tmp_path).again() == {"half": 0.5}


def test_results_of_another_version_of_the_program_are_refused(tmp_path):
    path = made(tmp_path)
    path.write_text(PROGRAM.replace("size=4", "size=5"))
    with pytest.raises(ValueError, match=r"coin\.py has changed .*make experiments"):
        experiment.load("coin", tmp_path)


def test_a_slice_that_comes_out_otherwise_is_refused(tmp_path):
    made(tmp_path)
    results = tmp_path / "coin.json"
    found = json.loads(results.read_text())
    found["thin"]["mean"] += 1e-3
    results.write_text(json.dumps(found))
    with pytest.raises(ValueError, match=r"again: coin\.py gave .*make experiments"):
        experiment.load("coin", tmp_path).again()


def test_results_that_record_did_not_write_are_refused(tmp_path):
    made(tmp_path)
    (tmp_path / "coin.json").write_text("{}")
    with pytest.raises(ValueError, match="not made by `record`"):
        experiment.load("coin", tmp_path)


def test_a_missing_program_or_result_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no .*coin\.py"):
        experiment.load("coin", tmp_path)
    (tmp_path / "coin.py").write_text(PROGRAM)
    with pytest.raises(FileNotFoundError, match=r"no .*coin\.json"):
        experiment.load("coin", tmp_path)


def test_an_experiment_needs_seeds_and_a_dict():
    with pytest.raises(ValueError, match="at least one seed"):
        experiment.record(lambda seed: {}, seeds=[])
    with pytest.raises(TypeError, match=r"run\(3\) to return a dict, got 4"):
        experiment.record(lambda seed: seed + 1, seeds=[3])
