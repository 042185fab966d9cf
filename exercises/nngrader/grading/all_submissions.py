"""From submissions to results: each is rebuilt, and handed to a thread that runs and judges it.

To record the results is another step.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from ..course.assignment import Assignment, AssignmentSpec
from ..intake.rebuild import Rebuilt, rebuild
from ..intake.submission import read_declared, read_submission
from ..sandbox.launch import Sandbox
from ..storage.results import NotKept, Store, digest
from ..storage.scratch import slot
from .one_submission import Job, run

__all__ = ["Grader"]

UNSAFE = "run without a sandbox"
WAITED = "waited too long"  # on a machine that has nothing else to do, it may not
UNSEEN = "the folder's name holds characters that cannot be seen"
TWIN = "another folder's name differs in capitals, spaces or the coding of accents alone"
GLANCE = 10.0  # seconds between two looks at whether anybody works at all


@dataclass
class _Handed:
    """A submission on its way; without a result until there is one."""

    student: str
    rebuilt: Rebuilt
    key: str = ""
    result: dict | None = None

    @property
    def job(self):
        r = self.rebuilt
        return Job(r.work, list(r.flags), r.found, r.files, r.tested)


class Grader:
    """Grades submissions of one assignment, several at a time.

    Parameters
    ----------
    assignment : Assignment
        What is graded.
    executor : Threads or Cluster
        Where jobs are run.
    store : Store
        Keeps results, in a part of the assignment's own: a run can be stopped and resumed.
    """

    def __init__(self, assignment: Assignment, executor, store: Store):
        self.assignment, self.executor = assignment, executor
        self.spec = assignment.spec(executor.unsafe)
        self.store, self.used = store.part(assignment.name), set()
        self.twins = twins(assignment.course.submissions(assignment.name))

    def grade_all(self, students: list[str]) -> Iterator[tuple[dict, dict]]:
        """Grade submissions; nobody vanishes, and nobody's stops another's.

        One that had to wait for a processor for too long is graded once more at the end, when
        nothing else runs, and that counts.

        Parameters
        ----------
        students : list of str
            Whose.

        Yields
        ------
        dict, dict
            The result (`student assignment status flags score max_score problems cells
            seconds fingerprints processor`, and `key`, under which it is kept; `failed` where
            the fault was ours), and the rebuilt notebook to record; in the order in which they
            are done.

        Raises
        ------
        CannotDo
            If results cannot be kept, or there is nobody left to work.
        """
        going, again = {}, []
        for student in students:
            handed = self._read(student)
            if handed.result is not None:
                yield self._finished(handed)
                continue
            going[self.executor.submit(handed.job)] = handed
            if len(going) >= self.executor.width:
                yield from self._some(going, again)
        while going:
            yield from self._some(going, again)
        for handed in again:
            yield from self._some({self.executor.submit(handed.job): handed}, None)

    def tidy(self, whole: bool) -> None:
        """Remove kept results that follow from another state of things.

        Parameters
        ----------
        whole : bool
            Whether all submissions have been graded; then results that were not used follow
            from submissions that are there no longer, and go too.
        """
        mine = {key for key in self.store.keys() if key.startswith(self._version)}
        unused = set() if whole else mine
        self.store.keep_only(self.used | unused | {f"{self._version}-seed"})

    @property
    def _version(self):
        """Return the prefix of the names of all results that follow from the present state."""
        return self.assignment.key[:16]

    def require_seed(self) -> list[str]:
        """Return what is wrong with the problems at this seed, tried once for each state."""
        key = f"{self._version}-seed"
        complaints = []
        if self.store.get(key) is None and not (
            complaints := self.assignment.seed_complaints()
        ):
            self.store.put(key, [])
        return complaints

    def _read(self, student):
        """Step 1, and the result where the same has been graded before."""
        a, rebuilt = self.assignment, None
        try:
            folder = a.course / "submitted" / student / a.name
            cells, odd = read_submission(folder, a.name, a.solution_ids)
            rebuilt = rebuild(a.instructor, a.released, cells)
            rebuilt.files, missing = read_declared(folder, a.declared)
            rebuilt.flags[:0] = odd + missing + [UNSAFE] * self.executor.unsafe
            handed = _Handed(student, rebuilt, self._key(rebuilt))
            handed.result = self.store.get(handed.key)
            return handed
        except Exception as e:
            rebuilt = rebuilt or rebuild(a.instructor, a.released, None)
            return self._failed(_Handed(student, rebuilt), e)

    def _key(self, rebuilt):
        """Return under which name the result is kept."""
        files = {n: f and hashlib.sha256(f).hexdigest() for n, f in rebuilt.files.items()}
        mark = digest([rebuilt.work, rebuilt.tested, rebuilt.flags, rebuilt.found, files])
        return f"{self._version}-{mark}"

    def _some(self, going, again):
        """Yield the jobs that finish first; those that waited too long are added to `again`."""
        while not (done := wait(going, GLANCE, FIRST_COMPLETED).done):
            self.executor.require()
        for future in done:
            handed = self._take(going.pop(future), future)
            if again is not None and any(WAITED in f for f in handed.result["flags"]):
                again.append(_Handed(handed.student, handed.rebuilt, handed.key))
                continue
            if not handed.result.get("failed"):
                self.store.put(handed.key, handed.result)
            yield self._finished(handed)

    def _take(self, handed, future):
        """Return the submission with the result of its job; a fault of ours becomes a flag."""
        try:
            handed.result = future.result()
            return handed
        except NotKept:
            raise
        except Exception as e:
            return self._failed(handed, e)

    def _failed(self, handed, e):
        """Return a result with no points but the reason, which is not kept."""
        flag = f"the grader itself failed: {type(e).__name__}: {e}"[:300]
        handed.result = self.spec.nothing([*handed.rebuilt.flags, flag])
        handed.result["failed"], handed.key = True, ""
        return handed

    def _finished(self, handed):
        """Return the result for others, with flags that follow from the folder's name."""
        self.used.add(handed.key)
        student = handed.student
        whose = {"student": student, "assignment": self.assignment.name}
        result = whose | handed.result | {"key": handed.key}
        odd = [UNSEEN] * (not student.isprintable()) + [TWIN] * (student in self.twins)
        result["flags"] = odd + result["flags"]
        if odd and result["status"] == "graded":
            result["status"] = "flagged"
        return result, handed.rebuilt.notebook


