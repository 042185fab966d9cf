"""Naive wrong answers to what ps8 has built and averaged, each as a student would write it."""

import torch
from torch import nn

from tests.exercises.wrong_answers.register import wrong


@wrong("NormalizeRows", "the squares of a row are added up")
class DividesByTheNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, eps):
        norm = torch.sqrt((x * x).sum(dim=1, keepdim=True) + eps)
        ctx.save_for_backward(x, weight)
        ctx.eps = eps
        return weight * (x / norm)

    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        norm = torch.sqrt((x * x).sum(dim=1, keepdim=True) + ctx.eps)
        g = dy * weight
        dx = g / norm - x * (g * x).sum(dim=1, keepdim=True) / norm**3
        return dx, (dy * x / norm).sum(dim=0), None


@wrong("NormalizeRows", "divided by the root of their variance")
class AsLayerNormDoes(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, eps):
        ctx.save_for_backward(x, weight)
        ctx.eps = eps
        return weight * x / (x.var(dim=1, keepdim=True, unbiased=False) + eps).sqrt()

    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        r = 1 / (x.var(dim=1, keepdim=True, unbiased=False) + ctx.eps).sqrt()
        g = dy * weight
        dx = g * r - x * (g * x).mean(dim=1, keepdim=True) * r**3
        return dx, (dy * x * r).sum(dim=0), None


@wrong("NormalizeRows", "eps is added to the root")
class AddsEpsLast(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, eps):
        ctx.save_for_backward(x, weight)
        ctx.eps = eps
        return weight * x / (x.pow(2).mean(dim=1, keepdim=True).sqrt() + eps)

    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        root = x.pow(2).mean(dim=1, keepdim=True).sqrt()
        r = 1 / (root + ctx.eps)
        g = dy * weight
        dx = r * g - r**2 / root * x * (g * x).mean(dim=1, keepdim=True)
        return dx, (dy * r * x).sum(dim=0), None


def r_of(x, eps):
    """Return the right factor of each row."""
    return 1 / torch.sqrt((x**2).mean(dim=1, keepdim=True) + eps)


class Forward(torch.autograd.Function):
    """The right forward, for answers that go wrong in backward."""

    @staticmethod
    def forward(ctx, x, weight, eps):
        ctx.save_for_backward(x, weight)
        ctx.eps = eps
        return weight * (x * r_of(x, eps))


@wrong("NormalizeRows", "r is treated as a constant", "gradient")
class LikeAProduct(Forward):
    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        r = r_of(x, ctx.eps)
        return dy * weight * r, torch.sum(dy * x * r, dim=0), None


@wrong("NormalizeRows", "it is D times too large", "gradient")
class ForgetsTheMean(Forward):
    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        r = r_of(x, ctx.eps)
        dr = (dy * weight * x).sum(dim=1, keepdim=True)
        return dy * weight * r + dr * (-(r**3)) * x, (dy * x * r).sum(0), None


@wrong("NormalizeRows", "None for eps included", "gradient")
class ForgetsEps(Forward):
    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        r = r_of(x, ctx.eps)
        dhat = dy * weight
        hat = x * r
        dx = r * (dhat - hat * (dhat * hat).mean(dim=1, keepdim=True))
        return dx, (dy * hat).sum(dim=0)


@wrong("NormalizeRows", "the gradient of weight is a mean over the rows", "gradient")
class MeanOfTheRows(Forward):
    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        hat = x * r_of(x, ctx.eps)
        dhat = dy * weight
        dx = r_of(x, ctx.eps) * (dhat - hat * (dhat * hat).mean(dim=1, keepdim=True))
        return dx, (dy * hat).mean(dim=0), None


@wrong("NormalizeRows", "What did forward compute, and was autograd watching", "second")
class KeepsTheFactor(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, eps):
        r = r_of(x, eps)
        ctx.save_for_backward(x, weight, r)
        return x * r * weight

    @staticmethod
    def backward(ctx, dy):
        x, weight, r = ctx.saved_tensors
        dhat = dy * weight
        hat = x * r
        dx = r * (dhat - hat * (dhat * hat).mean(dim=1, keepdim=True))
        return dx, (dy * hat).sum(dim=0), None


@wrong("NormalizeRows", "computed in forward", "second")
class KeepsWhatItComputed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, eps):
        r = r_of(x, eps)
        hat = x * r
        ctx.save_for_backward(hat, weight, r)
        return hat * weight

    @staticmethod
    def backward(ctx, dy):
        hat, weight, r = ctx.saved_tensors
        dhat = dy * weight
        dx = r * (dhat - hat * (dhat * hat).mean(dim=1, keepdim=True))
        return dx, (dy * hat).sum(dim=0), None


