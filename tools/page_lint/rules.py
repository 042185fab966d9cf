"""The rules of the linter. Each one catches something that a reader would notice."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from . import book
from .runs import RUN, key, load, paragraphs, runs
from .source import PageSource

RUNS = book.REFERENCE / "syllabus" / "runs.bin"
SPINE = ("Common mistakes", "Check yourself", "Exercises", "Summary", "Sources")
ALWAYS = SPINE[1:]
WIDEST, WIDEST_IN_SOLUTION = 74, 68  # columns
FOLDED = {"hide-input", "hide-cell"}
FOLD_TITLE = re.compile(r"code_prompt_show: *[\"']?([^\"'\n]+)")
QUESTIONS_AND_FIGURES = {"quiz", "predict", "recall", "play", "show"}
SHORTEST_ALT = 40  # characters
DIRECTION = re.compile(
    r"(?i)(?:^|[.;:,(] *)(?:left|right|above|below)\b(?=[:,)]| (?:are|is|it|the|what)\b)"
    r"|\b(?:on|to|at) (?:the )?(?:left|right)\b"
    r"|\b(?:left|right|upper|lower|top|bottom)(?:-hand)? (?:panel|plot|picture|drawing)s?\b"
)
MEASURED = re.compile(
    r"(loss|accurac|err_rate|error_rate|seconds|wins\b|winner|histor|epochs)", re.IGNORECASE
)
INEQUALITIES = (ast.Lt, ast.Gt, ast.LtE, ast.GtE)
OPENING_OF_ALT = re.compile(
    r"(?i)(?:an? )?(?:figure|image|plot|graph showing|picture showing)\b"
)


@dataclass(frozen=True, order=True)
class Finding:
    """A problem on a page: its line, the rule, and a text with an instruction."""

    line: int
    rule: str
    text: str

    def show(self, page: str) -> str:
        """Return the finding as one line of the report."""
        return f"chapters/{page}.md:{self.line}: {self.rule}: {self.text}"


@dataclass(frozen=True)
class Page:
    """A page as the rules see it: its name and its source."""

    name: str
    source: PageSource

    @classmethod
    def load(cls, name: str) -> "Page":
        """Return a page of the book."""
        return cls(name, book.source(name))

    @property
    def is_lesson(self) -> bool:
        """Return whether this page is a lesson."""
        return not self.name.startswith(book.NO_LESSONS)


Check = Callable[[Page], Iterator[tuple[int, str]]]


@dataclass(frozen=True)
class Rule:
    """A rule: its name, its requirement, its function, and whether it is for lessons only."""

    name: str
    requires: str
    check: Check
    lessons_only: bool


RULES: dict[str, Rule] = {}


def rule(name: str, requires: str, *, lessons_only: bool = False) -> Callable[[Check], Check]:
    """Return a decorator that registers a function yielding (line, text) as a rule."""

    def register(check: Check) -> Check:
        RULES[name] = Rule(name, requires, check, lessons_only)
        return check

    return register


def check(page: Page, names: list[str] | None = None) -> list[Finding]:
    """Return the findings of the rules on a page, or only the findings of the named rules."""
    chosen = [
        rule
        for rule in RULES.values()
        if (page.is_lesson or not rule.lessons_only) and (names is None or rule.name in names)
    ]
    return sorted(
        {Finding(line, rule.name, text) for rule in chosen for line, text in rule.check(page)}
    )


@rule("spine", "questions, exercises, summary and sources, in this order", lessons_only=True)
def spine(page: Page):
    """Yield sections at the end of a lesson that are out of order or missing."""
    headings = page.source.headings
    known = [line for line in headings if line.text in SPINE]
    for before, after in pairwise(known):
        if SPINE.index(before.text) >= SPINE.index(after.text):
            yield after.number, f"“{after.text}” must come before “{before.text}”"
    for line in headings[-len(ALWAYS) :]:
        if line.text not in ALWAYS:
            yield line.number, f"“{line.text}” must come before “{ALWAYS[0]}”"
    for name in ALWAYS:
        if name not in [line.text for line in headings]:
            yield page.source.title_line, f"the section “{name}” is missing"


@rule(
    "cell-width",
    f"{WIDEST} columns in visible cells, {WIDEST_IN_SOLUTION} in solutions",
    lessons_only=True,
)
def cell_width(page: Page):
    """Yield lines of code that are too wide for a phone or a fold."""
    cells = [(cell, WIDEST) for cell in page.source.lesson_cells]
    cells += [(cell, WIDEST_IN_SOLUTION) for cell in page.source.solution_cells]
    for cell, most in cells:
        for number, line in enumerate(cell.lines, cell.start):
            if len(line) > most:
                yield number, f"{len(line)} columns of code; at most {most}"


@rule("fold-title", "the title of a fold of code describes its content")
def fold_title(page: Page):
    """Yield folds of code that draw no figure and have no title."""
    for cell in page.source.cells:
        titled = FOLD_TITLE.search(cell.options) or "figure:" in cell.options
        if cell.tags & FOLDED and not titled:
            yield cell.line, "the fold has no title: add `code_prompt_show:` to its cell"


def _first_arguments(page: Page, function: str) -> list[tuple[str, int]]:
    """Return the first argument of each call of a function, with its line."""
    calls = [(call, line) for name, call, line in page.source.calls if name == function]
    return [
        (call.args[0].value, line)
        for call, line in calls
        if call.args and isinstance(call.args[0], ast.Constant)
    ]


@rule("prediction-answer", "each prediction is answered once, before the next heading")
def prediction_answer(page: Page):
    """Yield predictions without an answer, and answers without a prediction."""
    asked = _first_arguments(page, "predict")
    recalled = _first_arguments(page, "recall")
    for name, line in asked:
        after = [number for other, number in recalled if other == name and number > line]
        if len(after) != 1:
            yield line, f"prediction “{name}” has {len(after)} answers below: use one `recall`"
        elif any(
            line < ln.number < after[0] and ln.text.startswith("##") for ln in page.source.body
        ):
            yield line, f"a heading separates prediction “{name}” from its `recall`"
    for name, line in recalled:
        if name not in dict(asked):
            yield line, f"`recall` of “{name}”, which is not predicted on this page"


@rule("unshown", "a question or figure is the last line of its cell")
def unshown(page: Page):
    """Yield questions and figures that a cell creates but does not display."""
    for cell in page.source.cells:
        for name, call, line in cell.calls:
            of_a_module = ast.unparse(call.func) != name
            if name in QUESTIONS_AND_FIGURES and of_a_module and call in cell.unused:
                yield line, "not shown, because it isn't the cell's last line: split the cell"


@rule("exercise-solution", "each exercise has a label and a solution", lessons_only=True)
def exercise_solution(page: Page):
    """Yield exercises without a label or a solution."""
    solved = [
        block.body.split()[0]
        for block in page.source.named("solution-start")
        if block.body.split()
    ]
    for block in page.source.named("exercise-start"):
        label = re.search(r":label: (\S+)", block.body)
        if not label:
            yield block.line, "the exercise has no `:label:`"
        elif (count := solved.count(label[1])) != 1:
            yield block.line, f"exercise “{label[1]}” has {count} solutions; expected one"


@rule("figure-caption", "a figure has a caption and a name")
def figure_caption(page: Page):
    """Yield figures without a caption, and those without a name to refer to."""
    for cell in page.source.cells:
        if "figure:" in cell.options:
            for option in ("caption", "name"):
                pattern = rf"^:\s+{option}: *[\"']?[^\"'\s]"
                if not re.search(pattern, cell.options, re.MULTILINE):
                    yield cell.line, f"the figure has no {option}: add `{option}:` to its cell"
        for name, call, line in cell.calls:
            if name == "play" and not text_of(keyword(call, "caption"), "…"):
                yield line, "the moving figure has no caption: pass `caption=`"
    for block in page.source.named("figure"):
        if not [ln for ln in block.body.splitlines()[1:] if ln and not ln.startswith(":")]:
            yield block.line, "the figure has no caption: write it below the options"


@rule("caption-direction", "no caption uses *left* or *below*, because panels stack on a phone")
def caption_direction(page: Page):
    """Yield captions that refer to a side of the figure."""
    captions = [
        (cell.line, line)
        for cell in page.source.cells
        for line in re.findall(r"^:\s+caption: *[\"']?(.*)$", cell.options, re.MULTILINE)
    ]
    for name, call, line in page.source.calls:
        if name == "play":
            captions.append((line, text_of(keyword(call, "caption"))))
    for line, caption in captions:
        if match := DIRECTION.search(caption):
            where = match[0].strip(" .;:,(")
            yield line, f"the caption contains “{where}”, but panels stack on a phone"


@rule(
    "figure-alt",
    f"an alternative text of at least {SHORTEST_ALT} characters that describes the figure",
)
def figure_alt(page: Page):
    """Yield figures whose alternative text is missing or too short."""
    calls = page.source.calls
    stills = {  # of moving figures, which have their own alternative text
        node
        for name, call, _ in calls
        if name == "play" and keyword(call, "still")
        for node in ast.walk(keyword(call, "still"))
    }
    for name, call, line in calls:
        if name in ("play", "show") and call.args and call not in stills:
            yield from _alt(call, line)
    for block in page.source.named("figure", "image"):
        match = re.search(r"^:alt: *(.*)$", block.body, re.MULTILINE)
        yield from _judged(match[1] if match else "", block.line)


def _alt(call: ast.Call, line: int):
    """Yield what is wrong with a call's `alt`; a call with `**options` is not judged."""
    node = keyword(call, "alt")
    if any(k.arg is None for k in call.keywords):
        return
    if node is None:
        yield line, "the figure has no alternative text: pass `alt=`"
    elif text := text_of(node):
        yield from _judged(text, line)


