"""Third stage: each page that is new or has changed is read into a tree of nodes.

In: the text of a page, its outputs from the cache, and the data of the course.
Out: its tree, in which our directives have become nodes; in ``app.env``, what it covers. Places
that depend on other pages are nodes of our own, which the next stage replaces.
"""
