"""Classify names by language: padded batches of characters, packed for an LSTM."""

import torch
from drawn import weights
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset

NAMES = {
    "english": "smith taylor brown wilson walker wright hughes green hall wood",
    "italian": "rossi ferrari esposito bianchi romano colombo ricci marino greco bruno",
    "japanese": "sato suzuki takahashi tanaka watanabe ito yamamoto nakamura kobayashi kato",
}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class NameDataset(Dataset):
    def __init__(self):
        words = {language: names.split() for language, names in NAMES.items()}
        self.pairs = [(words[k][i], k) for i in range(10) for k in NAMES]
        self.labels = {language: i for i, language in enumerate(NAMES)}

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, i):
        name, language = self.pairs[i]
        letters = [LETTERS.index(c) + 1 for c in name]  # 0 is the padding
        return torch.tensor(letters), self.labels[language]


def collate(batch):
    names, labels = zip(*batch, strict=True)
    lengths = torch.tensor([len(name) for name in names])
    return pad_sequence(names, batch_first=True), lengths, torch.tensor(labels)


class NameClassifier(nn.Module):
    def __init__(self, embedding_dim=8, hidden=16):
        super().__init__()
        self.embedding = nn.Embedding(len(LETTERS) + 1, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden, num_layers=2, batch_first=True)
        self.dropout = nn.Dropout(0.0)
        self.fc = nn.Linear(hidden, len(NAMES))

    def forward(self, names, lengths):
        packed = pack_padded_sequence(
            self.embedding(names), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        _, (h_n, c_n) = self.lstm(packed)
        assert h_n.size() == c_n.size()
        return self.fc(self.dropout(h_n[-1]))


dataset = NameDataset()
train, test = torch.utils.data.Subset(dataset, range(24)), dataset.pairs[24:]
loader = DataLoader(train, batch_size=8, collate_fn=collate)
model = weights(NameClassifier())
with torch.no_grad():
    model.embedding.weight[0].fill_(0)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(12):
    model.train()
    total, correct = 0.0, 0
    for names, lengths, labels in loader:
        optimizer.zero_grad()
        logits = model(names, lengths)
        loss = criterion(logits, labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item() * len(labels)
        correct += (logits.argmax(1) == labels).sum().item()
    print(f"epoch {epoch}: loss {total / len(train):.8f}, correct {correct} of {len(train)}")

model.eval()
with torch.no_grad():
    names, lengths, labels = collate([dataset[i] for i in range(24, 30)])
    for i, p in enumerate(model(names, lengths).softmax(1)):
        print(*test[i], p.tolist())
print(lengths, tuple(names.shape), model.embedding.weight.grad[0].abs().sum().item())
