"""Judge what a function did, as points by aspect with findings in words.

Comes in: a packed problem, and what was seen of each call. Goes out: a `Verdict`.

Read `judging` first: it looks at the form (`form`), then at the values of ordinary cases, then
at those of special ones (`values`). `ledger` charges a mistake once and says it once;
`thresholds` is for challenges.

It works on plain data and calls no function but the one it is given to run a case.
"""
