"""Set-up and the gate: what they refuse, and with which messages."""

import importlib.util
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def env():
    return load("setup_env")


@pytest.fixture
def repository():
    return load("check_repository")


def test_an_old_python_is_refused_with_a_command_to_choose_another(env):
    with pytest.raises(env.SetupError, match=r"3\.11 or newer.*3\.10.*\n.*make PYTHON=python3"):
        env.check_python((3, 10, 4))


def test_python_3_11_is_enough(env):
    env.check_python((3, 11, 0))


def test_a_disk_without_room_is_refused_before_anything_is_written(env):
    with pytest.raises(env.SetupError, match=r"expected 4 GiB .* got 1\.0 GiB"):
        env.check_disk(2**30)


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("Failed to establish a new connection: [Errno 111]", "cannot be reached"),
        ("ERROR: [Errno 28] No space left on device", "the disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "differs from the one in requirements.lock"),
        (
            "something else\nERROR: unheard of",
            r"ERROR: unheard of\n+setup_env: the installation failed",
        ),
    ],
)
def test_a_failed_installation_says_what_to_do(env, output, advice):
    with pytest.raises(env.SetupError, match=advice):
        env.run([sys.executable, "-c", f"print({output!r}); raise SystemExit(1)"])


def made(env, monkeypatch, tmp_path):
    """Make a project with a lock, and replace the set-up's steps with a record of them."""
    steps = []
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text("numpy==2\n")
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(env, "ROOT", tmp_path)
    monkeypatch.setattr(env, "ENV", tmp_path / ".venv")
    monkeypatch.setattr(env, "STAMP", tmp_path / ".venv" / ".ready")
    monkeypatch.setattr(env, "check_disk", lambda free: None)
    monkeypatch.setattr(env, "make_venv", lambda: steps.append("venv"))
    monkeypatch.setattr(env, "install", lambda python, index: steps.append("packages"))
    monkeypatch.setattr(env, "install_project", lambda python: steps.append("project"))
    monkeypatch.setattr(env, "compile_all", lambda python: compiled.append(python))
    compiled = env.compiled = []
    return steps


def test_packages_are_compiled_but_not_what_is_seldom_imported(env, monkeypatch, tmp_path):
    monkeypatch.setattr(env, "ENV", tmp_path)
    packages = tmp_path / "lib" / "site-packages"
    seldom = ["deep/tests/c", "torch/_inductor/c", "keras/src/backend/jax/nn"]
    texts = dict.fromkeys(("a", "deep/b", *seldom, "torch/tests_of/z"), "1")
    texts["of_another_python"] = "print 1"
    for name, text in texts.items():
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / f"{name}.py").write_text(text)
    env.compile_all(sys.executable)
    assert {p.name.partition(".")[0] for p in packages.rglob("*.pyc")} == {"a", "b", "z"}


def commands_of(env, monkeypatch, uv_fails=False):
    """Return a list that gets each command that an installation runs, by pip or by uv."""
    commands = []

    def pip(command, show=None):
        commands.append(command[command.index("--no-compile") + 1 :])
        if command[-2] == "-r" and command[-1] != str(ROOT / "requirements.lock"):
            commands[-1][-1] = Path(command[-1]).read_text()

    def uv(command, check):
        commands.append(command[1:])
        return subprocess.CompletedProcess(command, int(uv_fails))

    monkeypatch.setattr(env, "run", pip)
    monkeypatch.setattr(env.subprocess, "run", uv)
    monkeypatch.setattr(env, "index_of_pip", lambda python: ["--index-url", "https://ours"])
    return commands


LOCKED = ["--no-deps", "--require-hashes", "-r"]


def test_uv_installs_the_locked_packages_and_pip_torch_with_what_it_needs(env, monkeypatch):
    commands = commands_of(env, monkeypatch)
    env.install("python", "https://example.org/cpu")
    torch = ["--index-url", "https://example.org/cpu", env.TORCH]
    assert commands[-1] == torch
    commands.remove(["--no-deps", *torch])
    (*options, alone), uv = commands[:-1]
    assert options == LOCKED
    lock = (ROOT / "requirements.lock").read_text()
    assert re.fullmatch(r"uv==\S+( \\\n    --hash=sha256:[0-9a-f]{64})+\n", alone)
    assert alone in lock
    assert uv[:6] == ["-m", "uv", "pip", "install", "--python", "python"]
    assert uv[6:8] == ["--index-url", "https://ours"]
    assert uv[-4:] == [*LOCKED, str(ROOT / "requirements.lock")]


