"""Make the build after a warning warn again.

Sphinx stores the pages that it has read, even pages with a warning, so the next build would not
read such a page again and would pass. After a warning, the next build reads all pages.
"""

from pathlib import Path

from sphinx.application import ENV_PICKLE_FILENAME


def forget_environment(app, exception) -> None:
    """Delete Sphinx's stored environment after a warning; the outputs of cells stay."""
    if exception is None and app._warncount:
        (Path(app.doctreedir) / ENV_PICKLE_FILENAME).unlink(missing_ok=True)
