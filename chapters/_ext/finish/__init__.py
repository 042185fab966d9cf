"""Last stage, once per build: the files that are made from all pages together.

In: the written pages, and the data that earlier stages stored about each for the search.
Out: the search index, the style sheet of the icons that the pages use, the theme's style sheet
without unused rules, and its scripts without their slow parts. After a warning, the stored
environment is deleted, so that the next build reads all pages.
"""
