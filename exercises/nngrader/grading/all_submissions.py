"""Grade submissions: rebuild each one, then run and judge it in a thread or on a cluster.

Recording the results is a separate step.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import unicodedata
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from ..course.assignment import Assignment, AssignmentSpec
from ..course.notebooks import grade_id, is_test, parts, together
from ..intake.rebuild import Rebuilt, own_work, rebuild, written
from ..intake.submission import read_declared, read_submission
from ..limits import Ending
from ..records.flag import Flag, FlagCode, add_flag, flags_of
from ..sandbox.launch import Sandbox
from ..storage.results import NotKept, Store, digest
from ..storage.scratch import slot
from ..wording import MOST_SAID, cut
from .one_submission import Job, run

__all__ = ["Grader"]

GLANCE = 10.0  # seconds between checks that there are workers


@dataclass
class _Submission:
    """A submission that is being graded; its result is None until it is available."""

    student: str
    rebuilt: Rebuilt
    key: str = ""
    result: dict | None = None

    @property
    def job(self):
        r = self.rebuilt
        return Job(r.work, list(r.flags), r.solutions, r.files, r.tested, r.unread)


def read_rebuilt(assignment: Assignment, student: str) -> Rebuilt:
    """Return a student's rebuilt submission for grading, with its files and flags.

    :return: ``solutions`` is 0 if nothing can be read.
    """
    return read_from(assignment, assignment.course / "submitted" / student / assignment.name)


def read_from(assignment: Assignment, folder: Path) -> Rebuilt:
    """Return the submission in a folder, like `read_rebuilt`."""
    a = assignment
    released, made, odd, unread, rebuilt = parts(a.released, a.name), {}, [], {}, None
    for name, instructor in parts(a.instructor, a.name).items():
        count, others = functools.partial(written, released[name]), released.keys() - {name}
        submission = read_submission(folder, name, count, a.limits.notebook_mb << 20, others)
        odd += [flag for flag in submission[1] if flag not in odd]
        rebuilt = rebuild(instructor, released[name], submission[0], a.earlier, rebuilt)
        made[name] = rebuilt.notebook
        if submission[0] is None:
            tests = filter(is_test, instructor["cells"])
            unread |= {grade_id(c): f"{name}.ipynb" for c in tests}
    if "parts" in a.instructor:
        rebuilt.notebook = together(made)
    rebuilt.unread = unread
    rebuilt.files, more = read_declared(folder, a.declared)
    rebuilt.flags[:0] = odd + more
    return rebuilt


class Grader:
    """Grades submissions of one assignment, several in parallel.

    :param store: Stores results by assignment, so that a run can be stopped and resumed.
    """

    def __init__(self, assignment: Assignment, executor, store: Store):
        self.assignment, self.executor = assignment, executor
        self.spec = assignment.spec(executor.unsafe)
        self.store, self.used = store.part(assignment.name), set()
        self.twins = twins(assignment.course.submissions(assignment.name))

    def grade_all(self, students: list[str]) -> Iterator[tuple[dict, dict]]:
        """Grade submissions; each gets a result, even if it or another submission fails.

        A submission that waited too long for a processor is graded again at the end, when
        nothing else runs, and the second result counts.

        :yield: The result and the rebuilt notebook to record, in the order of completion. The
            result has the keys `student assignment status flags score max_score problems cells
            seconds fingerprints processor`, `key` (for the store), `definitions` (a digest of
            each problem's declaration) and `own` (the result of `own_work`), and `failed` if
            the grader failed.
        :raises CannotDo: If results cannot be stored, or no worker remains.
        """
        going, again, asked, same = {}, [], set(), []
        for student in students:
            submission = self._read(student)
            if submission.result is not None:
                yield self._finished(submission)
                continue
            if submission.key in asked:  # a group's submission or a copy, to grade only once
                same.append(student)
                continue
            asked.add(submission.key)
            going[self.executor.submit(submission.job)] = submission
            if len(going) >= self.executor.width:
                yield from self._some(going, again)
        while going:
            yield from self._some(going, again)
        for submission in itertools.chain(again, (self._read(s) for s in same)):
            if submission.result is not None:
                yield self._finished(submission)
            else:
                yield from self._some({self.executor.submit(submission.job): submission}, None)

    def tidy(self, whole: bool) -> None:
        """Remove stored results of earlier states of the assignment, grader or submissions.

        :param whole: Whether all submissions have been graded. If so, unused results belong to
            earlier submissions and are removed too.
        """
        mine = {key for key in self.store.keys() if key.startswith(self._version)}
        unused = set() if whole else mine
        self.store.keep_only(self.used | unused | {f"{self._version}-seed"})

    @property
    def _version(self):
        """Return the prefix of the keys of all results for the current state."""
        return self.assignment.key[:16]

    def require_seed(self) -> list[str]:
        """Return complaints about problems with this seed; a correct state is checked once."""
        key = f"{self._version}-seed"
        complaints = []
        if self.store.get(key) is None and not (
            complaints := self.assignment.seed_complaints()
        ):
            self.store.put(key, [])
        return complaints

    def points_of(self, folder: Path) -> float | None:
        """Return the points of the submission in a folder if it was graded before, or None."""
        with contextlib.suppress(Exception):  # it is only for comparison
            key = self._key(self._marked(read_from(self.assignment, folder)))
            if result := self.store.get(key):
                self.used.add(key)
                return result["score"]
        return None

    def _marked(self, rebuilt):
        """Return a rebuilt submission, with a flag if it will run without a sandbox."""
        rebuilt.flags += [Flag(FlagCode.NO_SANDBOX)] * self.executor.unsafe
        return rebuilt

    def _read(self, student):
        """Read and rebuild a submission; if it was graded before, return its result too."""
        a, rebuilt = self.assignment, None
        try:
            rebuilt = self._marked(read_rebuilt(a, student))
            submission = _Submission(student, rebuilt, self._key(rebuilt))
            submission.result = self.store.get(submission.key)
            return submission
        except Exception as e:
            rebuilt = rebuilt or rebuild(a.instructor, a.released, None)
            return self._failed(_Submission(student, rebuilt), e)

    def _key(self, rebuilt):
        """Return the key under which a submission's result is stored."""
        files = {
            n: None if f is None else hashlib.sha256(f).hexdigest()
            for n, f in rebuilt.files.items()
        }
        flags = [flag.as_json() for flag in rebuilt.flags]
        mark = digest(
            [rebuilt.work, rebuilt.tested, rebuilt.unread, flags, rebuilt.solutions, files]
        )
        return f"{self._version}-{mark}"

    def _some(self, going, again):
        """Yield the results of the first jobs to finish; add those that waited to `again`."""
        while not (done := wait(going, GLANCE, FIRST_COMPLETED).done):
            self.executor.require()
        for future in done:
            submission = self._take(going.pop(future), future)
            endings = [flag.data.get("ending") for flag in flags_of(submission.result)]
            if again is not None and Ending.WAITED in endings:  # perhaps on a busy machine
                again.append(replace(submission, result=None))
                continue
            if not submission.result.get("failed"):
                self.store.put(submission.key, submission.result)
            yield self._finished(submission)

    def _take(self, submission, future):
        """Return the submission with its job's result; our own errors become a flag."""
        try:
            submission.result = future.result()
            return submission
        except NotKept:
            raise
        except Exception as e:
            return self._failed(submission, e)

    def _failed(self, submission, e):
        """Return the submission with 0 points and the error as a flag; don't store it."""
        data = {"exception": type(e).__name__, "reason": cut(str(e), MOST_SAID)}
        flag = Flag(FlagCode.GRADER_FAILED, data=data)
        submission.result = self.spec.nothing([*submission.rebuilt.flags, flag])
        submission.result["failed"], submission.key = True, ""
        return submission

    def _finished(self, submission):
        """Return the result and the notebook, with flags about the folder's name added."""
        self.used.add(submission.key)
        student = submission.student
        whose = {"student": student, "assignment": self.assignment.name}
        result = whose | submission.result | {"key": submission.key}
        result["flags"] = [*result["flags"]]
        result["definitions"] = self.assignment.definitions
        result["own"] = own_work(submission.rebuilt.notebook, self.assignment.released)
        odd = [FlagCode.HIDDEN_CHARACTERS] * (not student.isprintable())
        odd += [FlagCode.SIMILAR_FOLDER] * (student in self.twins)
        for code in odd:
            add_flag(result, Flag(code))
        return result, submission.rebuilt.notebook


def twins(students: list[str]) -> set[str]:
    r"""Return the names that a person would confuse with another name in the list.

    >>> sorted(twins(["Ada", "ada ", "bob"])), len(twins(["Zo\u00eb", "Zoe\u0308"]))
    (['Ada', 'ada '], 2)
    """
    plain = {s: " ".join(unicodedata.normalize("NFKC", s).casefold().split()) for s in students}
    counts = Counter(plain.values())
    return {s for s, name in plain.items() if counts[name] > 1}


class Threads:
    """Runs jobs on this machine, several in parallel; a context manager.

    :ivar width: Number of jobs to submit before waiting for results, so that no thread is idle.
    """

    def __init__(self, spec: AssignmentSpec, sandbox: Sandbox, workers: int = 2):
        self.spec, self.sandbox, self.width = spec, sandbox, 2 * workers
        self.unsafe = spec.unsafe
        self.pool = ThreadPoolExecutor(workers)

    def submit(self, job: Job) -> Future:
        """Start a job; the future's result is the result of `run`."""
        return self.pool.submit(self._run, job)

    def require(self) -> None:
        """Do nothing, because threads cannot disappear as a cluster's workers can."""

    def _run(self, job):
        with slot() as number:
            return run(self.spec, job, self.sandbox, number)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.shutdown(wait=True, cancel_futures=True)
