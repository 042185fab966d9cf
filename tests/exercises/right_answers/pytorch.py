"""Right answers to ps8 in other styles than the references'."""

import contextlib
import copy
import io

import torch
from torch import nn

from tests.exercises.right_answers.register import right


@right("train_one_epoch")
def with_gradients_added_by_hand(
    model, loader, loss_fn, optimizer, device, accumulate, max_norm
):
    for module in model.modules():
        module.training = True
    parameters = [p for p in model.parameters() if p.requires_grad]
    batches = [(x.to(device), y.to(device)) for x, y in loader]
    total = 0.0
    while batches:
        now, batches = batches[:accumulate], batches[accumulate:]
        n = sum(y.shape[0] for _, y in now)
        sums = [torch.zeros_like(p) for p in parameters]
        for x, y in now:
            model.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            total += float(loss.detach()) * y.shape[0]
            for s, p in zip(sums, parameters, strict=True):
                s += p.grad * y.shape[0] / n
        norm = torch.linalg.vector_norm(
            torch.stack([torch.linalg.vector_norm(s) for s in sums])
        )
        for s, p in zip(sums, parameters, strict=True):
            p.grad = s * min(1.0, max_norm / float(norm))
        optimizer.step()
    optimizer.zero_grad()
    return total / sum(len(x) for x, _ in loader)


