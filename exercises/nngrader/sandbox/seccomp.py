"""The system calls a worker may not make, as a filter for the kernel (classic BPF).

Namespaces, limits and a read-only system confine a submission. The filter closes the remaining
gaps: memory that belongs to no process and is therefore invisible to the watchdog (memfd,
System V, shared mappings), new namespaces, mounts, tracing, keys, sockets, CPU affinity.
"""

from __future__ import annotations

import platform
import struct

EPERM, ENOSYS = 1, 38
NEW_NAMESPACE = 0x7E020000  # the CLONE_NEW… flags of clone
MAP_SHARED = 0x1
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
LOAD, JUMP_EQUAL, JUMP_FROM, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000

# name: (number on x86_64, number on aarch64)
DENIED = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "io_uring_setup": (425, 425),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "userfaultfd": (323, 282),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "sched_setaffinity": (203, 122),
    "sched_setparam": (142, 118),  # this and the next ones could also change the parent process
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "process_madvise": (440, 440),
    "socket": (41, 198),  # families such as vsock ignore network namespaces
    "socketpair": (53, 199),  # this and the next ones use kernel memory outside all limits
    "vmsplice": (278, 75),
    "inotify_init": (253, 26),  # aarch64 has none: 26 is its inotify_init1
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
}
CLONE, CLONE3, MMAP, PRLIMIT = (56, 220), (435, 435), (9, 222), (302, 261)
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def supported() -> bool:
    """Return whether the filter knows the numbers of this machine's system calls."""
    return platform.machine() in MACHINES


def program() -> bytes:
    """Return the filter in the format of `bwrap --seccomp`.

    :return: An array of `struct sock_filter`. Denied calls fail with EPERM, and `clone3` fails
        with ENOSYS, because its flags cannot be read and the C library then uses `clone`.
    """
    column, architecture = MACHINES[platform.machine()]
    steps = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (JUMP_FROM, 0, 1, 0x40000000),  # the x32 numbers of x86_64
        (RETURN, 0, 0, ERROR | EPERM),
    ]
    for numbers in DENIED.values():
        steps += _deny(numbers[column], EPERM)
    steps += _deny(CLONE3[column], ENOSYS)
    steps += _deny_flags(CLONE[column], argument=0, flags=NEW_NAMESPACE)
    steps += _deny_flags(MMAP[column], argument=3, flags=MAP_SHARED)
    # argument 0 is a process; only 0, the caller, is allowed
    steps += _deny_flags(PRLIMIT[column], argument=0, flags=0xFFFFFFFF)
    steps += [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("<HBBI", *step) for step in steps)


def _deny(number, error):
    """Return the two filter instructions that make a system call fail."""
    return [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, ERROR | error)]


def _deny_flags(number, argument, flags):
    """Return the five instructions that make a call fail if an argument has a flag set."""
    return [
        (JUMP_EQUAL, 0, 4, number),
        (LOAD, 0, 0, ARGUMENTS + 8 * argument),
        (JUMP_ANY_BIT, 0, 1, flags),
        (RETURN, 0, 0, ERROR | EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
