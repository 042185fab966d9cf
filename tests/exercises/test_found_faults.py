"""Mistakes that students make in code of another style than the reference are named."""

import pytest
from nngrader.engine.declaration.edit import edited
from nngrader.records.codes import Code

from tests.exercises.declared_problems import (
    OTHER_DRAWS,
    PROBLEMS,
    SEED,
    codes,
    has,
    judged,
    lost,
    packed,
)

slow = pytest.mark.slow

MEAN = "X.mean(axis=0), X.var(axis=0)"
COLUMN_MEANS = "np.mean(X, axis=0, keepdims=True)"
UNPACK = "dz[[0, 1, 3]] *= (s * (1 - s))[[0, 1, 3]]"
PRIOR = "log_normal(z, 0.0, np.zeros(mean.shape)) - "
UNDILATED = [
    ("rows, columns] +=", "i : i + KH, j : j + KW] +="),
    ("p : p + H, p : p + W", "p : i + KH, p : j + KW"),
]
MEMORY = 'kept["o"]); optimizer.state.clear()'
FROZEN = "Parameter(torch.{}(D), requires_grad=False"
NORM = "norm = np.sqrt(np.sum(J * J)); penalty += norm / N"

# problem, alternative or "" for the reference, replacements or statements, name, fraction kept
FAULTS = [
    ("pca", "by_products_of_samples", [(COLUMN_MEANS, "0.0")], "not centred", 0.5),
    ("pca", "by_products_of_samples", [(COLUMN_MEANS, "np.mean(X)")], "one mean for all", 0.5),
    (
        "pca",
        "by_covariance",
        [("np.argsort(values)[::-1][:k]", "np.arange(k)")],
        "least variance",
        0.5,
    ),
    (
        "pca",
        "by_covariance",
        "X = (X - X.mean(axis=0)) / X.std(axis=0)",
        "each feature scaled by n",
        0.5,
    ),
    (
        "pca",
        "by_products_of_samples",
        [(f"X - {COLUMN_MEANS}", f"(X - {COLUMN_MEANS}) / X.std(axis=0)")],
        "each feature scaled by n",
        0.5,
    ),
    (
        "pca",
        "",
        [("np.linalg.svd(Z", "np.linalg.svd(Z / Z.std(axis=0, ddof=1)")],
        "correlation matrix",
        0.5,
    ),
    ("pca", "", [("svd(Z", "svd(X")], "covariance not centred", 0.5),
    (
        "pca",
        "",
        [("Vt[:k]", "Vt[1 : k + 1]"), ("s[:k]", "s[1 : k + 1]")],
        "variances one too far as well",
        0.5,
    ),
    (
        "ridge_fit",
        "with_a_column_of_ones",
        [
            ("alpha * np.eye(A.shape[1])", "alpha**0.5 * np.diag([0] + [1] * X.shape[1])"),
            ("    penalty[-1, -1] = 0\n", ""),
            ("A.T @ A + penalty", "A.T @ A + penalty @ penalty"),
        ],
        "first weight free",
        0.4,
    ),
    (
        "gaussian_classifier_fit",
        "by_loops",
        [("means[c] /= priors[c]", "pass")],
        "means not divided",
        0.5,
    ),
    ("softmax_cross_entropy", "by_loops", [(" + row.max()", "")], "sum alone shifted", 0.7),
    (
        "softmax_cross_entropy",
        "in_place_on_a_copy",
        [("p /= total", "p /= total * len(p)"), ("    p /= len(p)\n", "")],
        "one not averaged",
        0.7,
    ),
    ("batch_norm_forward", "", [(MEAN, "X.mean(), X.var()")], "one for the batch", 0.4),
    ("batch_norm_forward", "", [("X.mean(axis=0)", "X.mean()")], "one mean for all", 0.6),
    ("optimizer_step", "a_branch_each", "betas = 0.9, 0.999", "betas fixed", 0.7),
    ("learning_rate", "step_by_step", [(" * np.pi", "")], "pi forgotten", 0.8),
    (
        "dropout",
        "by_a_binomial",
        [("[mask * X / keep, mask * dY / keep]", "[mask * dY / keep, mask * X / keep]")],
        "exchanged",
        0.9,
    ),
    (
        "rnn_backward",
        "sequence_by_sequence",
        [("range(T - 1, -1, -1)", "range(T - 1, 0, -1)")],
        "first step missing",
        0.4,
    ),
    (
        "lstm_step",
        "sequence_by_sequence",
        [(UNPACK, "dz[[1, 3]] *= (s * (1 - s))[[1, 3]]")],
        "input gate without derivative",
        0.75,
    ),
    (
        "lstm_step",
        "sequence_by_sequence",
        [(UNPACK, "dz[[0, 3]] *= (s * (1 - s))[[0, 3]]")],
        "forget gate without derivative",
        0.75,
    ),
    (
        "lstm_step",
        "sequence_by_sequence",
        [(UNPACK, "dz[[0, 1]] *= (s * (1 - s))[[0, 1]]")],
        "output gate without derivative",
        0.75,
    ),
    ("lstm_step", "gate_by_gate", [("through * g,", "through,")], "candidate missing", 0.75),
    ("lstm_step", "gate_by_gate", [("through * c,", "through,")], "cell missing", 0.75),
    (
        "gru_step",
        "block_by_block",
        [
            ("sums[2][0] + r * sums", "sums[2][0] - b[rows] + r * (b[rows] + sums"),
            ("[1])\n    return", "[1]))\n    return"),
        ],
        "first bias inside",
        0.2,
    ),
    (
        "gru_step",
        "block_by_block",
        "k = len(c) // 3; c = np.r_[c[k : 2 * k], c[:k], c[2 * k :]]",
        "second biases exchanged",
        0.2,
    ),
    (
        "sample",
        "by_gumbel_noise",
        [("rng.gumbel(size=logits.shape)", "rng.random(logits.shape)")],
        "uniform noise",
        0.3,
    ),
    (
        "sample",
        "choice_by_row",
        [
            (
                "int(rng.choice(len(row), p=row))",
                "min(rng.choice(len(row), p=row) + 1, len(row) - 1)",
            )
        ],
        "one too far",
        0.3,
    ),
    (
        "pca_autoencoder",
        "mixed_codes",
        [("X.mean(axis=0), np", "np.zeros(X.shape[1]), np")],
        "not centred",
        0.5,
    ),
    (
        "pca_autoencoder",
        "all_in_one_bias",
        [("np.argsort(values)[-k:]", "np.arange(k)")],
        "least variance",
        0.5,
    ),
    (
        "pca_autoencoder",
        "whitened",
        [("svd(Z)", "svd(Z / Z.std(axis=0))")],
        "standardised",
        0.5,
    ),
    (
        "pca_autoencoder",
        "whitened",
        [("Z = X - X.mean(axis=0)", "Z = X - X.mean()")],
        "one mean for all",
        0.5,
    ),
    (
        "pca_autoencoder",
        "whitened",
        [("Vt[:k] /", "Vt[1 : k + 1] /"), ("Vt[:k].T", "Vt[1 : k + 1].T")],
        "one too far",
        0.5,
    ),
    (
        "importance_log_likelihood",
        "by_densities",
        [(PRIOR, "-")],
        "prior and its constant forgotten",
        0.6,
    ),
    (
        "importance_log_likelihood",
        "by_densities",
        [("- log_normal", "+ log_normal")],
        "q multiplied with its constant",
        0.6,
    ),
    (
        "contractive_penalty",
        "by_jacobians",
        [
            ("penalty += np.sum(J * J) / N", NORM),
            ("turn = 2 / N", "turn = 1 / N / norm"),
            ("dW[j] += 2 / N", "dW[j] += 1 / N / norm"),
        ],
        "not squared",
        0.4,
    ),
    (
        "conv2d_backward",
        "offset_by_offset",
        [('np.einsum("nfij->f", dy)', "dy.mean(axis=(2, 3)).sum(axis=0)")],
        "bias mean of positions",
        0.8,
    ),
    ("conv2d_backward", "", "dy = dy / dy[0, 0].size", "everything mean of positions", 0.6),
    (
        "conv2d_backward",
        "offset_by_offset",
        [('"nfij,ncij->fc"', '"nfij,mcij->fc"')],
        "samples added up first",
        0.8,
    ),
    (
        "rnn_backward",
        "",
        [("dz.T @ x[t]", "np.outer(dz.sum(axis=0), x[t].sum(axis=0))")],
        "samples added up first",
        0.8,
    ),
    ("conv2d_backward", "", UNDILATED, "not dilated", 0.9),
    (
        "conv2d_forward",
        "number_by_number",
        [("1 + (H + 2 * padding - KH)", "1 + (H + padding - KH)")],
        "rows of padding counted once",
        0.7,
    ),
    (
        "conv2d_forward",
        "number_by_number",
        [("(H + 2 * padding", "(H + padding"), ("(W + 2 * padding", "(W + padding")],
        "padding counted once",
        0.7,
    ),
    (
        "conv2d_fast",
        "offset_by_offset",
        [("(H + 2 * p - KH)", "(H + p - KH)"), ("(W + 2 * p - KW)", "(W + p - KW)")],
        "padding counted once",
        0.5,
    ),
    (
        "conv2d_fast",
        "by_einsum",
        [("::stride, ::stride, :, :", "::stride, :, :, :")],
        "stride of the rows alone",
        0.5,
    ),
    (
        "max_pool",
        "number_by_number",
        [("-np.inf, None", "0.0, (n, c, i * stride, j * stride)")],
        "begins with zero at the corner",
        0.6,
    ),
    (
        "output_shape_and_parameters",
        "layer_by_layer_backwards",
        [("fields.append(rows)", "fields.append(min(rows, shape[1]))")],
        "limited to the image",
        0.6,
    ),
    (
        "residual_block",
        "by_offsets",
        [("y = np.clip(conv(h, weight2) + x", "x += conv(h, weight2); y = np.clip(x")],
        "x overwritten",
        0.8,
    ),
    (
        "reparameterize",
        "by_einsum",
        "eps = np.random.default_rng(0).standard_normal(eps.shape)",
        "own noise",
        0.6,
    ),
    (
        "evaluate",
        "on_a_copy",
        [("sum(len(y) for _, y in answers)", "len(answers) * len(answers[-1][1])")],
        "samples of the last batch",
        0.4,
    ),
    (
        "average_gradients",
        "by_stacks",
        [("if all(g is None", "if any(g is None")],
        "none if any is none",
        0.7,
    ),
    (
        "train_one_epoch",
        "whole_groups_first",
        [("if norm > max_norm", "if norm > max_norm and len(group) == accumulate")],
        "last step not clipped",
        0.8,
    ),
    ("Checkpoint", "SteppedThrough", [('kept["o"])', MEMORY)], "MemoryForgotten", 0.7),
    (
        "ResidualMLP",
        "ByHand",
        [
            ("Buffer(torch.zeros(D)", FROZEN.format("zeros")),
            ("Buffer(torch.ones(D)", FROZEN.format("ones")),
        ],
        "TrainedMean",
        0.8,
    ),
]

