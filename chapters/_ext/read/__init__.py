"""Third stage: each page that is new or has changed is read into a tree of nodes.

In: the text of a page, its outputs from the cache, and the data of the course.
Out: its tree, in which our directives have become nodes; in ``app.env``, the topics
that it covers. Places that depend on other pages are our nodes, which the next stage replaces.
"""
