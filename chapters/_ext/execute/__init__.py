"""Second stage: pages with invalid stored outputs are executed, several in parallel.

In: the cells of the pages, and what earlier builds stored about each page: its outputs, a
digest of the files that it may read, and which checks came out differently.
Out: outputs in jupyter-cache, which MyST-NB then reads, and ``env.nn_outputs``, the data stored
with them, by document. In a strict build, a page that fails stops the build.
"""