# problem, replacements in the reference, part, code, data
DESCRIBED = [
    (
        "ResidualMLP",
        [("self.out(h)", "self.out(h).squeeze()")],
        "y",
        Code.SHAPE,
        {"cause": "missing-one"},
    ),
    (
        "evaluate",
        [("right / seen", "torch.tensor(right / seen)")],
        "accuracy",
        Code.KIND,
        {"kind": "tensor"},
    ),
    (
        "output_shape_and_parameters",
        [
            ("field, apart = 1, 1", "field, apart, row = 1, 1, [0, 0, 0]"),
            ("shapes.append([C, H, W])", "row[:] = C, H, W; shapes.append(row)"),
        ],
        "shapes",
        Code.ALIKE,
        {"line": "row", "which": "last"},
    ),
    (
        "conv2d_backward",
        [("rows, columns], 1)", "rows, columns].sum(axis=1, keepdims=True), 1)")],
        "dweight",
        Code.ALIKE,
        {"line": "channel", "which": "sum"},
    ),
    (
        "output_shape_and_parameters",
        [("count = 0", "count = K * K")],
        "parameters",
        Code.NOT_EMPTIED,
        {"zeros": "max pooling layers"},
    ),
    (
        "residual_block",
        [("np.maximum(s, 0), ds", "np.maximum(s, s / 100), ds")],
        "y",
        Code.NOT_EMPTIED,
        {"zeros": "where `s` is negative"},
    ),
    (
        "max_pool",
        [("y, dx\n", "y, dx + (np.arange(dx.shape[2]) == dx.shape[2] - 1)[:, None]\n")],
        "dx",
        Code.ONE_LINE,
        {"line": "row", "end": "last", "empty": True},
    ),
    (
        "reparameterize",
        [("mean + sigma * eps", "mean + sigma * np.random.normal(size=eps.shape)")],
        "z",
        Code.UNREPEATABLE,
        {},
    ),
]


