"""What an assignment's text says in addition to its declarations is correct."""

import ast
import functools
import itertools
import re

import numpy as np
import pytest
from nngrader.course import Course
from nngrader.course.notebooks import is_picture, is_test, mark
from nngrader.engine.observation.observe import driven
from nngrader.settings import read_settings

from tests.exercises.declared_problems import (
    ASSIGNMENTS,
    CHALLENGES,
    DECLARED,
    EXERCISES,
    PROBLEMS,
    SEED,
    judged,
    module,
    packed,
)

ASSIGNMENT_OF = DECLARED.assignment_of
every_problem = pytest.mark.parametrize("name", PROBLEMS)
every_declared = pytest.mark.parametrize("name", DECLARED)
every_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS)


@functools.cache
def notebook(assignment):
    """Return the cells of an assignment."""
    return Course(EXERCISES).instructor(assignment)["cells"]


@functools.cache
def cells():
    """Return the texts of all cells by id, and by assignment and id: each has an intro."""
    read = [(name, cell) for name in ASSIGNMENTS for cell in notebook(name)]
    return {k: c["source"] for a, c in read for k in (c["id"], f"{a} {c['id']}")}


def digits_of_the_data_set():
    """Return the dataset that the digits of an assignment are taken from."""
    from sklearn.datasets import load_digits  # takes a second

    return load_digits()


def written(assignment):
    """Return the points of the answers that a person marks, by id."""
    marks = [mark(c) for c in notebook(assignment)]
    return {m["grade_id"]: m["points"] for m in marks if m["grade"] and m["solution"]}


def imported(assignment):
    """Return what the first cell of an assignment imports, without the check."""
    setup = cells()[f"{assignment} setup"]
    here = {"np": np}
    exec(re.sub("from nngrader import .*", "", setup), here)
    return here


def solution(name):
    """Return the function that a problem's solution cell defines, after the cells before it."""
    mine = names(ASSIGNMENT_OF[name])
    here = imported(ASSIGNMENT_OF[name])
    for earlier in mine[: mine.index(name) + 1]:
        exec(cells()[earlier], here)
    return here[name]


def names(assignment):
    """Return the problems of an assignment by name."""
    return [p.name for p in module(assignment).PROBLEMS]


def example(name):
    """Return the numbers of the worked example, by name."""
    block = re.search(r"```python\n(.*?)```", cells()[f"text_{name}"], re.S)[1]
    names = {"np": np}
    exec(block, names)
    return {s.targets[0].id: np.array(names[s.targets[0].id]) for s in ast.parse(block).body}


def digits():
    """Return the names of the cell that reads digits, with the solutions before it."""
    return cell_of("ps2_classifiers", "digits")


def cell_of(assignment, gid):
    """Return the names of a cell at the end of an assignment, with the solutions before it."""
    here = {"np": np} | {name: solution(name) for name in names(assignment)}
    exec(cells()[f"{assignment} {gid}"], here)
    if "plt" in here:
        here["plt"].close("all")
    return here


@every_assignment
def test_the_problems_come_in_the_order_of_their_declarations(assignment):
    asked = [c["id"] for c in notebook(assignment) if mark(c)["solution"]]
    order = [p.name for p in module(assignment).PROBLEMS]
    assert [name for name in asked if name not in written(assignment)] == order


@every_assignment
def test_the_points_add_up_to_a_hundred(assignment):
    declared = [p.total for p in module(assignment).PROBLEMS]
    assert sum(declared) + sum(written(assignment).values()) == 100


@every_problem
def test_the_table_of_points_says_what_each_aspect_is_for(name):
    assert set(PROBLEMS[name].criteria) == set(PROBLEMS[name].points)
    assert "| points | aspect | what they are for |" in cells()[f"text_{name}"]


# There is no one answer to training, or where chance decides, or of an autoencoder. What their
# texts show is computed anew in test_networks.py, test_optimization.py, test_recurrent.py and
# test_generative.py.
MANY_ANSWERS = ("train_network", "initialize", "dropout", "sample", "pca_autoencoder")


# The solution cells repeat the references, which test_problems.py judges. Here the others are
# called on the numbers of their examples, so that a function they lack is noticed.
@pytest.mark.parametrize(
    "name",
    [
        *MANY_ANSWERS,
        *(pytest.param(n, marks=pytest.mark.slow) for n in DECLARED if n not in MANY_ANSWERS),
    ],
)
def test_the_solution_has_all_points(name):
    assert judged(packed(name, SEED, False), solution(name)).score == 100


@pytest.mark.parametrize("name", [name for name in PROBLEMS if name not in MANY_ANSWERS])
def test_the_numbers_of_the_example_are_correct(name):
    p, shown = PROBLEMS[name], example(name)
    given = [shown[n] for n in p.parameters]
    for mine, declared in zip(given, p.by_hand, strict=True):
        same = np.array_equal if isinstance(declared, str | list) else np.allclose
        assert same(mine, declared)
    whole = driven(solution(name), p.moving.get("driver"))(*p.by_hand)
    for part, value in zip(p.returns, whole if len(p.returns) > 1 else [whole], strict=True):
        assert np.array_equal(np.round(value, 4), shown[part])


