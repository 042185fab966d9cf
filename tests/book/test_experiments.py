"""Stored experiments: what a program writes, what a page refuses, and that none is stale."""

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
def test_the_stored_results_belong_to_the_program(program):
    result = json.loads(program.with_suffix(".json").read_text(encoding="utf-8"))
    assert result["program"] == experiment._hash(program), "run `make experiments`"
    assert {"python", "numpy"} <= set(result["versions"])
    assert result["machine"]


def test_every_stored_result_has_its_program():
    for results in CHAPTERS.glob("*/experiments/*.json"):
        assert results.with_suffix(".py").exists(), results.name


def test_a_program_stores_what_it_found_over_its_seeds(tmp_path):
    made(tmp_path)
    result = json.loads((tmp_path / "coin.json").read_text())
    assert set(result) == set(experiment.KEYS)
    values = [run["mean"] for run in result["runs"]]
    assert result["seeds"] == [0, 1, 2]
    assert result["mean"]["mean"] == pytest.approx(sum(values) / 3)
    centre = result["mean"]["mean"]
    assert result["spread"]["mean"] == pytest.approx(
        (sum((v - centre) ** 2 for v in values) / 2) ** 0.5
    )
    assert set(result["mean"]) == {"mean"}


def test_a_page_reads_the_results_by_one_call(tmp_path):
    made(tmp_path)
    result = experiment.load("coin", tmp_path)
    assert result["mean"].shape == (3,)
    assert result["draws"].shape == (3, 4)
    assert result.again()["name"] == "normal"


def test_a_thin_slice_of_its_own_is_run_again(tmp_path):
    made(tmp_path, THIN)
    assert experiment.load("coin", tmp_path).again() == {"half": 0.5}


def test_results_of_another_version_of_the_program_are_refused(tmp_path):
    path = made(tmp_path)
    path.write_text(PROGRAM.replace("size=4", "size=5"))
    with pytest.raises(ValueError, match=r"coin\.py has changed .*make experiments"):
        experiment.load("coin", tmp_path)


def test_a_missing_program_or_result_and_other_names_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"coin\.py; check the name"):
        experiment.load("coin", tmp_path)
    stored = moved(tmp_path, 0, {})
    stored.program.write_text(THIN)
    with pytest.raises(ValueError, match=r"don't match: the names\. Correct"):
        stored.again()
    stored.program.with_suffix(".json").unlink()
    with pytest.raises(FileNotFoundError, match=r"coin\.json; run `make experiments`"):
        experiment.load("coin", tmp_path)


def moved(folder, by, within):
    """Return stored results whose mean is shifted, of a program that states a tolerance."""
    path = made(folder)
    results = path.with_suffix(".json")
    result = json.loads(results.read_text())
    result["thin"]["mean"] += by
    results.write_text(json.dumps(result))
    path.write_text(PROGRAM.replace("\n\ndef run", f"TOLERANCES = {within}\n\n\ndef run", 1))
    return experiment.load("coin", folder)


@pytest.mark.parametrize("within", [{}, {"draws": {"absolute": 1}}])
def test_a_result_without_a_tolerance_that_differs_is_a_claim_too(tmp_path, capsys, within):
    result = moved(tmp_path, 1e-3, within)
    capsys.readouterr()
    result.again()
    assert "reproduces the stored results (mean " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("by", "within", "held"),
    [
        (0.01, {"absolute": 0.02}, True),
        (-0.01, {"absolute": 0.02}, True),
        (0.01, {"absolute": 0.005}, False),
        (1.0, {"relative": 1.0}, True),
        (1.0, {"relative": 0.01}, False),
        (float("nan"), {"absolute": 1.0}, False),
    ],
)
def test_a_result_beyond_its_tolerance_is_a_claim_that_does_not_hold(
    tmp_path, capsys, by, within, held
):
    result = moved(tmp_path, by, {"mean": within})
    capsys.readouterr()
    assert result.again().keys() == {"mean", "draws", "name"}
    errors = capsys.readouterr().err
    assert (errors == "") == held
    assert held or "experiment `coin` reproduces the stored results (mean within" in errors


def test_another_docstring_leaves_the_results_valid(tmp_path):
    path = made(tmp_path)
    text = path.read_text()
    documented = text.replace("(seed):\n", '(seed):\n    """Draw\n    four numbers."""\n', 1)
    path.write_text(f'"""What is the mean of four draws?"""\n{documented}')
    assert experiment.load("coin", tmp_path)["mean"].shape == (3,)


def test_another_tolerance_leaves_the_results_valid_and_nothing_else_does(tmp_path):
    path = made(tmp_path)
    text = path.read_text()
    several = "TOLERANCES = {\n    'mean': {'absolute': 1},  # why\n}\n"
    path.write_text(text.replace("\n\ndef run", f"{several}\n\ndef run", 1))
    assert experiment.load("coin", tmp_path)["mean"].shape == (3,)
    path.write_text(text.replace("\n\ndef run", "TOLERANCE = 1\n\n\ndef run", 1))
    with pytest.raises(ValueError, match="has changed"):
        experiment.load("coin", tmp_path)
