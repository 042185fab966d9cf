"""Does a decoder with attention translate longer phrases than one that gets a single vector?

Phrases of up to 17 characters from Shakespeare's plays are translated into Pig Latin, letter by
letter. Both models have the same encoder and decoder; one of them has attention. Each has the
best of three learning rates, chosen on validation words in short trials. A third model has a
fixed vector of twice the length. Test phrases consist of words that do not occur in the
training data.

It takes about 5 minutes. The page rnn/seq2seq uses the results.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from nnlib import datasets, experiment, text

LETTERS = "abcdefghijklmnopqrstuvwxyz "
PAD, START, END = 27, 28, 29  # after the letters
EMBED, UNITS, BATCH = 32, 64, 64
UPDATES, TRIAL, LONGEST = 800, 150, 17
RATES = (0.005, 0.01, 0.02)
LENGTHS = ((3, 5), (6, 8), (9, 11), (12, 14), (15, 17))
TOLERANCES = {"loss": {"absolute": 0.05}}


def pig_latin(phrase):
    """Return a phrase in Pig Latin: string becomes ingstray, and apple becomes appleway."""
    translated = []
    for word in phrase.split():
        first = next((k for k, c in enumerate(word) if c in "aeiou"), 0)
        translated.append(word[first:] + word[:first] + ("ay" if first else "way"))
    return " ".join(translated)


def words():
    """Return the training, validation and test words of at most eight letters, shuffled."""
    plays, _ = datasets.shakespeare()
    vocab = set(text.tokenize(" ".join(plays.texts).lower()))
    vocab = sorted(w for w in vocab if set(w) <= set(LETTERS[:-1]) and 2 <= len(w) <= 8)
    vocab = list(np.random.default_rng(0).permutation(vocab))
    return vocab[1500:], vocab[:500], vocab[500:1500]


def phrases(words, count, longest, rng, shortest=1):
    """Return random phrases with a length that is uniformly distributed."""
    accepted = []
    while len(accepted) < count:
        wanted, phrase = rng.integers(shortest, longest + 1), ""
        while len(phrase) < wanted:
            phrase = (phrase + " " + words[rng.integers(len(words))]).strip()
        if shortest <= len(phrase) <= longest:
            accepted.append(phrase)
    return accepted


def encode(rows, start=False):
    """Return texts as character indices of shape (T, N), with an end mark and padding."""
    rows = [[START] * start + [LETTERS.index(c) for c in row] + [END] for row in rows]
    longest = max(map(len, rows))
    return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows]).T


class Seq2Seq(nn.Module):
    """A bidirectional GRU that reads, and a GRU that writes, with or without attention."""

    def __init__(self, attention, units=UNITS):
        super().__init__()
        self.attention = attention
        self.embed = nn.Embedding(30, EMBED)
        self.encoder = nn.GRU(EMBED, units, bidirectional=True)
        self.bridge = nn.Linear(2 * units, units)
        self.decoder = nn.GRU(EMBED, units)
        self.key = nn.Linear(2 * units, units, bias=False)
        self.mix = nn.Linear(3 * units, units)
        self.out = nn.Linear(units, 30)

    def read(self, x):
        """Return the memory (states, mask of padding, last states) and the first state."""
        lengths = (x != PAD).sum(dim=0)
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(x), lengths, enforce_sorted=False)
        states, last = self.encoder(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(states)
        last = torch.cat([last[0], last[1]], 1)  # (N, 2 units)
        return (states, (x == PAD).T, last), self.bridge(last).tanh()[None]

    def write(self, y, h, memory):
        """Return the logits (T', N, 30), the last state, and the weights (N, T', T)."""
        states, padding, last = memory
        s, h = self.decoder(self.embed(y), h)
        if self.attention:
            scores = torch.einsum("tnd,snd->nts", s, self.key(states)) / s.shape[2] ** 0.5
            weights = scores.masked_fill(padding[:, None], -torch.inf).softmax(dim=2)
            context = torch.einsum("nts,snd->tnd", weights, states)
        else:
            weights, context = None, last.expand(len(s), -1, -1)
        return self.out(self.mix(torch.cat([s, context], 2)).tanh()), h, weights


def loss_of(model, rows):
    """Return the cross-entropy of the translations, with teacher forcing."""
    y = encode(map(pig_latin, rows), start=True)
    memory, h = model.read(encode(rows))
    logits, _, _ = model.write(y[:-1], h, memory)
    return F.cross_entropy(logits.flatten(0, 1), y[1:].flatten(), ignore_index=PAD)


def translate(model, rows):
    """Return translations by greedy decoding, and the weights (N, T', T)."""
    with torch.no_grad():
        memory, h = model.read(encode(rows))
        y, written, weights = torch.full((1, len(rows)), START), [], []
        for _ in range(40):
            logits, h, a = model.write(y, h, memory)
            y = logits.argmax(dim=2)
            written.append(y[0])
            weights.append(a)
    translations = []
    for row in torch.stack(written).T.tolist():
        row = row[: row.index(END)] if END in row else row
        translations.append("".join(LETTERS[k] if k < 27 else "?" for k in row))
    return translations, torch.cat(weights, 1).numpy() if model.attention else None


def train(attention, seed, rate, updates, measure=0, units=UNITS):
    """Train with teacher forcing and Adam, with a rate that falls linearly to 0."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng, (known, validation, _) = np.random.default_rng(seed), words()
    model, curve = Seq2Seq(attention, units), []
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    checked = phrases(validation, 200, LONGEST, np.random.default_rng(0))
    for done in range(updates):
        optimizer.param_groups[0]["lr"] = rate * (1 - done / updates)
        loss = loss_of(model, phrases(known, BATCH, LONGEST, rng))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if measure and (done + 1) % measure == 0:
            with torch.no_grad():
                curve.append(round(loss_of(model, checked).item(), 4))
    return model, curve


RATE = {}  # by name: the best of the trials


def run(seed):
    """Losses and, by length, the fraction of correct translations of the models."""
    _, validation, unread = words()
    results, checked = {}, phrases(validation, 200, LONGEST, np.random.default_rng(0))
    tests = [
        phrases(unread, 300, high, np.random.default_rng(low), low) for low, high in LENGTHS
    ]
    models = {"fixed vector": (False, UNITS), "attention": (True, UNITS)}
    if not seed:
        models["fixed vector, 128 units"] = (False, 2 * UNITS)
    for name, (attention, units) in models.items():
        kind, trials = name.split(",")[0], {}
        if kind not in RATE:
            for rate in RATES:
                trials[str(rate)] = train(attention, 100, rate, TRIAL, TRIAL)[1][-1]
            RATE[kind] = float(min(trials, key=trials.get))
        model, curve = train(attention, seed, RATE[kind], UPDATES, 100, units)
        correct = []
        for rows in tests:
            pairs = zip(translate(model, rows)[0], map(pig_latin, rows), strict=True)
            correct.append(round(float(np.mean([a == b for a, b in pairs])), 4))
        results[name] = {"rate": RATE[kind], "trials": trials, "curve": curve}
        results[name] |= {
            "correct": correct,
            "parameters": sum(map(torch.numel, model.parameters())),
        }
        print(seed, name, results[name], flush=True)
        samples = checked[:8] + tests[-1][:6]
        written, _ = translate(model, samples)
        results[name]["samples"] = [list(pair) for pair in zip(samples, written, strict=True)]
        if attention:
            phrase = "the string sings"
            written, weights = translate(model, [phrase])
            used = weights[0, : len(written[0]) + 1, : len(phrase) + 1].astype(float)
            results[name] |= {"example": written[0], "alignment": used.round(3).tolist()}
    return results


def thin():
    """Return the loss of the model with attention after 10 updates."""
    _, curve = train(True, 0, 0.01, 10, 10)
    return {"loss": curve[-1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(2), thin=thin)
