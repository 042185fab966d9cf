"""An autoencoder, and a variational one with the reparametrisation trick."""

import numpy as np
import torch
import torch.nn.functional as F
from drawn import tensor, weights
from torch import nn

rng = np.random.default_rng(4)
data = torch.sigmoid(tensor(rng, 64, 6) @ tensor(rng, 6, 20))


class AutoEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(20, 12), nn.Tanh(), nn.Linear(12, 3))
        self.decoder = nn.Sequential(
            nn.Linear(3, 12), nn.Tanh(), nn.Linear(12, 20), nn.Sigmoid()
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(20, 16)
        self.fc21 = nn.Linear(16, 4)
        self.fc22 = nn.Linear(16, 4)
        self.fc3 = nn.Linear(4, 16)
        self.fc4 = nn.Linear(16, 20)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = tensor(rng, *std.shape)
        return mu + eps * std

    def decode(self, z):
        h3 = F.relu(self.fc3(z))
        return torch.sigmoid(self.fc4(h3))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 20))
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x.view(-1, 20), reduction="sum")
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD


plain = weights(AutoEncoder())
optimizer = torch.optim.Adam(plain.parameters(), lr=1e-2)
for _ in range(20):
    loss = nn.MSELoss()(plain(data), data)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print("plain", loss.item())
print("code", plain.encoder(data).detach().std(dim=0))

vae = weights(VAE())
optimizer = torch.optim.Adam(vae.parameters(), lr=1e-3)
for _ in range(20):
    vae.train()
    optimizer.zero_grad()
    recon_batch, mu, logvar = vae(data)
    loss = loss_function(recon_batch, data, mu, logvar)
    loss.backward()
    optimizer.step()
    print("variational", loss.item() / len(data))
