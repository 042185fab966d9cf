"""A term in miniature: one assignment, a class of thirteen, and every command of an instructor.

Run as ``python chapters/reference/experiments/instructors.py``, as root or an ordinary user;
bubblewrap must be installed. In a temporary folder, the program creates a course with three
problems of an assignment and a written question, releases it, submits notebooks for a class,
runs the commands that the page "For instructors" shows, and writes their output as JSON next to
itself, with exit statuses, results, versions, and the hash of this program.
"""

import copy
import csv
import html
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RESULTS = Path(__file__).with_suffix(".json")
NAME, SEED = "ps2_classifiers", 20261120
BOOK = f"{NAME}.ipynb"
DUE = """due = 2025-12-01T23:59:00+01:00

[late]
grace_minutes = 15
points_per_day = 10
most_days = 3

"""
CLASS = """id,first_name,last_name,email,lms_user_id
amara,Amara,Okafor,amara@uni.example,1001
ben,Ben,Lindqvist,ben@uni.example,1002
chloe,Chloé,Martin,chloe@uni.example,1003
deniz,Deniz,Yılmaz,deniz@uni.example,1004
emeka,Emeka,Obi,emeka@uni.example,1005
farida,Farida,Rahman,farida@uni.example,1006
goran,Goran,Petrović,goran@uni.example,1007
hana,Hana,Sato,hana@uni.example,1008
ivo,Ivo,Novák,ivo@uni.example,1009
jun,Jun,Park,jun@uni.example,1010
kwame,Kwame,Mensah,kwame@uni.example,1011
lena,Lena,Fischer,lena@uni.example,1012
mika,Mika,Virtanen,mika@uni.example,1013
"""
QUESTION = """
**A question.** Why may one number be taken from all scores of a row, and why the largest?

```{answer} why
:points: 10
Because only differences of scores count, and the exponential of 0 cannot overflow.

5 points for the shift, 5 for what can no longer overflow
```
"""
PICTURE = Path("/", "home", "ada", "scores.png")  # a path of the instructor's machine
THREE = {"pairwise_distances": 35, "softmax_cross_entropy": 35, "hinge_loss": 20}
DECLARED = {"pairwise_distances": "distances", "softmax_cross_entropy": "softmax"}
DECLARED |= {"hinge_loss": "hinge"}
FORGOTTEN = 30  # what the settings say at first that hinge_loss is worth
COMMENT = "Right for the shift. What does exp give at a score of 1000?"
ANSWER = (
    "All exponentials of a row get one factor, which cancels. Why the largest I do not know."
)
RIGHT = "Only differences count, so a shift is free; with the largest at 0 nothing overflows."

IN_LOOPS = """def softmax_cross_entropy(scores, targets):
    if len(targets) != len(scores):
        raise ValueError("one target for each row, please")
    losses = []
    gradient = np.zeros(scores.shape)
    for row in range(len(scores)):
        largest = max(scores[row])
        terms = [np.exp(score - largest) for score in scores[row]]
        whole = sum(terms)
        for column in range(len(terms)):
            gradient[row, column] = terms[column] / whole
            if column == targets[row]:
                gradient[row, column] = gradient[row, column] - 1
        losses.append(np.log(whole) + largest - scores[row, targets[row]])
    return float(sum(losses) / len(losses)), gradient / len(losses)
"""
HINGE_IN_LOOPS = """def hinge_loss(scores, targets, margin=1.0):
    whole = 0.0
    gradient = np.zeros(scores.shape)
    for row in range(scores.shape[0]):
        right = targets[row]
        for column in range(scores.shape[1]):
            if column == right:
                continue
            gap = scores[row, column] - scores[row, right] + margin
            if gap > 0:
                whole = whole + gap
                gradient[row, column] = gradient[row, column] + 1
                gradient[row, right] = gradient[row, right] - 1
    return float(whole / scores.shape[0]), gradient / scores.shape[0]
"""
OTHER_NAMES = {"row": "i", "column": "j", "losses": "parts", "largest": "top", "terms": "e",
               "whole": "total", "right": "t", "gap": "difference"}  # fmt: skip
