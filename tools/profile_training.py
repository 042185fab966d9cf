"""Profile the training that the profiling question of ps8 shows, and print its table.

Run by hand: the text of the assignment holds what was printed, with the program below.
"""

import torch
from torch import nn
from torch.nn import functional as F
from torch.profiler import ProfilerActivity, profile, record_function

from nnlib.datasets import fashion_mnist


def moved(picture: torch.Tensor) -> torch.Tensor:
    """Return a picture moved by up to two pixels, with noise."""
    i, j = torch.randint(0, 5, (2,)).tolist()
    picture = F.pad(picture, (2, 2, 2, 2))[i : i + 28, j : j + 28]
    return picture + 0.05 * torch.randn(28, 28)


def main() -> None:
    """Train for two epochs, of which the second is profiled."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    pictures, labels = (torch.tensor(a) for a in fashion_mnist()[0])
    pictures = pictures.float().reshape(-1, 28, 28)
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)

    def epoch():
        for chosen in torch.randperm(5000).split(100):
            with record_function("prepare"):
                batch = torch.stack([moved(pictures[n]) for n in chosen])
            with record_function("forward"):
                loss = F.cross_entropy(network(batch), labels[chosen])
            with record_function("backward"):
                optimizer.zero_grad()
                loss.backward()
            with record_function("update"):
                optimizer.step()

    epoch()
    with profile(activities=[ProfilerActivity.CPU]) as prof:
        epoch()
    print(prof.key_averages().table(sort_by="self_cpu_time_total", row_limit=22))


if __name__ == "__main__":
    main()
