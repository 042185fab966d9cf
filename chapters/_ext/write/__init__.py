"""Fifth stage: each page is written.

In: the finished tree of a page and the HTML that Sphinx has made from it, ``context["body"]``.
Out: that HTML, smaller, with the scripts that it needs and its formulas typeset; next to it,
the page as a notebook and its cells as a script.
"""
