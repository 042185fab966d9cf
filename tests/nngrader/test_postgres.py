"""The gradebook on a PostgreSQL server, which several graders share."""

import contextlib
import os
import pwd
import runpy
import subprocess
import tempfile
from pathlib import Path

import pytest
from nngrader.course import Course
from nngrader.errors import CannotDo
from nngrader.gradebook.database import display_name, marks
from nngrader.reports.export import table

from .nbgrader_command import run_nbgrader
from .ordinary_user import IS_ROOT
from .recorded_gradebook import give, scores
from .sample_course import (
    NAME,
    ROOT,
    ReleasedNotebook,
    hand_in,
    make_course,
    release_unchecked,
    run,
)

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


def server_user():
    """Return the command prefix and the user id under which PostgreSQL runs, never root."""
    if not IS_ROOT:
        return [], os.getuid()
    names = {u.pw_name: u for u in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    line = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return line, user.pw_uid


@contextlib.contextmanager
def server():
    """Run a server during the block; yield the URL of its database for nbgrader."""
    find = runpy.run_path(str(ROOT / "tools" / "system_packages.py"))["find"]
    before, uid = server_user()
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        os.chown(folder, uid, -1)
        data, log = Path(folder, "data"), Path(folder, "log")

        def command(name, *options):
            line = [*before, find(name), "-D", data, *options]
            settings = {"env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}, "cwd": folder}
            done = subprocess.run(line, stdout=subprocess.DEVNULL, **settings)
            assert done.returncode == 0, log.read_text()[-3000:]

        command("initdb", "-U", "grader", "--auth=trust", "--no-sync", "--encoding=UTF8")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        command("pg_ctl", "start", "-w", "-l", log, "-o", options)
        try:
            yield f"postgresql+psycopg://grader:secret@/postgres?host={folder}"
        finally:
            command("pg_ctl", "stop", "-m", "immediate")


def on_server(course, url):
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + f"c.CourseDirectory.db_url = {url!r}\n")
    (course / "gradebook.db").unlink(missing_ok=True)
    return course


@pytest.fixture
def shared(open_folder):
    """Yield a course released into a database of a server."""
    with server() as url:
        course = on_server(make_course(open_folder / "on-a-server"), url)
        release_unchecked(course)
        yield course


def test_a_class_goes_from_release_to_export_on_a_server(shared):
    base = ReleasedNotebook(shared)
    hand_in(shared, "ada", base.solved().text())
    hand_in(shared, "Zoë [x]", base.untouched().text())
    assert not (shared / "gradebook.db").exists()
    assert run(shared, "grade", NAME) == 0
    assert scores(shared) == {"Zoë [x]": 0, "ada": 100}
    give(shared, "ada", "test_hinge_loss", manual_score=12)
    assert run(shared, "grade", NAME) == 0
    assert run(shared, "feedback", NAME) == 0
    assert "82" in (shared / "feedback" / "ada" / NAME / f"{NAME}.html").read_text()
    assert "ada,82.0,100.0" in table(Course(shared), NAME)
    feedback = ("generate_feedback", NAME, "--student", "ada", "--force")
    run_nbgrader(shared, feedback, ("export", "--to", "grades.csv"))
    assert "82" in (shared / "grades.csv").read_text()
    assert not (shared / "gradebook.db").exists()


def test_a_server_that_does_not_answer_is_named_without_its_password(course):
    url = "postgresql+psycopg://grader:secret@/class?host=/nowhere"
    on_server(course, url)
    with pytest.raises(CannotDo, match="server cannot be reached") as refusal:
        marks(Course(course), NAME)
    assert "secret" not in str(refusal.value)
    assert display_name(url) in str(refusal.value)
