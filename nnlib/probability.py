"""Distributions with their likelihoods and posteriors, Bayes tables, entropies."""

__all__: list[str] = []
