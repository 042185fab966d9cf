"""Of the tests of moving figures a run takes some, few runs all, and one after a change all."""

from types import SimpleNamespace

import pytest
from shares import edited
from turns import in_turn, touched, waiting

NAMES = [f"test_{k}" for k in range(8)]
OWN = "tests/book/test_play_round_bowl.py"


@pytest.fixture
def items(tmp_path):
    """Return eight tests, one of two cases, of two figures, and one of another file."""

    def item(file, name):
        module = SimpleNamespace(ELEMENT="nn-kernel") if "eye" in file else SimpleNamespace()
        return SimpleNamespace(path=tmp_path / file, name=name, module=module)

    cases = [*NAMES[:-1], f"{NAMES[-1]}[a]", f"{NAMES[-1]}[b]"]
    files = (OWN, "tests/book/test_play_eye.py")
    return [*(item(f, n) for f in files for n in cases), item("tests/book/test_map.py", "test")]


def run(items, root, share=0, files=(), named=()):
    """Return the files and names of the tests that a run takes."""
    rest = waiting(items, share, root, set(files), {root / n for n in named})
    return [(i.path.relative_to(root).as_posix(), i.name) for i in items if i not in rest]


@pytest.mark.parametrize(
    ("tests", "taken", "runs"), [(1, 1, 1), (3, 1, 3), (8, 2, 4), (9, 3, 3)]
)
@pytest.mark.parametrize("first", [0, 2704])
def test_four_runs_at_most_take_every_test_of_a_figure_and_each_at_least_one(
    tests, taken, runs, first
):
    names = [f"test_{k}" for k in range(tests)]
    turns = [in_turn(names, share) for share in range(first, first + runs)]
    assert {len(turn) for turn in turns} == {taken}
    assert set().union(*turns) == set(names)


def test_a_run_takes_a_quarter_of_each_figure_and_all_of_other_files(items, tmp_path):
    files = [file for file, _ in run(items, tmp_path)]
    assert [files.count(file) for file in dict.fromkeys(files)] == [2, 2, 1]
    turns = [run(items, tmp_path, share) for share in (0, 1, 2, 3)]
    assert len(set().union(*turns)) == len(items)


@pytest.mark.parametrize(
    "file", [OWN, "chapters/_extra/_play/round-bowl.js", "chapters/maths/page.md"]
)
def test_all_tests_of_a_figure_run_where_it_was_changed(items, tmp_path, file):
    (tmp_path / "chapters/maths").mkdir(parents=True)
    (tmp_path / "chapters/maths/page.md").write_text('book.play(\n    "round-bowl", {})')
    taken = [name for name, _ in run(items, tmp_path, files=[file, "chapters/maths/gone.md"])]
    assert (taken.count(OWN), len(taken)) == (9, 9 + 2 + 1)


def test_an_element_is_known_by_its_name_where_the_file_has_another(items, tmp_path):
    taken = run(items, tmp_path, files=["chapters/_extra/_play/kernel.js"])
    assert [name for name, _ in taken].count("tests/book/test_play_eye.py") == 9


@pytest.mark.parametrize(
    "file",
    ["chapters/_extra/_play/parts-net.js", "chapters/_static/play.css", "tests/book/figure.py"],
)
def test_all_run_where_what_all_share_was_changed(items, tmp_path, file):
    assert len(run(items, tmp_path, files=[file])) == len(items)


def test_all_tests_of_a_file_run_that_is_named(items, tmp_path):
    assert [name for name, _ in run(items, tmp_path, named=[OWN])].count(OWN) == 9


def test_other_scripts_and_texts_touch_no_figure(tmp_path):
    assert touched(tmp_path, {"nnlib/a.py", "README.md"}) == set()
    assert edited(tmp_path) == set()  # where there is no history