@wrong("NormalizeRows", "turned into arrays", "second")
class InNumPy(Forward):
    @staticmethod
    def backward(ctx, dy):
        x, weight = (t.detach().numpy() for t in ctx.saved_tensors)
        dy = dy.detach().numpy()
        r = 1 / ((x**2).mean(axis=1, keepdims=True) + ctx.eps) ** 0.5
        g = dy * weight
        dx = r * g - r**3 * x * (g * x).mean(axis=1, keepdims=True)
        return torch.from_numpy(dx), torch.from_numpy((dy * x * r).sum(axis=0)), None


@wrong("NormalizeRows", "the function changes its caller's dy", "inputs-unchanged")
class MultipliesDyInPlace(Forward):
    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        hat = x * r_of(x, ctx.eps)
        dweight = (dy * hat).sum(dim=0)
        dhat = dy.mul_(weight)
        dx = r_of(x, ctx.eps) * (dhat - hat * (dhat * hat).mean(dim=1, keepdim=True))
        return dx, dweight, None


@wrong("NormalizeRows", "the function changes its caller's x")
class NormalisesInPlace(Forward):
    @staticmethod
    def forward(ctx, x, weight, eps):
        ctx.save_for_backward(x.clone(), weight)
        ctx.eps = eps
        return weight * x.mul_(r_of(x, eps))


class Layers(nn.Module):
    """One block of the right network."""

    def __init__(self, H):
        super().__init__()
        self.norm = nn.LayerNorm(H)
        self.linear = nn.Linear(H, H)

    def forward(self, h):
        return h + torch.relu(self.linear(self.norm(h)))


class Network(nn.Module):
    """The network as most write it; the wrong ones differ from it."""

    def __init__(self, D, H, B, C):
        super().__init__()
        self.register_buffer("mean", torch.zeros(D))
        self.register_buffer("std", torch.ones(D))
        self.embed = nn.Linear(D, H)
        self.blocks = nn.ModuleList([Layers(H) for _ in range(B)])
        self.out = nn.Linear(H, C, bias=False)

    def forward(self, x):
        h = self.embed((x - self.mean) / self.std)
        for block in self.blocks:
            h = block(h)
        return self.out(h)


@wrong("ResidualMLP", "Does a module look for modules inside of plain lists")
class ListOfLayers(Network):
    def __init__(self, D, H, B, C):
        super().__init__(D, H, B, C)
        del self.blocks
        self.blocks = []
        for _ in range(B):
            self.blocks.append({"norm": nn.LayerNorm(H), "linear": nn.Linear(H, H)})

    def forward(self, x):
        h = self.embed((x - self.mean) / self.std)
        for block in self.blocks:
            h = h + torch.relu(block["linear"](block["norm"](h)))
        return self.out(h)


@wrong("ResidualMLP", "mean and std are not in the state_dict")
class TensorsAsAttributes(nn.Module):
    def __init__(self, D, H, B, C):
        super().__init__()
        self.mean = torch.zeros(D, dtype=torch.float64)
        self.std = torch.ones(D, dtype=torch.float64)
        self.embed = nn.Linear(D, H)
        self.blocks = nn.Sequential(*[Layers(H) for _ in range(B)])
        self.out = nn.Linear(H, C, bias=False)

    def forward(self, x):
        return self.out(self.blocks(self.embed((x - self.mean) / self.std)))


@wrong("ResidualMLP", "mean and std are not in the state_dict")
class BuffersThatAreNotSaved(Network):
    def __init__(self, D, H, B, C):
        super().__init__(D, H, B, C)
        for name in ("mean", "std"):
            there = getattr(self, name)
            delattr(self, name)
            self.register_buffer(name, there, persistent=False)


@wrong("ResidualMLP", "mean is not in the state_dict, and std is")
class OneBufferForgotten(nn.Module):
    def __init__(self, D, H, B, C):
        super().__init__()
        self.mean = torch.zeros(D)
        self.register_buffer("std", torch.ones(D))
        self.embed = nn.Linear(D, H)
        self.blocks = nn.Sequential(*[Layers(H) for _ in range(B)])
        self.out = nn.Linear(H, C, bias=False)

    def forward(self, x):
        return self.out(self.blocks(self.embed((x - self.mean) / self.std)))


