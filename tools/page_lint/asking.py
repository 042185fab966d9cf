"""Rules on what the reader is asked: predictions, questions, exercises."""

import ast
import re

from .core import LESSON, WRITTEN, Page, rule


def _named(page: Page, function: str) -> list[tuple[str, int]]:
    """Return the first argument of each call of a named function, with its line."""
    calls = [(call, line) for name, call, line in page.source.calls if name == function]
    return [
        (call.args[0].value, line)
        for call, line in calls
        if call.args and isinstance(call.args[0], ast.Constant)
    ]


@rule("prediction-count", LESSON, "two or three predictions")
def prediction_count(page: Page):
    """Yield a finding if the page has too few or too many predictions."""
    if not 2 <= (count := len(_named(page, "predict"))) <= 3:
        yield page.top, f"{count} predictions (`book.predict`); expected 2 or 3"


@rule("prediction-answer", WRITTEN, "each prediction is answered once, further down")
def prediction_answer(page: Page):
    """Yield predictions that no answer names, and answers that name no prediction."""
    asked, recalled = _named(page, "predict"), _named(page, "recall")
    for name, line in asked:
        after = [number for other, number in recalled if other == name and number > line]
        if len(after) != 1:
            yield line, f"prediction “{name}” is answered {len(after)} times below: `recall` it"
    for name, line in recalled:
        if name not in dict(asked):
            yield line, f"`recall` of “{name}”, which is not predicted on this page"


SHOWING = {"quiz", "predict", "recall", "play", "show"}


@rule("unshown", WRITTEN, "a question or figure is the last line of its cell")
def unshown(page: Page):
    """Yield questions and figures that a cell creates but does not display."""
    for cell in page.source.cells:
        shown = [
            line
            for name, node, line in cell.calls
            if name in SHOWING and ast.unparse(node.func) != name and node in cell.unused
        ]
        for line in shown:
            yield (
                line,
                "not shown, since it is not the cell's last: give it a cell of its own",
            )


@rule("question-count", LESSON, "3 to 6 questions in Check yourself")
def question_count(page: Page):
    """Yield a finding if the page has too few or too many questions."""
    asked = [node for name, c, _ in page.source.calls if name == "quiz" for node in c.args]
    count = sum(len(n.elts) if isinstance(n, ast.List) else 1 for n in asked)
    if not 3 <= count <= 6:
        yield page.top, f"{count} questions (`book.quiz`); expected 3 to 6"


@rule("exercise-count", LESSON, "4 to 6 exercises")
def exercise_count(page: Page):
    """Yield a finding if the page has too few or too many exercises."""
    if not 4 <= (count := len(page.source.named("exercise-start"))) <= 6:
        yield page.top, f"{count} exercises; expected 4 to 6"


@rule("exercise-solution", LESSON, "each exercise has a solution; all but one run code")
def exercise_solution(page: Page):
    """Yield exercises without label or solution, and solutions without code."""
    blocks = page.source.named("exercise-start")
    found = [(re.search(r":label: (\S+)", b.body), b.line) for b in blocks]
    labels = [match[1] if match else "" for match, _ in found]
    solved = [b.body.split()[0] for b in page.source.named("solution-start") if b.body.split()]
    for label, (_, line) in zip(labels, found, strict=True):
        if not label:
            yield line, "the exercise has no `:label:`"
        elif solved.count(label) != 1:
            yield line, f"exercise “{label}” has {solved.count(label)} solutions; expected one"
    if sorted(solved) == sorted(labels) and solved != labels:
        yield found[0][1], "the solutions stand in another order than the exercises"
    bare = len(labels) - len(page.source.solution_cells)
    if bare > 1:
        yield page.top, f"{bare} solutions run no code; at most one may be words alone"
