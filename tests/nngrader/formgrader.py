"""Run formgrader as an instructor does: Jupyter's server, and a browser's requests."""

import contextlib
import socket
import subprocess
import sys
import time

import requests

from .sample_course import environment

EXTENSION = "nbgrader.server_extensions.formgrader"
TOKEN = "loopback"


class Formgrader:
    """An HTTP client of the running server that keeps cookies as a browser does."""

    def __init__(self, address):
        self.address, self.session = address, requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"token {TOKEN}"

    def page(self, path):
        return self._answer("GET", path).text

    def get(self, path):
        return self._answer("GET", f"api/{path}").json()

    def put(self, path, data, method="PUT"):
        head = {"X-XSRFToken": self.session.cookies.get("_xsrf", "")}
        return self._answer(method, f"api/{path}", json=data, headers=head).json()

    def _answer(self, method, path, **sent):
        url = f"{self.address}/formgrader/{path}"
        answer = self.session.request(method, url, timeout=60, **sent)
        answer.raise_for_status()
        return answer


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def formgrader(course):
    """Yield a client of formgrader, which runs in a course until the block ends."""
    port, home = free_port(), course / ".jupyter"
    home.mkdir(exist_ok=True)
    settings = {
        "ServerApp.jpserver_extensions": repr({EXTENSION: True}),
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": TOKEN,
        "ServerApp.root_dir": course,
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    variables = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    env = environment() | dict.fromkeys(variables, str(home))
    env["JUPYTER_PREFER_ENV_PATH"] = "0"
    with open(home / "log", "w") as log:
        line = [sys.executable, "-m", "jupyter_server", *options]
        server = subprocess.Popen(line, cwd=course, env=env, stdout=log, stderr=log)
        try:
            yield ready(Formgrader(f"http://127.0.0.1:{port}"), server, home / "log")
        finally:
            server.terminate()
            server.wait(30)


def ready(site, server, log):
    """Wait until the server answers; return the client."""
    end = time.monotonic() + 90
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(requests.RequestException):
            site.page("manage_assignments")
            return site
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-3000:])