LOOKS_AROUND = """import os, json
paths = [os.path.join(place, file) for place, _, files in os.walk("/") for file in files
         if file.endswith(".cases.json")]
secret = [json.load(open(file)) for file in paths]

def softmax_cross_entropy(scores, targets):
    return secret[0]["softmax_cross_entropy"]["cases"][0]["want"]
"""
NEVER_ENDS = """def pairwise_distances(X, Y):
    d, n = np.zeros((len(X), len(Y))), 0
    while n < len(X):
        d[n] = np.sqrt(((X[n] - Y) ** 2).sum(axis=1))
    return d
"""


def shortened(text: str) -> str:
    """The assignment's introduction and the sections of three of its problems."""
    first, *rest = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    return "".join([first, *(p for p in rest if any(f"{{problem}} {n}\n" in p for n in THREE))])


def settings_of(text: str, hinge: int) -> str:
    """The assignment's settings with the points of three problems."""
    points = THREE | {"hinge_loss": hinge}
    rows = [f"{name} = {most}\n" for name, most in points.items()]
    return text + "\n[points]\n" + "".join(rows)


def define(folder: Path) -> None:
    """Write the definitions of three problems into a new folder."""
    folder.mkdir(parents=True)
    for name in ("common", *THREE):
        shutil.copy(ROOT / "exercises" / "problems" / NAME / f"{name}.py", folder)
    lines = [f"from .{name} import {declared}\n" for name, declared in DECLARED.items()]
    last = f"\nPROBLEMS = [{', '.join(DECLARED.values())}]\n"
    (folder / "__init__.py").write_text("".join(lines) + last)