@every_declared
def test_text_names_everything_that_costs_points(name):
    p, intro = DECLARED[name], cells()[f"{ASSIGNMENT_OF[name]} intro"]
    text = cells()[f"text_{name}"]
    costs = {bad for names in p.forbidden.values() for bad in names}
    assert {bad for bad in costs if f"`{bad}`" not in text + intro} == set()
    priced = "\n".join(line for line in text.splitlines() if "costs" in line)
    assert set(re.findall(r"`(numpy\.[\w.]+)`", priced)) <= costs
    raised = {c["error"] for c in packed(name, SEED, False)["cases"] if c.get("error")}
    assert raised == set(re.findall(r"`(\w+Error)`", text))


@pytest.mark.parametrize("name", CHALLENGES)
def test_the_text_of_a_challenge_says_how_large_its_file_may_be(name):
    assert f"{CHALLENGES[name].most_bytes:,} bytes" in cells()[f"text_{name}"]
    assert "| points | aspect |\n" in cells()[f"text_{name}"]


@pytest.mark.slow
def test_the_digits_are_from_the_dataset():
    data = digits_of_the_data_set()
    learn, test = _rows(data.target, 0, 4), _rows(data.target, 4, 6)
    names = digits()
    assert np.array_equal(names["learn_X"], data.data[learn])
    assert np.array_equal(names["test_X"], data.data[test])
    assert np.array_equal(names["learn_y"], data.target[learn])
    assert np.array_equal(names["test_y"], data.target[test])


def _rows(target, first, last):
    """Return the rows of some of the pictures of each digit, digit by digit."""
    return np.concatenate([np.flatnonzero(target == c)[first:last] for c in range(10)])


@pytest.mark.slow
def test_the_outcome_with_digits_is_the_one_in_the_text():
    names = digits()
    nearest = names["read_nearest"]()
    softmax = names["read_trained"](names["softmax_cross_entropy"])
    hinge = names["read_trained"](names["hinge_loss"])
    assert [nearest[0], softmax[0], hinge[0]] == [19, 19, 18]
    assert (round(softmax[2], 2), hinge[2]) == (0.37, 0)
    summary = cells()["ps2_classifiers text_outcome"]
    assert (
        "19 of 20 images, the classifier trained with softmax 19, and the one with the hinge"
        in summary
    )
    assert "hinge loss is 0" in summary
    assert "cross-entropy is 0.37" in summary


@pytest.mark.slow
def test_other_draws_of_digits_give_the_outcome_in_the_text():
    data = digits_of_the_data_set()
    names, read = digits(), []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        drawn = [rng.permutation(np.flatnonzero(data.target == c))[:6] for c in range(10)]
        names["learn_X"][:] = data.data[np.concatenate([d[:4] for d in drawn])]
        names["test_X"][:] = data.data[np.concatenate([d[4:] for d in drawn])]
        losses = [names["softmax_cross_entropy"], names["hinge_loss"]]
        read.append(
            [names["read_nearest"]()[0], *(names["read_trained"](f)[0] for f in losses)]
        )
    assert (np.min(read), np.max(read)) == (14, 20)
    ahead = {r.index(max(r)) for r in read if r.count(max(r)) == 1}
    assert ahead == {0, 1, 2}
    assert "each method read between 14 and 20" in cells()["ps2_classifiers text_outcome"]


@pytest.mark.slow
def test_the_outcome_of_linear_algebra_is_the_one_in_the_text():
    names = ("reaction", "powers", "cars", "letters", "drawing", "cloud")
    here = {name: cell_of("ps1_linear_algebra", name) for name in names}
    summary = cells()["ps1_linear_algebra text_outcome"]
    x = here["reaction"]["x"]
    assert np.allclose(x, [2, 16, 2, 2, 8, 5])
    atoms = [here["reaction"][name] for name in ("K", "Mn", "O", "H", "Cl")]
    assert np.allclose(np.array(atoms) @ x, 0)
    assert "2 KMnO₄ + 16 HCl → 2 KCl + 2 MnCl₂ + 8 H₂O + 5 Cl₂" in summary
    curves = solution("gram_schmidt")(here["powers"]["A"])
    crossed = (np.diff(np.sign(curves + 1e-9), axis=0) != 0).sum(axis=0)
    assert list(crossed) == [0, 1, 2, 3, 4, 5]
    line, speed, way = (here["cars"][name] for name in ("line", "speed", "way"))
    slope = (line[-1] - line[0]) / (speed[-1] - speed[0])
    assert (round(slope, 1), round(line.var() / way.var(), 2)) == (3.9, 0.65)
    assert "3.9 feet more, and 65% of the variance" in summary
    letters, often = (here["letters"][name] for name in ("text", "often"))
    share = dict(zip(here["letters"]["names"], often / often.sum(), strict=True))
    assert all(np.isclose(share[c], letters.count(c) / len(letters)) for c in share)
    assert sorted(share, key=share.get)[-2:] in (["e", "t"], ["t", "e"])
    assert f"on each in {share['e']:.1%} of all steps" in summary
    variances = here["cloud"]["variances"]
    assert 0.85 < variances[0] / variances.sum() < 0.95
    drawing = here["drawing"]["A"]
    assert np.linalg.matrix_rank(drawing) > 90


