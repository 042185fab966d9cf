"""average_gradients: the common gradient of k workers after each has processed its shard.

Afterwards, the driver clears the gradients of the first worker in place. If the other workers
share the same tensors, their gradients change too. A gradient that is None becomes -99, which
equals only itself when the grader compares. `there` may have one row for all workers. If
nothing changes although no gradient is missing, nothing is correct.
"""

import numpy as np
import torch
from nngrader.engine import problem

from .common import DIGITS, TORCH

SIZES = (2, 1, 2)  # numbers of the three parameters of a worker


def after(average_gradients, counts, given, there):
    import torch

    workers = []
    for row, has in zip(given, np.broadcast_to(there, (len(given), 3)), strict=True):
        net = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Linear(1, 2, bias=False))
        net, parts = net.double(), torch.tensor(row).split([2, 1, 2])
        for p, given_there, part in zip(net.parameters(), has, parts, strict=True):
            p.data.fill_(0.5)
            p.grad = part.reshape(p.shape).clone() if given_there else None
        workers.append(net)

    def number(p):
        return torch.full_like(p, -99) if p.grad is None else p.grad

    def gradients(some):
        rows = [[number(p).detach().flatten() for p in net.parameters()] for net in some]
        return np.array([torch.cat(row).numpy() for row in rows])

    before = gradients(workers)
    average_gradients(workers, [int(n) for n in counts])
    after_call = gradients(workers)
    for p in workers[0].parameters():
        if p.grad is not None:
            p.grad = p.grad.detach().zero_()
    parameters = [p for net in workers for p in net.parameters()]
    moved = max(float((p.detach() - 0.5).abs().max()) for p in parameters)
    moved = 0.0 if moved < 1e-12 else moved  # a mean of equal parameters may round
    if moved == 0 and there.all() and np.array_equal(after_call, before):
        raise ValueError(
            "your function doesn't change the `grad` of any worker. Which line writes the mean "
            "into `p.grad`?"
        )
    return after_call, gradients(workers[1:]), moved


averaged = problem(
    "average_gradients",
    driver=after,
    rtol=DIGITS,
    uses=TORCH,
    returns={"grads": "value", "others": "separate", "moved": "separate"},
    computed=("grads", "others", "moved"),
    none={"grads": -99, "others": -99},
    wrong={
        "moved": "Your function also changes the parameters. Which line does this, and which "
        "object should take the step?"
    },
    points={
        "shape": (1, "each `grad` has the shape of its parameter"),
        "value": (5, "`grads` for shards of different sizes"),
        "edge": (4, "two thirds for missing gradients, one third for an empty shard"),
        "separate": (
            2,
            "separate tensors for each worker, and unchanged parameters, half for each",
        ),
    },
)


@averaged.reference
def average_gradients(workers, counts):
    """Give each worker the gradient of the mean loss over the samples of all workers.

    workers : list of k modules of the same class. The grad of each parameter is the gradient of
        the mean loss over the samples of this worker. It is None if the worker's loss doesn't
        depend on the parameter, which means that the gradient is 0.
    counts : list of k ints, the number of samples of each worker. A worker with 0 samples has
        no mean loss, so ignore its grad (it may be NaN).
    Afterwards, the grad of a parameter contains the same numbers in all workers, in separate
    tensors. It is None in all workers if no worker with samples had a gradient there. Don't
    change the parameters. Returns nothing.
    """
    total = sum(counts)
    for same in zip(*(worker.parameters() for worker in workers), strict=True):
        terms = [
            (n, p.grad) for n, p in zip(counts, same, strict=True) if n and p.grad is not None
        ]
        mean = sum(n / total * g for n, g in terms) if terms else None
        for p in same:
            p.grad = None if mean is None else mean.clone()


GRADS = np.array([[8.0, 0.0, 4.0, 1.0, 1.0], [4.0, 0.0, 0.0, 1.0, 1.0]])
averaged.example(np.array([1, 3]), GRADS, np.array([[True, True, False], [True, False, False]]))


def shards(rng, k):
    """Return the numbers of samples of k workers, all different, and gradients."""
    counts = rng.permutation(np.arange(1, k + 1) + int(rng.integers(1, 4)))
    grads = rng.normal(size=(k, sum(SIZES))) + 0.3
    # much of the mean cancels, so that an error in float32 is always above the tolerance
    return counts, grads - 0.95 * (counts @ grads) / counts.sum()


@averaged.case("value", visible=2)
def unequal_shards(rng, k):
    """Workers with different numbers of samples."""
    counts, grads = shards(rng, k)
    return counts, grads, np.ones((1, len(SIZES)), bool)