@wrong("ResidualMLP", "one of mean and std is a parameter", "trained")
class SpreadIsAParameter(Network):
    def __init__(self, D, H, B, C):
        super().__init__(D, H, B, C)
        del self.std
        self.std = nn.Parameter(torch.ones(D))


@wrong("ResidualMLP", "mean and std are there, but not as the table asks")
class BuffersForBatches(Network):
    def __init__(self, D, H, B, C):
        super().__init__(D, H, B, C)
        self.register_buffer("mean", torch.zeros(1, D))
        self.register_buffer("std", torch.ones(1, D))


class Normed(nn.Module):
    def __init__(self, H):
        super().__init__()
        self.layernorm = nn.LayerNorm(H)
        self.linear = nn.Linear(H, H)

    def forward(self, h):
        return h + self.linear(self.layernorm(h)).relu()


@wrong("ResidualMLP", "no entry of norm is as the table asks")
class OneOtherName(Network):
    def __init__(self, D, H, B, C):
        super().__init__(D, H, B, C)
        self.blocks = nn.Sequential(*[Normed(H) for _ in range(B)])

    def forward(self, x):
        return self.out(self.blocks(self.embed((x - self.mean) / self.std)))


@wrong("ResidualMLP", "y and dx are still missing: `forward` is not written", "shape value")
class ForwardNotWritten(Network):
    def forward(self, x):
        raise NotImplementedError


@wrong(
    "ResidualMLP",
    "y and dx are missing: `forward` raised AttributeError: 'Layers' object has no attribute "
    "'lineer' (line 4 of forward)",
    "shape value",
)
class NameWrittenWrongly(Network):
    def forward(self, x):
        h = self.embed((x - self.mean) / self.std)
        for block in self.blocks:
            h = h + torch.relu(block.lineer(block.norm(h)))
        return self.out(h)


@wrong("ResidualMLP", "dx is missing: autograd, on its way back, raised RuntimeError", "value")
class WritesOverTheRelu(Network):
    def forward(self, x):
        h = self.embed((x - self.mean) / self.std)
        for block in self.blocks:
            added = torch.relu_(block.linear(block.norm(h)))
            added += h
            h = added
        return self.out(h)


@wrong("ResidualMLP", "y is None. Does every path", "shape value")
class ReturnsNothing(Network):
    def forward(self, x):
        super().forward(x)


@wrong("ResidualMLP", "an axis is gone: C", "shape value")
class AddsUpTheScores(Network):
    def forward(self, x):
        return super().forward(x).sum(1)


@wrong("ResidualMLP", "so an optimiser would train them", "trained")
class EverythingIsAParameter(nn.Module):
    def __init__(self, D, H, B, C):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(D))
        self.std = nn.Parameter(torch.ones(D))
        self.embed = nn.Linear(D, H)
        self.blocks = nn.Sequential(*[Layers(H) for _ in range(B)])
        self.out = nn.Linear(H, C, bias=False)

    def forward(self, x):
        return self.out(self.blocks(self.embed((x - self.mean) / self.std)))


@wrong("ResidualMLP", "Which layer of yours has a tensor that it should not have", "names")
class KeepsTheLastBias(Network):
    def __init__(self, D, H, B, C):
        super().__init__(D, H, B, C)
        self.out = nn.Linear(H, C)


class Added(nn.Module):
    def __init__(self, H):
        super().__init__()
        self.layers = nn.Sequential(nn.LayerNorm(H), nn.Linear(H, H), nn.ReLU())

    def forward(self, h):
        return h + self.layers(h)


@wrong("ResidualMLP", "By which name does a layer inside of a block stand in the table")
class LayersInASequential(Network):
    def __init__(self, D, H, B, C):
        super().__init__(D, H, B, C)
        self.blocks = nn.Sequential(*[Added(H) for _ in range(B)])


@wrong("ResidualMLP", "what they were given besides", "value")
class NothingIsAdded(Network):
    def forward(self, x):
        h = self.embed((x - self.mean) / self.std)
        for block in self.blocks:
            h = torch.relu(block.linear(block.norm(h)))
        return self.out(h)


@wrong("ResidualMLP", "the ReLU comes after the addition", "value")
class AsInTheFirstResNet(Network):
    def forward(self, x):
        h = self.embed((x - self.mean) / self.std)
        for block in self.blocks:
            h = torch.relu(h + block.linear(block.norm(h)))
        return self.out(h)


@wrong("ResidualMLP", "does a list that names one of them several times hold several", "value")
class TheSameBlockAgain(Network):
    def __init__(self, D, H, B, C):
        super().__init__(D, H, B, C)
        self.blocks = nn.ModuleList([Layers(H)] * B)


