"""The report on a class: its numbers by hand and by SciPy, its words, and how it looks."""

import html
import json
import re

import numpy as np
import pytest
from nngrader.engine.judgement.ledger import FORBIDDEN
from nngrader.engine.observation.likeness import fingerprint
from nngrader.reports.item_analysis import (
    FEW,
    NO_REST,
    NO_SPREAD,
    commonest,
    correlation,
    costs,
    items,
    points_by_finding,
    unexplained,
)
from nngrader.reports.likeness import SAME_WORK, _published
from nngrader.reports.style import table
from nngrader.storage.results import Store

from ..book.browser import DESKTOP, chromium, served, visit
from .page_check import check_page
from .sample_course import NAME, hand_in, run
from .test_similarity import DISGUISED, LONG, REWRITTEN

FULL = {
    "pairwise_distances": {"value": 20.0, "shape": 10.0},
    "hinge_loss": {"value": 10.0, "gradient": 10.0},
}
MISTAKES = {  # aspect lost, what is said of it, name
    "squared": ["value", "these are squared distances. What is still missing?", "squared"],
    "twice": ["gradient", "gradient is about 2.5 times too large.", None],
}


def of(**lost):
    """Return a student's reports: points lost, by problem and aspect, with findings."""
    reports = {}
    for name, aspects in FULL.items():
        gone = lost.get(name, ({}, []))
        earned = {a: [most - gone[0].get(a, 0.0), most] for a, most in aspects.items()}
        reports[name] = {
            "score": sum(e for e, _ in earned.values()),
            "max": sum(aspects.values()),
            "aspects": earned,
            "findings": [list(f) for f in gone[1]],
            "tried": {},
        }
    return reports


def result(student, problems, status="graded", flags=(), **more):
    return {
        "student": student,
        "assignment": NAME,
        "status": status,
        "flags": list(flags),
        "score": sum(p["score"] for p in problems.values()),
        "max_score": 50.0,
        "problems": problems,
        "cells": {},
    } | more


RIGHT, SQUARED = of(), of(pairwise_distances=({"value": 20.0}, [MISTAKES["squared"]]))
TWICE = of(hinge_loss=({"gradient": 10.0}, [MISTAKES["twice"]]))
EMPTY = of(
    hinge_loss=(
        {"value": 10.0, "gradient": 10.0},
        [["value", "hinge_loss is not written yet (NotImplementedError).", None]],
    )
)
BOTH = of(
    pairwise_distances=({"value": 20.0, "shape": 10.0}, [MISTAKES["squared"]]),
    hinge_loss=({"gradient": 5.0}, [MISTAKES["twice"]]),
)
CLASS = {
    s: result(s, p, seconds={"hinge_loss": t, "pairwise_distances": 0.5})
    for s, p, t in [
        ("ada", RIGHT, 0.25),
        ("ben", SQUARED, 0.5),
        ("chen", SQUARED, 0.75),
        ("dana", TWICE, 4.0),
        ("emil", BOTH, 0.125),
    ]
}


def written(course, results, known=None):
    """Return the report on these results, as plain text and as HTML."""
    store = Store(course / ".results")
    store.put(f"latest-{NAME}", {r["student"]: r for r in results})
    for r in results:
        if not (course / "submitted" / r["student"]).exists():
            hand_in(course, r["student"], "{}")
    assert run(course, "report", NAME) == 0
    text = (course / "report" / f"{NAME}.html").read_text()
    return plain(text), text


