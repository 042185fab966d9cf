# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] nbgrader={"grade": false, "grade_id": "intro", "locked": true, "schema_version": 3, "solution": false, "task": false}
# # Backpropagation: whose fault was it
#
# A network of 80,000 weights takes a boot for a sandal. Which of the weights should change, in which direction, and by how much?
# You could move one weight a little, run the network again and see whether the loss grew. For all of them that is 80,000 runs, to take one step.
# Backpropagation answers for every weight at once, in about the time of two runs: it hands the blame back, from the loss to the weights, through each operation that stood between them.
# All that an operation must know for this is its own slope.
# You write it twice. First for single numbers, where every product of slopes can be checked on paper; then for whole layers, where the same sums become a few products of matrices.
# From these you build a network with a hidden layer, convince yourself that its gradient is right, and train it. A challenge asks what the hidden layer is worth on pictures of clothes.
#
# **How to work.** Replace `raise NotImplementedError()` in each solution cell, run it, and run the cell below it.
# `check` tries what you wrote on a few inputs and says what is wrong and, where it can tell, which idea to look at again.
# Run it as often as you like: it costs nothing.
#
# **What the check does not prove.** It knows only the inputs in the file `ps3_backprop.cases.json`.
# The points are given on others, of other sizes, made afresh from the same description.
# What follows the text passes both.
#
# **How exact.** Compute in `float64` and do not round: answers must be right to eight digits of the largest entry, unless a problem says otherwise.
# A difference quotient is there for checking a gradient. As an answer it has too few digits.
#
# **Shapes.** Samples are rows: `x` is (N, D). A layer has a weight of shape (out, in), so it computes $y = x W^\top + b$.
# The gradient of the loss by an array has the shape of that array. In code it is called `d` and the name: `dW` for $\partial L / \partial W$.
#
# **Rules.** Arrays in, arrays out, with NumPy.
# If `scipy`, `sklearn`, `torch`, `jax`, `autograd` or `nnlib` is imported anywhere in this notebook, the problems give no points.
# You may add cells of your own, with helpers or experiments, and call what you wrote for one problem in another.
# A function must leave its arguments as they are.
#
# **Handing in.** Choose *Restart Kernel and Run All Cells*, look at the checks once more, save, and hand in `ps3_backprop.ipynb`, with `network.npz` beside it if you took up the challenge.
#
# Each problem has a table of what its points are for; a right answer to one line counts even where another line is wrong. The derivation is read by a person.
# Only the points for form (*shape*, *errors*, *inputs-unchanged*) wait until something of substance is right, or wrong in a way that the check can name.
# A mistake is charged once: where the same slip runs through several lines of a table, it costs the points of one of them.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from nngrader import check

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_blame", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 1. Blame, by hand (PSB)

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_Value", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 2. A number that remembers

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_affine_forward", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 3. A layer, forwards

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_affine_backward", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 4. A layer, backwards

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_relu_backward", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 5. ReLU, backwards

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_softmax_jacobian", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 6. The Jacobian of softmax

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_softmax_vjp", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 7. Softmax, backwards

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_two_layer_loss", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 8. PSB

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_gradient_check", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 9. PSB

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_train_network", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 10. PSB

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_derivation", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 11. PSB

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_challenge", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 12. PSB

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_outcome", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## What it is good for