def faulty(name, of, change):
    """Return the reference or an alternative with some replacements, or statements first."""
    p = PROBLEMS[name]
    f = p.alternatives[of] if of else p.solve
    how = {"given": change} if isinstance(change, str) else {"edit": change}
    return edited(f, f"{name} {of}", **how)


@pytest.mark.parametrize(
    ("seed", "visible"),
    [(SEED, False), *(pytest.param(*draw, marks=slow) for draw in OTHER_DRAWS)],
)
@pytest.mark.parametrize(("name", "of", "change", "mistake", "kept"), FAULTS)
def test_a_fault_is_named_and_charged_once(name, of, change, mistake, kept, seed, visible):
    verdict = judged(packed(name, seed, visible), faulty(name, of, change))
    p, known = PROBLEMS[name], PROBLEMS[name].mistakes[mistake]
    assert {f.mistake for f in verdict.findings} == {mistake}
    assert lost(verdict) <= known.loses
    assert len(lost(verdict)) == 1 or p.measure
    assert verdict.score >= 100 * kept


def test_an_optimizer_that_writes_into_w_loses_nothing_else():
    change = [('return w - lr * new["velocity"]', 'w -= lr * new["velocity"]; return w')]
    verdict = judged(
        packed("optimizer_step", SEED, False), faulty("optimizer_step", "a_branch_each", change)
    )
    assert lost(verdict) == {"inputs-unchanged"}


