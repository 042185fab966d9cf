"""Intruders: no submission delays the grader, and none runs code where it is displayed."""

import html
import inspect
import re
from dataclasses import replace
from datetime import datetime

import pytest
from nngrader.course import Course
from nngrader.engine import pack
from nngrader.engine.observation.driver import as_text
from nngrader.gradebook import marks, quiet
from nngrader.gradebook.record import with_results
from nngrader.grading.one_submission import Judge
from nngrader.intake import rebuild
from nngrader.limits import Ending
from nngrader.records.codes import Code
from nngrader.records.flag import Flag, FlagCode
from nngrader.sandbox.launch import SIGNALS, Sandbox
from nngrader.sandbox.runner import Runner
from nngrader.sandbox.supervisor import Died
from nngrader.settings import Limits

from tests.exercises.driver_problems.folding import folds

from .recorded_gradebook import gradebook
from .sample_course import NAME, hand_in
from .sample_course import run as run_command

pytestmark = pytest.mark.sandbox
LIMITS = Limits(call_seconds=0.75, total_seconds=20.0, submission_seconds=20.0, memory_mb=400)


# Each keeps the caller waiting while other processes of its own use the processor; what these
# have used is forgotten when they end, since nobody waits for them.
BURN = """
import os, signal, time

def burn(seconds=0.03):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass

def start(what):
    try:
        child = os.fork()
    except OSError:
        return
    if child == 0:
        what()
        os._exit(0)

def wait_on_purpose():
    while True:
        time.sleep(0.004)

def burn_for_ever():
    while True:
        for _ in range(4):
            start(burn)
        time.sleep(0.03)

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
calls = []
"""
HOLDERS = {
    "a function that stops itself": """
def f():
    os.kill(os.getpid(), signal.SIGSTOP)
""",
    "leftovers of the call before": """
def f():
    if calls:
        time.sleep(100)
    calls.append(1)
    for what in [wait_on_purpose] * 7 + [burn_for_ever]:
        start(what)
""",
}


@pytest.fixture(scope="module")
def box():
    with Sandbox(LIMITS) as box:
        yield box


@pytest.mark.slow
def test_time_of_a_slow_submission_is_charged_to_it():
    for name, body in HOLDERS.items():
        with Sandbox(replace(LIMITS, call_seconds=0.5)) as brief:
            r = Runner([("cell", BURN + body, True)], brief, 0)
            try:
                with pytest.raises(Died) as died:  # in the first or the second call
                    [r.value("f", (), {}) for _ in range(2)]
            finally:
                r.close()
        assert r.waited > 2, name
        assert r.spent["f"] > 0.5, name
        assert died.value.ending == Ending.WAITED
        data = {"ending": Ending.WAITED, "limit": "call_seconds", "seconds": 2.0}
        assert Flag(FlagCode.FUNCTION_STOPPED, "f", data) in r.notes["f"], name


KERNEL = """
import ctypes, os, socket
SHARED = 0x21  # MAP_SHARED | MAP_ANONYMOUS
libc = ctypes.CDLL(None, use_errno=True)

def refused(name, *arguments):
    status = getattr(libc, name)(*arguments)
    return status < 0 and os.strerror(ctypes.get_errno())

def f():
    pair = (ctypes.c_int * 2)()
    out, into = os.pipe()
    page = ctypes.create_string_buffer(4096)
    block = (ctypes.c_void_p * 2)(ctypes.addressof(page), 4096)
    return [
        refused("socketpair", 1, 1, 0, pair),
        refused("vmsplice", into, block, 1, 0),
        refused("inotify_init"),
        refused("inotify_init1", 0),
        refused("fanotify_init", 0, 0),
        refused("memfd_create", b"x", 0),
        refused("shmget", 0, 1 << 20, 0o1600),
        refused("mmap", None, 1 << 20, 3, SHARED, -1, 0),
        refused("mmap", None, 1 << 20, 3, 1, os.open("/dev/zero", os.O_RDWR), 0),
    ]

def timers():
    made, n = ctypes.c_void_p(), 0
    while n < 5000 and libc.timer_create(0, None, ctypes.byref(made)) == 0:
        n += 1
    return n
"""


def test_uncounted_memory_of_the_kernel_is_not_available(box):
    r = Runner([("cell", KERNEL, True)], box, 0)
    try:
        assert r.value("f", (), {}) == ["Operation not permitted"] * 9
        assert r.value("timers", (), {}) <= SIGNALS
    finally:
        r.close()


# What a problem's measure is given


def where_it_runs(args, *raw):
    import os
    import sys

    student = vars(sys.modules["student"])
    alone = os.getppid() == 1 and "secret" not in student and "observe" in sys.modules
    raise ValueError("in a process of its own" if alone else "elsewhere")


def for_ever(args, folds, *rest):
    while folds is not None:
        pass


