"""The styles of citations, found once for a build."""

from importlib.metadata import entry_points

from pybtex.plugin import register_plugin

GROUPS = (
    "pybtex.backends",
    *(f"pybtex.style.{kind}" for kind in ("formatting", "labels", "names", "sorting")),
)


def register_styles(app) -> None:
    """Register pybtex's installed styles; else it looks through all packages for each name."""
    for group in GROUPS:
        for point in entry_points(group=group):
            register_plugin(group, point.name, point.load(), force=True)