@pytest.mark.parametrize(("name", "change", "part", "code", "data"), DESCRIBED)
def test_a_fault_is_described_in_the_words_of_the_text(name, change, part, code, data):
    verdict = judged(packed(name, SEED, False), faulty(name, "", change))
    assert has(verdict, code, **data)
    assert {p for f in verdict.findings for p in f.parts} == {part}


def test_a_last_row_of_zeros_is_not_called_correct():
    change = [("first // K, left", "K - 1, left")]
    found = codes(judged(packed("max_pool", SEED, False), faulty("max_pool", "", change)))
    assert Code.LAST_LINE not in found


def test_changed_input_is_charged_once():
    f = faulty("conv2d_backward", "", "x += np.sin(x)")
    verdict = judged(packed("conv2d_backward", SEED, False), f)
    assert "inputs-unchanged" in verdict.spared
    assert Code.INPUTS_CHANGED in codes(verdict)


def test_a_student_is_asked_only_for_what_the_function_returns():
    f = faulty("evaluate", "", [("loss / seen, right / seen", "loss / seen")])
    assert has(
        judged(packed("evaluate", SEED, False), f), Code.COUNT, names=["loss", "accuracy"]
    )


def test_the_message_of_a_driver_is_not_hidden():
    f = faulty("average_gradients", "", [("for p in same:", "for p in ():")])
    found = judged(packed("average_gradients", SEED, False), f).findings
    assert {x.code for x in found} == {Code.UNMEASURED}
    assert all("words" in x.data for x in found)