class Term:
    """The course, the commands typed in it, and their output."""

    def __init__(self, home: Path):
        self.home, self.course, self.said = home, home / "exercises", []
        source = self.course / "source" / NAME
        source.mkdir(parents=True)
        real = ROOT / "exercises" / "source" / NAME
        text = (real / f"{NAME}.md").read_text(encoding="utf-8")
        (source / f"{NAME}.md").write_text(shortened(text), encoding="utf-8")
        plain = (real / "nngrader.toml").read_text(encoding="utf-8")
        (source / "nngrader.toml").write_text(settings_of(plain, FORGOTTEN))
        define(self.course / "problems" / NAME)
        shutil.copy(ROOT / "exercises" / "nbgrader_config.py", self.course)
        (self.course / ".seed").write_text(f"{SEED}\n")
        (self.course / ".seed").chmod(0o600)
        (self.course / "students.csv").write_text(CLASS, encoding="utf-8")

    def start(self, line: str) -> subprocess.Popen:
        """Start a command as the instructor types it, in the copy of the course."""
        words = line.split()[1:]
        command = [sys.executable, "-m", "nngrader", "--course", str(self.course), *words]
        paths = os.pathsep.join(map(str, (ROOT, ROOT / "exercises")))
        one = {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        return subprocess.Popen(
            command,
            cwd=self.home,
            env=os.environ | one,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def type(self, step: str, line: str, expected: int = 0) -> None:
        """Run a command; store its output and exit status under the name of a step."""
        print("$", line, flush=True)
        process = self.start(line)
        said, _ = process.communicate()
        if process.returncode != expected:
            raise SystemExit(f"instructors: exit status {process.returncode}\n{said}")
        rows = said.replace(f"{self.home}/", "").splitlines()
        self.said.append(
            {"step": step, "command": line, "output": rows, "status": process.returncode}
        )

    def killed(self, step: str, line: str, after: int) -> None:
        """Run a command, and end it with kill -9 after the given number of submissions."""
        print("$", line, "and kill -9", flush=True)
        process, rows = self.start(line), []
        while len(rows) < after and (row := process.stdout.readline()):
            rows += [row.rstrip()] * row.startswith("[")
        process.kill()
        process.stdout.close()
        process.wait()
        self.said.append({"step": step, "command": line, "output": rows, "status": None})


def rewrite(file: Path, *pairs: tuple[str, str]) -> None:
    """Replace texts in a file; the file must contain each of them."""
    text = file.read_text(encoding="utf-8")
    for old, new in pairs:
        if old not in text:
            raise SystemExit(f"instructors: {file.name} no longer has {old!r}")
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def released(term: Term) -> None:
    """Add a question worth 10 points; the first two versions must not be released."""
    source = term.course / "source" / NAME / f"{NAME}.md"
    settings = source.with_name("nngrader.toml")
    settings.write_text(DUE + settings.read_text())
    picture = f"\n![Scores and probabilities]({PICTURE})\n"
    asked = QUESTION.replace("the largest?\n", f"the largest?\n{picture}")
    source.write_text(source.read_text(encoding="utf-8") + asked, encoding="utf-8")
    term.type("refused", f"nngrader release {NAME}", expected=1)
    rewrite(settings, (f"hinge_loss = {FORGOTTEN}", f"hinge_loss = {THREE['hinge_loss']}"))
    term.type("refused-path", f"nngrader release {NAME}", expected=1)
    rewrite(source, (picture, ""))
    term.type("release", f"nngrader release {NAME}")


class Books:
    """Notebooks of students: the released one, with solutions in its cells."""

    def __init__(self, course: Path):
        self.untouched = json.loads((course / "release" / NAME / BOOK).read_text())
        solved = json.loads((course / "source" / NAME / BOOK).read_text())
        self.right = {
            grade_id(c): "".join(c["source"])
            for c in solved["cells"]
            if c["metadata"].get("nbgrader", {}).get("solution") and c["cell_type"] == "code"
        } | {"why": RIGHT}

    def text(self, **sources: str) -> bytes:
        """A notebook with these cells, by grade id; None leaves a cell unchanged."""
        book = copy.deepcopy(self.untouched)
        for cell in book["cells"]:
            if (text := sources.get(grade_id(cell))) is not None:
                cell["source"] = text
        return json.dumps(book).encode()

    def solved(self, **sources: str | None) -> bytes:
        """A notebook with the instructor's solutions, except for these cells."""
        return self.text(**self.right | sources)


def grade_id(cell: dict) -> str:
    """The id that nbgrader has given a cell."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def renamed(text: str) -> str:
    """The same program with different names."""
    return re.sub(r"[a-z]+", lambda word: OTHER_NAMES.get(word[0], word[0]), text)


def without_mean(books: Books) -> str:
    """Ben's function: the gradient is not divided by the number of images."""
    return books.right["softmax_cross_entropy"].replace("gradient / len(scores)", "gradient")


def handed_in(books: Books) -> dict[str, bytes]:
    """What each student submitted through Moodle."""
    loops = {"softmax_cross_entropy": IN_LOOPS, "hinge_loss": HINGE_IN_LOOPS}
    distances, hinge = books.right["pairwise_distances"], books.right["hinge_loss"]
    return {
        "Amara Okafor": books.solved(why=ANSWER),
        "Ben Lindqvist": books.solved(softmax_cross_entropy=without_mean(books), why=None),
        "Chloe Martin": books.solved(pairwise_distances=distances.replace("np.sqrt", "")),
        "Deniz Yılmaz": books.solved(**loops),
        "Emeka Obi": books.solved(**{name: renamed(text) for name, text in loops.items()}),
        "Farida Rahman": books.solved()[:9000],
        "Goran Petrović": books.solved(hinge_loss=hinge.replace("def hinge_loss", "def hinge")),
        "Hana Sato": books.solved(softmax_cross_entropy=LOOKS_AROUND),
        "Ivo Novák": books.solved(pairwise_distances=NEVER_ENDS),
        "Jun Park": books.text(test_hinge_loss='print("hinge_loss: 20 of 20 points.")'),
        "Lena Fischer": books.text(),
        "Sam Stranger": books.solved(),
    }


def collected(term: Term, books: Books) -> None:
    """Collect a zip file like Moodle's, and one notebook that arrived late by email."""
    with zipfile.ZipFile(term.home / "moodle.zip", "w") as archive:
        for n, (name, book) in enumerate(handed_in(books).items(), 501):
            archive.writestr(f"{name}_{n}_assignsubmission_file/{BOOK}", book)
        archive.writestr("Mika Virtanen_520_assignsubmission_file/answers.pdf", b"%PDF-1.7")
    late = term.home / "by-mail" / "kwame" / NAME
    late.mkdir(parents=True)
    (late / BOOK).write_bytes(books.solved())
    (late / "timestamp.txt").write_text("2025-12-03 00:59:00 UTC")
    term.type("collect", f"nngrader collect {NAME} moodle.zip", expected=1)
    term.type("collect-mail", f"nngrader collect {NAME} by-mail --trust-times")


def marked(term: Term) -> None:
    """Mark two written answers, as formgrader does, in the gradebook."""
    from nngrader.course import Course
    from nngrader.gradebook import open_gradebook, quiet

    with quiet(), open_gradebook(Course(term.course), NAME) as gradebook:
        answers = {s.student.id for s in gradebook.assignment_submissions(NAME)}
        for student in sorted(answers):
            grade = gradebook.find_grade("why", NAME, NAME, student)
            if grade.needs_manual_grade:
                points = 5 if student == "amara" else 10
                grade.manual_score, grade.needs_manual_grade = points, False
        comment = gradebook.find_comment("why", NAME, NAME, "amara")
        comment.manual_comment = COMMENT
        gradebook.db.commit()


def results(file):
    """Return what grading wrote about each student, without the name of the processor."""
    written = json.loads(file.read_text())
    return [{k: v for k, v in result.items() if k != "processor"} for result in written]


def run(home: Path) -> dict:
    """Walk through the term.

    Parameters
    ----------
    home : Path
        An empty folder, in which the commands run.

    Returns
    -------
    dict
        Commands with their output, results by student, tables, and the text of the report.
    """
    term = Term(home)
    released(term)
    books = Books(term.course)
    collected(term, books)
    grade = f"nngrader grade {NAME} --workers 1"
    term.killed("killed", grade, after=4)
    term.type("grade", f"{grade} --json results.json")
    first = results(home / "results.json")
    term.type("export-early", f"nngrader export {NAME} --layout moodle")
    marked(term)
    term.type("grade-again", f"{grade} --json again.json")
    term.type("explain", f"nngrader explain {NAME} ben softmax_cross_entropy")
    term.type("feedback", f"nngrader feedback {NAME}")
    for layout in ("csv", "canvas", "moodle"):
        term.type(f"export-{layout}", f"nngrader export {NAME} --layout {layout}")
    term.type("reweight", f"nngrader reweight {NAME} --drop hinge_loss")
    term.type("report", f"nngrader report {NAME}")
    term.type("wrong", "nngrader grade ps9_nothing", expected=2)
    return {
        "commands": term.said,
        "results": first,
        "same_again": first == results(home / "again.json"),
        "pages": pages(term.course),
        "report": tables(term.course / "report" / f"{NAME}.html"),
        "ben": without_mean(books),
        "students": len(list(csv.reader(CLASS.splitlines()))) - 1,
    }


def pages(course: Path) -> list[str]:
    """The paths of the feedback pages."""
    return sorted(str(f.relative_to(course)) for f in (course / "feedback").rglob("*.html"))


def tables(page: Path) -> dict[str, list[list[str]]]:
    """The rows of the report about mistakes and about similar submissions."""
    by_heading = {"Hint to the student": [], "Submissions": []}
    for table in re.findall(r"<table.*?</table>", page.read_text(encoding="utf-8"), re.DOTALL):
        head, *rows = map(cells, re.findall(r"<tr.*?</tr>", table, re.DOTALL))
        by_heading.get(head[0], []).extend(rows)
    return {"told": by_heading["Hint to the student"], "alike": by_heading["Submissions"]}


def cells(row: str) -> list[str]:
    """The words in the cells of a row."""
    elements = re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", c)).split()) for c in elements]


def main() -> None:
    """Run the whole term, and write the results."""
    sys.path[:0] = [str(ROOT / "exercises"), str(ROOT)]
    import numpy as np

    from nnlib import experiment

    with tempfile.TemporaryDirectory(prefix="term-") as folder:
        os.chmod(folder, 0o755)
        record = run(Path(folder))
    record["versions"] = {"python": platform.python_version(), "numpy": np.__version__}
    record["machine"] = f"{platform.system()} {platform.machine()}"
    record["program"] = experiment._hash(Path(__file__))
    experiment.write(RESULTS, record)
    print(RESULTS.relative_to(ROOT))


if __name__ == "__main__":
    main()