def test_pip_replaces_a_failing_uv(env, monkeypatch, capsys):
    commands = commands_of(env, monkeypatch, uv_fails=True)
    env.install_locked("python")
    assert commands[-1] == [*LOCKED, str(ROOT / "requirements.lock")]
    assert "trying pip" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("settings", "index"),
    [
        ({}, []),
        ({"PIP_INDEX_URL": "https://ours/simple"}, ["--index-url", "https://ours/simple"]),
    ],
)
def test_uv_uses_the_index_that_pip_is_configured_to_use(env, monkeypatch, settings, index):
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert env.index_of_pip(sys.executable) == index


def test_failed_torch_installation_gives_advice(env, monkeypatch):
    def run(command, show=None):
        if env.TORCH in command:
            raise env.SetupError("setup_env: the disk is full")

    monkeypatch.setattr(env, "run", run)
    monkeypatch.setattr(env, "install_locked", lambda python: None)
    with pytest.raises(env.SetupError, match="disk is full"):
        env.install(sys.executable, "")


def test_a_second_set_up_does_nothing(env, monkeypatch, tmp_path):
    steps = made(env, monkeypatch, tmp_path)
    env.main()
    env.main()
    assert steps == ["venv", "packages", "project"]
    assert len(env.compiled) == 1


def test_a_new_lock_rebuilds_the_environment(env, monkeypatch, tmp_path):
    steps = made(env, monkeypatch, tmp_path)
    env.main()
    (tmp_path / "requirements.lock").write_text("numpy==3\n")
    env.main()
    assert steps == ["venv", "packages", "project"] * 2


def test_a_new_pyproject_installs_only_the_project(env, monkeypatch, tmp_path):
    steps = made(env, monkeypatch, tmp_path)
    env.main()
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    env.main()
    assert steps == ["venv", "packages", "project", "project"]


def test_torch_from_another_index_is_installed_once(env, monkeypatch, tmp_path):
    steps = made(env, monkeypatch, tmp_path)
    env.main()
    with monkeypatch.context() as patch:
        patch.setenv("TORCH_INDEX", "https://example.org/cpu")
        env.main()
        env.main()
    env.main()
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    env.main()
    assert steps == ["venv", "packages", "project"] * 2 + ["project"]
    assert env.STAMP.read_text().splitlines()[2:] == ["https://example.org/cpu"]


