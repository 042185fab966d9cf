"""Start a worker in bubblewrap or a container, or as a plain process for trusted submissions.

A worker can import the standard library, NumPy, and the packages that the problems use,
with their dependencies. In a container, it can import everything that the image contains.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import py_compile
import re
import secrets
import shutil
import sys
from pathlib import Path

from ..errors import CannotDo
from ..settings import OPEN_FILES, SETTINGS, Limits
from ..storage.scratch import Scratch, own_block
from . import container, seccomp
from .supervisor import MEMORY_FOLDERS, START, Died, Worker

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
MB = 1 << 20
SLOTS = 64
FIRST_USER = 61000  # the lowest user id; each running grader uses SLOTS ids
SIGNALS = 256
ROOM = "torch needs memory_mb = 400 or more"  # tested with torch 2.13 for the CPU
INSTALL = "sudo apt-get install bubblewrap util-linux"
CONTAINER = "use podman or docker as the sandbox ([sandbox] in nngrader.toml)"
ANOTHER = "install it, or remove [sandbox] from nngrader.toml to use bubblewrap"
UNSAFE = "Use --unsafe-no-sandbox only for submissions that you trust."
NAMESPACES = (
    "sudo sysctl -w kernel.unprivileged_userns_clone=1 "
    "kernel.apparmor_restrict_unprivileged_userns=0"
)
PACKAGE = Path(__file__).parents[1]
FILES = "/g/files"  # next to the worker, which imports the instructor's modules from there
SHARED = ("gradient.py", "likeness.py", "observe.py", "reading.py")
PARTS = (  # the worker's own files
    *(PACKAGE / "sandbox/inside" / f for f in ("worker.py", "fork_server.py", "wire.py")),
    *(PACKAGE / "engine/observation" / f for f in SHARED),
)
NEVER = re.compile(r"\.\.|__pycache__|.*\.(pth|dist-info|egg-info|egg-link)")


class Refused(CannotDo):
    """Raised if no sandbox can be started; the text explains what to do."""


class Sandbox:
    """Starts workers.

    :param unsafe: Whether workers are plain processes with limits, without bubblewrap or a
        container; only for trusted submissions.
    :param apart: Whether such plain processes run as a different user, who can't read private
        files. It has no effect without root.
    :param uses: (iterable of str) Packages that submissions may import in addition to NumPy,
        such as "nnlib" and "torch".
    :param files: (dict of bytes) The instructor's files by relative path. Submissions can read
        them in their current folder and import the modules among them, but can't change them.
    """

    def __init__(
        self, limits: Limits, *, unsafe: bool = False, apart: bool = False, uses=(), files=()
    ):
        self.limits, self.unsafe, self.uses = limits, unsafe, sorted(uses)
        self.apart = apart
        inside = limits.container and not unsafe  # the container's image then has the packages
        names = {"nnlib"} & set(self.uses) if inside else ["numpy", *self.uses]
        self.packages = package_paths(list(names))
        self.empty = Scratch()  # in bubblewrap, it stays empty and hides other folders
        os.chmod(self.empty.name, 0o755)
        self.given, self.compiled = self._written(dict(files)), Scratch()
        os.chmod(self.compiled.name, 0o755)
        for f in PARTS:  # compiling them again would take a worker 25 ms
            made = Path(self.compiled.name, f"{f.stem}.{sys.implementation.cache_tag}.pyc")
            py_compile.compile(str(f), str(made), dfile=f"/g/{f.name}", doraise=True)
            made.chmod(0o644)

    @staticmethod
    def _written(files):
        """Write files into a new folder that every user can read, or return None."""
        if not files:
            return None
        folder = Scratch()
        for name, content in files.items():
            (path := Path(folder.name, name)).parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o444)
        for inside in [folder.name, *(p for p in Path(folder.name).rglob("*") if p.is_dir())]:
            os.chmod(inside, 0o755)
        return folder

    def _instructor_files(self):
        """Return the paths of the instructor's files and folders, and their paths inside.

        Each one appears in the current folder, and `FILES`, for imports, contains all of them.
        """
        if not self.given:
            return {}
        folder = Path(self.given.name)
        return {folder: FILES} | {p: f"/tmp/{p.name}" for p in sorted(folder.iterdir())}

    def worker(self, slot: int) -> Worker:
        """Start a worker.

        :param slot: Index of this worker among the workers that run in parallel. It selects the
            worker's processor and, under root, its user, because the kernel counts
            processes per user.
        :raises Refused: If it does not start.
        """
        memory = self.limits.memory_mb * MB
        if self.unsafe:
            worker = Worker(self._plain(slot), memory)
        elif self.limits.container:
            name = f"nngrader-{os.getpid()}-{secrets.token_hex(8)}"
            end = container.ending(self.limits, name)
            worker = Worker(self._container(name), memory, counted=False, end=end)
        else:
            worker = Worker(self._bubblewrap(slot), memory, seccomp.program())
        try:
            worker.ready()
        except Died:
            words = worker.last_words()
            worker.close()
            raise Refused(f"a worker cannot be started here{self._needs()}: {words}") from None
        return worker

    def _needs(self):
        """Return what to check if a worker with packages doesn't start, such as memory."""
        if not self.uses:
            return ""
        packages = " and ".join(self.uses)
        return f" with {packages} and memory_mb = {self.limits.memory_mb} ({ROOM})"

    def require(self) -> None:
        """Start and end one worker, to test whether this is possible.

        :raises Refused: If no worker can be started; the text gives the reason, and a
            command if one may help.
        """
        if missing := [p for p in self._programs() if not shutil.which(p)]:
            inside = self.limits.container and not self.unsafe
            remedy = ANOTHER if inside else f"run `{INSTALL}`, or {CONTAINER}"
            raise Refused(f"{', '.join(missing)} not found: {remedy}. {UNSAFE}")
        if not self.unsafe and not seccomp.supported():
            raise Refused(f"the sandbox doesn't support this kind of processor. {UNSAFE}")
        if not Path("/proc/self/task", str(os.getpid()), "children").exists():
            raise Refused("this kernel doesn't report which processes a process has started.")
        try:
            self.worker(0).close()
        except Refused as e:
            raise Refused(
                f"{e}\nIf the kernel refuses user namespaces, run as root, or: "
                f"{NAMESPACES}\n{UNSAFE}"
            ) from None

    def _programs(self):
        """Return the programs that starting a worker needs."""
        if self.unsafe:
            return ["prlimit"]
        if self.limits.container:
            return [self.limits.container.prefix]
        return ["bwrap", "setpriv", "prlimit", "taskset"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for folder in filter(None, (self.empty, self.given, self.compiled)):
            folder.cleanup()

    def _plain(self, slot):
        """Return the command of a worker without a sandbox, with the same packages."""
        folder = Path(self.empty.name)
        for f in (*PARTS, *self.packages):
            if not (folder / f.name).exists():
                (folder / f.name).symlink_to(f)
        clean = ["env", "-i"]
        if self.given:
            clean += ["-C", self.given.name]
            if not (folder / "files").exists():
                (folder / "files").symlink_to(self.given.name)
        clean += ["PATH=/usr/bin", *(f"{k}={v}" for k, v in SETTINGS.items())]
        clean += become(slot) if self.apart else []
        return [*clean, *self._limited(), *self._program(sys.executable, [folder], [])]

    def _program(self, python, modules, own):
        """Return the worker's own command line; the worker empties the folders `own`."""
        line = [str(python), "-I", "-S", "-B", f"{modules[0]}/worker.py"]
        return [*line, *map(str, modules), "--", *self.uses, "--", *own]

    def _container(self, name):
        """Return the command of a worker in a container, with the image's NumPy."""
        profile = container.write_profile(Path(self.empty.name, "seccomp.json"))
        files = {f: f"/g/{f.name}" for f in PARTS}
        files |= {p: f"/g/{p.name}" for p in self.packages if p.name == "nnlib"}
        files |= self._instructor_files()
        variables = ["env", *(f"{k}={v}" for k, v in SETTINGS.items())]
        program = [*variables, "python3", "-I", "-B", "/g/worker.py", "/g"]
        program += ["--", *self.uses, "--", "/tmp"]
        return container.command(self.limits, name, profile, files, program)

    def _bubblewrap(self, slot):
        """Return the command of a worker in bubblewrap."""
        cores = sorted(os.sched_getaffinity(0))
        python = self._python()
        command = ["taskset", "-c", str(cores[slot % len(cores)]), "bwrap"]
        command += [*ALONE, *environment(), *system(), *python_binds(python, self.empty.name)]
        command += [*modules(self.packages), *bind(self.compiled.name, "/g/__pycache__")]
        command += ["--proc", "/proc", "--dev", "/dev"]
        space = self.limits.space_mb * MB
        for folder in MEMORY_FOLDERS:
            command += ["--perms", "1777", "--size", f"{space}", "--tmpfs", folder]
        command += [word for pair in self._instructor_files().items() for word in bind(*pair)]
        command += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]
        command += [*user_options(), "--seccomp", "{seccomp}", "--", *become(slot)]
        command += self._limited()
        return command + self._program(python_inside(python), ["/g", "/g/site"], MEMORY_FOLDERS)

    @staticmethod
    def _python():
        """Return the path of the interpreter, with symbolic links resolved."""
        return Path(sys.base_prefix).resolve() / "bin" / Path(sys.executable).resolve().name

    def _limited(self):
        """Return the `prlimit` command with the limits of each process."""
        w = self.limits
        line = ["prlimit", f"--as={2 * w.memory_mb * MB}", f"--fsize={w.file_mb * MB}"]
        line += [f"--nofile={OPEN_FILES}", "--core=0", "--msgqueue=0", "--memlock=0"]
        line += [f"--sigpending={SIGNALS}"]  # timers count as signals
        line += [f"--cpu={int(4 * w.submission_seconds) + START}"]
        return line if self.unsafe else [*line, f"--nproc={w.processes + 1}"]