@wrong("average_gradients", "each worker counts the same")
def mean_of_the_workers(workers, counts):
    columns = zip(*(worker.parameters() for worker in workers), strict=True)
    for column in columns:
        grads = [p.grad for p, n in zip(column, counts, strict=True) if n > 0]
        grads = [torch.zeros_like(column[0]) if g is None else g for g in grads]
        if all(p.grad is None for p in column):
            continue
        mean = torch.stack(grads).mean(dim=0)
        for p in column:
            p.grad = mean.clone()


@wrong("average_gradients", "the mean runs over the workers that are left", "value edge")
def mean_of_what_is_there(workers, counts):
    for column in zip(*(worker.parameters() for worker in workers), strict=True):
        grads = [
            p.grad for p, n in zip(column, counts, strict=True) if n and p.grad is not None
        ]
        for p in column:
            p.grad = sum(grads) / len(grads) if grads else None


@wrong("average_gradients", "By what was each of them divided already", "value")
def forgets_to_weigh(workers, counts):
    for column in zip(*(worker.parameters() for worker in workers), strict=True):
        grads = [
            p.grad for p, n in zip(column, counts, strict=True) if n and p.grad is not None
        ]
        for p in column:
            p.grad = sum(grads) / sum(counts) if grads else None


def weighted(column, counts):
    """Return the right mean for one parameter of all workers, or None."""
    parts = [
        p.grad * n for p, n in zip(column, counts, strict=True) if n > 0 and p.grad is not None
    ]
    return sum(parts) / sum(counts) if parts else None


def columns_of(workers):
    return list(zip(*(worker.parameters() for worker in workers), strict=True))


@wrong("average_gradients", "what is NaN times any number", "edge")
def weights_everyone(workers, counts):
    total = sum(counts)
    for column in columns_of(workers):
        mean = None
        for p, n in zip(column, counts, strict=True):
            if p.grad is not None:
                part = p.grad * n / total
                mean = part if mean is None else mean + part
        for p in column:
            p.grad = None if mean is None else mean.clone()


@wrong("average_gradients", "the workers hold one tensor together", "separate")
def hands_out_one_tensor(workers, counts):
    for column in columns_of(workers):
        mean = weighted(column, counts)
        for p in column:
            p.grad = mean


@wrong("average_gradients", "What is the gradient of those samples", "edge")
def divides_by_those_that_have_one(workers, counts):
    for column in columns_of(workers):
        total, seen = 0, 0
        for p, n in zip(column, counts, strict=True):
            if p.grad is None or n == 0:
                continue
            total = total + n * p.grad
            seen += n
        for p in column:
            p.grad = total / seen if seen else None


@wrong("average_gradients", "What would an optimiser with momentum or weight decay do", "edge")
def begins_with_zeros(workers, counts):
    for column in columns_of(workers):
        mean = torch.zeros_like(column[0])
        for p, n in zip(column, counts, strict=True):
            if p.grad is not None and n > 0:
                mean += p.grad * n / sum(counts)
        for p in column:
            p.grad = mean.clone()


@wrong("average_gradients", "goes without the mean", "edge")
def copies_into_what_is_there(workers, counts):
    for column in columns_of(workers):
        mean = weighted(column, counts)
        for p in column:
            if p.grad is not None and mean is not None:
                p.grad.copy_(mean)


@wrong("average_gradients", "gets zeros", "edge")
def takes_nan_for_nothing(workers, counts):
    for column in columns_of(workers):
        if all(p.grad is None for p in column):
            continue
        mean = torch.zeros_like(column[0])
        for p, n in zip(column, counts, strict=True):
            if p.grad is not None:
                mean += torch.nan_to_num(p.grad) * n / sum(counts)
        for p in column:
            p.grad = mean.clone()


@wrong("average_gradients", "keeps its own gradient where nobody else has one", "edge")
def writes_where_there_is_a_mean(workers, counts):
    for column in columns_of(workers):
        mean = weighted(column, counts)
        if mean is not None:
            for p in column:
                p.grad = mean.clone()


@wrong("average_gradients", "What do the others step with")
def main_worker_alone(workers, counts):
    for column in columns_of(workers):
        column[0].grad = weighted(column, counts)


@wrong("average_gradients", "are never divided")
def adds_what_the_samples_want(workers, counts):
    for column in columns_of(workers):
        parts = [
            n * p.grad for p, n in zip(column, counts, strict=True) if n and p.grad is not None
        ]
        for p in column:
            p.grad = sum(parts) if parts else None
