"""A small book for tests of live code: it contains nnlib, and its second page can be run."""

import json
import re
import shutil
from pathlib import Path

import yaml
from minibook import HEADER, ROOT, MiniBook, topic

PAGE = "chapters/part/second"
ADDRESSES = {
    "repository": "someone/book",
    "branch": "main",
    "site_branch": "gh-pages",
    "site": "https://someone.example/book/",
}
TEXT = (
    HEADER
    + r"""# Second

```{strip}
- make a bar longer
- say what came out for $x$
```

```{covers} mini-001 mini-002
```

```{code-cell} python
:tags: [remove-cell]
import numpy as np
from nnlib import book
from nnlib.datasets import penguins
book.setup()
x = np.arange(3.0)
```

```{code-cell} python
:tags: [remove-input]
book.predict("sum", "How large is the sum?", ["3", "4"])
```

See {doc}`first`, $x_1 < 3$ and $$x^2$$ (a\_b).

```{code-cell} python
print(x, x.shape)
for k in range(2):
    print("line", k)
```

```{code-cell} python
:tags: [remove-cell]
book.numbers(total=x.sum(), minus=-1.5)
```

The sum is {glue:text}`total:.1f`, its opposite {glue:text}`minus:.1f`.

```{erratum} mini-e001
```

```{code-cell} python
:tags: [hide-input]
:mystnb:
:  figure:
:    name: fig-second
:    caption: "One bar of height $1$."
from nnlib.viz.html import Html
Html('<svg class="nn-bare" viewBox="0 0 9 9" role="img" aria-label="A bar"></svg>', "A bar")
```

{numref}`fig-second` shows it.

```{exercise-start} Longer
:label: ex-second
```
Make it longer.
```{exercise-end}
```

````{solution-start} ex-second
:class: dropdown
````
Like this.
```{code-cell} python
print(len(penguins()))
```
````{solution-end}
````

```{code-cell} python
:tags: [build-only]
from pathlib import Path
print(Path("second.md").exists())
```

| a | b |
|---|---|
| 1 | $x$ |
| p \| q | 2 |

```{code-cell} python
total = x.sum()
total
```
"""
)


def write(root: Path, **addresses: str) -> MiniBook:
    """Write the book; return it."""
    book = MiniBook.create(root)
    for name in ("pyproject.toml", "README.md", "LICENSE", "nnlib", "exercises/nngrader"):
        source, target = ROOT / name, root / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=ignored)
        else:
            shutil.copy(source, target)
    (root / "nnlib/part.py").unlink()
    book.write(f"{PAGE}.md", TEXT.replace("{doc}`first`", "{doc}`../part/first`"))
    book.syllabus([topic(1), topic(2)])
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"]["nn_live"] |= addresses
    book.write("_config.yml", yaml.safe_dump(config, sort_keys=False))
    return book


def html(book: MiniBook) -> Path:
    """Return the folder of the built pages."""
    return book.root / "_build/html"


def notebook(book: MiniBook, name: str = PAGE):
    """Return the notebook that the build made of a page."""
    import nbformat  # which loads for a second

    return nbformat.read(html(book) / f"_sources/{name}.ipynb", as_version=4)


def known(book: MiniBook, name: str = PAGE) -> dict:
    """Return the settings that a page passes to its script."""
    text = (html(book) / f"{name}.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'<script[^>]*id="nn-live"[^>]*>(.*?)</script>', text)[1])