def plain(text):
    """Return the text of a page in one line."""
    text = re.sub(r"<style>.*?</style>", "", text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_on_a_phone_each_cell_has_the_name_of_its_own_column():
    made = table(["who", "points", "lost <b>"], [["ada", "7", "3"]], numbers=[1])
    labels = re.findall(r'data-label="([^"]*)">(\d)<', made)
    assert labels == [("points", "7"), ("lost &lt;b&gt;", "3")]


def test_difficulty_and_counts_are_those_found_by_hand():
    whole, value, shape = items(CLASS, "pairwise_distances")
    assert (whole.most, value.most, shape.most) == (30, 20, 10)
    # 30, 10, 10, 30, 0 of 30; 20, 0, 0, 20, 0 of 20; 10, 10, 10, 10, 0 of 10
    assert whole.difficulty == pytest.approx(80 / 150)
    assert value.difficulty == pytest.approx(2 / 5)
    assert shape.difficulty == pytest.approx(4 / 5)
    assert (whole.everything, whole.some, whole.nothing) == (2, 2, 1)
    assert (value.everything, value.some, value.nothing) == (2, 0, 3)


def test_discrimination_leaves_the_item_out_of_the_total():
    from scipy.stats import pearsonr

    rng = np.random.default_rng(3)
    grid = rng.integers(0, 5, (23, 4)) / 4
    members = {}
    for i, row in enumerate(grid):
        lost = iter(1 - row)
        given = {n: {a: m * next(lost) for a, m in FULL[n].items()} for n in FULL}
        members[f"s{i}"] = result(f"s{i}", of(**{n: (g, []) for n, g in given.items()}))
    points = grid * [20, 10, 10, 10]
    total = points.sum(1)
    expected = [pearsonr(p, total - p)[0] for p in points.T]
    wholes = [points[:, :2].sum(1), points[:, 2:].sum(1)]
    for name, whole, k in (("pairwise_distances", 0, 0), ("hinge_loss", 1, 2)):
        found = [i.discrimination for i in items(members, name)]
        r = np.corrcoef(wholes[whole], total - wholes[whole])[0, 1]
        np.testing.assert_allclose(found, [r, *expected[k : k + 2]], rtol=1e-12)


def test_a_correlation_that_cannot_be_told_says_why():
    assert correlation(np.arange(9.0), np.arange(9.0)) == FEW
    assert correlation(np.full(10, 1 / 3), np.arange(10.0)) == NO_SPREAD
    assert correlation(np.arange(10.0), np.full(10, 0.1)) == NO_REST
    assert correlation(np.arange(10.0), -np.arange(10.0)) == pytest.approx(-1)


def test_points_lost_go_to_the_finding_about_the_aspect_else_to_all():
    named, described = costs(CLASS)
    assert (named.problem, named.mistake) == ("pairwise_distances", "squared")
    assert named.students == ["ben", "chen", "emil"]
    assert named.points == 20 + 20 + 30  # emil's shape has no finding of its own
    assert named.text == "value: these are squared distances. What is still missing?"
    assert (described.problem, described.mistake) == ("hinge_loss", None)
    assert described.points == 10 + 5
    assert described.students == ["dana", "emil"]


def test_what_a_forbidden_name_costs_is_charged_to_it_alone():
    report = of(
        hinge_loss=(
            {"value": 10.0, "gradient": 10.0},
            [["all points", "scipy is used.", None], ["value", "loss is wrong.", None]],
        )
    )["hinge_loss"]
    assert [p for *_, p in points_by_finding(report)] == [20, 0]


def test_descriptions_that_differ_in_numbers_alone_are_counted_together():
    other = of(
        hinge_loss=(
            {"gradient": 10.0},
            [["gradient", "gradient is about 7 times too large.", None]],
        )
    )
    (cost,) = costs({"a": result("a", TWICE), "b": result("b", other)})
    assert cost.points == 20
    assert sum(cost.words.values()) == 2


def test_what_the_same_students_had_is_told_once():
    twice = [["gradient", "a", None], ["value", "b", None]]
    both = of(hinge_loss=({"value": 3.0, "gradient": 4.0}, twice))
    alone = of(hinge_loss=({"value": 3.0}, twice[1:]))
    assert [c.text for c in commonest(costs({"a": result("a", both)}), 3)] == ["gradient: a"]
    found = costs({"a": result("a", both), "b": result("b", alone)})
    assert [(c.text, c.points) for c in commonest(found, 3)] == [("value: b", 6)]
    assert commonest(costs({"a": result("a", EMPTY)}), 3) == []


def test_a_forbidden_name_and_a_missing_file_are_not_what_was_misunderstood():
    both = [
        ["all points", "torch is used in this notebook. It costs all points.", None],
        ["first", "weights.npz is missing: without it there is nothing to try.", None],
    ]
    results = {"a": result("a", of(hinge_loss=({"value": 10.0, "gradient": 10.0}, both)))}
    assert len(costs(results)) == 2
    assert commonest(costs(results), 3) == []


def test_registered_mistakes_come_before_descriptions_and_in_each_most_students_first():
    named = [["value", "squared", "squared"]]
    described = [["gradient", "odd", None], ["value", "squared", "squared"]]
    dear = [["value", "wrong", None]]
    results = {
        "a": result("a", of(hinge_loss=({"value": 1.0, "gradient": 5.0}, described))),
        "b": result("b", of(hinge_loss=({"value": 1.0}, named))),
        "c": result("c", of(pairwise_distances=({"value": 20.0}, dear))),
    }
    told = [(c.mistake, c.text, len(c.students)) for c in commonest(costs(results), 3)]
    assert told == [("squared", "value: squared", 2), (None, "value: wrong", 1)]
    one = {"a": results["a"]}
    assert [c.mistake for c in commonest(costs(one), 3)] == ["squared"]
    lost = {"value": 0.5, "shape": 0.5}
    loops = [["value", "loops", None]]
    for n in range(9):  # more students than had any mistake, and half a point each
        results[f"l{n}"] = result(f"l{n}", of(pairwise_distances=(lost, loops)))
    for n, name in enumerate("defg"):
        mistake = [["shape", name, name]]
        results[name] = result(name, of(pairwise_distances=({"shape": n + 1.0}, mistake)))
    told = [(c.text, len(c.students)) for c in commonest(costs(results), 3)]
    assert told == [
        ("value: squared", 2),
        ("shape: g", 1),
        ("shape: f", 1),
        ("value: loops", 9),
    ]


def test_who_is_not_explained_is_told():
    assert unexplained(CLASS, "hinge_loss") == ["dana", "emil"]
    assert unexplained(CLASS, "pairwise_distances") == []


@pytest.mark.parametrize(
    ("findings", "sought"),
    [
        ([["all points", "sklearn is used in this notebook. It costs all", None]], False),
        ([["gradient", f"numpy.sum {FORBIDDEN}", None]], False),
        (
            [["value", "weights.npz is missing: without it there is nothing to try.", None]],
            False,
        ),
        ([["loops", "the work in Python grows with N.", None]], False),
        ([["loops", "the work in Python grows.", None], ["value", "odd.", None]], True),
        ([["shape", "loss has shape (?,), expected a number.", None]], True),
        ([], True),
    ],
)
def test_whose_loss_has_a_clear_cause_is_not_sought_in_the_cells(findings, sought):
    lost = {"ada": result("ada", of(hinge_loss=({"value": 10.0}, findings)))}
    assert unexplained(lost, "hinge_loss") == ["ada"] * sought


def test_the_page_tells_what_cost_most_first_in_the_words_that_students_got(course):
    empty = [result(s, EMPTY) for s in ("finn", "gita")]
    text, _ = written(course, [*CLASS.values(), *empty])
    first = text.index("pairwise_distances : value: these are squared distances. What is still")
    second = text.index("hinge_loss : gradient is about 2.5 times too large. (described, not a")
    assert first < second
    assert "3 students of 7, 70 points in all." in text
    assert "Not written, by so many: hinge_loss: 2." in text
    assert "Not explained by a registered mistake: 2. Look" in text
    assert "problem's definition: dana, emil" in text


def test_the_page_tells_time_scores_and_difficulty(course):
    text, _ = written(course, list(CLASS.values()))
    assert "Seconds: median 0.5, longest 4 (dana)." in text
    # 50, 30, 30, 40, 15
    assert "Mean 33, median 30, standard deviation 11.66, lowest 15, highest 50, of 50." in text
    assert "53%" in text
    assert "2 / 2 / 1" in text
    assert FEW in text


def test_the_page_tells_flags_reasons_lateness_and_who_is_missing(course, monkeypatch):
    flagged = result("finn", RIGHT, "flagged", ["2 h late: 4 points less", "uses open"])
    also = result("gita", RIGHT, "flagged", ["uses open", "imports os"])
    lost = result("hana", {}, "ungradable", ["there is no notebook"])
    mark = {
        "score": 45.0,
        "max_score": 60.0,
        "late_penalty": 5.0,
        "needs_manual_grade": True,
        "by_hand": [("essay", None, 10.0, "")],
    }
    done = mark | {"late_penalty": 0.0, "needs_manual_grade": False}
    done["by_hand"] = [("essay", 7.0, 10.0, "Good.")]
    monkeypatch.setattr(
        "nngrader.reports.class_report.marks", lambda *_: {"finn": mark, "gita": done}
    )
    monkeypatch.setattr(
        "nngrader.reports.class_report.students", lambda *_: {"finn", "ivan", "jo"}
    )
    hand_in(course, "kai", "{}")
    text, _ = written(course, [flagged, also, lost])
    for words in (
        "3 submissions: 0 graded, 2 graded with flags, 1 ungradable, 1 late, 1 still to be",
        "uses open 2 finn, gita",
        "2 h late: 5 points less 1 finn",  # after a mark by hand, as in the table of points
        "imports os 1 gita",
        "Student Reason hana there is no notebook",
        "Student Points less finn 5",
        "essay 1 of 2 70% finn",
        "Not handed in: 2 ivan, jo",
        "Handed in, not graded yet: 1 kai",
    ):
        assert words in text


def test_who_stands_on_the_class_list_and_handed_in_nothing_is_told(course):
    (course / "students.csv").write_text("id,first_name\nada,Ada\nzoe,Zoe\n")
    text, _ = written(course, [CLASS["ada"]])
    assert "Not handed in: 1 zoe" in text


def test_pairs_that_stand_out_are_shown_with_where_to_look(course):
    ours = {"setup": fingerprint(REWRITTEN), "digits": list(range(300))}
    results = [r | {"fingerprints": ours | {"hinge_loss": []}} for r in CLASS.values()]
    results[1]["fingerprints"] = ours | {"hinge_loss": fingerprint(LONG)}
    results[3]["fingerprints"] = ours | {"hinge_loss": fingerprint(DISGUISED)}
    del results[4]["fingerprints"]
    text, _ = written(course, results)
    assert "ben and dana hinge_loss: 100%" in text
    assert text.count("hinge_loss: 100%") == 1
    assert "digits:" not in text
    for student in ("ben", "dana"):
        assert f"autograded/{student}/{NAME}/{NAME}.ipynb" in text
    assert "1 submission could not be compared" in text
    assert "it changes no score" in text


def test_who_handed_in_the_same_file_stands_in_one_row_and_an_untouched_one_in_none(course):
    same, alone, empty = ["x", 900], ["y", 900], ["z", 0]
    own = dict(zip(CLASS, (same, alone, same, empty, empty, same), strict=False))
    ours = {"hinge_loss": fingerprint(LONG)}  # that the whole class has explains no pair
    results = [r | {"fingerprints": ours} for r in CLASS.values()]
    results = [r | {"own": own.get(r["student"], ["y", 0])} for r in results]
    who = ", ".join(s for s in CLASS if own.get(s) == same)
    text, _ = written(course, results)
    row = f"Handed in the same Where to look {who} autograded"
    assert f"The same file {SAME_WORK} {row}" in text
    assert text.count(who) == 1
    assert "No two submissions" not in text


def test_who_handed_in_most_of_our_solution_comes_first_and_the_others_are_folded():
    same = {f"s{i:02}": ["f", "g"] for i in range(12)} | {"zoe": ["f", "g", "h"]}
    text = "".join(_published(same, 3))
    assert plain(text).split("Cells", 1)[1].split()[:4] == ["zoe", "all", "3", "s00"]
    assert "<summary>and 3 more" in text
    assert "2 of 3: f, g" in text


def test_everything_hostile_is_escaped(course):
    name = '<img src=x onerror="alert(1)">&'
    bad = [["value", "<b>loss</b> is wrong.", None]]
    odd = result(
        name,
        of(hinge_loss=({"value": 10.0}, bad)),
        "flagged",
        ["imports <script>alert(1)</script>"],
        seconds={"hinge_loss": 1.0},
        fingerprints={"hinge_loss": fingerprint(LONG)},
    )
    twin = result("twin<i>", RIGHT, fingerprints={"hinge_loss": fingerprint(LONG)})
    text, raw = written(course, [odd, twin, result("u<u>", {}, "ungradable", ["<em>"])])
    for tag in ("<img", "<script", "<b>loss", "<i>", "<u>", "<em>"):
        assert tag not in raw.replace('<i style="', "")
    assert name in text
    assert not re.search(r"""src\s*=|url\(|@import|https?:""", raw.replace("img src=x", ""))
    assert "default-src 'none'" in raw


def test_one_student_alone_has_a_report(course):
    text, raw = written(course, [result("ada", TWICE)])
    assert "1 submission: 1 graded" in text
    assert FEW in text
    assert 'aria-label="Submissions by points. 0 to 5: 0,' in raw


def test_a_class_of_which_nothing_could_be_graded_has_a_report(course):
    text, _ = written(course, [result("ada", {}, "ungradable", ["there is no notebook"])])
    assert "Nothing could be graded." in text


def test_a_challenge_tells_what_was_measured(course):
    problems = json.loads(json.dumps(RIGHT))
    results = []
    for student, measured in (("ada", 0.5), ("ben", 0.75), ("chen", 0.8125), ("dana", None)):
        problems["hinge_loss"]["challenge"] = {"measured": measured, "bytes": 10}
        results.append(result(student, json.loads(json.dumps(problems))))
    text, _ = written(course, results)
    assert "lowest 0.5, median 0.75, highest 0.8125, in 3 submissions." in text


def test_an_assignment_that_nobody_handed_in_has_no_report(course, capsys):
    assert run(course, "report", NAME) == 2
    assert f"nobody has handed in {NAME}" in capsys.readouterr().err
    hand_in(course, "ada", "{}")
    assert run(course, "report", NAME) == 2
    assert f"run `nngrader grade {NAME}`" in capsys.readouterr().err
    assert run(course, "report", "ps9") == 2
    assert "no assignment 'ps9'" in capsys.readouterr().err
    assert not (course / "report").exists()


@pytest.mark.parametrize("old", [{"ada": {"score": 3}}, {"ada": [1]}, ["ada"]])
def test_results_of_another_version_are_refused_in_words(course, capsys, old):
    Store(course / ".results").put(f"latest-{NAME}", old)
    assert run(course, "report", NAME) == 1
    errors = capsys.readouterr().err
    assert "version of nngrader" in errors
    assert f"run `nngrader grade {NAME}`" in errors


def test_results_that_cannot_be_read_are_told_from_none(course, capsys):
    Store(course / ".results")
    (course / ".results" / f"latest-{NAME}.json").write_text("{")
    assert run(course, "report", NAME) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_the_report_goes_where_it_is_asked_to(course, tmp_path, capsys):
    Store(course / ".results").put(f"latest-{NAME}", CLASS)
    assert run(course, "report", NAME, "--out", tmp_path) == 2
    assert "is a folder: name a file" in capsys.readouterr().err
    assert run(course, "report", NAME, "--out", tmp_path / "new" / "class.html") == 0
    assert (tmp_path / "new" / "class.html").read_text().startswith("<!doctype html>")


@pytest.mark.sandbox
def test_a_graded_class_has_a_report_that_names_everybody_with_a_flag(graded):
    assert run(graded.course, "report", NAME, "--out", graded.course / "report.html") == 0
    text = plain((graded.course / "report.html").read_text())
    counts = [r["status"] for r in graded.results.values()]
    assert f"{len(counts)} submissions: {counts.count('graded')} graded" in text
    for r in graded.results.values():
        if r["status"] == "ungradable":
            assert " ".join(r["student"].split()) in text
        for flag in r["flags"]:
            assert " ".join(flag.split()) in text


@pytest.mark.sandbox
def test_two_equal_notebooks_are_named_though_all_they_hold_is_common(course, base):
    for student in ("ada", "ben"):
        hand_in(course, student, base.solved().text())
    hand_in(course, "chen", base.solved().write("hinge_loss", LONG).text())
    for student in ("dana", "eve"):
        hand_in(course, student, base.untouched().text())
    assert run(course, "grade", NAME) == 0
    assert run(course, "report", NAME) == 0
    text = plain((course / "report" / f"{NAME}.html").read_text())
    assert "Handed in the same Where to look ada, ben autograded" in text
    assert "dana, eve autograded" not in text


@pytest.mark.browser
def test_the_report_is_readable_everywhere(course):
    results = [r | {"fingerprints": {"hinge_loss": fingerprint(LONG)}} for r in CLASS.values()]
    results += [result("a-name-" * 12, EMPTY, "flagged", ["imports a_" + "long_name_" * 9])]
    written(course, results)
    check_page(course / "report" / f"{NAME}.html")


def large_class(size, problems=7):
    """Return results of a class: each student has one of four mistakes in each problem."""
    rng = np.random.default_rng(0)
    words = [
        "the loss is added up over the samples, but the mean is asked.",
        "the labels are subtracted from the scores, not from the probabilities.",
        "softmax overflows. Which score can be subtracted from all?",
        "the gradient lacks the factor 1/N.",
    ]
    results = []
    for i in range(size):
        reports = {}
        for p in range(problems):
            k = rng.integers(5)
            value = 10.0 * (k == 4)
            findings = [["value", words[k], f"m{k}"]] if k < 4 else []
            aspects = {"value": [value, 10.0], "shape": [5.0, 5.0]}
            report = {"score": value + 5, "max": 15.0, "aspects": aspects, "tried": {}}
            reports[f"problem_with_a_name_{p}"] = report | {"findings": findings}
        results.append(result(f"student-{i:04}", reports) | {"max_score": 15.0 * problems})
    return results


def test_names_of_many_students_are_folded_and_none_is_lost(course):
    text, raw = written(course, large_class(200))
    assert "<summary>and " in raw
    assert all(f"student-{i:04}" in text for i in range(200))


@pytest.mark.browser
def test_the_first_page_about_two_hundred_students_fits_a_screen(course):
    written(course, large_class(200))
    with served(course / "report") as base, chromium() as browser:
        with visit(browser, base, f"{NAME}.html", size=DESKTOP) as seen:
            bottom = "() => document.querySelector('.beside').getBoundingClientRect().bottom"
            assert seen.page.evaluate(bottom) <= DESKTOP[1]
            assert seen.too_wide() == []
    check_page(course / "report" / f"{NAME}.html")
