"""The seeds of a release: in parallel, and only of problems that changed."""

import pytest
from nngrader.course import Course
from nngrader.release import seeds
from nngrader.release.seeds import seed_complaints, seeds_key

from .sample_course import NAME, make_course, problems_folder, run

NAMES = ["pairwise_distances", "softmax_cross_entropy", "hinge_loss"]


@pytest.fixture
def fresh(tmp_path):
    return make_course(tmp_path / "fresh")


def test_only_what_changed_is_tried_again(fresh, monkeypatch):
    tried, told = [], []
    monkeypatch.setattr(seeds, "over_seeds", lambda p, n, first: tried.append(p.name) or [])
    monkeypatch.setattr(seeds, "CHUNK", 50)

    def asked(**options):
        tried.clear()
        assert seed_complaints(Course(fresh), NAME, 50, told.append, **options) == []
        return sorted(tried)

    assert asked() == sorted(NAMES)
    assert asked() == []
    assert told[-1].startswith("not changed since they were tried on 50 seeds: ")
    file = problems_folder(fresh) / "hinge_loss.py"
    file.write_text(file.read_text() + "\n# changed\n")
    assert asked() == ["hinge_loss"]
    assert asked(again=True) == sorted(NAMES)


def test_a_problem_is_tried_again_if_a_private_file_that_declares_it_changes(fresh, tmp_path):
    folder = tmp_path / "private"
    for name in ("row_norms", "top_k"):
        assert run(fresh, "new-problem", NAME, name, "--problems", folder) == 0
    own, one, other = (folder / f for f in (f"{NAME}.py", *new_files("row_norms", "top_k")))
    own.write_text("PROBLEMS = []\n")
    (folder / f"{NAME}.toml").write_text("[points]\nhinge_loss = 9\n")
    names = ("hinge_loss", "row_norms", "top_k")

    def after(file):
        course = Course(fresh, problems=folder)
        before = {n: seeds_key(course, NAME, n, 50) for n in names}
        file.write_text(file.read_text() + "\n# changed\n")
        return [n for n in names if seeds_key(course, NAME, n, 50) != before[n]]

    assert after(own) == list(names)
    assert after(one) == after(other) == ["row_norms", "top_k"]
    assert after(one.with_suffix(".md")) == after(folder / f"{NAME}.toml") == []


def new_files(*names):
    return [f"{NAME}/{name}.py" for name in names]


def test_processes_find_what_one_would_find_at_its_first_seed(fresh, monkeypatch):
    file = problems_folder(fresh) / "hinge_loss.py"
    monkeypatch.setattr(seeds, "CHUNK", 2)
    monkeypatch.setattr(seeds, "cores", lambda: 2)
    wrong = '\nhinge.alternatives["a wrong one"] = lambda *_, **__: None\n'
    file.write_text(file.read_text() + wrong)
    found = seed_complaints(Course(fresh), NAME, 4, lambda text: None)
    (one,) = found
    said = "hinge_loss: a wrong one scores 0, expected 100 (seed 0): it loses everything "
    assert one.startswith(f"{said}(the function returns None (is there a return?)"), one
