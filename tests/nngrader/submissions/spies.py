"""Submissions that look for the solution or points, and answer correctly if they find it."""

from .kinds import spy

SPIES = {
    "the hidden cases": spy("""
        import gc
        for thing in gc.get_objects():
            if type(thing) is dict and ({"want", "mistaken"} & set(thing)):
                return True
        frame = sys._getframe()
        while frame:
            if {"want", "mistaken", "hidden", "verdict"} & set(frame.f_locals):
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
    "more than the arguments in the question": spy("""
        frame = sys._getframe()
        while "question" not in frame.f_locals:
            frame = frame.f_back
        question = frame.f_locals["question"]
        known = {"do", "name", "args", "parts", "driver"}
        return bool(set(question) - known or set(question["args"]) - {"scores", "targets"})
    """),
    "the answers in its own memory": spy("""
        import re
        aspect = re.compile(b"inputs[-]unchanged")
        with open("/proc/self/maps") as f:
            lines = [line.split() for line in f if " rw-p " in line]
        for ends, *_ in lines:
            first, last = (int(n, 16) for n in ends.split("-"))
            if aspect.search(ctypes.string_at(first, last - first)):
                return True
    """),
    "files that the grader left open": spy("""
        return len(os.listdir("/proc/self/fd")) > 6
    """),
    "how the grader was started": spy("""
        words = ("sub" + "mitted", "nbgr" + "ader", "nngr" + "ader.toml", ".se" + "ed")
        for pid in filter(str.isdigit, os.listdir("/proc")):
            for name in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{pid}/{name}", errors="replace") as f:
                        text = f.read()
                except OSError:
                    continue
                if any(w in text for w in words):
                    return True
    """),
    "what another function left": spy("""
        return EXISTED
    """),
}

left = SPIES["what another function left"]
SPIES["what another function left"] = left._replace(
    own=f"""{left.own}
EXISTED = os.path.exists("/tmp/left")
with open("/tmp/left", "w") as f:
    f.write("x")
"""
)
