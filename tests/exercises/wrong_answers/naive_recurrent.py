"""Wrong samplers, each as a student would write the whole."""

import random

import numpy as np

from tests.exercises.wrong_answers.register import wrong


@wrong("sample", "always the largest entry is taken")
def the_most_probable(logits, temperature, rng):
    return np.array([int(np.argmax(row / temperature)) for row in logits])


@wrong("sample", "the temperature changes nothing")
def temperature_of_the_probabilities(logits, temperature, rng):
    e = np.exp(logits - logits.max(axis=1, keepdims=True)) / temperature
    p = e / e.sum(axis=1, keepdims=True)
    return np.array([rng.choice(len(row), p=row) for row in p])


@wrong("sample", "the logits are multiplied by the temperature")
def times_the_temperature(logits, temperature, rng):
    z = logits * temperature
    return (z + rng.gumbel(size=z.shape)).argmax(axis=1)


@wrong("sample", "the entries with small logits come most often")
def softmin(logits, temperature, rng):
    z = -(logits - logits.min(axis=1, keepdims=True)) / temperature
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    u = rng.random((len(p), 1))
    return (u > np.cumsum(p, axis=1)[:, :-1]).sum(axis=1)


@wrong("sample", "all entries come equally often")
def any_entry(logits, temperature, rng):
    return np.array([rng.choice(logits.shape[1]) for _ in logits])


@wrong("sample", "expected numbers from 0 to V - 1")
def counted_from_one(logits, temperature, rng):
    z = (logits - logits.max(axis=1, keepdims=True)) / temperature
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    u = rng.random((len(p), 1))
    return (u > np.cumsum(p, axis=1)[:, :-1]).sum(axis=1) + 1


@wrong("sample", "rows with equal logits give equal draws")
def one_draw_for_the_batch(logits, temperature, rng):
    z = (logits - logits.max(axis=1, keepdims=True)) / temperature
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    u = rng.random()
    return np.array([min(int(np.searchsorted(np.cumsum(row), u)), len(row) - 1) for row in p])


@wrong("sample", "equal generators give different draws")
def with_python_s_generator(logits, temperature, rng):
    z = (logits - logits.max(axis=1, keepdims=True)) / temperature
    return np.array([random.choices(range(len(row)), np.exp(row))[0] for row in z])


@wrong("sample", "what comes does not depend on the generator that is given")
def with_a_seed_of_its_own(logits, temperature, rng):
    rng = np.random.default_rng(1234)
    z = logits / temperature
    return (z + rng.gumbel(size=z.shape)).argmax(axis=1)


@wrong("sample", "each row has V numbers, so these are probabilities or marks")
def a_mark_for_the_drawn(logits, temperature, rng):
    z = (logits - logits.max(axis=1, keepdims=True)) / temperature
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return rng.multinomial(1, p)


@wrong("sample", "not drawn as often", "value stability")
def normal_noise(logits, temperature, rng):
    return (logits / temperature + rng.normal(size=logits.shape)).argmax(axis=1)


@wrong("sample", "not drawn as often")
def uniform_noise_on_probabilities(logits, temperature, rng):
    z = (logits - logits.max(axis=1, keepdims=True)) / temperature
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return (p + rng.random(p.shape)).argmax(axis=1)


@wrong("sample", "an axis of length 1 is too many", "shape")
def a_column(logits, temperature, rng):
    z = logits / temperature
    return (z + rng.gumbel(size=z.shape)).argmax(axis=1, keepdims=True)


@wrong("sample", "some rows are drawn rightly", "stability")
def largest_of_the_batch(logits, temperature, rng):
    z = logits / temperature
    p = np.exp(z - np.max(z))
    p = p / p.sum(axis=1)[:, None]
    return np.array([np.searchsorted(np.cumsum(row)[:-1], rng.random()) for row in p])
