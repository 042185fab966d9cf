"""Explain a wrong answer, in words that are true and do not give the right one away.

Comes in: entries, each with the wrong and the right answer in one case. Goes out: an
`Explanation` that holds in all cases of its kind, or none.

It decides no points: `engine/judgement`, which calls it, does.
"""