def twins(students: list[str]) -> set[str]:
    r"""Return names that a person would take for the same as another one.

    >>> sorted(twins(["Ada", "ada ", "bob"])), len(twins(["Zo\u00eb", "Zoe\u0308"]))
    (['Ada', 'ada '], 2)
    """
    plain = {s: " ".join(unicodedata.normalize("NFKC", s).casefold().split()) for s in students}
    counts = Counter(plain.values())
    return {s for s, name in plain.items() if counts[name] > 1}


class Threads:
    """Runs jobs here, several at a time; to be used in a `with` block.

    Parameters
    ----------
    spec : AssignmentSpec
        What all submissions have in common.
    sandbox : Sandbox
        Where students' code runs.
    workers : int
        Submissions run at one time.

    Attributes
    ----------
    width : int
        Jobs to hand over before results are waited for: enough that nobody is idle.
    """

    def __init__(self, spec: AssignmentSpec, sandbox: Sandbox, workers: int = 2):
        self.spec, self.sandbox, self.width = spec, sandbox, 2 * workers
        self.unsafe = spec.unsafe
        self.pool = ThreadPoolExecutor(workers)

    def submit(self, job: Job) -> Future:
        """Begin a job; the future's result is what `run` gives."""
        return self.pool.submit(self._run, job)

    def require(self) -> None:
        """Return at once, since threads do not go away."""

    def _run(self, job):
        with slot() as number:
            return run(self.spec, job, self.sandbox, number)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.shutdown(wait=True, cancel_futures=True)
