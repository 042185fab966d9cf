"""Second stage: pages are executed whose stored outputs no longer hold, some at a time.

In: the cells of the pages, and what earlier builds have kept of each: its outputs, which files
it read, how long it took.
Out: outputs in jupyter-cache, which MyST-NB then reads; a page that failed ends the build.
"""
