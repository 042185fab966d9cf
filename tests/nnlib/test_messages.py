"""Messages that a beginner meets: torch's type of error, and what helps to correct the mistake.

Behind each call are the words that the message must contain in this order: what was expected,
what arrived, and what to do. The words between them are free.
"""

import re

import pytest
import torch

import nnlib


def weight(L):
    """Return a leaf that requires a gradient."""
    return L.ones(3, requires_grad=True)


def backward_twice(L):
    loss = (weight(L) ** 2).sum()
    loss.backward()
    loss.backward()


def step_before_backward(L):
    w = weight(L)
    loss = (w**2).sum()
    loss.backward(retain_graph=True)
    L.optim.SGD([w], lr=0.1).step()
    loss.backward()


def assigned(L):
    L.nn.Linear(2, 1).weight = L.rand(1, 2)


MISTAKES = """
L.nn.Linear(784, 2)(L.rand(6, 28, 28)) =>
    784 elements (in_features)...28 in (6, 28, 28)...flatten(1)
L.nn.Linear(4, 2)(L.rand(6, 3)) => 4 elements (in_features)...got 3 in (6, 3)
F.linear(L.rand(6, 3), L.rand(5, 3), L.rand(4)) => bias (5,)...got (4,)
L.nn.Linear(3, 1)(L.ones(2, 3, dtype=L.float64)) =>
    input is float64, weight is float32...convert input with .float()
L.nn.Linear(3, 1).double()(L.rand(2, 3)) => convert input with .double()
L.nn.Linear(3, 1)([L.rand(3)]) => expected input...got list...stack()
L.nn.Linear(3, 1)((L.rand(3), L.rand(3))) => expected input...got tuple...unpack
F.relu(None) => got NoneType...return
L.rand(2, 3) @ L.rand(2, 3) => (2, 3) and (2, 3)...3 and 2...Transpose
L.rand(2, 3) @ L.rand(3, 2).double() => other is float64...convert other with .float()
L.rand(2, 3) @ L.tensor(2.0) => use *
L.rand(2, 3) + L.rand(2) => got (2, 3) and (2,)...[:, None]
L.cat([L.rand(2, 3), L.rand(2, 4)]) => dim 0...got (2, 3)...index 1, (2, 4)
L.cat([L.rand(2, 3), L.rand(3)]) => got (2, 3)...index 1, (3,)
L.cat([L.tensor(1.0), L.tensor(2.0)]) => shape ()...stack()
L.cat(L.rand(2), L.rand(2)) => list of tensors...got one Tensor...cat([a, b])
L.stack([L.rand(2), L.rand(2), L.rand(3)]) => equal shape...got (2,)...index 2, (3,)
L.stack(L.rand(2), L.rand(2)) => list of tensors...got one Tensor...stack([a, b])
L.where(L.ones(2) > 0, L.ones(2)) => where...input and other
L.zeros(2).fill_(L.ones(2)) => fill_...single value...shape (2,)
F.one_hot(L.tensor([-1])) => indices in [0, 0]...got -1
L.rand(6).reshape(4, 2) => 6 elements...(6,)...got (4, 2)...8
L.rand(6).reshape(4, -1) => divides 6...got (4, -1)
L.rand(6).reshape(-1, -1) => at most one...got (-1, -1)
L.rand(2, 3).t().view(6) => (3, 2)...(6,)...reshape()
L.rand(6).view(4, 2) => 6 elements...got (4, 2)
L.rand(6).view(6 / 2, 2) => integers...got (3.0, 2)...//
L.rand(2, 3).expand(4, 3) => (2, 3)...got (4, 3)
L.rand(2, 3, 4).permute(1, 0) => 3 axes of (2, 3, 4)...got (1, 0)
L.cat([L.rand(2, 3), L.rand(0), L.rand(2, 4)]) => dim 0...got (2, 3)...index 2, (2, 4)
L.rand(6).view(-2, 3) => at least -1...got (-2, 3)
L.rand(3).split(0) => a size > 0...got 0
L.rand(3).split([-1, 4]) => sizes >= 0...3, got [-1, 4]
L.rand(3).narrow(0, 5, 1) => start in [-3, 3], got 5
L.rand(3).narrow(0, -4, 1) => start in [-3, 3], got -4
L.outer(L.rand(2, 3), L.rand(2)) => two vectors...got...(2, 3) and (2,)
L.bincount(L.tensor([0, 1]), L.rand(3)) => weights of shape (2,), got (3,)
L.rand(2, 3).sum(1.5) => dim...integer...got float
L.rand(2, 1).squeeze(1.0) => dim...integer...got float
L.rand(3).repeat_interleave(L.tensor([1, 2])) => one for each of 3 elements, got [1 2]
L.rand(3).__setitem__((..., 0, 0), 1.0) => (3,)...got 2
L.rand(2, 3).sum("1") => dim...integer...got str
L.rand(3)[0, 0] => at most one index per axis...(3,)...got 2
L.rand(2, 3)[:, 3] => index 3...axis 1...(2, 3)
L.rand(3)[L.tensor([1.0])] => integers...got float32...long()
L.rand(3)[L.tensor([True, False])] => mask...(3,)...got...(2,)
L.tensor(1.0)[0] => shape ()...item()
L.rand(2, 3).gather(1, L.tensor([0, 1])) => axes...(2, 3)...got (2,)
L.rand(0, 2).gather(0, L.tensor([[0, 0]])) => no indices...length 0...got 0
L.tensor([1]).add(1, alpha=0.5) => integer alpha...int64...got 0.5
L.autograd.functional.vjp(lambda x: x * 2, L.rand(3)) => shapes [(3,)]...one element...got None
float(L.rand(3)) => got shape (3,)...tolist()
len(L.tensor(1.0)) => shape ()...item()
L.zeros(3).copy_(L.ones(2)) => copy_: ...got (2,) and (3,)
L.zeros((2, 3), 4) => integers...got ((2, 3), 4)
L.asarray([1.0], copy=False) => any dtype for copy=False, got list
L.device("cuda:1", 2) => one index...'cuda:1' and index 2
L.tensor([1, 2]).mean() => got int64...float()
F.cross_entropy(L.rand(3, 2), L.tensor([0.0, 1.0, 0.0])) => class indices...got float32...long()
F.cross_entropy(L.rand(2, 3), L.tensor([[0, 1, 0]] * 2)) =>
    class indices...got int64 (2, 3)...argmax(1)
F.cross_entropy(L.rand(2, 3), L.tensor([[0], [1]])) => target (2,)...got (2, 1)...squeeze
F.cross_entropy(L.rand(2, 3), L.tensor([1, 3])) => [0, 2]...got 3...subtract 1
F.cross_entropy(L.rand(2, 3), L.tensor([0, 5])) => [0, 2]...got 5...3 classes
F.cross_entropy(L.rand(2, 3), [0, 1]) => expected target...got list...tensor()
F.cross_entropy(L.rand(4, 3).argmax(1), L.tensor([0, 1, 2, 0])) =>
    class indices...got int64...score for each class
F.nll_loss(L.rand(2, 3), L.rand(2, 3)) => class indices...got float32...argmax(1)
F.binary_cross_entropy(L.rand(4, 1), L.ones(4)) => target...(4, 1)...got (4,)...squeeze
F.binary_cross_entropy_with_logits(L.rand(2), L.tensor([1, 0])) =>
    target is int64...convert target with .float()
F.binary_cross_entropy(L.tensor([0.5, -2]), L.ones(2)) => input in [0, 1]...got -2...sigmoid()
F.mse_loss(L.rand(2), 1.0) => expected target...got float
L.nn.Conv2d(1, 2, 3)(L.rand(28, 28)) => (N, C, H, W)...got (28, 28)...x[None]
L.nn.Conv2d(1, 2, 3)(L.rand(6, 8, 8)) => 1 channel...got 6...x[:, None]
L.nn.Conv2d(3, 2, 3)(L.rand(2, 8, 8, 3)) => 3 channels...got 8...movedim(-1, -3)
L.nn.Conv1d(3, 2, 3)(L.rand(2, 10, 3)) => conv1d: ...3 channels...got 10...movedim(-1, -2)
L.nn.Conv2d(1, 2, 3)(L.zeros(1, 1, 8, 8, dtype=L.uint8)) =>
    input is uint8...convert input with .float()
L.nn.Conv2d(1, 2, 5)(L.rand(1, 1, 3, 3)) => window (5, 5)...got (3, 3)
L.nn.Conv2d(1, 2, 3.0) => kernel_size...got (3.0, 3.0)
L.nn.MaxPool2d(2)(L.rand(8, 8)) => (N, C, H, W)...got (8, 8)...x[None]
L.nn.BatchNorm2d(3)(L.rand(2, 4, 5, 5)) => 3 channels...got 4 in (2, 4, 5, 5)
L.nn.BatchNorm1d(3)(L.rand(1, 3)) => more than 1...got input (1, 3)...eval()
F.layer_norm(L.rand(2, 3), 3) => normalized_shape...got int
L.nn.LayerNorm(3)(L.rand(2, 3).double()) => input is float64...convert input with .float()
L.nn.Embedding(9, 3)(L.tensor([1.0])) => integer...got float32...long()
F.embedding(L.rand(9, 3), L.tensor([1])) => got float32...indices first
L.nn.LSTM(3, 4)(L.rand(5, 2, 7)) => 3 elements (input_size)...got 7 in (5, 2, 7)
L.nn.GRU(3, 4)(L.rand(5, 2, 3).double()) => float32, got float64...float()
L.nn.RNN(3, 4)(L.rand(5, 2, 3), L.zeros(1, 5, 4)) => hx (1, 2, 4)...got (1, 5, 4)
backward_twice(L) => loss again...detach()...retain_graph=True
step_before_backward(L) => in place...optimizer.step()
(weight(L) * 2).backward() => one element...got shape (3,)...mean()
weight(L).sum().backward(inputs=3) => backward: expected a Tensor...got int
L.ones(3).sum().backward() => no history...no_grad()...detach()
L.autograd.grad(weight(L).sum(), L.ones(2, requires_grad=True)) =>
    input 0 of shape (2,)...allow_unused=True
L.optim.SGD(L.nn.Linear(2, 1), lr=0.1) => got Linear...model.parameters()
L.optim.SGD([], lr=0.1) => at least one...got none...iterator
L.optim.SGD([weight(L)], lr="0.1") => lr to be a number, got '0.1'
L.nn.utils.clip_grad_norm_(L.nn.Linear(2, 1), 1.0) => got Linear...model.parameters()
L.nn.init.zeros_(L.nn.Linear(2, 1)) => zeros_: ...Tensor...got Linear...weight
L.nn.init.uniform_(L.zeros(2), generator=3) => uniform_: ...Generator, got int
L.nn.init.xavier_uniform_(L.nn.Linear(2, 1)) => xavier_uniform_: ...got Linear...weight
L.nn.init.kaiming_normal_(L.nn.Linear(2, 1)) => kaiming_normal_: ...got Linear...weight
L.nn.init.orthogonal_(L.nn.Linear(2, 1)) => orthogonal_: ...got Linear...weight
L.nn.Sequential(L.nn.Linear(2, 1), L.nn.ReLU) => got the class ReLU
L.nn.Sequential([L.nn.ReLU()]) => got list...unpack
L.nn.Sequential(L.nn.ReLU()).insert(3, L.nn.ReLU()) => [-1, 1], got 3
L.nn.ModuleList([L.nn.ReLU()])(L.rand(2)) => loop...Sequential
assigned(L) => Parameter...got Tensor...copy_()
L.nn.Linear(2, 1).load_state_dict("w.pt") => dict-like, got str...load(path)
L.utils.data.TensorDataset(L.rand(3, 2), L.rand(4)) => number of rows...got [3, 4]
L.utils.data.TensorDataset([L.rand(3)]) => tensors...got list
L.utils.data.DataLoader([], shuffle=True) => got 0...dataset empty
list(L.utils.data.DataLoader([L.rand(2), L.rand(3)], batch_size=2)) => got (2,)...index 1, (3,)
"""


@pytest.mark.parametrize(("call", "words"), re.findall(r"(.+) =>\s+(.+)", MISTAKES))
def test_the_message_helps(call, words):
    def run(L):
        eval(call, globals() | dict(L=L, F=L.nn.functional))

    with pytest.raises(Exception, match=r".") as of_torch:
        run(torch)
    with pytest.raises(of_torch.type) as caught:
        run(nnlib)
    pattern = ".*".join(map(re.escape, words.split("...")))
    assert re.search(pattern, str(caught.value)), f"{caught.value} lacks {words}"