@pytest.mark.slow
def test_the_outcome_of_backpropagation_is_the_one_in_the_text():
    here = cell_of("ps3_backprop", "uses")
    apart, largest, by_values, by_arrays = map(min, *(here["compare"]() for _ in range(5)))
    summary = cells()["ps3_backprop text_outcome"]
    assert apart < 1e-15
    assert "by less than $10^{-15}$, and the largest derivative is 0.44" in summary
    assert round(largest, 2) == 0.44
    assert by_values > 10 * by_arrays
    assert "the 379 differences" in cells()["ps3_backprop text_uses"]
    assert 15 * 20 + 15 + 4 * 15 + 4 == 379


@every_assignment
def test_the_text_names_the_limits_of_its_settings(assignment):
    folder = EXERCISES / "source" / assignment
    limits, _ = read_settings(folder / "nngrader.toml")
    text = (folder / f"{assignment}.md").read_text(encoding="utf-8")
    assert (
        f"One call may take {limits.call_seconds:g} seconds of computing time and "
        f"{limits.memory_mb:,} MB of memory, and all calls of a function together "
        f"{limits.total_seconds:g} seconds, also in grading."
    ) in text


SECTIONS = (
    r"sections? (\*[^*]+\*(?:(?:, | and | to )\*[^*]+\*)*) in \[[^\]]+\]\(book:([\w/-]+)\)"
)


@every_assignment
def test_each_problem_says_what_to_read_first_and_where(assignment):
    text = (EXERCISES / "source" / assignment / f"{assignment}.md").read_text(encoding="utf-8")
    _, *problems = re.split(r"^## \d+\. ", text, flags=re.MULTILINE)
    for problem in problems:
        (line,) = re.findall(r"^\*\*Read first:\*\* (.*)\.$", problem, re.MULTILINE)
        links, named = re.findall(r"\[([^\]]+)\]\(book:", line), re.findall(SECTIONS, line)
        assert links
        assert len(named) == len(links)
        for title, (sections, page) in zip(links, named, strict=True):
            chapter = (EXERCISES.parent / "chapters" / f"{page}.md").read_text("utf-8")
            assert f"\n# {title}\n" in chapter
            headings = re.findall(r"\*([^*]+)\*", sections)
            places = [chapter.index(f"\n## {section}\n") for section in headings]
            assert places == sorted(places), sections


@functools.cache
def pictures():
    """Return the cell below the test cell of each problem."""
    return {
        before["id"].removeprefix("test_"): cell["source"]
        for assignment in ASSIGNMENTS
        for before, cell in itertools.pairwise(
            [c for c in notebook(assignment) if c["cell_type"] == "code"]
        )
        if is_picture(cell) and before["id"].startswith("test_")
    }


@every_assignment
def test_correct_functions_have_no_findings(assignment, capsys):
    def unwritten(*args):
        raise NotImplementedError

    here = imported(assignment) | dict.fromkeys(names(assignment), unwritten)
    for cell in notebook(assignment):
        others = mark(cell).get("solution") or is_test(cell) or is_picture(cell)
        if cell["cell_type"] == "code" and not others and cell["id"] != "setup":
            exec(cell["source"], here)
    assert capsys.readouterr().out == ""


def test_every_problem_but_a_challenge_ends_with_a_figure():
    assert set(pictures()) == set(PROBLEMS)


FIRST_OF_EACH = {a: name for name, a in reversed(PROBLEMS.assignment_of.items())}.values()


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] * (n not in FIRST_OF_EACH)) for n in PROBLEMS],
)
def test_a_picture_is_drawn_by_the_students_own_function(name, capsys):
    import matplotlib.pyplot as plt  # takes a second

    mine = names(ASSIGNMENT_OF[name])
    before = mine[: mine.index(name) + 1]
    solved = imported(ASSIGNMENT_OF[name]) | {n: solution(n) for n in before}
    exec(cells().get(f"{ASSIGNMENT_OF[name]} pictures", ""), solved)
    exec(pictures()[name], dict(solved))
    drawn = plt.gcf().axes
    assert drawn
    assert all(ax.has_data() for ax in drawn)
    plt.close("all")
    assert capsys.readouterr().out == ""

    def unwritten(*args):
        raise NotImplementedError

    exec(pictures()[name], solved | {name: unwritten})
    assert plt.get_fignums() == []
    said = capsys.readouterr().out
    assert said == "No plot yet, because this code raised NotImplementedError()\n"
