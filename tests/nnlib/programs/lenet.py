"""Train LeNet on small pictures, as the tutorial on CIFAR-10 does."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from drawn import weights


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, self.num_flat_features(x))
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)

    def num_flat_features(self, x):
        size = x.size()[1:]
        num_features = 1
        for s in size:
            num_features *= s
        return num_features


rng = np.random.default_rng(1)
labels = torch.from_numpy(rng.integers(0, 10, 80))
images = torch.from_numpy(rng.random((80, 1, 28, 28), dtype="float64"))
images += labels.view(-1, 1, 1, 1) / 10

net = weights(Net())
print(net)
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for epoch in range(4):
    running_loss = 0.0
    for i in range(0, len(images), 16):
        optimizer.zero_grad()
        outputs = net(images[i : i + 16])
        loss = criterion(outputs, labels[i : i + 16])
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
        print("loss", loss.item())
    print(f"[{epoch + 1}] loss: {running_loss / 5:.4f}")

with torch.no_grad():
    predicted = torch.argmax(net(images), dim=1)
    correct = (predicted == labels).sum().item()
print("correct", correct, "conv1 bias gradient", net.conv1.bias.grad.abs().sum().item())
