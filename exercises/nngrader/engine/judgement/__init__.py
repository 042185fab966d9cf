"""Judge what a function returned: points by aspect, and findings in words.

Comes in: a packed problem, and a description of what each call returned or raised. Goes out: a
`Verdict`.

Read `judging` first: it looks at the form (`form`), then at the values of ordinary cases, then
at those of special ones (`values`). `ledger` charges a mistake once and says it once;
`thresholds` is for challenges.

It works on plain data and calls no function but the one that it is given to run a case.
"""
