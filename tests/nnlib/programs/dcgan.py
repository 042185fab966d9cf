"""A small DCGAN: transposed convolutions, batch norm, two optimisers that alternate."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.parallel
from drawn import tensor, weights

nz, ngf, ndf, nc = 8, 4, 4, 1


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(nz, ngf * 2, 4, 1, 0, bias=False),
            nn.BatchNorm2d(ngf * 2),
            nn.ReLU(True),
            nn.ConvTranspose2d(ngf * 2, ngf, 4, 2, 1, bias=False),
            nn.BatchNorm2d(ngf),
            nn.ReLU(True),
            nn.ConvTranspose2d(ngf, nc, 4, 2, 1, bias=False),
            nn.Tanh(),
        )

    def forward(self, input):
        if input.is_cuda or input.is_xpu:
            return nn.parallel.data_parallel(self.main, input, range(2))
        return self.main(input)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(nc, ndf, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf, ndf * 2, 4, 2, 1, bias=False),
            nn.BatchNorm2d(ndf * 2),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf * 2, 1, 4, 1, 0, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, input):
        return self.main(input)


def weights_init(m):
    classname = m.__class__.__name__
    if classname.find("BatchNorm") != -1:
        nn.init.ones_(m.weight.data)
        nn.init.constant_(m.bias.data, 0)


rng = np.random.default_rng(5)
real = torch.tanh(tensor(rng, 16, nc, 16, 16))
netG, netD = weights(Generator(), 1), weights(Discriminator(), 2)
netG.apply(weights_init)
netD.apply(weights_init)
criterion = nn.BCELoss()
optimizerD = torch.optim.Adam(netD.parameters(), lr=2e-3, betas=(0.5, 0.999))
optimizerG = torch.optim.Adam(netG.parameters(), lr=2e-3, betas=(0.5, 0.999))
for _ in range(20):
    netD.zero_grad()
    label = torch.full((16,), 1.0, dtype=torch.double)
    errD_real = criterion(netD(real).view(-1), label)
    errD_real.backward()
    fake = netG(tensor(rng, 16, nz, 1, 1))
    label.fill_(0.0)
    errD_fake = criterion(netD(fake.detach()).view(-1), label)
    errD_fake.backward()
    optimizerD.step()
    netG.zero_grad()
    label.fill_(1.0)
    output = netD(fake).view(-1)
    errG = criterion(output, label)
    errG.backward()
    optimizerG.step()
    print((errD_real + errD_fake).item(), errG.item(), output.mean().item())
print("images", tuple(fake.shape), netG.main[1].running_var.mean().item())