@right("train_one_epoch")
def with_an_inner_function(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    def update():
        nonlocal waiting
        for p in model.parameters():
            if p.grad is not None:
                p.grad.div_(waiting)
        torch.nn.utils.clip_grad_norm_(list(model.parameters()), max_norm=max_norm)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        waiting = 0

    waiting, losses = 0, []
    model.train()
    for number, batch in enumerate(loader):
        x, y = (t.to(device) for t in batch)
        out = model(x)
        loss = loss_fn(out, y) * x.size(0)
        loss.backward()
        losses.append(loss.detach())
        waiting += x.size(0)
        if (number + 1) % accumulate == 0:
            update()
    if waiting:
        update()
    return torch.stack(losses).sum().item() / sum(x.size(0) for x, _ in loader)


@right("evaluate")
def with_a_context_for_the_modes(model, loader, loss_fn, device):
    @contextlib.contextmanager
    def evaluating():
        modes = [(m, m.training) for m in model.modules()]
        try:
            yield model.eval()
        finally:
            for m, mode in modes:
                m.training = mode

    n, loss, right_ones = 0, 0.0, 0
    with evaluating(), torch.inference_mode():
        for inputs, labels in loader:
            inputs, labels = inputs.to(device), labels.to(device)
            logits = model(inputs)
            n += labels.shape[0]
            loss += labels.shape[0] * float(loss_fn(logits, labels))
            right_ones += int(torch.count_nonzero(logits.argmax(1) == labels))
    return loss / n, right_ones / n


@right("evaluate")
def all_scores_at_once(model, loader, loss_fn, device):
    modes = {name: m.training for name, m in model.named_modules()}
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    model.eval()
    scores = torch.cat([model(x.to(device)) for x, _ in loader])
    labels = torch.cat([y.to(device) for _, y in loader])
    loss = loss_fn(scores, labels)
    torch.set_grad_enabled(before)
    for name, m in model.named_modules():
        m.training = modes[name]
    return loss, (scores.topk(1).indices[:, 0] == labels).float().mean()


@right("Checkpoint")
class InOneDict:
    def __init__(self, model, optimizer, scheduler, generator):
        self.model, self.optimizer = model, optimizer
        self.scheduler, self.generator = scheduler, generator

    def save(self, file, epoch):
        buffer = io.BytesIO()
        torch.save(
            dict(
                model_state_dict=self.model.state_dict(),
                optimizer_state_dict=self.optimizer.state_dict(),
                scheduler_state_dict=self.scheduler.state_dict(),
                rng=self.generator.get_state(),
                epoch=torch.tensor(epoch),
            ),
            buffer,
        )
        file.write(buffer.getvalue())

    def load(self, file):
        checkpoint = torch.load(io.BytesIO(file.read()), weights_only=True)
        self.generator.set_state(checkpoint["rng"])
        self.scheduler.load_state_dict(checkpoint["scheduler_state_dict"])
        self.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
        self.model.load_state_dict(checkpoint["model_state_dict"])
        return checkpoint["epoch"].item()


@right("NormalizeRows")
class WithTheGradientOfTheRoot(torch.autograd.Function):
    @staticmethod
    def root(x, eps):
        return torch.sqrt(torch.sum(x * x, dim=1) / x.size(1) + eps)

    @staticmethod
    def forward(ctx, x, weight, eps):
        ctx.save_for_backward(x, weight)
        ctx.eps = eps
        return torch.div(x.T, WithTheGradientOfTheRoot.root(x, eps)).T * weight[None]

    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        N, D = x.shape
        root = WithTheGradientOfTheRoot.root(x, ctx.eps).view(N, 1)
        d_hat = grad_output * weight
        d_root = -(d_hat * x / root**2).sum(dim=1, keepdim=True)
        d_mean = d_root / (2 * root)
        grad_x = d_hat / root + d_mean * 2 * x / D
        grad_weight = torch.diagonal(grad_output.T @ (x / root))
        return grad_x, grad_weight, None


@right("NormalizeRows")
class WithEinsum(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, eps):
        squares = torch.einsum("nd,nd->n", x, x)
        hat = x / (squares / x.shape[1] + eps).pow(0.5)[:, None]
        y = torch.einsum("nd,d->nd", hat, weight)
        ctx.eps = eps
        ctx.save_for_backward(x, weight, y)
        return y

    @staticmethod
    def backward(ctx, dy):
        x, weight, y = ctx.saved_tensors
        r = (torch.einsum("nd,nd->n", x, x) / x.shape[1] + ctx.eps).pow(-0.5)
        along = torch.einsum("nd,nd->n", dy, y) * r.square() / x.shape[1]
        dx = dy * torch.outer(r, weight) - torch.einsum("n,nd->nd", along, x)
        return dx, torch.einsum("nd,nd,n->d", dy, x, r), None


class AddsWhatItComputes(nn.Module):
    def __init__(self, inner):
        super().__init__()
        for name, layer in inner.items():
            self.add_module(name, layer)

    def forward(self, h):
        out = self.norm(h)
        out = self.linear(out)
        out[out < 0] = 0
        return out.add(h)


@right("ResidualMLP")
class WithAGeneralBlock(nn.Module):
    def __init__(self, D, H, B, C):
        super().__init__()
        self.embed = nn.Linear(in_features=D, out_features=H)
        inner = [dict(linear=nn.Linear(H, H), norm=nn.LayerNorm([H])) for _ in range(B)]
        self.blocks = nn.Sequential(*map(AddsWhatItComputes, inner))
        self.out = nn.Linear(in_features=H, out_features=C, bias=False)
        for name, value in ("std", 1.0), ("mean", 0.0):
            self.register_buffer(name, torch.full((D,), value))

    def forward(self, x):
        return self.out(self.blocks(self.embed(torch.div(x - self.mean, self.std))))


@right("ResidualMLP")
class WithTwoHelpers(nn.Module):
    def __init__(self, D, H, B, C):
        super().__init__()
        self.register_buffer("mean", torch.zeros(D))
        self.register_buffer("std", torch.zeros(D) + 1)
        self.relu = nn.ReLU()
        self.embed = nn.Linear(D, H)
        self.out = nn.Linear(H, C)
        self.out.register_parameter("bias", None)
        blocks = {}
        for k in range(B):
            blocks[str(k)] = nn.ModuleDict()
            blocks[str(k)]["linear"] = nn.Linear(H, H)
            blocks[str(k)]["norm"] = nn.LayerNorm(H)
        self.blocks = nn.ModuleDict(blocks)

    def standardized(self, x):
        return (x - self.mean[None, :]) * (1 / self.std[None, :])

    def added(self, h, block):
        return self.relu(block.linear(block.norm(h)))

    def forward(self, x):
        h = self.embed(self.standardized(x))
        for block in self.blocks.values():
            h = torch.add(h, self.added(h, block))
        return self.out(h)


@right("average_gradients")
def with_sums_kept_by_name(workers, counts):
    sums = {}
    for worker, n in zip(workers, counts, strict=True):
        if n == 0:
            continue
        for name, p in worker.named_parameters():
            if p.grad is not None:
                sums[name] = sums.get(name, 0) + n * p.grad.detach()
    for worker in workers:
        for name, p in worker.named_parameters():
            p.grad = sums[name] / sum(counts) if name in sums else None


@right("average_gradients")
def with_zeros_where_none_was(workers, counts):
    total = float(sum(counts))
    every = [list(worker.parameters()) for worker in workers]
    for i in range(len(every[0])):
        column = [parameters[i] for parameters in every]
        known = any(c != 0 and p.grad is not None for c, p in zip(counts, column, strict=True))
        mean = torch.zeros(column[0].shape, dtype=column[0].dtype)
        for c, p in zip(counts, column, strict=True):
            g = torch.zeros_like(p) if p.grad is None or c == 0 else p.grad
            mean = mean + g * (c / total)
        for p in column:
            p.grad = None
            if known:
                p.grad = mean.detach().clone()


@right("NormalizeRows")
class WithTheVjpOfAFormula(torch.autograd.Function):
    @staticmethod
    def formula(x, weight, eps):
        return weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)

    @staticmethod
    def forward(ctx, x, weight, eps):
        ctx.save_for_backward(x, weight)
        ctx.eps = eps
        return WithTheVjpOfAFormula.formula(x, weight, eps)

    @staticmethod
    def backward(ctx, dy):
        def formula(x, weight):
            return WithTheVjpOfAFormula.formula(x, weight, ctx.eps)

        _, back = torch.func.vjp(formula, *ctx.saved_tensors)
        return *back(dy), None


