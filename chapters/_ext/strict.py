"""A build that warned must warn again.

Sphinx keeps what it has read, also of a page that gave a warning, so the next build would not
read that page again and would pass. Here a build with warnings leaves nothing to go on from.
"""

from pathlib import Path

from sphinx.application import ENV_PICKLE_FILENAME


def _forget(app, exception) -> None:
    """After a warning, remove the stored environment; outputs of cells stay in their cache."""
    if exception is None and app._warncount:
        (Path(app.doctreedir) / ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def setup(app):
    """Connect to Sphinx."""
    app.connect("build-finished", _forget)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
