"""Fifth stage: each page is written.

In: the finished tree of a page and the HTML that Sphinx has made of it, ``context["body"]``.
Out: that HTML with the scripts that it needs, room for its formulas and fewer bytes, and next
to it the page as a notebook and its cells as a script.
"""
