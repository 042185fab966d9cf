"""Hooks: activations, gradients and a Grad-CAM map."""

import numpy as np
import torch
import torch.nn.functional as F
from drawn import tensor, weights
from torch import nn

rng = np.random.default_rng(11)
model = weights(
    nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 8, 3, padding="same"),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 4),
    )
)
images = tensor(rng, 5, 3, 12, 12)
labels = torch.tensor([0, 1, 2, 3, 0])
activation, sizes, norms = {}, [], []


def get_activation(name):
    def hook(model, input, output):
        activation[name] = output.detach()

    return hook


handles = [m.register_forward_hook(get_activation(n)) for n, m in model.named_children()]
handles.append(model.register_forward_pre_hook(lambda m, args: sizes.append(args[0].shape[0])))
handles.append(
    model[3].register_full_backward_hook(
        lambda m, grad_in, grad_out: norms.append((grad_in[0].norm(), grad_out[0].norm()))
    )
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(20):
    loss = F.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(loss.item(), norms[-1][0].item(), norms[-1][1].item())
for name, value in activation.items():
    print(name, tuple(value.shape), value.mean().item())
for handle in handles:
    handle.remove()
print("calls", len(sizes), len(norms), sum(sizes))
model(images)
print("calls", len(sizes), len(norms))

features = model[:5](images)
features.retain_grad()
scores = model[5:](features)
scores[range(5), labels].sum().backward()
cam = F.relu((features.grad.mean(dim=(2, 3), keepdim=True) * features).sum(1))
cam = F.interpolate(cam[:, None], size=(12, 12), mode="bilinear", align_corners=False)
print("cam", cam.amax(dim=(1, 2, 3)).detach())