class LayersByName(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, width)

    def forward(self, h):
        return torch.relu(self.linear(self.norm(h)))


@right("ResidualMLP")
class WithBuffersAndAList(nn.Module):
    def __init__(self, D, H, B, C):
        super().__init__()
        self.mean, self.std = nn.Buffer(torch.zeros(D)), nn.Buffer(torch.ones(D))
        self.embed = nn.Linear(D, H)
        self.blocks = nn.ModuleList([LayersByName(H) for _ in range(B)])
        self.out = nn.Linear(H, C, bias=False)

    def forward(self, x):
        h = self.embed((x - self.mean) / self.std)
        for block in self.blocks:
            h = h + block(h)
        return self.out(h)


@right("ResidualMLP")
class WithFrozenParameters(WithBuffersAndAList):
    """No optimiser changes mean and std, though it may be given them: all that is asked."""

    def __init__(self, D, H, B, C):
        super().__init__(D, H, B, C)
        del self.mean, self.std
        self.mean = nn.Parameter(torch.zeros(D), requires_grad=False)
        self.std = nn.Parameter(torch.ones(D), requires_grad=False)


@right("evaluate")
@torch.inference_mode()
def of_a_copy(model, loader, loss_fn, device):
    twin = copy.deepcopy(model).eval()
    losses, hits = [], []
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        scores = twin(x)
        losses.append(loss_fn(scores, y) * len(y))
        hits.append(scores.argmax(dim=-1).eq(y))
    n = sum(map(len, hits))
    return (sum(losses) / n).item(), torch.cat(hits).sum().item() / n


@right("average_gradients")
def with_one_flat_vector(workers, counts):
    grads = [[p.grad for p in worker.parameters()] for worker in workers]
    seen = [gs for gs, n in zip(grads, counts, strict=True) if n]
    parameters = list(workers[0].parameters())
    has = [any(gs[i] is not None for gs in seen) for i in range(len(parameters))]
    flat = torch.zeros(sum(p.numel() for p in parameters), dtype=parameters[0].dtype)
    for gs, n in zip(grads, counts, strict=True):
        if n:
            filled = [
                torch.zeros_like(p) if g is None else g
                for g, p in zip(gs, parameters, strict=True)
            ]
            flat += n * nn.utils.parameters_to_vector(filled)
    parts = (flat / max(1, sum(counts))).split([p.numel() for p in parameters])
    for worker in workers:
        for p, part, there in zip(worker.parameters(), parts, has, strict=True):
            p.grad = part.view_as(p).clone() if there else None
