"""The pages generated from the syllabus: where each topic is taught, and the errata."""

from html import escape
from itertools import groupby

from begin.course import NOTES, Topic
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from .reference_pages import filter_of, parts_of
from .syllabus import Fold, FoldTitle, check_of, describe


class TopicTable(nodes.General, nodes.Element):
    """A placeholder for the topics of one set of notes; `resolve` replaces it."""


class PageLink(nodes.Inline, nodes.TextElement):
    """A placeholder for a link to a page with its title; `resolve` replaces it."""


def _section(notes: str, kind: str) -> nodes.section:
    """Return an empty section for one set of notes."""
    return nodes.section("", nodes.title("", NOTES.get(notes, notes)), ids=[f"{kind}-{notes}"])


def _notes(entries) -> list[str]:
    """Return the sets of notes that have entries, in the course's order and then by name."""
    order = {notes: k for k, notes in enumerate(NOTES)}
    return sorted({e.notes for e in entries}, key=lambda notes: (order.get(notes, 99), notes))


class SyllabusTable(SphinxDirective):
    """The directive that lists all topics, with a filter above them."""

    def run(self) -> list[nodes.Node]:
        """Return the filter and a section for each set of notes."""
        self.env.metadata[self.env.docname]["nn-generated"] = True
        course = self.env.app.nn_course
        sections = []
        for notes in _notes(course.topics.values()):
            sections.append(_section(notes, "topics"))
            sections[-1] += TopicTable("", notes=notes)
        return [_topic_filter(course), *sections]


def _menu(name: str, options: list[tuple[str, str]]) -> dict:
    """Return one menu of the filter."""
    return {"name": name, "label": name.capitalize(), "options": options}


def _notes_menu(entries) -> dict:
    """Return the menu of the sets of notes that have entries."""
    return _menu("notes", [(notes, NOTES.get(notes, notes)) for notes in _notes(entries)])


def _topic_filter(course) -> nodes.raw:
    """Return a filter of the topics by notes, part, kind and words."""
    topics = course.topics.values()
    kinds = sorted({topic.kind for topic in topics})
    kind = _menu("kind", [(kind, kind.replace("-", " ")) for kind in kinds])
    parts = parts_of(course, {topic.page.split("/")[0] for topic in topics})
    return filter_of(".nn-topic", "topics", [_notes_menu(topics), parts, kind])


def _errata_filter(course, errata) -> nodes.raw:
    """Return a filter of the errata by page, severity and words."""
    used = {erratum.page for erratum in errata}
    pages = [(_class(p), course.pages[p].title) for p in course.pages if p in used]
    severity = [(s, s) for s in sorted({erratum.severity for erratum in errata})]
    fields = [_menu("page", pages), _menu("severity", severity)]
    return filter_of("div.nn-erratum", "errata", fields)


def _class(page: str) -> str:
    """Return a page's name in the form that a CSS class allows."""
    return page.replace("/", "-")


class ErrataTable(SphinxDirective):
    """The directive for the errata of one set of notes with their checks."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a filter and the errata."""
        self.env.metadata[self.env.docname]["nn-generated"] = True
        course, notes = self.env.app.nn_course, self.arguments[0]
        errata = [e for e in course.errata.values() if e.notes == notes]
        if not errata:
            raise self.error(f"errata-table: expected a set of notes, got {notes}")
        section = _section(notes, "errata")
        section += [self._entry(erratum) for erratum in errata]
        return [_errata_filter(course, errata), section]

    def _entry(self, erratum) -> nodes.container:
        """Return a container with one erratum, its id, its severity and its page."""
        box = describe(self, erratum)
        head = nodes.paragraph("", "", nodes.strong("", erratum.id), classes=["nn-head"])
        anchor = "" if erratum.severity == "typo" else erratum.id
        link = PageLink("", page=erratum.page, anchor=anchor)
        head += [nodes.Text(f" ({erratum.severity}). Page: "), link]
        box.insert(0, head)
        page = _class(erratum.page)
        box["classes"] += [f"nn-page-{page}", f"nn-severity-{erratum.severity}"]
        title = FoldTitle("", f"The check for {erratum.id}")
        box += Fold("", title, *check_of(self, erratum), classes=["nn-check"])
        return box


def _address(app, docname: str, page: str, anchor: str = "") -> str:
    """Return the address of a page relative to a document, or "" if it isn't written yet."""
    target = f"chapters/{page}" if f"chapters/{page}" in app.env.found_docs else page
    if target not in app.env.found_docs:
        return ""
    address = app.builder.get_relative_uri(docname, target)
    return f"{address}#{anchor}" if anchor else address


def _title(app, page: str) -> str:
    """Return the title of a page, or its name if pages.yml lacks it."""
    known = app.nn_course.pages.get(page)
    return known.title if known else page


def _row(app, docname: str, topic: Topic) -> str:
    """Return one topic as an HTML row of its table."""
    part = topic.page.split("/")[0]
    title = escape(_title(app, topic.page))
    address = _address(app, docname, topic.page, topic.id)
    where = f'<a href="{address}">{title}</a>' if address else f"planned: {title}"
    return (
        f'<tr id="topic-{topic.id}" data-notes="{topic.notes}" data-kind="{topic.kind}" class='
        f'"nn-topic nn-notes-{topic.notes} nn-part-{part} nn-kind-{topic.kind}">'
        f"<td>{escape(topic.topic)}</td><td>{topic.kind.replace('-', ' ')}</td>"
        f"<td>{where}</td></tr>"
    )


def _tables(app, docname: str, notes: str) -> str:
    """Return the topics of one set of notes as HTML, a table for each of its sections."""
    topics = [topic for topic in app.nn_course.topics.values() if topic.notes == notes]
    taught = sum(bool(_address(app, docname, topic.page)) for topic in topics)
    share = f"{taught} of {len(topics)} topics are taught on finished pages."
    head = "<thead><tr><th>Topic</th><th>Kind</th><th>Page</th></tr></thead>"
    sections = [
        (section, [_row(app, docname, topic) for topic in group])
        for section, group in groupby(topics, key=lambda topic: topic.section)
    ]
    return f'<p class="nn-share">{share}</p>' + "".join(
        f'<div class="nn-topics-part" style="--rows: {len(rows)}">'
        f'<table class="table nn-topics">'
        f"<caption>{escape(section)}</caption>{head}<tbody>{''.join(rows)}</tbody></table></div>"
        for section, rows in sections
    )


def resolve(app, doctree, docname) -> None:
    """Replace the placeholders, now that we know which pages exist."""
    for node in list(doctree.findall(TopicTable)):
        node.replace_self(nodes.raw("", _tables(app, docname, node["notes"]), format="html"))
    for node in list(doctree.findall(PageLink)):
        title = _title(app, node["page"])
        address = _address(app, docname, node["page"], node["anchor"])
        link = nodes.reference("", title, refuri=address, internal=True)
        node.replace_self(link if address else nodes.Text(f"{title} (planned)"))


def outdated(app, env, added, changed, removed) -> list[str]:
    """Return the generated pages, to be read again, if any page has changed."""
    generated = [name for name, data in env.metadata.items() if "nn-generated" in data]
    return [name for name in generated if name in env.found_docs and added | changed | removed]
