"""The report on a class: its numbers by hand, its words, and how it looks."""

import copy
import html
import re

import numpy as np
import pytest
from nngrader.engine.observation.likeness import fingerprint
from nngrader.records.codes import Code
from nngrader.records.finding import Finding
from nngrader.records.flag import Flag, FlagCode
from nngrader.records.flag_rendering import for_instructor
from nngrader.reports.item_analysis import (
    commonest,
    costs,
    items,
    points_by_finding,
    unexplained,
)
from nngrader.reports.style import table
from nngrader.storage.results import Store

from .sample_course import NAME, hand_in, run
from .test_similarity import LONG

IMPORTS = Flag(FlagCode.UNUSUAL_IMPORT, data={"name": "os"})


def renamed(file):
    """Return the flag about a notebook of another name, which a student can choose."""
    return Flag(FlagCode.NOTEBOOK_RENAMED, data={"expected": "ps.ipynb", "file": file})


FULL = {
    "pairwise_distances": {"value": 20.0, "shape": 10.0},
    "hinge_loss": {"value": 10.0, "gradient": 10.0},
}


def finding(aspect, code=Code.WRONG, mistake=None, **data):
    """Return a finding as a result has it."""
    return Finding(code, aspect, ("out",), (), data, mistake).to_json()


HINT = "Your results are squared distances. Which step of the formula is missing?"
SQUARES = finding("value", Code.MISTAKE, "squared", hint=HINT)
LARGE = finding("gradient", Code.FACTOR, factor="2", sign=1, power=1)


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
            "findings": gone[1],
            "tried": {},
        }
    return reports


def result(student, problems, status="graded", flags=(), **more):
    return {
        "student": student,
        "assignment": NAME,
        "status": status,
        "flags": [flag.as_json() for flag in flags],
        "score": sum(p["score"] for p in problems.values()),
        "max_score": 50.0,
        "problems": problems,
        "cells": {},
    } | more