def _judged(text: str, line: int):
    """Yield what is wrong with an alternative text; `…` stands for text of any length."""
    text = text.strip()
    if OPENING_OF_ALT.match(text):
        first = " ".join(text.split()[:2])
        yield (
            line,
            f"the alternative text begins with “{first}”: describe what the figure shows",
        )
    if len(text) < SHORTEST_ALT and "…" not in text:
        yield line, f"the alternative text has only {len(text)} characters: describe the figure"


def text_of(node: ast.expr | None, unknown: str = "") -> str:
    """Return the text of a string expression, with `…` for parts known only at run time."""
    if node is None:
        return ""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(value, "…") for value in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text_of(node.left, "…") + text_of(node.right, "…")
    return unknown


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the expression passed as a keyword argument, or None."""
    return next((k.value for k in call.keywords if k.arg == name), None)


@rule("measured", "an inequality about a loss or an accuracy uses `book.claim`, not assert")
def measured(page: Page):
    """Yield assertions that compare measured values, which differ between processors."""
    for cell in page.source.cells:
        for node in cell.nodes:
            if isinstance(node, ast.Assert) and (name := _measured(node.test)):
                line = cell.start + node.lineno - 1
                yield line, f"“{name}” is measured: use `book.claim` for the inequality"


def _measured(condition: ast.expr) -> str:
    """Return the name of a measured value that a condition compares with < or >, or ""."""
    for node in ast.walk(condition):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        difference = any("abs(" in ast.unparse(side) for side in sides)
        unequal = any(isinstance(operator, INEQUALITIES) for operator in node.ops)
        if unequal and not difference:
            words = " ".join(ast.unparse(side) for side in sides)
            if match := re.search(rf"\w*{MEASURED.pattern}\w*", words, re.IGNORECASE):
                return match[0]
    return ""


@rule("own-words", f"no {RUN} words in a row from the lecture notes")
def own_words(page: Page):
    """Yield passages of eight or more words that are also in the notes."""
    known = load(RUNS)
    for words in paragraphs(page.source):
        reported = 0
        for line, text in runs(words):
            if line > reported and key(text) in known:
                reported = line
                yield line, f"“{text}” is in the notes: use your own words"
