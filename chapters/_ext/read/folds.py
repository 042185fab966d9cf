"""Folds of code keep their title when they are opened: it says what is in them.

A cell's own title is its ``code_prompt_show``; that of the others stands in ``_config.yml``.
"""

from docutils import nodes


def keep_titles(app, doctree: nodes.document) -> None:
    """Let each fold of code have one title, open or closed."""
    for cell in doctree.findall(nodes.container):
        if "prompt_show" in cell:
            cell["prompt_hide"] = cell["prompt_show"]
