"""Make a build that warned warn again.

Sphinx keeps what it has read, also of a page that gave a warning, so the next build would not
read that page again and would pass. After a warning, the next build reads all pages.
"""

from pathlib import Path

from sphinx.application import ENV_PICKLE_FILENAME


def forget_environment(app, exception) -> None:
    """Remove the stored environment after a warning; outputs of cells stay in their cache."""
    if exception is None and app._warncount:
        (Path(app.doctreedir) / ENV_PICKLE_FILENAME).unlink(missing_ok=True)