@averaged.case("edge", parts="grads others")
def missing(rng, k):
    """Parameters without a gradient in some workers, and one parameter without any gradient."""
    counts, grads = shards(rng, k)
    there = rng.random((k, len(SIZES))) < 0.5
    # two lack the first gradient; the driver clears that of worker 0, to see if they share it
    last, other = rng.permutation(np.arange(1, k))[:2]
    there[[0, other], 0] = there[[last, other], 1] = False
    there[last, 0] = there[0, 1] = True
    there[:, 2] = False
    grads[:, 2] = 0  # the mean of the second parameter's gradients, which isn't None
    return counts, grads, there


@averaged.case("edge", parts="grads")
def an_empty_shard(rng, k):
    """A worker without samples, with NaN gradients and one gradient that only it has."""
    counts, grads = shards(rng, k)
    there = np.ones((k, len(SIZES)), bool)
    empty = int(rng.integers(k))
    counts[empty], grads[empty, : SIZES[0] + SIZES[1]] = 0, np.nan
    there[:, 2] = np.arange(k) == empty
    return counts, grads, there


@averaged.alternative
def by_stacks(workers, counts):
    used = [k for k in range(len(workers)) if counts[k] > 0]
    share = torch.tensor([counts[k] for k in used], dtype=torch.float64)
    share /= share.sum()
    tables = [dict(worker.named_parameters()) for worker in workers]
    for name in tables[0]:
        grads = [tables[k][name].grad for k in used]
        if all(g is None for g in grads):
            for table in tables:
                table[name].grad = None
            continue
        filled = [torch.zeros_like(tables[0][name]) if g is None else g for g in grads]
        mean = torch.tensordot(share, torch.stack(filled).detach(), dims=1)
        for table in tables:
            table[name].grad = mean.detach().clone()


@averaged.alternative
def in_place(workers, counts):
    with torch.no_grad():
        for parameters in zip(*[list(w.parameters()) for w in workers], strict=True):
            total, after_call = torch.zeros_like(parameters[0]), False
            for n, p in zip(counts, parameters, strict=True):
                if n == 0 or p.grad is None:
                    continue
                total.add_(p.grad, alpha=n)
                after_call = True
            total.div_(sum(counts))
            for p in parameters:
                if not after_call:
                    p.grad = None
                elif p.grad is None:
                    p.grad = total.clone()
                else:
                    p.grad.copy_(total)


