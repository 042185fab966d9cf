"""Builds small books in processes forked from one that has imported what a build imports.

`run` asks it to run a program. That of `build` runs `tools/build_book.py` as its own program
would run, and Jupyter Book in a process below it; the extensions of the book are read in it
from the folder of the book. Started as a program, this is the process that forks.
"""

import atexit
import functools
import gc
import importlib
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"
IMPORTED = (  # besides Sphinx and extensions, which import some of these when they are set up
    *("jupyter_book.cli.main", "jupyter_book.sphinx", "myst_nb.sphinx_ext", "nbclient"),
    *("joblib", "matplotlib", "sphinx_design.extension", "a11y_pygments.a11y_dark"),
)
LEXERS = ("ipython3", "python3", "text")
ASKING = threading.Lock()  # an answer belongs to the question before it


@functools.cache
def server() -> subprocess.Popen:
    """Start the process that forks; it ends with this one, which alone holds its pipe."""
    import build_book

    started = subprocess.Popen(
        [sys.executable, "-P", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=build_book.environment(serial=False) | {"NO_COLOR": "1"},
    )
    atexit.register(started.communicate)  # closes its pipe and waits for it
    return started


def build(arguments: list[str], env: dict[str, str]) -> subprocess.CompletedProcess:
    """Run ``tools/build_book.py`` in a fork; output and errors come together."""
    return run(f"sys.exit(book({arguments!r}))", env)


def run(program: str, env: dict[str, str]) -> subprocess.CompletedProcess:
    """Run a program in a fork, in which tools can be imported, as `build` does."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as out:
        asked = {"program": program, "env": env, "out": out.name}
        with ASKING:
            print(json.dumps(asked), file=server().stdin, flush=True)
            status = int(server().stdout.readline())
        return subprocess.CompletedProcess(program, status, stdout=out.read())


def forked(work, *, env: dict[str, str], outputs: dict[int, int]) -> int:
    """Do some work in a fork, with an environment and with outputs; return its process id."""
    if pid := os.fork():
        return pid
    status = 1
    try:
        for number, target in outputs.items():
            os.dup2(target, number)
        os.environ.clear()
        os.environ.update(env)
        status = work()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status or 0)


class JupyterBook:
    """Stands in for `subprocess.Popen` in `build_book`: its command runs in a fork."""

    def __init__(self, command, *, env, stderr, text):
        theirs, ours = os.pipe()
        self.pid = forked(lambda: self.run(command), env=env, outputs={2: ours})
        os.close(ours)
        self.stderr = open(theirs, encoding="utf-8")

    @staticmethod
    def run(command):
        """Run the command, as Python would after `-P -c PROGRAM`."""
        from jupyter_book.cli.main import main

        sys.path[:] = [path for path in sys.path if path != str(TOOLS)]
        sys.argv = ["-c", *command[command.index("-c") + 2 :]]
        main(prog_name="jupyter-book")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stderr.close()
        self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def book(arguments: list[str]) -> int:
    """Run ``tools/build_book.py`` in this process."""
    import build_book

    build_book.subprocess = SimpleNamespace(Popen=JupyterBook, PIPE=subprocess.PIPE)
    sys.argv = [str(TOOLS / "build_book.py"), *arguments]
    return build_book.main()


def share(templates: str) -> None:
    """Do once what each build would do alike: the theme's styles, lexers, and templates."""
    import pydata_sphinx_theme
    import soupsieve
    import tinycss2
    from jinja2 import FileSystemBytecodeCache
    from nbformat.validator import get_validator
    from pygments.lexers import get_lexer_by_name
    from sphinx import jinja2glue

    themes = Path(pydata_sphinx_theme.__file__).parent / "theme"
    sheet = themes / "pydata_sphinx_theme/static/styles/pydata-sphinx-theme.css"
    tinycss2.parse_stylesheet = functools.cache(tinycss2.parse_stylesheet)
    tinycss2.parse_stylesheet(
        sheet.read_text(encoding="utf-8"), skip_comments=True, skip_whitespace=True
    )
    for minor in (4, 5):
        get_validator(4, minor)
    for name in LEXERS:
        get_lexer_by_name(name)
    soupsieve.compile("nav > li.a:not([b])")  # with all patterns of selectors
    jinja2glue.SandboxedEnvironment = functools.partial(
        jinja2glue.SandboxedEnvironment, bytecode_cache=FileSystemBytecodeCache(templates)
    )


def serve() -> None:
    """Fork for each line that asks for a build, and answer with its exit status."""
    importlib.metadata.entry_points = importlib.metadata.entry_points().select
    from jupyter_book.config import get_final_config
    from sphinx.application import builtin_extensions

    for name in (*builtin_extensions, *IMPORTED):
        importlib.import_module(name)
    cli = {"latex_individualpages": False}
    config, _ = get_final_config(user_yaml=ROOT / "_config.yml", cli_config=cli)
    for name in config["extensions"]:
        if not list((ROOT / "chapters" / "_ext").glob(f"**/{name}.py")):
            importlib.import_module(name)
    with tempfile.TemporaryDirectory() as templates:
        share(templates)
        gc.freeze()  # what is searched for among all objects is made in the fork
        for line in sys.stdin:
            asked = json.loads(line)
            with open(asked["out"], "w") as out:
                outputs = {1: out.fileno(), 2: out.fileno()}
                work = functools.partial(exec, asked["program"], globals())
                pid = forked(work, env=asked["env"], outputs=outputs)
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            print(status, flush=True)


if __name__ == "__main__":
    from nngrader.cli import skip_unused_imports

    skip_unused_imports()
    sys.path.append(str(TOOLS))
    serve()
