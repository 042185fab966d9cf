"""Fourth stage, after all pages have been read: insert whatever depends on other pages.

In: the tree of each page, and the list of all pages, titles and anchors.
Out: the tree with its links: terms to the glossary, names of pages, tables of the syllabus.
"""