ALONE = (
    "--unshare-pid --as-pid-1 --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try "
    "--die-with-parent --new-session --clearenv --hostname sandbox"
).split()


def environment():
    """Return the options that set a worker's environment variables."""
    values = {"PATH": "/usr/bin", "HOME": "/tmp", **SETTINGS}
    values["LD_LIBRARY_PATH"] = "/g/python/lib"
    return [word for name, value in values.items() for word in ("--setenv", name, value)]


def bind(source, target):
    """Return the options that mount a file or folder of the machine read-only."""
    return ["--ro-bind", str(source), str(target)]


def system():
    """Return options that mount programs and libraries, but not /etc, /home, /var and so on."""
    options = bind("/usr", "/usr")
    for p in ("/lib", "/lib64", "/bin", "/sbin"):
        if os.path.islink(p):
            options += ["--symlink", os.readlink(p), p]
        elif os.path.exists(p):
            options += bind(p, p)
    return options


def python_inside(python):
    """Return the path of the interpreter in the sandbox."""
    return python if python.is_relative_to("/usr") else Path("/g/python/bin", python.name)


def python_binds(python, empty):
    """Return options that mount the interpreter, with installed packages hidden.

    Parent folders are created first, because the ones that bubblewrap creates are closed to
    other users.
    """
    base, inside = python.parents[1], python_inside(python).parents[1]
    options = ["--dir", "/g", "--dir", "/g/site"]
    if base != inside:
        options += bind(base, inside)
    libraries = {(base / "lib" / VERSION, inside / "lib" / VERSION)}
    libraries |= {(Path(p), Path(p)) for p in ("/usr/lib/python3", f"/usr/local/lib/{VERSION}")}
    for outside, library in sorted(libraries):
        for name in ("site-packages", "dist-packages"):
            if (outside / name).is_dir():
                options += bind(empty, library / name)
    return options