RIGHT, SQUARED = of(), of(pairwise_distances=({"value": 20.0}, [SQUARES]))
TWICE = of(hinge_loss=({"gradient": 10.0}, [LARGE]))
EMPTY = of(
    hinge_loss=(
        {"value": 10.0, "gradient": 10.0},
        [finding("value", Code.NOT_WRITTEN, function="hinge_loss")],
    )
)
BOTH = of(
    pairwise_distances=({"value": 20.0, "shape": 10.0}, [SQUARES]),
    hinge_loss=({"gradient": 5.0}, [LARGE]),
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


def written(course, results):
    """Return the report on these results, as plain text and as HTML."""
    store = Store(course / ".results")
    store.put(f"latest-{NAME}", {r["student"]: r for r in results})
    for r in results:
        if not (course / "submitted" / r["student"]).exists():
            hand_in(course, r["student"], "{}")
    assert run(course, "report", NAME) == 0
    text = (course / "report" / f"{NAME}.html").read_text()
    return plain(text), text


@pytest.mark.parametrize("command", ["report", "feedback"])
def test_results_without_codes_are_refused_with_the_way_out(course, capsys, command):
    old = copy.deepcopy(CLASS["ben"])
    old["problems"]["pairwise_distances"]["findings"] = ["value: your distances are squared"]
    Store(course / ".results").put(f"latest-{NAME}", {"ben": old})
    assert run(course, command, NAME) == 1
    assert f"nngrader grade {NAME}" in capsys.readouterr().err


def plain(text):
    """Return the text of a page in one line."""
    text = re.sub(r"<style>.*?</style>", "", text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_on_a_phone_each_cell_has_the_name_of_its_own_column():
    made = table(["who", "points", "lost <b>"], [["ada", "7", "3"]], numbers=[1])
    labels = re.findall(r'data-label="([^"]*)">(\d)<', made)
    assert labels == [("points", "7"), ("lost &lt;b&gt;", "3")]


def test_difficulty_and_counts_match_a_calculation_by_hand():
    whole, value, shape = items(CLASS, "pairwise_distances")
    assert (whole.most, value.most, shape.most) == (30, 20, 10)
    # 30, 10, 10, 30, 0 of 30; 20, 0, 0, 20, 0 of 20; 10, 10, 10, 10, 0 of 10
    assert whole.difficulty == pytest.approx(80 / 150)
    assert value.difficulty == pytest.approx(2 / 5)
    assert shape.difficulty == pytest.approx(4 / 5)
    assert (whole.everything, whole.some, whole.nothing) == (2, 2, 1)
    assert (value.everything, value.some, value.nothing) == (2, 0, 3)


def test_discrimination_leaves_the_item_out_of_the_total():
    rng = np.random.default_rng(3)
    grid = rng.integers(0, 5, (23, 4)) / 4
    members = {}
    for i, row in enumerate(grid):
        lost = iter(1 - row)
        given = {n: {a: m * next(lost) for a, m in FULL[n].items()} for n in FULL}
        members[f"s{i}"] = result(f"s{i}", of(**{n: (g, []) for n, g in given.items()}))
    points = grid * [20, 10, 10, 10]
    total = points.sum(1)
    expected = [np.corrcoef(p, total - p)[0, 1] for p in points.T]
    wholes = [points[:, :2].sum(1), points[:, 2:].sum(1)]
    for name, whole, k in (("pairwise_distances", 0, 0), ("hinge_loss", 1, 2)):
        results = [i.discrimination for i in items(members, name)]
        r = np.corrcoef(wholes[whole], total - wholes[whole])[0, 1]
        np.testing.assert_allclose(results, [r, *expected[k : k + 2]], rtol=1e-12)


def test_registered_mistakes_come_before_descriptions_and_in_each_most_students_first():
    named = finding("value", Code.MISTAKE, "squared", hint="squared?")
    described = [finding("gradient", words="odd?"), named]
    results = {
        "a": result("a", of(hinge_loss=({"value": 1.0, "gradient": 5.0}, described))),
        "b": result("b", of(hinge_loss=({"value": 1.0}, [named]))),
        "c": result(
            "c", of(pairwise_distances=({"value": 20.0}, [finding("value", words="wrong?")]))
        ),
    }
    most_common = [(c.mistake, c.text, len(c.students)) for c in commonest(costs(results), 3)]
    assert most_common == [("squared", "value: squared?", 2), (None, "value: wrong?", 1)]


def test_a_clear_cause_of_a_loss_is_not_sought_in_the_cells():
    loops = finding("loops", Code.LOOPS, function="hinge_loss", letters=["N"])
    for findings, sought in (
        ([finding("all points", Code.FORBIDDEN, name="sklearn", whole=True)], False),
        ([finding("gradient", Code.FORBIDDEN, name="numpy.sum")], False),
        ([finding("value", Code.FILE_MISSING, file="weights.npz")], False),
        ([loops], False),
        ([loops, finding("value", words="odd?")], True),
        ([], True),
    ):
        lost = {"ada": result("ada", of(hinge_loss=({"value": 10.0}, findings)))}
        assert unexplained(lost, "hinge_loss") == ["ada"] * sought, findings


def test_the_page_shows_what_cost_most_first_in_the_words_that_students_got(course):
    empty = [result(s, EMPTY) for s in ("finn", "gita")]
    gone = [finding("value", Code.NOT_DEFINED, function="hinge_loss")]
    empty.append(result("hana", of(hinge_loss=({"value": 10.0, "gradient": 10.0}, gone))))
    text, _ = written(course, [*CLASS.values(), *empty])
    first = text.index(
        "pairwise_distances : value: Your results are squared distances. Which step"
    )
    second = text.index("hinge_loss : gradient: Your out is 2 times too large. Where")
    assert first < second
    assert "3 of 8 students, 70 points in total." in text
    assert "the number of students: hinge_loss: 3." in text
    assert "Not explained by a known mistake: 2. If several" in text
    assert "problem's definition. Look at the cells of dana, emil" in text


def test_the_page_shows_flags_reasons_lateness_and_missing_students(course, monkeypatch):
    late = Flag(FlagCode.LATE, data={"seconds": 7200.0, "points": 4.0})
    flagged = result("finn", RIGHT, "flagged", [late, IMPORTS])
    lost = result("hana", {}, "ungradable", [Flag(FlagCode.NO_NOTEBOOK)])
    mark = {"score": 45.0, "max_score": 60.0, "late_penalty": 5.0, "needs_manual_grade": True}
    mark["by_hand"] = [("essay", None, 10.0, "")]
    module = "nngrader.reports.class_report"
    monkeypatch.setattr(f"{module}.marks", lambda *_: {"finn": mark})
    monkeypatch.setattr(f"{module}.students", lambda *_: {"finn", "ivan"})
    hand_in(course, "kai", "{}")
    text, _ = written(course, [flagged, lost])
    for words in (
        "2 submissions: 0 graded, 1 graded with flags, 1 ungradable, 1 late, 1 still to be",
        f"{for_instructor(IMPORTS)} 1 finn",
        "2 h late, which costs 5 points. 1 finn",  # after a mark by hand too
        f"Student Reason hana {for_instructor(Flag(FlagCode.NO_NOTEBOOK))}",
        "Student Points deducted finn 5",
        "Not submitted: 1 ivan",
        "Submitted, not graded yet: 1 kai",
    ):
        assert words in text


def test_everything_hostile_is_escaped(course):
    name = '<img src=x onerror="alert(1)">&'
    bad = [finding("value", words="<b>loss</b> is wrong?")]
    odd = result(
        name,
        of(hinge_loss=({"value": 10.0}, bad)),
        "flagged",
        [renamed("<script>alert(1)</script>")],
        seconds={"hinge_loss": 1.0},
        fingerprints={"hinge_loss": fingerprint(LONG)},
    )
    twin = result("twin<i>", RIGHT, fingerprints={"hinge_loss": fingerprint(LONG)})
    text, raw = written(
        course, [odd, twin, result("u<u>", {}, "ungradable", [renamed("<em>")])]
    )
    for tag in ("<img", "<script", "<b>loss", "<i>", "<u>", "<em>"):
        assert tag not in raw.replace('<i style="', "")
    assert name in text
    assert not re.search(r"""src\s*=|url\(|@import|https?:""", raw.replace("img src=x", ""))
    assert "default-src 'none'" in raw


SCHEMES = ("light", "dark")
INK = "() => getComputedStyle(document.body).color"


def check_page(file):
    """Check a page on desktop, phone and paper, in light and dark mode.

    A page has no program, so what was opened in light looks in dark as if opened so.
    """
    from ..book.browser import DESKTOP, PHONE, chromium, served, visit

    with served(file.parent) as base, chromium() as browser:
        for size in (DESKTOP, PHONE):
            with visit(browser, base, file.name, size=size) as visited:
                for scheme in SCHEMES:
                    visited.page.emulate_media(color_scheme=scheme)
                    assert visited.too_wide() == []
                    assert visited.axe() == []
                visited.page.emulate_media(media="print", color_scheme="dark")
                assert visited.page.evaluate(INK) == "rgb(29, 37, 48)"
                assert visited.outside == visited.errors == visited.missing == []


@pytest.mark.slow
@pytest.mark.browser
def test_the_report_is_readable_everywhere(course):
    results = [r | {"fingerprints": {"hinge_loss": fingerprint(LONG)}} for r in CLASS.values()]
    results += [result("a-name-" * 12, EMPTY, "flagged", [renamed("a_" + "long_name_" * 9)])]
    written(course, results)
    check_page(course / "report" / f"{NAME}.html")


def test_points_lost_go_to_the_finding_about_the_aspect_else_to_all():
    named, described = costs(CLASS)
    assert (named.problem, named.mistake) == ("pairwise_distances", "squared")
    assert named.students == ["ben", "chen", "emil"]
    assert named.points == 20 + 20 + 30  # emil's shape has no finding of its own
    assert (
        named.text
        == "value: Your results are squared distances. Which step of the formula is missing?"
    )
    assert (described.problem, described.mistake) == ("hinge_loss", None)
    assert described.points == 10 + 5
    assert described.students == ["dana", "emil"]


def test_forbidden_name_is_charged_once():
    report = of(
        hinge_loss=(
            {"value": 10.0, "gradient": 10.0},
            [
                finding("all points", Code.FORBIDDEN, name="scipy", whole=True),
                finding("value", words="loss is wrong?"),
            ],
        )
    )["hinge_loss"]
    assert [p for *_, p in points_by_finding(report)] == [20, 0]


def test_shared_matches_are_listed_once():
    twice = [finding("gradient", words="a?"), finding("value", words="b?")]
    both = of(hinge_loss=({"value": 3.0, "gradient": 4.0}, twice))
    alone = of(hinge_loss=({"value": 3.0}, twice[1:]))
    assert [c.text for c in commonest(costs({"a": result("a", both)}), 3)] == ["gradient: a?"]
    actual = costs({"a": result("a", both), "b": result("b", alone)})
    assert [(c.text, c.points) for c in commonest(actual, 3)] == [("value: b?", 6)]
    assert commonest(costs({"a": result("a", EMPTY)}), 3) == []
