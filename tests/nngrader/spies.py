"""Spies, which answer right if they find something, and cells that misbehave when loaded."""

from .attack import loading, spy

SPIES = {
    "the hidden cases": spy("""
        import gc
        for thing in gc.get_objects():
            if type(thing) is dict and ({"want", "marks"} & set(thing)):
                return True
        frame = sys._getframe()
        while frame:
            if {"want", "marks", "hidden", "verdict"} & set(frame.f_locals):
                return True
            frame = frame.f_back
    """),
    "the course on the disk": spy("""
        for place, folders, files in os.walk("/"):
            if place in ("/proc", "/usr", "/g/python"):
                folders.clear()
                continue
            if {"gradebook.db", ".seed", "nbgrader_config.py", "nngrader.toml"} & set(files):
                return True
            if {"heldback", "submitted", "autograded", "nbgrader", "scipy"} & set(folders):
                return True
    """),
    "homes and secrets": spy("""
        for place in ("/root", "/home", "/etc/shadow", "/etc/passwd", "/var", "/sys", "/run"):
            if os.path.lexists(place):
                return True
        secret = [k for k in os.environ if k not in (
            "PATH", "HOME", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED", "LD_LIBRARY_PATH",
            "PWD", "LC_CTYPE", "OMP_NUM_THREADS", "MKL_NUM_THREADS")]
        return bool(secret)
    """),
    "the network": spy("""
        import socket
        for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, 40):
            try:
                with socket.socket(family):
                    return True
            except OSError:
                pass
    """),
    "the parent's memory": spy("""
        for pid in (1, os.getppid(), os.getppid() - 1):
            if pid in (0, os.getpid()):
                continue
            try:
                with open(f"/proc/{pid}/mem", "rb") as f, open(f"/proc/{pid}/maps") as maps:
                    f.seek(int(maps.readline().split("-")[0], 16))
                    return bool(f.read(1))
            except OSError:
                pass
        libc = ctypes.CDLL(None)
        return any(libc.ptrace(16, pid, 0, 0) == 0 for pid in range(1, 300))
    """),
    "other processes": spy("""
        pids = [int(p) for p in os.listdir("/proc") if p.isdigit()]
        return len(pids) > 5 or max(pids) > 1000
    """),
    "memory that belongs to nobody": spy("""
        import mmap
        libc = ctypes.CDLL(None)
        if libc.shmget(0, 1 << 20, 0o1600) >= 0 or libc.memfd_create(b"x", 0) >= 0:
            return True
        try:
            mmap.mmap(-1, 1 << 20)
            return True
        except OSError:
            pass
        try:
            with open("/dev/zero", "r+b") as f:
                mmap.mmap(f.fileno(), 1 << 20)
            return True
        except OSError:
            return False
    """),
    "room on the disk": spy("""
        written = 0
        for place in ("/tmp", "/dev/shm", "/dev", "/", "/g", "/g/site", "/usr", "/usr/local"):
            for n in range(40):
                try:
                    with open(f"{place}/fill{n}", "wb") as f:
                        for _ in range(7):
                            written += f.write(bytes(1 << 20))
                except OSError:
                    break
        return written > 80 << 20
    """),
    "files that may be changed": spy("""
        for place in sys.path + ["/g", "/usr", "/dev", "/", "/g/python", "/usr/lib/python3"]:
            try:
                with open(os.path.join(place, "planted"), "w"):
                    return True
            except OSError:
                pass
    """),
    "another user": spy("""
        libc = ctypes.CDLL(None)
        for step, value in ((os.setuid, 0), (os.setgroups, [0]), (os.chroot, "/tmp")):
            try:
                step(value)
                return True
            except OSError:
                pass
        if os.geteuid() == 0:
            return True
        status = open("/proc/self/status").read()
        lines = [line.split() for line in status.splitlines()]
        return any(int(line[1], 16) for line in lines if line[0] in ("CapEff:", "CapPrm:"))
    """),
    "namespaces of its own": spy("""
        libc = ctypes.CDLL(None)
        if libc.unshare(0x10000000) == 0 or libc.syscall(56, 0x10000011, 0, 0, 0, 0) > 0:
            return True
        return libc.mount(b"x", b"/tmp", b"tmpfs", 0, 0) == 0
    """),
    "more of the machine": spy("""
        import resource
        for limit in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_CPU):
            soft, hard = resource.getrlimit(limit)
            if hard == resource.RLIM_INFINITY:
                return True
            try:
                resource.setrlimit(limit, (hard, hard * 2))
                return True
            except (OSError, ValueError):
                pass
        try:
            os.sched_setaffinity(0, range(os.cpu_count()))
            return True
        except OSError:
            return len(os.sched_getaffinity(0)) > 1
    """),
    "packages that solve it": spy("""
        for name in ("scipy", "sklearn", "torch", "nnlib", "nbgrader", "nngrader.engine"):
            try:
                __import__(name)
                return True
            except ImportError:
                pass
    """),
    "what another function left": spy("""
        return FOUND
    """),
}

left = SPIES["what another function left"]
SPIES["what another function left"] = left._replace(
    own=f"""{left.own}
FOUND = os.path.exists("/tmp/left")
with open("/tmp/left", "w") as f:
    f.write("x")
"""
)

LOADING = {
    "exit while loading": loading("import os\nos._exit(0)", flag="when it was loaded"),
    "loop while loading": loading("while True:\n    pass", flag="when it was loaded"),
    "error while loading": loading("1 / 0", flag="raised ZeroDivisionError"),
    "syntax error": loading("def broken(:", flag="raised SyntaxError"),
    "brackets": loading("(" * 100_000, flag="own cell 1"),
    "nested expression": loading("-" * 150_000 + "1", flag="own cell 1"),
    "long chain": loading("x = 0" + " + 0" * 45_000, flag=""),
    "newlines": loading("\n" * 190_000),
    "magics": loading("%matplotlib inline\n!rm -rf /\nx = !ls\n%%time", flag=""),
    "import of what is not there": loading(
        "import matplotlib.pyplot as plt", flag="matplotlib"
    ),
    "null character": loading("x = '\0'", flag="own cell 1"),
    "half a character in an escape": loading("x = '\\ud800'"),
}