def modules(packages):
    """Return options that mount the worker's own files and the allowed packages."""
    options = []
    for f in PARTS:
        options += bind(f, f"/g/{f.name}")
    for p in packages:
        options += bind(p, f"/g/site/{p.name}")
    return options


def user_options():
    """Return options for a user namespace, which only unprivileged users need.

    No further user namespace can be created inside it.
    """
    if os.geteuid() == 0:
        return []
    names = ["--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534"]
    return [*names, "--cap-drop", "ALL"]


def become(slot):
    """Return the command with which root starts a worker as an unprivileged user."""
    if os.geteuid() != 0:
        return []
    user = str(FIRST_USER + own_block() * SLOTS + slot)
    words = f"setpriv --reuid {user} --regid {user} --clear-groups --no-new-privs"
    return [*words.split(), "--bounding-set=-all", "--inh-caps=-all"]


def package_paths(names: list[str]) -> list[Path]:
    """Return the files and folders of packages and of all their required packages.

    :return: Sorted paths. A worker finds each under its own name in a single folder.
    """
    paths = {}
    for name in names:
        spec = importlib.util.find_spec(name) if re.fullmatch(r"\w+", name) else None
        if spec is None or not spec.origin:
            raise CannotDo(f"the problems use {name}, which is not installed here")
        origin = Path(spec.origin)
        paths[name] = origin.parent if origin.name == "__init__.py" else origin
        if "site-packages" in origin.parts:
            paths |= {p.name: p for d in _required(name) for p in _top(d)}
    return sorted(paths.values())


def _required(name):
    """Return the distributions of a package (scikit-learn for sklearn) and its requirements."""
    todo = list(importlib.metadata.packages_distributions().get(name, [name]))
    required = {}
    while todo:
        wanted = todo.pop()
        try:
            distribution = importlib.metadata.distribution(wanted)
        except importlib.metadata.PackageNotFoundError:
            continue  # needed on other systems only, or nnlib run from a checkout
        if distribution.name not in required:
            required[distribution.name] = distribution
            needs = [r for r in distribution.requires or () if "extra ==" not in r]
            todo += [re.match(r"[\w.-]+", r)[0] for r in needs]
    return required.values()


def _top(distribution):
    """Return the top-level files and folders that a distribution has installed."""
    names = {f.parts[0] for f in distribution.files or ()}
    kept = [n for n in sorted(names) if not NEVER.fullmatch(n)]
    return [p for n in kept if (p := Path(distribution.locate_file(n))).exists()]
