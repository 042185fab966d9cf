"""A PostgreSQL server for a test, in a folder of its own and stopped afterwards."""

import contextlib
import os
import pwd
import runpy
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from .ordinary_user import IS_ROOT
from .sample_course import ROOT


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
    """Run a server during the block; yield a function that creates a database by name."""
    find = runpy.run_path(str(ROOT / "tools" / "system_packages.py"))["find"]
    before, uid = server_user()
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        os.chown(folder, uid, -1)
        data, log = Path(folder, "data"), Path(folder, "log")
        make = ["-D", data, "-U", "grader", "--auth=trust", "--no-sync", "--encoding=UTF8"]
        settings = {"env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}, "cwd": folder}
        done = subprocess.run(
            [*before, find("initdb"), *make], capture_output=True, text=True, **settings
        )
        assert done.returncode == 0, done.stderr
        options = ["-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        with open(log, "w") as out:
            running = subprocess.Popen(
                [*before, find("postgres"), *options], stdout=out, stderr=out, **settings
            )
        try:
            wait(folder, running, log)
            yield lambda name: database(folder, name)
        finally:
            running.terminate()
            running.wait(60)
            shutil.rmtree(data, ignore_errors=True)


def wait(folder, running, log):
    """Wait until the server answers; raise if it ends instead."""
    import psycopg

    end = time.monotonic() + 60
    while time.monotonic() < end and running.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            connect(folder).close()
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text()[-3000:])


def connect(folder):
    import psycopg

    return psycopg.connect(host=folder, user="grader", dbname="postgres", autocommit=True)


def database(folder, name):
    """Create an empty database; return its URL for nbgrader."""
    with contextlib.closing(connect(folder)) as db:
        db.execute(f"create database {name}")
    return f"postgresql+psycopg://grader:secret@/{name}?host={folder}"
