"""A small book with every kind of question and prediction, and a map; shared by `made_once`."""

from pathlib import Path

import yaml
from minibook import HEADER, TOC, MiniBook

MAP, ASKED, PLAIN = (
    f"chapters/part/{name}.html" for name in ("first", "asked", "second")
)  # the map; the questions, without a formula in the text; a page without element

MAP_PAGE = """# First

```{code-cell} python
:tags: [remove-input]
from nnlib import book, viz
from nnlib.book.elements import element
titles = {"part/asked": "Asked", "part/second": "Second"}
resume = element("resume", {"titles": titles, "folder": "../"}, "")
viz.Html(f'<div class="nn-bare">{resume}</div>', "")
```

```{code-cell} python
:tags: [remove-input]
card = '<ul><li>You can ask.<p class="nn-far" data-part="part"></p></li></ul>'
viz.Html(element("shelf", {"pages": {"part": ["part/asked", "part/second"]}}, card), "")
```

```{code-cell} python
:tags: [remove-input]
pages = [
    {"page": "part/second", "title": "Second", "question": "Where?", "after": [],
     "href": "second.html"},
    {"page": "part/asked", "title": "Asked", "question": "What?", "after": ["part/second"],
     "href": "asked.html"},
    {"page": "part/late", "title": "Late", "question": "When?", "after": ["part/asked"]},
]
book.play("map", {"parts": [{"title": "Part", "pages": pages}],
                  "goals": [{"text": "ask", "page": "part/asked"}], "start": 0},
          caption="A map.", alt="Three pages.",
          still=viz.Html("<ul><li>Second</li></ul>", "one"))
```
"""
ASKED_PAGE = """# Asked

```{code-cell} python
:tags: [remove-input]
from nnlib import book
book.predict("which", "Is $x^2$ above `x` for $x = 2$?",
             ["It is.", "It is below.", "$x^2 = x$"])
```

```{code-cell} python
:tags: [remove-input]
book.predict("length", "How long is the side of a square of 2 square metres?", unit="m")
```

```{code-cell} python
:tags: [remove-input]
book.recall("which", 0, "Since $4 > 2$.", wrong={
    1: "The square of a number above 1 is larger.", 2: "They are equal at 1."})
```

```{code-cell} python
:tags: [remove-input]
book.recall("length", 2 ** 0.5, "A little more than 7/5.")
```

```{code-cell} python
:tags: [remove-input]
book.quiz(
    book.single("Which is $e^0$?", [
        ("0", False, "that is $0^1$."), ("1", True, "any power of 0 is."),
        ("$e$", False, "that is $e^1$.")]),
    book.multiple("Which are even?", [
        ("2", True, "twice 1."), ("3", False, "one is left."), ("$2^2$", True, "twice 2.")]),
    book.numeric("The mean of 1, 2 and 6?", 3, why="9 shared by 3.", tolerance=0.01, unit="m",
                 wrong={9: "that is the sum. Divide by $N$.", 2: "that is the median."}),
    book.order("In which order?", [
        ("subtract the maximum", "it needs the scores alone."),
        ("raise $e$ to each", "the maximum has not been subtracted."),
        ("sum", "there is nothing to sum yet."),
        ("print", "nothing is left to print.")],
        also=[(0, 3, 1, 2)], why="nothing overflows."),
    book.bug("The mean of a row.", [
        ("def mean(x):", "the header is fine."),
        ("    total = sum(x)", "the sum is right."),
        ("", ""),
        ("    return total / 2", "it divides by 2, not by the length.")], line=4),
)
```
"""


def make(folder: Path) -> MiniBook:
    """Build the small book; return it."""
    book = MiniBook.create(folder)
    chapters = [{"file": "chapters/part/asked"}, *TOC["chapters"]]
    book.write("_toc.yml", yaml.safe_dump(TOC | {"chapters": chapters}))
    book.write("chapters/part/first.md", HEADER + MAP_PAGE)
    book.write("chapters/part/asked.md", HEADER + ASKED_PAGE)
    done = book.build()
    if done.returncode:
        raise RuntimeError(f"the book of questions could not be built:\n{done.stdout[-3000:]}")
    return book
