"""An image-to-image network: reflected borders, residual blocks, enlarging, Gram matrices."""

import numpy as np
import torch
from drawn import tensor, weights
from torch import nn


class ConvLayer(nn.Module):
    def __init__(self, inputs, outputs, kernel_size, stride=1, enlarge=None):
        super().__init__()
        self.enlarge = enlarge
        self.reflection_pad = nn.ReflectionPad2d(kernel_size // 2)
        self.conv2d = nn.Conv2d(inputs, outputs, kernel_size, stride)
        self.norm = nn.InstanceNorm2d(outputs, affine=True)

    def forward(self, x):
        if self.enlarge:
            x = nn.functional.interpolate(x, mode="nearest", scale_factor=self.enlarge)
        return self.norm(self.conv2d(self.reflection_pad(x)))


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1, self.conv2 = (
            ConvLayer(channels, channels, 3),
            ConvLayer(channels, channels, 3),
        )

    def forward(self, x):
        return self.conv2(torch.relu(self.conv1(x))) + x


def gram_matrix(y):
    b, ch, h, w = y.size()
    features = y.view(b, ch, w * h)
    return features.bmm(features.transpose(1, 2)) / (ch * h * w)


rng = np.random.default_rng(9)
net = weights(
    nn.Sequential(
        ConvLayer(3, 6, 5),
        nn.ReLU(),
        ConvLayer(6, 8, 3, 2),
        Residual(8),
        ConvLayer(8, 6, 3, enlarge=2),
        nn.ReLU(),
        nn.ReplicationPad2d((1, 1, 0, 2)),
        nn.ConstantPad2d(-1, 0.0),
        ConvLayer(6, 3, 5),
    )
)
content, style = tensor(rng, 2, 3, 12, 12), tensor(rng, 1, 3, 12, 12)
optimizer = torch.optim.Adam(net.parameters(), 1e-2)
for step in range(12):
    y = net(content)
    content_loss = nn.functional.mse_loss(y[:, :, :12, :12], content[:, :, : y.size(2)])
    style_loss = nn.functional.mse_loss(gram_matrix(y), gram_matrix(style).expand(2, -1, -1))
    loss = content_loss + 100 * style_loss
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, content_loss.item(), style_loss.item())
print(tuple(y.shape), net[6], net[7])
