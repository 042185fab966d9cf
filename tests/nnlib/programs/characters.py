"""A model of characters: Embedding, GRU cell by cell, sampling with a temperature."""

import torch
from drawn import weights
from torch import nn
from torch.nn import functional as F

text = "the quick brown fox jumps over the lazy dog and then over the slow cat. " * 3
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
data = torch.tensor([stoi[c] for c in text], dtype=torch.long)


class CharacterModel(nn.Module):
    def __init__(self, vocab, width=24):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.cell = nn.GRUCell(width, width)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocab, bias=False)
        self.head.weight = self.embed.weight  # tied

    def forward(self, index, hidden=None):
        outputs = []
        for t in range(index.size(1)):
            hidden = self.cell(self.embed(index[:, t]), hidden)
            outputs.append(self.head(self.norm(hidden)))
        return torch.stack(outputs, dim=1), hidden

    @torch.no_grad()
    def generate(self, start, n, temperature=0.8):
        index, hidden = start, None
        logits, hidden = self(index)
        for _ in range(n):
            probs = F.softmax(logits[:, -1, :] / temperature, dim=-1)
            following = torch.argmax(probs, dim=-1, keepdim=True)
            index = torch.cat((index, following), dim=1)
            logits, hidden = self(following, hidden)
        return index


def batches(block=16, count=8):
    starts = range(0, count * 9, 9)
    x = torch.stack([data[i : i + block] for i in starts])
    y = torch.stack([data[i + 1 : i + block + 1] for i in starts])
    return x, y


model = weights(CharacterModel(len(chars)))
print("tied", len(list(model.parameters())), sorted(model.state_dict()))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
x, y = batches()
for step in range(20):
    logits, _ = model(x)
    B, T, C = logits.shape
    loss = F.cross_entropy(logits.view(B * T, C), y.view(B * T))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    print(step, loss.item())
model.eval()
generated = model.generate(x[:1, :4], 12)[0].tolist()
print(repr("".join(chars[i] for i in generated)))
