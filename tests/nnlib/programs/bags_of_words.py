"""Classify short texts by the mean of their word vectors: EmbeddingBag with offsets."""

import numpy as np
import torch
from drawn import weights
from torch import nn
from torch.utils.data import DataLoader

TOPICS = {
    "sport": "goal match team coach score league win player cup final",
    "money": "bank market stock price profit trade share euro rate debt",
    "space": "orbit rocket planet moon launch star telescope crew mars comet",
}
COMMON = "the a new today after first report".split()
VOCAB = {
    w: i for i, w in enumerate(dict.fromkeys([*COMMON, *" ".join(TOPICS.values()).split()]))
}


def texts(rng, n):
    """Return (label, text) pairs; one word in four belongs to the topic."""
    pairs = []
    for _ in range(n):
        label = int(rng.integers(len(TOPICS)))
        topic = list(TOPICS.values())[label].split()
        draws = [topic if rng.random() < 0.25 else COMMON for _ in range(rng.integers(4, 9))]
        pairs.append((label, " ".join(words[rng.integers(len(words))] for words in draws)))
    return pairs


def collate_batch(batch):
    labels, words, offsets = [], [], [0]
    for label, text in batch:
        processed = torch.tensor([VOCAB[w] for w in text.split()], dtype=torch.int64)
        labels.append(label)
        words.append(processed)
        offsets.append(processed.size(0))
    offsets = torch.tensor(offsets[:-1]).cumsum(dim=0)
    return torch.tensor(labels), torch.cat(words), offsets


class TextClassificationModel(nn.Module):
    def __init__(self, mode):
        super().__init__()
        self.embedding = nn.EmbeddingBag(len(VOCAB), 8, mode=mode, sparse=False)
        self.fc = nn.Linear(8, len(TOPICS))

    def forward(self, text, offsets):
        return self.fc(self.embedding(text, offsets))


for mode in ("mean", "max"):
    rng = np.random.default_rng(3)
    data, held_out = texts(rng, 96), texts(rng, 30)
    model = weights(TextClassificationModel(mode))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=3.0)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.9)
    for epoch in range(6):
        model.train()
        for label, text, offsets in DataLoader(data, batch_size=16, collate_fn=collate_batch):
            optimizer.zero_grad()
            loss = criterion(model(text, offsets), label)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
        scheduler.step()
        print(mode, epoch, loss.item(), model.embedding.weight.grad.norm().item())
    model.eval()
    with torch.no_grad():
        label, text, offsets = collate_batch(held_out)
        correct = (model(text, offsets).argmax(1) == label).sum().item()
        print(mode, correct, "of", len(held_out), model)

# The weighted sum of a bag, with a padding word that doesn't count.
bag = weights(nn.EmbeddingBag(5, 3, mode="sum", padding_idx=0, include_last_offset=True))
factors = torch.tensor([1.0, 0.5, 2.0, -1.0, 3.0], dtype=torch.float64, requires_grad=True)
y = bag(torch.tensor([1, 0, 4, 2, 2]), torch.tensor([0, 3, 5]), per_sample_weights=factors)
y.pow(2).sum().backward()
print(bag, y.tolist(), factors.grad.tolist(), bag.weight.grad.tolist())
