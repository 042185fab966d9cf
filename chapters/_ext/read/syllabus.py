"""Directives ``covers`` and ``erratum``; the check that a page omits none of its ids."""

from collections.abc import Iterator
from pathlib import Path

from begin.cachekey import digest
from begin.checks import failures
from begin.course import Erratum, page_of
from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

AT_ONCE = 3


class Fold(nodes.General, nodes.Element):
    """A node for a box whose content is shown when its title is pressed."""


class FoldTitle(nodes.General, nodes.TextElement):
    """A node for the title of a fold, which is always shown."""


def covered(env, docname: str) -> dict[str, list[str]]:
    """Return the ids of topics and errata that a document has, as lists by directive."""
    if not hasattr(env, "nn_seen"):
        env.nn_seen = {}
    return env.nn_seen.setdefault(docname, {"covers": [], "erratum": []})


class _Ids(SphinxDirective):
    """A directive whose content lists ids of topics or errata that belong to this page."""

    has_content = True

    def warn(self, text: str, *values) -> None:
        """Log a warning at this directive's line."""
        logger.warning(f"{self.name}: {text}", *values, location=self.get_location())

    def entries(self, known: dict) -> Iterator:
        """Yield the entries named in the content; warn about each that does not belong here."""
        here, page = covered(self.env, self.env.docname)[self.name], page_of(self.env.docname)
        ids = " ".join(self.content).split()
        if not ids:
            self.warn("expected at least one id, got none")
        for name in ids:
            if name not in known:
                self.warn("unknown id %s", name)
            elif known[name].page != page:
                self.warn("%s belongs to the page %s", name, known[name].page)
            elif name in here:
                self.warn("%s appears twice on this page", name)
            else:
                here.append(name)
                yield known[name]


class Covers(_Ids):
    """The directive that marks where up to three topics are taught, with an anchor for each."""

    def run(self) -> list[nodes.Node]:
        """Return the anchors of the topics."""
        topics = list(self.entries(self.env.app.nn_course.topics))
        if len(topics) > AT_ONCE:
            self.warn("expected at most %s ids in one directive, got %s", AT_ONCE, len(topics))
        return [nodes.target("", "", ids=[topic.id]) for topic in topics]


class Corrections(_Ids):
    """The directive that shows errors in the notes in a fold: claim, correction and check."""

    def run(self) -> list[nodes.Node]:
        """Return the fold with the errata."""
        errata = [e for e in self.entries(self.env.app.nn_course.errata) if self._allowed(e)]
        if not errata:
            return []
        count = "one statement" if len(errata) == 1 else f"{len(errata)} statements"
        title = FoldTitle("", f"Corrections to the lecture notes: {count}")
        fold = Fold("", title, classes=["nn-errata"])
        for erratum in errata:
            fold += describe(self, erratum)
            fold[-1] += check_of(self, erratum)
        return [fold]

    def _allowed(self, erratum: Erratum) -> bool:
        """Return whether an erratum may appear here; typos are for the errata page only."""
        if erratum.severity == "typo":
            self.warn("%s is a typo and belongs on the errata page only", erratum.id)
        return erratum.severity != "typo"


def describe(directive: SphinxDirective, erratum: Erratum) -> nodes.container:
    """Return a container with the claim and the correction of one erratum."""
    box = nodes.container("", ids=[erratum.id], classes=["nn-erratum"])
    for label, text in (
        (f"The notes, “{erratum.section}”, say: ", erratum.claim),
        ("Correction: ", erratum.correct),
    ):
        parsed = directive.parse_text_to_nodes(text)
        parsed[0].insert(0, nodes.strong("", label))
        box += parsed
    return box


def check_of(directive: SphinxDirective, erratum: Erratum) -> list[nodes.Node]:
    """Return the code that checks an erratum, below a sentence about its result."""
    check = erratum.check.strip()
    heading = nodes.paragraph("", "This check ran and passed when the page was built:")
    if error := directive.env.app.nn_failed_errata.get(erratum.id):
        heading = nodes.paragraph(
            "", "On the computer that built this page, this check failed: "
        )
        heading += nodes.literal("", error)
    program = nodes.literal_block(check, check, language="python")
    return [nodes.container("", heading, program, classes=["nn-check"])]


def check_errata(app) -> None:
    """Run the checks of all errata; warn about each failure, which fails a strict build."""
    checks = {erratum.id: erratum.check for erratum in app.nn_course.errata.values()}
    memory = Path(app.doctreedir).parent / "errata-checks.json"
    environment = digest(Path(app.confdir), ["requirements.lock"])
    app.nn_failed_errata = failures(checks, memory, environment)
    for name, error in app.nn_failed_errata.items():
        logger.warning("the check of erratum %s fails: %s", name, error)


def forget_ids(app, env, docname) -> None:
    """Delete the ids of a document before it is read again."""
    getattr(env, "nn_seen", {}).pop(docname, None)


def merge_ids(app, env, docnames, other) -> None:
    """Merge the ids that another of Sphinx's reading processes found."""
    for docname in docnames:
        if docname in getattr(other, "nn_seen", {}):
            covered(env, docname).update(other.nn_seen[docname])


def check_ids(app, env) -> None:
    """Warn about each topic or erratum that a written page omits."""
    course = app.nn_course
    for docname in sorted(env.found_docs):
        page, here = page_of(docname), covered(env, docname)
        for name in sorted(course.topics_of(page) - set(here["covers"])):
            logger.warning("%s is not covered on its page", name, location=docname)
        for name in sorted(course.errata_of(page) - set(here["erratum"])):
            logger.warning("%s is not corrected on its page", name, location=docname)


def element(name: str):
    """Return the visitor functions of a node that becomes one HTML element."""
    return (
        lambda self, node: self.body.append(self.starttag(node, name)),
        lambda self, node: self.body.append(f"</{name}>\n"),
    )