averaged.known["value edge separate"] = {
    "Your mean gives every worker the same weight. How many samples should you average over, "
    "and how many of these samples does each worker "
    "have?": {"each_worker_the_same": {"n / total * g": "1 / len(same) * g"}},
    "Your result is the sum of the workers' gradients. What is the gradient of a mean over all "
    "samples?": {"sum_of_gradients": {"n / total * g": "g"}},
    "Your result is a sum over all samples. What must you divide this sum by?": {
        "sum_over_samples": {"n / total * g": "n * g"}
    },
    "Your code adds up the workers' mean gradients and divides by the number of samples. What "
    "has each of these gradients already been divided "
    "by?": {"divided_twice": {"n / total * g": "1 / total * g"}},
    "Your sum over the samples is divided by the number of workers. What should you average "
    "over?": {"by_workers": {"n / total * g": "n / len(same) * g"}},
    "Your mean is also divided by the number of workers. What does the formula divide the sum "
    "over all samples by?": {"by_workers_too": {"n / total * g": "n / total / len(same) * g"}},
    "Your code divides by the largest number of samples. How many samples do the workers have "
    "in total?": {"largest_for_the_sum": {"sum(counts)": "max(counts)"}},
    "Your code divides by the largest number of samples times the number of workers. How many "
    "samples do the workers have in "
    "total?": {"all_as_the_largest": {"sum(counts)": "max(counts) * len(counts)"}},
    "Your mean doesn't weight the first worker's gradient by its number of samples. What "
    "value does your sum start from?": {
        "first_unweighted": {
            "n / total * g for n, g in terms": (
                "(n if k else 1) / total * g for k, (n, g) in enumerate(terms)"
            )
        }
    },
    "Your mean leaves out the first worker. Where do your loop and your sum start?": {
        "first_left_out": {
            "sum(counts)": "sum(counts[1:])",
            "zip(counts, same, strict=True)": "zip(counts[1:], same[1:], strict=True)",
        }
    },
    "Your function gives all workers the gradient of the worker with the most samples. Which "
    "workers should you average over?": {
        "largest_worker_alone": {
            "sum(n / total * g for n, g in terms)": "max(terms, key=lambda s: s[0])[1]"
        }
    },
    "Your function gives the mean only to the first worker. Which gradients do the other "
    "workers use for their "
    "step?": {"first_worker_alone": {"for p in same:": "for p in same[:1]:"}},
    "Your function changes the parameters. Which attribute of a parameter should it change?": {
        "parameters_for_gradients": {
            "(n, p.grad)": "(n, p.data + 1)",
            "if n and p.grad is not None": "if n",
            "p.grad = None if mean is None else mean.clone()": "p.data = mean",
        }
    },
    "Your function overwrites some workers' gradients with the mean while it still needs them. "
    "When must the mean be complete?": {
        "written_too_early": {
            "p.grad = None": (
                "terms = [(n, q.grad) for n, q in zip(counts, same) if n and q.grad is not "
                "None]\n"
                "            mean = sum(n / total * g for n, g in terms) if terms else None\n"
                "            p.grad = None"
            )
        }
    },
}
averaged.known(where="missing")["edge"] = {
    "Your function sets `grad` to None as soon as one worker has no gradient. What "
    "gradient does None stand for, and when does the problem statement require None?": {
        "none_if_any_is_none": {"if terms": "if len(terms) == sum(n > 0 for n in counts)"}
    },
    "Your function sets `grad` to None on every worker, although a worker with samples has "
    "a gradient. Which workers matter, and is a gradient of 0 the same as no gradient?": {
        "none_if_the_first_has_none": {
            "terms else ": "terms and same[0].grad is not None else "
        }
    },
    "The workers that had no gradient share one tensor. How can you give each worker its own "
    "copy?": {
        "shared_where_none": {
            "            p.grad = None if mean is None else mean.clone()": (
                "            if p.grad is None or mean is None: p.grad = mean\n"
                "            else: p.grad.copy_(mean)"
            )
        }
    },
    "If a worker's gradient is missing, your mean leaves out its samples. What is the gradient "
    "for these samples, and do they belong to the "
    "mean?": {"missing_left_out": {"n / total * g": "n / sum(m for m, _ in terms) * g"}},
    "If none of the workers that have samples has a gradient, your function sets `grad` to "
    "zeros. What would an optimiser with momentum or weight decay do with zeros, and what "
    "does the problem statement require?": {
        "zeros_where_there_was_none": {"None if mean": "torch.zeros_like(p) if mean"}
    },
    "Your function skips a parameter if any worker has no gradient for it. What gradient "
    "does None stand for, and which workers should get the mean?": {
        "skipped_if_any_is_none": {
            "p in same:": "p in same if len(terms) in (0, sum(n > 0 for n in counts)) else ():"
        }
    },
    "Your function doesn't give the mean to a worker that has no gradient for a parameter. "
    "What does this worker's optimiser do with the parameter, and do the workers stay "
    "identical?": {
        "none_stays_none": {"p in same:": "p in same:\n            if p.grad is None: continue"}
    },
}
averaged.known(where="an_empty_shard")["value edge separate"] = {
    "Your mean gives every worker the same weight. How many samples should you average over, "
    "and how many of these samples does each worker have?": {
        "each_worker_with_samples_the_same": {
            "n / total * g": "1 / sum(m > 0 for m in counts) * g"
        }
    }
}
averaged.known(where="an_empty_shard")["edge"] = {
    "Your mean is NaN because of a worker without samples. What can its `grad` contain, and "
    "what is 0 times NaN?": {"nought_times_nan": {"if n and p": "if p"}},
    "Your function skips workers without samples and leaves their gradients unchanged. "
    "Which workers should end up with the mean?": {
        "empty_workers_skipped": {
            "for p in same:": "for n, p in zip(counts, same):\n            if not n: continue"
        },
        "empty_workers_skipped_in_the_mean": {
            "for p in same:": "for n, p in zip(counts, same):\n            if terms and not n: "
            "continue"
        },
    },
    "Your function leaves the gradient of a worker without samples unchanged if no other "
    "worker has a gradient for this parameter. Does this gradient count, and what should "
    "`grad` be in all "
    "workers?": {"left_where_nobody_has_one": {"p in same:": "p in same if terms else ():"}},
}

averaged.known["separate"] = {
    "Your workers share one tensor, so clearing or clipping one gradient changes all of them. "
    "How can you give each worker its own "
    "copy?": {"one_tensor_for_all": {"None if mean is None else mean.clone()": "mean"}}
}
