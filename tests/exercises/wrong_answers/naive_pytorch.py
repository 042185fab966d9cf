"""Naive wrong answers to ps8's training loop, each written as a student would."""

import io
import pickle

import torch

from tests.exercises.wrong_answers.register import wrong

clip = torch.nn.utils.clip_grad_norm_


@wrong("train_one_epoch", "still in it")
def no_zero_grad(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    model.train()
    total = n = 0
    for i, (x, y) in enumerate(loader):
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y)
        (loss / accumulate).backward()
        if (i + 1) % accumulate == 0 or i + 1 == len(loader):
            clip(model.parameters(), max_norm)
            optimizer.step()
        total += loss.item() * len(x)
        n += len(x)
    return total / n


@wrong("train_one_epoch", "samples do not all count the same", "steps")
def as_in_the_tutorials(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    model.train()
    optimizer.zero_grad()
    total = n = 0
    for i, (x, y) in enumerate(loader):
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y) / accumulate
        loss.backward()
        if (i + 1) % accumulate == 0 or i + 1 == len(loader):
            clip(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
        total += loss.item() * accumulate * x.shape[0]
        n += x.shape[0]
    return total / n


@wrong("train_one_epoch", "the more batches it has", "steps")
def sums_the_batches(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    model.train()
    optimizer.zero_grad()
    losses = []
    for i, (x, y) in enumerate(loader, start=1):
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y)
        loss.backward()
        losses += len(x) * [loss.item()]
        if i % accumulate == 0 or i == len(loader):
            clip(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
    return sum(losses) / len(losses)


def divides_sums(model, loader, loss_fn, optimizer, device, k, max_norm, **slip):
    """Add up the gradients of sums, and divide them before each step, with one ``slip``.

    ``first`` is the number of the first batch, ``clips`` whether each batch is clipped.
    """
    model.train()
    total = n = waiting = 0
    for i, (x, y) in enumerate(loader, slip.get("first", 1)):
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y) * len(x)
        loss.backward()
        if slip.get("clips"):
            clip(model.parameters(), max_norm)
        total, n, waiting = total + loss.item(), n + len(x), waiting + len(x)
        if i % k == 0 or i == len(loader) - 1 + slip.get("first", 1):
            for p in model.parameters():
                p.grad /= waiting
            clip(model.parameters(), max_norm)
            optimizer.step()
            if slip.get("zeroes", True):
                optimizer.zero_grad()
            waiting = 0
    return total / n


@wrong("train_one_epoch", "From which number do you count the batches", "steps")
def counts_from_zero(*given):
    return divides_sums(*given, first=0)


@wrong("train_one_epoch", "while batches of its step are still to come", "steps")
def clips_each_sum(*given):
    return divides_sums(*given, clips=True)


@wrong("train_one_epoch", "still in it")
def keeps_the_sums(*given):
    return divides_sums(*given, zeroes=False)


@wrong("train_one_epoch", "loss is a tensor, expected a number", "shape")
def adds_up_tensors(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    model.train()
    total, batches = 0, list(loader)
    for k in range(0, len(batches), accumulate):
        some = batches[k : k + accumulate]
        n = sum(len(x) for x, _ in some)
        optimizer.zero_grad()
        for x, y in some:
            loss = loss_fn(model(x.to(device)), y.to(device))
            (loss * len(x) / n).backward()
            total += loss * len(x)
        clip(model.parameters(), max_norm)
        optimizer.step()
    return total / sum(len(x) for x, _ in batches)


@wrong("train_one_epoch", "How much does a sample of the last, smaller batch count", "value")
def averages_the_batches(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    model.train()
    losses, batches = [], list(loader)
    for k in range(0, len(batches), accumulate):
        some = batches[k : k + accumulate]
        n = sum(len(x) for x, _ in some)
        optimizer.zero_grad()
        for x, y in some:
            loss = loss_fn(model(x.to(device)), y.to(device))
            (loss * len(x) / n).backward()
            losses.append(loss.item())
        clip(model.parameters(), max_norm)
        optimizer.step()
    return sum(losses) / len(losses)


def plain(model, loader, loss_fn, optimizer, device, max_norm, clips=True):
    """Take a step after each batch, as one who skips the paragraph about accumulation."""
    total = n = 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        if clips:
            clip(model.parameters(), max_norm)
        optimizer.step()
        total, n = total + loss.item() * len(x), n + len(x)
    return total / n


@wrong("train_one_epoch", "there is a step after each batch", "steps")
def knows_no_groups(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    model.train()
    return plain(model, loader, loss_fn, optimizer, device, max_norm)


@wrong("train_one_epoch", "the model came in evaluation mode")
def knows_no_modes(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    return plain(model, loader, loss_fn, optimizer, device, max_norm)


@wrong("train_one_epoch", "only the last one has an effect")
def zeroes_each_batch(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    model.train()
    batches = list(loader)
    total = n = 0
    for k in range(0, len(batches), accumulate):
        some = batches[k : k + accumulate]
        size = sum(len(x) for x, _ in some)
        for x, y in some:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            (loss * len(x) / size).backward()
            total, n = total + loss.item() * len(x), n + len(x)
        clip(model.parameters(), max_norm)
        optimizer.step()
    return total / n


def grouped(model, loader, loss_fn, optimizer, device, accumulate, each, end, move=True):
    """Take groups of batches; ``each`` is done after each batch, ``end`` after each group."""
    model.train()
    batches, sizes, losses = list(loader), [], []
    for k in range(0, len(batches), accumulate):
        some = batches[k : k + accumulate]
        n = sum(len(x) for x, _ in some)
        optimizer.zero_grad()
        for x, y in some:
            if move:
                x, y = x.to(device), y.to(device)
            else:
                x.to(device)
                y.to(device)
            loss = loss_fn(model(x), y)
            (loss * len(x) / n).backward()
            each()
            losses.append(loss.item())
            sizes.append(len(x))
        end()
    return sum(a * n for a, n in zip(losses, sizes, strict=True)) / sum(sizes)


@wrong("train_one_epoch", "while batches of its step are still to come", "steps")
def clips_each_batch(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    def each():
        clip(model.parameters(), max_norm)

    return grouped(model, loader, loss_fn, optimizer, device, accumulate, each, optimizer.step)


@wrong("train_one_epoch", "each parameter is clipped by itself", "steps")
def clips_each_parameter(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    def end():
        for p in model.parameters():
            n = p.grad.norm()
            if n > max_norm:
                p.grad = p.grad * max_norm / n
        optimizer.step()

    return grouped(model, loader, loss_fn, optimizer, device, accumulate, lambda: None, end)


@wrong("train_one_epoch", "does it return another one", "device")
def moves_and_forgets(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    def end():
        clip(model.parameters(), max_norm)
        optimizer.step()

    return grouped(
        model, loader, loss_fn, optimizer, device, accumulate, lambda: None, end, move=False
    )


@wrong("train_one_epoch", "as large as without clipping", "steps")
def clips_too_late(model, loader, loss_fn, optimizer, device, accumulate, max_norm):
    def end():
        optimizer.step()
        clip(model.parameters(), max_norm)

    return grouped(model, loader, loss_fn, optimizer, device, accumulate, lambda: None, end)


@wrong("evaluate", "no one uses", "state")
def without_no_grad(model, loader, loss_fn, device):
    was = [m.training for m in model.modules()]
    model.eval()
    total = hits = n = 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        out = model(x)
        total += float(loss_fn(out, y).detach()) * len(y)
        hits += int((out.argmax(1) == y).sum())
        n += len(y)
    for m, mode in zip(model.modules(), was, strict=True):
        m.training = mode
    return total / n, hits / n


@wrong("evaluate", "left in evaluation mode", "state")
@torch.no_grad()
def stays_in_eval(model, loader, loss_fn, device):
    model.eval()
    total = hits = n = 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        out = model(x)
        total += loss_fn(out, y).item() * len(y)
        hits += (out.argmax(1) == y).sum().item()
        n += len(y)
    return total / n, hits / n


@wrong("evaluate", "is left in training mode", "state")
@torch.no_grad()
def trains_afterwards(model, loader, loss_fn, device):
    answer = stays_in_eval(model, loader, loss_fn, device)
    model.train()
    return answer


@wrong("evaluate", "is left in training mode", "state")
def one_flag(model, loader, loss_fn, device):
    training = model.training
    answer = stays_in_eval(model, loader, loss_fn, device)
    model.train(training)
    return answer


@wrong("evaluate", "Which modules are there, down to the innermost", "state")
@torch.no_grad()
def children_alone(model, loader, loss_fn, device):
    noted = [(m, m.training) for m in [model, *model.children()]]
    answer = stays_in_eval(model, loader, loss_fn, device)
    for m, mode in noted:
        m.training = mode
    return answer


@wrong("evaluate", "the two numbers are exchanged", "value")
def hits_first(model, loader, loss_fn, device):
    modes = [(m, m.training) for m in model.modules()]
    loss, accuracy = stays_in_eval(model, loader, loss_fn, device)
    for m, mode in modes:
        m.training = mode
    return accuracy, loss


@wrong("evaluate", "in which it came")
@torch.no_grad()
def never_in_eval(model, loader, loss_fn, device):
    total = hits = n = 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        out = model(x)
        total += loss_fn(out, y).item() * len(y)
        hits += (out.argmax(1) == y).sum().item()
        n += len(y)
    return total / n, hits / n


def kept(model):
    """Return a function that puts the modes of all modules back."""
    was = {m: m.training for m in model.modules()}

    def back():
        for m, mode in was.items():
            m.training = mode

    return back


@wrong("evaluate", "both are means of the batches' means", "value")
@torch.no_grad()
def means_of_means(model, loader, loss_fn, device):
    back = kept(model)
    model.eval()
    losses, rights = [], []
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        out = model(x)
        losses.append(loss_fn(out, y).item())
        rights.append((out.argmax(1) == y).double().mean().item())
    back()
    return sum(losses) / len(losses), sum(rights) / len(rights)


@wrong("evaluate", "By what did loss_fn divide already", "value")
@torch.no_grad()
def divides_twice(model, loader, loss_fn, device):
    back = kept(model)
    model.eval()
    loss = right = n = 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        scores = model(x)
        loss += loss_fn(scores, y).item()
        right += (scores.argmax(dim=-1) == y).sum().item()
        n += y.numel()
    back()
    return loss / n, right / n


@wrong("evaluate", "accuracy is in per cent", "value")
@torch.no_grad()
def per_cent(model, loader, loss_fn, device):
    back = kept(model)
    loss, accuracy = stays_in_eval(model, loader, loss_fn, device)
    back()
    return loss, 100.0 * accuracy


@wrong("evaluate", "with x and with y before they lie on device", "state")
@torch.no_grad()
def moves_nothing(model, loader, loss_fn, device):
    back = kept(model)
    model.eval()
    model.to(device)
    total = hits = n = 0
    for x, y in loader:
        out = model(x)
        total += loss_fn(out, y).item() * len(y)
        hits += (out.argmax(1) == y).sum().item()
        n += len(y)
    back()
    return total / n, hits / n


@wrong("evaluate", "for nobody in the whole program", "state")
def turns_autograd_off(model, loader, loss_fn, device):
    torch.set_grad_enabled(False)
    return without_no_grad(model, loader, loss_fn, device)


class Simple:
    """A checkpoint as one who writes it without a thought; the others differ from it."""

    def __init__(self, model, optimizer, scheduler, generator):
        self.model, self.optimizer = model, optimizer
        self.scheduler, self.generator = scheduler, generator

    def save(self, file, epoch):
        torch.save(
            {
                "epoch": epoch,
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "scheduler": self.scheduler.state_dict(),
                "generator": self.generator.get_state(),
            },
            file,
        )

    def read(self, file):
        return torch.load(file, weights_only=True)

    def load(self, file):
        c = self.read(file)
        self.model.load_state_dict(c["model"])
        self.optimizer.load_state_dict(c["optimizer"])
        self.scheduler.load_state_dict(c["scheduler"])
        self.generator.set_state(c["generator"])
        return c["epoch"]


@wrong("Checkpoint", "only the model is as it was")
class WeightsOnly(Simple):
    def save(self, file, epoch):
        torch.save({"model": self.model.state_dict(), "epoch": epoch}, file)

    def load(self, file):
        c = torch.load(file)
        self.model.load_state_dict(c["model"])
        return c["epoch"]


@wrong("Checkpoint", "the optimiser and the scheduler begin anew")
class ModelAndGenerator(Simple):
    def load(self, file):
        c = self.read(file)
        self.model.load_state_dict(c["model"])
        self.generator.set_state(c["generator"])
        return c["epoch"]


@wrong("Checkpoint", "Which step sizes and which shuffles would have come next")
class AsInTheTutorial(Simple):
    def load(self, file):
        c = self.read(file)
        self.model.load_state_dict(c["model"])
        self.optimizer.load_state_dict(c["optimizer"])
        return c["epoch"]


@wrong("Checkpoint", "Whose state does torch.get_rng_state give")
class SavesAnotherGenerator(Simple):
    def save(self, file, epoch):
        c = {n: getattr(self, n).state_dict() for n in ("model", "optimizer", "scheduler")}
        torch.save({**c, "epoch": epoch, "generator": torch.random.get_rng_state()}, file)


@wrong("Checkpoint", "Which object draws them")
class GlobalGenerator(Simple):
    def save(self, file, epoch):
        c = {n: getattr(self, n).state_dict() for n in ("model", "optimizer", "scheduler")}
        torch.save({**c, "epoch": epoch, "generator": torch.get_rng_state()}, file)

    def load(self, file):
        c = self.read(file)
        for n in ("model", "optimizer", "scheduler"):
            getattr(self, n).load_state_dict(c[n])
        torch.set_rng_state(c["generator"])
        return c["epoch"]


@wrong("Checkpoint", "What does the scheduler count")
class NoSchedule(Simple):
    def load(self, file):
        c = self.read(file)
        self.model.load_state_dict(c["model"])
        self.optimizer.load_state_dict(c["optimizer"])
        self.generator.set_state(c["generator"])
        return c["epoch"]


@wrong("Checkpoint", "What do momentum and Adam keep")
class NewOptimizer(Simple):
    def load(self, file):
        c = self.read(file)
        self.model.load_state_dict(c["model"])
        self.scheduler.load_state_dict(c["scheduler"])
        self.generator.set_state(c["generator"])
        return c["epoch"]


@wrong("Checkpoint", "is no parameter")
class ListOfParameters(Simple):
    def save(self, file, epoch):
        weights = [p.detach() for p in self.model.parameters()]
        c = {n: getattr(self, n).state_dict() for n in ("optimizer", "scheduler")}
        c |= {"model": weights, "generator": self.generator.get_state(), "epoch": epoch}
        torch.save(c, file)

    def load(self, file):
        c = self.read(file)
        for p, w in zip(self.model.parameters(), c["model"], strict=True):
            p.data.copy_(w)
        self.optimizer.load_state_dict(c["optimizer"])
        self.scheduler.load_state_dict(c["scheduler"])
        self.generator.set_state(c["generator"])
        return c["epoch"]


@wrong("Checkpoint", "Where it began is told by initial_seed")
class OnlyTheSeed(Simple):
    def save(self, file, epoch):
        c = {n: getattr(self, n).state_dict() for n in ("model", "optimizer", "scheduler")}
        torch.save({**c, "epoch": epoch, "seed": self.generator.initial_seed()}, file)

    def load(self, file):
        c = self.read(file)
        for n in ("model", "optimizer", "scheduler"):
            getattr(self, n).load_state_dict(c[n])
        self.generator.manual_seed(c["seed"])
        return c["epoch"]


@wrong("Checkpoint", "Which object does load put them into")
class WholeModel(Simple):
    def save(self, file, epoch):
        c = {n: getattr(self, n).state_dict() for n in ("model", "optimizer", "scheduler")}
        torch.save({**c, "epoch": epoch, "generator": self.generator.get_state()}, file)

    def load(self, file):
        c = self.read(file)
        self.model = c["model"]
        self.optimizer.load_state_dict(c["optimizer"])
        self.scheduler.load_state_dict(c["scheduler"])
        self.generator.set_state(c["generator"])
        return c["epoch"]


@wrong("Checkpoint", "was called while it was read", "resumed")
class ByPickle(Simple):
    def read(self, file):
        return torch.load(io.BytesIO(file.read()), weights_only=False)


@wrong("Checkpoint", "was called while it was read", "resumed")
class PlainPickle(Simple):
    def save(self, file, epoch):
        held = io.BytesIO()
        super().save(held, epoch)
        pickle.dump(torch.load(io.BytesIO(held.getvalue())), file)

    def read(self, file):
        return pickle.load(file)


@wrong("Checkpoint", "as they were when Checkpoint was made")
class StatesFirst(Simple):
    def __init__(self, model, optimizer, scheduler, generator):
        super().__init__(model, optimizer, scheduler, generator)
        self.states = {n: getattr(self, n).state_dict() for n in ("optimizer", "scheduler")}
        self.states["generator"] = generator.get_state()

    def save(self, file, epoch):
        torch.save({"model": self.model.state_dict(), "epoch": epoch, **self.states}, file)


@wrong("Checkpoint", "the generator begins its first epoch again")
class GeneratorFirst(Simple):
    def __init__(self, model, optimizer, scheduler, generator):
        super().__init__(model, optimizer, scheduler, generator)
        self.at_first = generator.get_state()

    def save(self, file, epoch):
        held = io.BytesIO()
        super().save(held, epoch)
        c = torch.load(io.BytesIO(held.getvalue()))
        torch.save(c | {"generator": self.at_first}, file)


@wrong("Checkpoint", "How many epochs are done", "value")
class CountsOneMore(Simple):
    def load(self, file):
        return super().load(file) + 1


@wrong("Checkpoint", "epoch is a tensor, expected a number", "shape value")
class GivesATensor(Simple):
    def load(self, file):
        return torch.tensor(super().load(file))
