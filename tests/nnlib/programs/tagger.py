"""Tag the words of sentences with a bidirectional GRU on packed sequences."""

import numpy as np
import torch
from drawn import weights
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

GRAMMAR = {
    "D": ["the", "a", "every"],
    "A": ["old", "green", "quick"],
    "N": ["cat", "house", "watch", "light"],
    "V": ["sees", "likes", "watch", "light"],
    "P": ["in", "near"],
}
PATTERNS = ["DNV", "DANVDN", "DNVPDN", "DANVDAN", "VDN", "DAANVPDAN"]
TAGS = list(GRAMMAR)
WORDS = ["<pad>", *sorted({word for words in GRAMMAR.values() for word in words})]
IGNORE = -100


def sentences(rng, n):
    """Return sentences and their tags, in which some words have two possible tags."""
    xs, ys = [], []
    for _ in range(n):
        pattern = PATTERNS[rng.integers(len(PATTERNS))]
        words = [GRAMMAR[t][rng.integers(len(GRAMMAR[t]))] for t in pattern]
        xs.append(torch.tensor([WORDS.index(w) for w in words]))
        ys.append(torch.tensor([TAGS.index(t) for t in pattern]))
    return xs, ys


def batch_of(xs, ys):
    """Return a padded batch, sorted by length."""
    lengths = torch.tensor([len(x) for x in xs])
    lengths, order = torch.sort(lengths, descending=True, stable=True)
    x = pad_sequence([xs[i] for i in order], batch_first=True)
    y = pad_sequence([ys[i] for i in order], batch_first=True, padding_value=IGNORE)
    return x, y, lengths


class Tagger(nn.Module):
    def __init__(self, width=8, hidden=10):
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS), width, padding_idx=0)
        self.gru = nn.GRU(width, hidden, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hidden, len(TAGS))

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.embedding(x), lengths.tolist(), batch_first=True)
        output, h_n = self.gru(packed)
        output, again = pad_packed_sequence(output, batch_first=True, total_length=x.size(1))
        assert torch.equal(again, lengths)
        return self.out(output), h_n


rng = np.random.default_rng(4)
model = weights(Tagger())
optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=8, gamma=0.5)
criterion = nn.CrossEntropyLoss(ignore_index=IGNORE)
for step in range(24):
    x, y, lengths = batch_of(*sentences(rng, 12))
    logits, h_n = model(x, lengths)
    loss = criterion(logits.view(-1, len(TAGS)), y.view(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    correct = ((logits.argmax(-1) == y) & (y != IGNORE)).sum().item()
    print(step, loss.item(), correct / lengths.sum().item())

# The loss of packed tags is the same, without any padding.
with torch.no_grad():
    logits, h_n = model(x, lengths)
    packed = pack_padded_sequence(logits, lengths, batch_first=True)
    tags = pack_padded_sequence(y, lengths, batch_first=True)
    print(criterion(packed.data, tags.data).item(), criterion(logits.transpose(1, 2), y).item())
    print(tags.batch_sizes, tuple(packed.data.shape), tuple(h_n.shape))
    for words, best, n in zip(x, logits.argmax(-1), lengths[:3].tolist(), strict=False):
        print(" ".join(f"{WORDS[words[t]]}/{TAGS[best[t]]}" for t in range(n)))
