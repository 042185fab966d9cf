"""Read submissions without trusting them.

Input: folders of notebooks, or a download from a learning platform. Output: a `Rebuilt` object
with the instructor's notebook that contains the student's cells, flags about everything
unusual, and the files that were submitted with the notebook.

This folder executes nothing from a submission, and knows no correct answers.
"""
