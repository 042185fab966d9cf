"""Fourth stage, when all pages have been read: what depends on other pages gets its place.

In: the tree of each page, and which pages, titles and anchors there are.
Out: the tree with its links: terms to the glossary, names of pages, tables of the syllabus.
"""
