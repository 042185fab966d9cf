"""Give glued numbers a minus sign instead of a hyphen."""

import re

GLUED_HYPHEN = re.compile(r'(<span class="pasted-text">)-(?=[\d.])')


def mend(app, pagename, templatename, context, doctree) -> None:
    """Replace the hyphen before each number that a page glues into its text."""
    context["body"] = GLUED_HYPHEN.sub(r"\1−", context.get("body", ""))
