"""Directive ``formula-sheet``: the formulas of the course, each checked before it is shown.

They are in ``chapters/reference/formulas/PART.yml``. A check computes the same numbers in two
ways and compares them with ``same``; it can use the names defined in ``PRELUDE``.
"""

from pathlib import Path

from begin.cachekey import digest
from begin.checks import failures
from begin.course import read_yaml
from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from .syllabus import covered
from .syllabus_pages import PageLink

logger = logging.getLogger(__name__)

FOLDER = "chapters/reference/formulas"
PARTS = {
    "maths": "Linear algebra",
    "calculus": "Calculus",
    "probability": "Probability",
    "classifiers": "Classifiers",
    "backprop": "Backpropagation",
    "optimization": "Optimisation",
    "cnn": "Convolution",
    "rnn": "Sequences",
    "generative": "Generative models",
}
KEYS = {"name", "tex", "when", "page", "check"}
PRELUDE = """
import numpy as np
import nnlib
from nnlib import linalg as la, optim, probability as pr
from nnlib.calculus import numerical_gradient as grad
from nnlib.calculus import numerical_hessian as hess
from nnlib.calculus import numerical_jacobian as jac
from nnlib.nn import functional as F

rng = np.random.default_rng(7)
_compared = []

def draw(*shape):
    return rng.standard_normal(shape)

def same(a, b, rtol=1e-6, atol=1e-8):
    np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)
    _compared.append(a)

def walk(make, start, gradients):
    # The weights after an optimiser has taken a step with each of the gradients.
    p = nnlib.nn.Parameter(nnlib.tensor(np.array(start, dtype=np.float64)))
    optimizer = make([p])
    for g in gradients:
        p.grad = nnlib.tensor(np.array(g, dtype=np.float64))
        optimizer.step()
    return p.detach().numpy()

"""
EPILOGUE = "\nassert _compared, 'the check compares nothing'\n"


def read(root: Path) -> dict[str, list[dict]]:
    """Return the formulas of each part that has any.

    Parameters
    ----------
    root : Path
        The book's folder.

    Raises
    ------
    ValueError
        If an entry lacks a key or has an unknown one, or a name appears twice.
    """
    parts, names = {}, set()
    for part in PARTS:
        file = root / FOLDER / f"{part}.yml"
        if file.exists():
            parts[part] = read_yaml(file)
        for entry in parts.get(part, []):
            if set(entry) - {"covers"} != KEYS or entry["name"] in names:
                raise ValueError(
                    f"formulas: expected a new name and the keys {', '.join(sorted(KEYS))}, "
                    f"got {entry} in {file.name}"
                )
            names.add(entry["name"])
    return parts


def program(entry: dict) -> str:
    """Return a Python program that checks a formula."""
    return PRELUDE + entry["check"] + EPILOGUE


def wrong(root: Path, memory: Path) -> dict[str, str]:
    """Return the error of each formula whose check fails, by name."""
    checks = {e["name"]: program(e) for entries in read(root).values() for e in entries}
    environment = digest(root, ["requirements.lock", "nnlib/**/*.py"])
    return failures(checks, memory, environment)


class FormulaSheet(SphinxDirective):
    """The directive that lists all formulas by part, with each one's condition and page."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each part."""
        env, root = self.env, Path(self.env.app.confdir)
        env.metadata[env.docname]["nn-generated"] = True
        for name, error in wrong(
            root, Path(env.app.doctreedir).parent / "formula-checks.json"
        ).items():
            logger.warning("the check of the formula %r fails: %s", name, error)
        parts = read(root)
        for part in parts:
            env.note_dependency(str(root / FOLDER / f"{part}.yml"))
        return [self._section(part, entries) for part, entries in parts.items()]

    def _section(self, part: str, entries: list[dict]) -> nodes.section:
        """Return a section with the formulas of one part."""
        title = nodes.title("", PARTS[part])
        box = nodes.container("", classes=["nn-formulas"])
        box += [self._formula(entry) for entry in entries]
        return nodes.section("", title, box, ids=[f"formulas-{part}"], names=[PARTS[part]])

    def _formula(self, entry: dict) -> nodes.container:
        """Return a container with one formula, its name, its condition and its page."""
        page = nodes.inline("", "", classes=["nn-formula-page"])
        page += PageLink("", page=entry["page"], anchor="")
        name = nodes.paragraph("", "", classes=["nn-formula-name"])
        name += self.parse_inline(entry["name"])[0]
        formula = nodes.math_block("", entry["tex"], nowrap=False, number=None, label=None)
        formula["docname"] = self.env.docname
        when = nodes.paragraph("", "", classes=["nn-formula-when"])
        when += [*self.parse_inline(entry["when"])[0], nodes.Text(" "), page]
        topics = entry.get("covers", [])  # topics of the notes about this formula
        covered(self.env, self.env.docname)["covers"] += topics
        anchors = [nodes.target("", "", ids=[topic]) for topic in topics]
        return nodes.container("", *anchors, name, formula, when, classes=["nn-formula"])


def shorten_page_names(app, doctree, docname) -> None:
    """Shorten the link to an unwritten page to its title, because the sheet has little room."""
    for box in doctree.findall(nodes.inline):
        if "nn-formula-page" not in box["classes"]:
            continue
        for text in list(box.findall(nodes.Text)):
            text.parent.replace(text, nodes.Text(text.removesuffix(" (planned)")))