def judged(box, source, measure=None):
    """Return the notes on, and the report of, a function whose answers a problem measures."""
    name = "stratified_folds"
    hidden = {name: pack(folds, 1, visible=False)}
    if measure:
        hidden[name] |= {"measure": as_text(measure, "measure")}
    r = Runner([("cell", source, False)], box, 0)
    judging = Judge(r, hidden)
    try:
        judging.points(name, 10)
    finally:
        r.close()
    return r.notes.get(name, []), judging.reports[name]


SOLVED = "import numpy as np\n" + inspect.getsource(folds.solve).partition("\n")[2]


def test_a_measure_runs_where_nothing_of_the_students_has_run(box):
    _, report = judged(box, SOLVED + "\nsecret = 1", where_it_runs)
    assert "in a process of its own" in str(report["findings"])


@pytest.mark.slow
def test_a_measure_that_comes_to_no_end_is_ended(box):
    notes, report = judged(box, SOLVED, for_ever)
    assert [(n.code, n.data) for n in notes] == [
        (FlagCode.NOT_MEASURED, {"ending": Ending.TOO_LONG})
    ]
    assert report["score"] == 0
    assert [f["code"] for f in report["findings"]] == [Code.UNMEASURED]


# What the instructor looks at


def as_shown(*sources):
    """Return a function that shows text cells as formgrader's template does."""
    import nbformat
    from nbconvert import HTMLExporter

    cells = [nbformat.v4.new_markdown_cell(s) for s in sources]
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(
        nbformat.v4.new_notebook(cells=cells)
    )
    return page[page.index("<body") :]


DANGEROUS = re.compile(r"<(img|script|object|iframe)\b|class=\"mermaid|href=\"(?!https?:)")


# In prose: what must stand there as text, and nothing of it as a link, picture or program.
PROSE = {
    "script in a link": "[a](javascript:alert)",
    "script in a link by an entity": "[a](&#106;avascript:alert)",
    "script in a link that is named elsewhere": "[a][b]\n\n[b]: javascript:alert",
    "script in a link of one word": "[a]\n\n[a]: javascript:alert",
    "page in a link": "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "picture from elsewhere": "![a](https://example.org/who-reads-this.png)",
    "picture that logs the reader out": "![a](/logout)",
    "picture that is named elsewhere": "![a][b]\n\n[b]: /logout",
    "picture that was pasted in": "![a](attachment:a.png)",
    "picture that was pasted in, named elsewhere": "![a][b]\n\n[b]: attachment:a.png",
    "diagram": '```mermaid\ngraph TD; A; click A "javascript:alert"\n```',
    "element": "<img src=x onerror=alert>",
    "link without words": "<javascript:alert>",
}


def test_prose_is_shown_without_anything_that_runs_or_is_fetched():
    for name, text in PROSE.items():
        shown = as_shown(rebuild.harmless(text))
        assert not DANGEROUS.search(shown), name
        assert "a" in shown


def test_code_and_formulas_in_an_answer_are_escaped_once():
    for text in ("`a < b`", "```\na < b\n```", "$a < b$", "a < b"):
        page = as_shown(rebuild.harmless(f"{text}\n\n`c && d`"))
        plain = html.unescape(re.sub("</?(span|code)[^>]*>", "", page))
        shown = plain.replace(rebuild.UNSEEN, "")
        assert "a < b" in shown, text
        assert "c && d" in shown


def test_a_file_may_have_any_name_in_the_note_for_the_instructor():
    names = ["[x](javascript:alert`1`).ipynb", "a <b> & c"]
    renamed = [{"expected": "ps.ipynb", "file": name} for name in names]
    flags = [Flag(FlagCode.NOTEBOOK_RENAMED, data=data).as_json() for data in renamed]
    notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    shown = with_results(notebook, {"flags": flags, "cells": {}, "problems": {}})
    page = as_shown(shown["cells"][0]["source"])
    assert not DANGEROUS.search(page)
    assert "a &lt;b&gt; &amp; c" in page.replace(rebuild.UNSEEN, "")


def test_timestamps_belong_to_their_student(course, base):
    stamp = hand_in(course, "ada", base.solved().text()) / "timestamp.txt"
    stamp.write_text("2026-01-02 03:04:05.000000 UTC")
    (course / "submitted" / "eve").symlink_to(course / "submitted" / "ada")
    (course / "submitted" / "mal").mkdir()
    (course / "submitted" / "mal" / NAME).symlink_to(course / "submitted" / "ada" / NAME)
    assert run_command(course, "grade", NAME) == 0
    with quiet(), gradebook(course) as result:
        times = [result.find_submission(NAME, s).timestamp for s in ("ada", "eve", "mal")]
    assert times == [datetime(2026, 1, 2, 3, 4, 5), None, None]
    assert marks(Course(course), NAME)["eve"]["score"] == 0
