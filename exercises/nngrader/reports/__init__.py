"""Tell people what came of the grading.

Comes in: kept results, and marks of the gradebook. Goes out: a page for each student, a page
on the class for the instructor, leaderboards, tables for learning platforms.

Read `feedback` first, then `class_report`, which `breakdown`, `item_analysis` and `similarity`
serve. `style` holds the style sheet and the pieces of HTML that all pages share.

A student's page holds no text that was made by a student's code, no hidden input and no
expected value. This room grades nothing and writes no mark.
"""