def test_a_set_up_that_failed_is_not_taken_for_a_finished_one(env, monkeypatch, tmp_path):
    steps = made(env, monkeypatch, tmp_path)

    def fails(python, index):
        raise env.SetupError("setup_env: the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(env, "install", fails)
        with pytest.raises(env.SetupError):
            env.main()
    env.main()
    assert steps == ["venv", "venv", "packages", "project"]


def test_the_lock_contains_hashes_and_neither_torch_nor_its_gpu_packages():
    text = (ROOT / "requirements.lock").read_text()
    names = [line.split("==")[0] for line in text.splitlines() if "==" in line[:60]]
    assert "numpy" in names
    assert text.count("--hash=sha256:") > len(names)
    assert not [
        n for n in names if n in ("torch", "triton") or n.startswith(("nvidia", "cuda"))
    ]


def test_missing_programs_are_named_with_their_install_command():
    system = load("system_packages")
    every = ["bubblewrap", "chromium", "postgresql", "util-linux"]
    assert system.missing(which=lambda name: None) == every
    assert system.missing(which=lambda name: name != "bwrap") == ["bubblewrap"]
    assert system.line(["bubblewrap"], root=False).startswith("sudo apt-get update && sudo apt")
    assert "sudo" not in system.line(["bubblewrap"], root=True)


def test_any_chromium_will_do():
    system = load("system_packages")
    for program in ("google-chrome", "chromium-headless-shell"):
        assert "chromium" not in system.missing(which=lambda name, has=program: name == has)


def test_headless_chromium_is_installed_where_it_is_offered(monkeypatch, tmp_path):
    system = load("system_packages")
    for name, code in (("apt-cache", "exit 0"), ("apt-get", f'echo "$@" > {tmp_path}/asked')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{code}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(system, "NO_PROMPTS", {"PATH": str(tmp_path)})
    system.install_windowless()
    assert (tmp_path / "asked").read_text().endswith("chromium-headless-shell\n")
    (tmp_path / "apt-cache").write_text("#!/bin/sh\nexit 100\n")
    (tmp_path / "asked").unlink()
    system.install_windowless()
    assert not (tmp_path / "asked").exists()


def test_everything_runs_on_linux_and_ci_leaves_nothing_out(capsys):
    tests = load("run_tests")
    assert tests.platform_arguments("linux", ci=True) == []
    assert tests.platform_arguments("darwin", ci=False) == ["not sandbox"]
    assert "Skipped" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="every test must run"):
        tests.platform_arguments("darwin", ci=True)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a.md", "one \n", "white space"),
        ("a.md", "one", "one newline"),
        ("a.md", "one\r\n", "white space|carriage"),
        ("a.yml", "a: [1\n", "cannot be read"),
        ("a.ipynb", "{}\n", "commit its Markdown source"),
        ("a.py", "x = '" + "/root" + "/here'\n", "machine"),
        ("a.py", "x" * 3_000_001, "larger than"),
        ("half.md", "<" * 7 + " mine\n", "finish the merge"),
    ],
)
def test_files_that_must_not_be_committed_are_named(
    repository, monkeypatch, tmp_path, name, text, complaint
):
    monkeypatch.setattr(repository, "ROOT", tmp_path)
    (tmp_path / name).write_text(text, newline="")
    assert re.search(complaint, repository.complaint(tmp_path / name))


def test_programs_of_postgresql_are_found_where_debian_keeps_them(monkeypatch, tmp_path):
    packages = load("system_packages")
    for version in ("9", "15"):
        program = tmp_path / version / "bin" / "no-such-program"
        program.parent.mkdir(parents=True)
        program.touch()
    monkeypatch.setattr(packages, "ELSEWHERE", f"{tmp_path}/*/bin")
    assert packages.find("no-such-program") == str(program)
    assert packages.find("nor-this") is None
    assert packages.missing(lambda name: None if name == "initdb" else name) == ["postgresql"]


def test_the_project_is_found_in_a_folder_with_an_umlaut_in_an_ascii_locale(env, tmp_path):
    project = tmp_path / "Bücher und Netze"
    packages = project / ".venv" / "lib" / "site-packages"
    packages.mkdir(parents=True)
    (project / "mine.py").write_text("print('found')\n")
    named = packages / "mine.pth"
    named.write_text(f"{project}\n", encoding="utf-8")
    named.write_text(env.relative(named), encoding="ascii")
    program = f"import site; site.addsitedir({str(packages)!r}); import mine"
    done = subprocess.run(
        [sys.executable, "-I", "-c", program],
        env={"LC_ALL": "C"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "found\n", done.stderr


def test_a_zip_for_download_contains_the_files_below_a_folder_and_a_readme(tmp_path):
    dist, target = load("make_dist"), tmp_path / "site.zip"
    (tmp_path / "html/part").mkdir(parents=True)
    (tmp_path / "html/part/a.html").write_text("a")
    dist.zipped(target, tmp_path / "html", "*", "read")
    with zipfile.ZipFile(target) as z:
        assert z.namelist() == ["site/README.txt", "site/part/a.html"]
    with pytest.raises(FileNotFoundError, match=r"\.ipynb"):
        dist.zipped(target, tmp_path / "html", "*.ipynb", "read")


def test_the_report_for_bugs_has_versions_and_threads():
    done = subprocess.run(
        [sys.executable, "-m", "nnlib"],
        env=os.environ | {"OMP_NUM_THREADS": "3"},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    facts = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert facts["nnlib"] == "0.1.0"
    assert "OMP_NUM_THREADS=3" in facts["threads"]
    assert {"NumPy", "BLAS", "Python", "system", "processor"} <= facts.keys()
