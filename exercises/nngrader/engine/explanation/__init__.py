"""Explain a wrong answer truthfully, without revealing the correct one.

Input: entries, each with the returned and the correct answer in one case. Output: an
`Explanation` that is true in all cases of its kind, or none.

This folder doesn't decide about points; `engine/judgement`, which calls it, does.
"""
