"""Last stage, once for a build: what is made of all pages together.

In: the written pages, and what earlier stages have kept of each for the search.
Out: the index of the search, the style sheet of the icons that the pages use, the theme's style
sheet without what no page uses, its script without what is slow; after a warning nothing that
the next build could go on from.
"""
