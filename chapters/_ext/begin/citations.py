"""Make citations faster: find each style once, and merge the citations of a page into one."""

from importlib.metadata import entry_points

from pybtex.plugin import register_plugin

GROUPS = (
    "pybtex.backends",
    *(f"pybtex.style.{kind}" for kind in ("formatting", "labels", "names", "sorting")),
)


def register_styles(app) -> None:
    """Register pybtex's installed styles; otherwise it searches all packages for each name."""
    for group in GROUPS:
        for point in entry_points(group=group):
            register_plugin(group, point.name, point.load(), force=True)


def merge(app, env) -> list[str]:
    """Merge all citations of a page into one, until `restore` splits them again.

    Otherwise, bibtex searches all citations of the book for each work on each page.
    """
    if (cite := env.domains.get("cite")) is None:
        return []
    pages = {}
    for citation in cite.citation_refs:
        targets = pages[citation.docname].targets if citation.docname in pages else []
        pages[citation.docname] = citation._replace(targets=[*targets, *citation.targets])
    env.nn_citations, cite.data["citation_refs"] = cite.citation_refs, [*pages.values()]
    return []


def restore(app, env) -> list[str]:
    """Restore the citations that `merge` replaced."""
    if cite := env.domains.get("cite"):
        cite.data["citation_refs"] = env.__dict__.pop("nn_citations")
    return []
