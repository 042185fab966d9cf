"""First stage, once per build: prepare what all pages need before any page is executed or read.

In: the settings of ``_config.yml``, the data of ``chapters/reference``, the sources of nnlib.
Out: the folder of stored outputs; digests of what the pages read; the course and its glossary
as ``app.nn_course``, ``app.nn_glossary`` and ``app.nn_symbols``; files that all pages share.
It imports no other stage.
"""
