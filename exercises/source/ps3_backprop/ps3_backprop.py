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
# ## 1. Blame, by hand
#
# Before a program does it, do it yourself, once, with numbers. The network below has one hidden unit. It is given $x$ and should have said $t$; the loss is the square of what it missed by.
#
# ```
# x ──┬──────────────────────────────────────────────┐
#     │                                              │
#     × ── p ── + ── a ── max(0, ·) ── h ── × ── z ── + ── y ── − ── d ── square ── L
#     │         │                           │                   │
# w ──┘    b ───┘                      v ───┘              t ───┘
# ```
#
# Forwards, with numbers:
#
# ```python
# x, w, b, v, t = 4, 3, -7, 0.5, 9
# p = w * x
# a = p + b
# h = max(0, a)
# z = v * h
# y = z + x
# d = y - t
# L = d**2
# ```
#
# Write the value of each node beside it in a drawing of your own; the last is $L = 6.25$.
#
# The *gradient* of a node is $\partial L / \partial (\text{node})$: by how much $L$ grows, for each unit by which the node grows, when it grows a little. That of $L$ itself is 1.
# Every other one you get from what stands right of it: multiply the gradient that comes back by the slope of the one operation between. Where a node goes to two places, the two results are added.
#
# Here is another graph, worked out. $q = u \cdot s$, $r = q + u$, $L = r^2$, with $u = 2$ and $s = 3$, so $q = 6$, $r = 8$ and $L = 64$.
#
# | node | what comes back | slope | gradient |
# |---|---|---|---|
# | $r$ | 1 | $2r = 16$ | 16 |
# | $q$ | 16 | 1 | 16 |
# | $s$ | 16 | $u = 2$ | 32 |
# | $u$ | 16 to $q$, and 16 to $r$ | $s = 3$, and 1 | 48 + 16 = 64 |
#
# If $u$ grows from 2 to 2.001, then $L$ grows from 64 to $(2.001 \cdot 3 + 2.001)^2 = 64.064016$. Is that what the 64 in the last row says?
#
# Now your graph. Work out nine gradients on paper and let `blame` return them as a dict: `return {"d": …, "t": …, …}`, with the names `d`, `t`, `z`, `v`, `h`, `a`, `b`, `w` and `x`. Those of `p` and `y` you meet on the way; leave them out.
# Each step is judged by itself: whether a number follows from your own numbers further up. The check, and the grading, use these numbers and no others.
#
# | points | aspect | what they are for |
# |---|---|---|
# | 2 | value | `d`, `t`, `z`, `a` and `b`: squares, sums, a difference, a ReLU |
# | 2 | products | `v`, `h` and `w`, which are multiplied |
# | 1.5 | paths | `x`, which goes to two places |
# | 0.5 | shape | a dict of nine numbers with these names |
#
# <details>
# <summary>When you are stuck</summary>
#
# - Which numbers does a product of two need on the way back that a sum does not need?
# - $t$ is taken away. If it grows by 1, what becomes of $d$?
# - Cover everything left of $z$. If $z$ were the only thing that you could move, what would $L$ be as a function of $z$?
# - Move it: compute $L$ once more with 4.001 in place of 4 for $x$, and hold the difference against your number.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "blame", "locked": false, "schema_version": 3, "solution": true, "task": false}
def blame():
    """The gradient of L by each of nine nodes of the graph above, worked out by hand.

    Returns a dict with the names d, t, z, v, h, a, b, w and x, and a number for each.
    """
    ### BEGIN SOLUTION
    return {
        "d": -5,
        "t": 5,
        "z": -5,
        "v": -25,
        "h": -2.5,
        "a": -2.5,
        "b": -2.5,
        "w": -10,
        "x": -12.5,
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_blame", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
check(blame)
### BEGIN HIDDEN TESTS
from nngrader import points

points("blame", blame, 6)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_Value", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 2. A number that remembers
#
# On paper you drew the graph, wrote a slope on each line, and walked back. Now the numbers do that themselves.
# A `Value` is a number that remembers from which numbers it was made. After `y = a * b + a` the number `y` knows the sum, the sum knows the product, and the product knows `a` and `b`. So `y` can be asked for the derivative by each of them, and nobody has to draw anything.
# All that an operation must bring along is its own slope. The rest is the chain rule: a slope for each step, the product along each way from $v$ to $y$, and the sum over all ways,
#
# $$\frac{\partial y}{\partial v} = \sum_{\text{ways from } v \text{ to } y} \;\; \prod_{\text{steps on the way}} \text{slope of the step}.$$
#
# | | what it is |
# |---|---|
# | `Value(2.0)` | a number with `data` = 2.0, a `float`, and `grad` = 0.0 |
# | `a + b`, `a - b`, `a * b`, `a / b` | a new `Value`; one of the two may be a plain number such as 3 or 0.5, on the left or on the right |
# | `a ** k` | the same, where `k` is a plain number: also a fraction, also below 0 |
# | `a.exp()`, `a.log()`, `a.tanh()`, `a.relu()` | the same; `relu` is max(0, `data`), and at exactly 0 its slope counts as 0 |
# | `y.backward()` | sets `y.grad` to 1, and adds to the `grad` of each number that `y` was made from, results on the way included, the derivative of `y` by it. It returns nothing and is called once |
#
# The check runs short programs in which the letters $a, b, c, \ldots$ are numbers, here 2 and 3. `n` is how often a loop runs, 0 where there is none. It looks at `y.data`, and at the `grad` of each letter but `y`, in the order of the alphabet:
#
# ```python
# program = "c = a * b; y = c * a + c"
# numbers = np.array([2.0, 3.0])
# n = 0
# data = 18.0
# grad = [15.0, 6.0, 3.0]
# ```
#
# From `c` two ways lead to `y`, with the slopes 2 and 1, so `c` gets 3. How many ways lead from `a` to `y`, and which numbers add up to 15?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 2.5 | value | `data`, after + - * / **, where each letter is used once |
# | 4 | gradient | `grad` of the same letters |
# | 2.5 | functions | both (half each), with `exp`, `log`, `tanh` and `relu`, each letter used once |
# | 0.5 | zero | both, with the `relu` of exactly 0 and of numbers below |
# | 1 | numbers | both, with plain numbers on the right: `a - 4` |
# | 1 | left | both, with plain numbers on the left: `4 - a` |
# | 2 | reuse | both, where letters and results are used several times |
# | 1 | chain | both, after a chain of 10,000 powers: `y = y ** 0.9999` |
# | 1 | paths | both, where each of twelve results is used twice. 4,096 ways lead back, and `backward` must not walk each of them by itself |
# | 0.5 | shape | `data` and `grad` are numbers |
#
# <details>
# <summary>When you are stuck</summary>
#
# - Begin with `__init__`, `__add__` and a `backward` that knows nothing else. The check tells you which operation it misses. In Python `a + b` calls `a.__add__(b)`, and `2 + a` calls `a.__radd__(2)`.
# - What does a result need for the way back? For each number that it was made from: which one, and the slope by it. You know both at the moment when the result is made.
# - A number on the right has no `data`. Make a `Value` of it first, and nothing else changes.
# - Print `grad` for `y = a + a`. Is it 2?
# - In the example `y` hands something to `c`, on two lines. When may `c` begin to hand on to `a` and `b`? In which order must all numbers come, so that none begins too early?
# - That order can be found by a function that calls itself for each number behind. Python allows about 1,000 calls inside each other. What could keep the list of those still to be visited instead?
# - Look at `y = y + y`, twelve times. How many numbers are there, and how often does your `backward` come to the first one?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "Value", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Value:
    """A number that remembers from which numbers it was made, and how.

    Value(2.0) has data = 2.0, a float, and grad = 0.0.
    +, -, * and / of two numbers, of which one may be a plain number on either side, ** with a
    plain number as exponent, and the methods exp() log() tanh() relu() return a new Value whose
    data is the result; relu is max(0, data), with slope 0 at 0.
    y.backward() sets y.grad to 1 and adds to the grad of every Value v that y was made from,
    directly or through others, the derivative of y by v: the sum, over all ways from v to y, of
    the product of the slopes on the way. It is called once.
    """

    def __init__(self, data):
        ### BEGIN SOLUTION
        self.data, self.grad, self.slopes = data, 0.0, ()

    def made(self, data, *slopes):
        result = type(self)(data)
        result.slopes = slopes
        return result

    def number(self, other):
        return other if isinstance(other, Value) else type(self)(other)

    def __add__(self, other):
        other = self.number(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __sub__(self, other):
        other = self.number(other)
        return self.made(self.data - other.data, (self, 1.0), (other, -1.0))

    def __mul__(self, other):
        other = self.number(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __truediv__(self, other):
        other = self.number(other)
        y = self.data / other.data
        return self.made(y, (self, 1 / other.data), (other, -y / other.data))

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return self.number(other) - self

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self.number(other) / self

    def __pow__(self, n):
        return self.made(self.data**n, (self, n * self.data ** (n - 1)))

    def exp(self):
        y = np.exp(self.data)
        return self.made(y, (self, y))

    def log(self):
        return self.made(np.log(self.data), (self, 1 / self.data))

    def tanh(self):
        y = np.tanh(self.data)
        return self.made(y, (self, 1 - y**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, float(self.data > 0)))

    def order(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            number, done = stack.pop()
            if done:
                order.append(number)
            elif number not in seen:
                seen.add(number)
                stack.append((number, True))
                stack.extend((earlier, False) for earlier, _ in number.slopes)
        return order

    def backward(self):
        self.grad = 1.0
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                earlier.grad += slope * number.grad
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_Value", "locked": true, "points": 16, "schema_version": 3, "solution": false, "task": false}
check(Value)
### BEGIN HIDDEN TESTS
from nngrader import points

points("Value", Value, 16)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_affine_forward", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 3. A layer, forwards
#
# One `Value` for each number is fine for ten numbers. A layer with 784 inputs and 128 outputs multiplies 100,000 of them for a single picture, and each would be an object with a history.
# So from here on the node of the graph is a whole array. Forwards that is one product of matrices, and backwards it will be two.
#
# Output $h$ of a layer weighs the $D$ inputs of a sample and adds a bias. For sample $n$,
#
# $$y_{nh} = \sum_{d=1}^{D} W_{hd} \, x_{nd} + b_h .$$
#
# | | shape | what it is |
# |---|---|---|
# | `x` | (N, D) | one sample a row, `float64` or `uint8` |
# | `W` | (H, D) | (out, in): row $h$ holds the weights of output $h$ |
# | `b` | (H,) | one bias for each output |
# | `y` | (N, H) | one row for each sample, `float64` |
#
# Two samples with two inputs, three outputs:
#
# ```python
# x = np.array([[1.0, 2.0], [3.0, -1.0]])
# W = np.array([[1.0, 0.0], [2.0, 1.0], [-1.0, 1.0]])
# b = np.array([1.0, 0.0, 2.0])
# y = [[2.0, 4.0, 3.0], [4.0, 5.0, -2.0]]
# ```
#
# The last number, $-2$, is $-1 \cdot 3 + 1 \cdot (-1) + 2$. Which row of `x` and which row of `W` met there?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 2.5 | value | random numbers get the right outputs |
# | 0.75 | integers | so do pictures: `x` of type `uint8`, with numbers from 0 to 255 |
# | 0.5 | shape | an (N, H) array of `float64` |
# | 0.25 | inputs-unchanged | `x`, `W` and `b` stay as they are |
#
# <details>
# <summary>When you are stuck</summary>
#
# - Write the shapes below each other: (N, D) and (H, D). Which index is summed, and where must it stand in both for `@`?
# - `W.T` and `W.reshape(D, H)` have the same shape. Print both for the example.
# - What does NumPy do when it adds an array of shape (H,) to one of shape (N, H)?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "affine_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def affine_forward(x, W, b):
    """What a layer makes of each sample.

    y[n, h] = (sum over d of W[h, d] * x[n, d]) + b[h]

    x : (N, D) array, float64 or uint8, one sample a row
    W : (H, D) array, float64, the weights of one output a row
    b : (H,) array, float64
    Returns y : (N, H) array, float64. All arrays stay as they are.
    """
    ### BEGIN SOLUTION
    return x @ W.T + b
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_affine_forward", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
check(affine_forward)
### BEGIN HIDDEN TESTS
from nngrader import points

points("affine_forward", affine_forward, 4)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_affine_backward", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 4. A layer, backwards
#
# Somebody further on has found out how the loss answers to each output of this layer, and hands you $dy$, with $dy_{nh} = \partial L / \partial y_{nh}$.
# You do not know the loss, and you need not: with $dy$ you can say how it answers to everything that went in. The weights want $dW$ to improve themselves, and $dx$ is what you hand to the layer before.
#
# Follow one weight. $W_{hd}$ stands in $y_{nh}$ for every sample $n$, with the slope $x_{nd}$. These are its ways to the loss, and their products are added up. In the same way,
#
# $$dx_{nd} = \sum_{h=1}^{H} dy_{nh} \, W_{hd}, \qquad dW_{hd} = \sum_{n=1}^{N} dy_{nh} \, x_{nd}, \qquad db_h = \sum_{n=1}^{N} dy_{nh} .$$
#
# | | shape | what it is |
# |---|---|---|
# | `dy` | (N, H) | $\partial L / \partial y$, `float64` |
# | `x` | (N, D) | what went into the layer, `float64` or `uint8` |
# | `W` | (H, D) | its weights |
# | `dx` | (N, D) | $\partial L / \partial x$ |
# | `dW` | (H, D) | $\partial L / \partial W$ |
# | `db` | (H,) | $\partial L / \partial b$ |
#
# The layer of the last example:
#
# ```python
# dy = np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]])
# x = np.array([[1.0, 2.0], [3.0, -1.0]])
# W = np.array([[1.0, 0.0], [2.0, 1.0], [-1.0, 1.0]])
# dx = [[2.0, -1.0], [4.0, 1.0]]
# dW = [[7.0, 0.0], [3.0, -1.0], [-1.0, -2.0]]
# db = [3.0, 1.0, -1.0]
# ```
#
# The 7 is $1 \cdot 1 + 2 \cdot 3$: both samples used that weight, the first with $x = 1$ and blame 1, the second with $x = 3$ and blame 2. Find the 4 in `dx` before you write anything.
#
# | points | aspect | what they are for |
# |---|---|---|
# | 2.5 | value | `dx` |
# | 3.5 | weights | `dW` |
# | 2 | bias | `db` |
# | 0.5 | integers | all three, a third each, where `x` holds pictures of type `uint8` |
# | 1 | shape | arrays of these three shapes, in this order, of `float64` |
# | 0.5 | inputs-unchanged | `dy`, `x` and `W` stay as they are |
#
# <details>
# <summary>When you are stuck</summary>
#
# - Return `dx, None, None` first, and let the check tell you whether `dx` is right. The other points wait.
# - Each gradient has the shape of its array. Of (N, H), (N, D) and their transposes, which two give (H, D) when they are multiplied, with N between them?
# - For `db` take $N = 2$: how often was `b` used?
# - Where is the division by N of a mean loss? Ask where the mean was taken, here or further on.
# - `np.zeros_like(x)` is of the type of `x`. What becomes of 0.7 in an array of whole numbers?
# - Check one number without knowing the right one. Take as loss $L = \sum_{nh} dy_{nh} \, y_{nh}$, add 0.000001 to one weight, and see by how much $L$ grows.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "affine_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def affine_backward(dy, x, W):
    """Gradients of the loss by what went into a layer y = x W^T + b.

    dx[n, d] = (sum over h of dy[n, h] * W[h, d])
    dW[h, d] = (sum over n of dy[n, h] * x[n, d])
    db[h]    = (sum over n of dy[n, h])

    dy : (N, H) array, float64: the gradient of the loss by each y[n, h]
    x : (N, D) array, float64 or uint8, one sample a row
    W : (H, D) array, float64
    Returns (dx, dW, db): arrays of shape (N, D), (H, D) and (H,), float64.
    All arrays stay as they are.
    """
    ### BEGIN SOLUTION
    return dy @ W, dy.T @ x, dy.sum(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_affine_backward", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
check(affine_backward)
### BEGIN HIDDEN TESTS
from nngrader import points

points("affine_backward", affine_backward, 10)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_relu_backward", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 5. ReLU, backwards
#
# Two layers without anything between them are one layer: $(x W_1^\top) W_2^\top = x (W_2 W_1)^\top$. What makes the second worth its weights is a bend.
# The cheapest bend is $y = \max(0, x)$, number by number, which is called ReLU. Backwards it is a gate. Where the number went through, its blame goes back untouched; where it was stopped, nothing goes back, for a small change there would have changed nothing.
#
# $$dx_{nd} = \begin{cases} dy_{nd} & \text{where } x_{nd} > 0 \\ 0 & \text{elsewhere.} \end{cases}$$
#
# At exactly 0 there is a kink and no derivative. Here the slope at 0 counts as 0, as everywhere in the book.
#
# | | shape | what it is |
# |---|---|---|
# | `dy` | (N, D) | $\partial L / \partial y$, `float64` |
# | `x` | (N, D) | what went into ReLU, `float64` |
# | `dx` | (N, D) | $\partial L / \partial x$, `float64` |
#
# ```python
# dy = np.array([[2.0, -1.0, 4.0], [-3.0, 5.0, 1.0]])
# x = np.array([[1.0, 3.0, -2.0], [0.5, 0.0, -1.0]])
# dx = [[2.0, -1.0, 0.0], [-3.0, 0.0, 0.0]]
# ```
#
# Three entries are stopped. For each, say which number stopped it. Why is $-1$ not among them?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 3.5 | value | random numbers of either sign |
# | 1.5 | zero | numbers of which many are exactly 0 |
# | 0.5 | shape | an (N, D) array of `float64` |
# | 0.5 | inputs-unchanged | `dy` and `x` stay as they are |
#
# <details>
# <summary>When you are stuck</summary>
#
# - `x > 0` is an array of True and False. What happens when you multiply it by numbers?
# - Draw $\max(0, x)$. How steep is it at 2, at 200, at $-2$?
# - Why does the check say that you changed `dy`? Which array does `dx = dy` make, and which does `dx = dy.copy()`?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "relu_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def relu_backward(dy, x):
    """Gradient of the loss by what went into y = max(0, x), entry by entry.

    dx[n, d] = dy[n, d] where x[n, d] > 0, and 0 elsewhere: at exactly 0 the slope counts as 0

    dy : (N, D) array, float64: the gradient of the loss by each y[n, d]
    x : (N, D) array, float64: what went in
    Returns dx : (N, D) array, float64. Both arrays stay as they are.
    """
    ### BEGIN SOLUTION
    return dy * (x > 0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_relu_backward", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
check(relu_backward)
### BEGIN HIDDEN TESTS
from nngrader import points

points("relu_backward", relu_backward, 6)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_softmax_jacobian", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 6. The Jacobian of softmax
#
# ReLU looks at each number by itself. Softmax does not: its probabilities add up to 1, so if one score grows, one probability grows and all others give way.
# How each of $C$ probabilities answers to each of $C$ scores is a table of $C \cdot C$ derivatives, the *Jacobian*:
#
# $$p_i = \frac{e^{z_i}}{\sum_{k=1}^{C} e^{z_k}}, \qquad J_{ij} = \frac{\partial p_i}{\partial z_j} .$$
#
# Derive $J_{ij}$ by the quotient rule, once for $i = j$ and once for $i \neq j$. Both come out short when you write them with $p$.
#
# | | shape | what it is |
# |---|---|---|
# | `z` | (C,) | the scores of one sample, `float64` of any size |
# | `jacobian` | (C, C) | $J$, `float64`; entry $(i, j)$ is $\partial p_i / \partial z_j$ |
#
# ```python
# z = np.log(np.array([1.0, 2.0, 1.0]))
# jacobian = [[0.1875, -0.125, -0.0625], [-0.125, 0.25, -0.125], [-0.0625, -0.125, 0.1875]]
# ```
#
# The probabilities are 1/4, 1/2 and 1/4. What does each row of $J$ add up to, and what each column? Give the reason for one of them without computing.
#
# | points | aspect | what they are for |
# |---|---|---|
# | 3.5 | value | random scores |
# | 1.5 | stability | scores near 1,000 and near -2,000 side by side. The probabilities are numbers between 0 and 1 there, too |
# | 0.5 | shape | a (C, C) array of `float64` |
# | 0.5 | inputs-unchanged | `z` stays as it is |
#
# <details>
# <summary>When you are stuck</summary>
#
# - First `p`. Which number can be taken off all scores so that `np.exp` cannot overflow, and why is `p` the same?
# - Is the largest score a good choice also where all scores lie near -1,000? Is the largest of their absolute values?
# - Differentiate $p_1 = e^{z_1} / (e^{z_1} + e^{z_2})$ by $z_2$, on paper. How is the result written with $p_1$ and $p_2$? Then by $z_1$.
# - `np.outer` makes a table of products, `np.diag` puts a list on a diagonal.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "softmax_jacobian", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax_jacobian(z):
    """Derivative of each probability p = softmax(z) by each score.

    p[i] = exp(z[i]) / (sum over k of exp(z[k]))
    J[i, j] = the derivative of p[i] by z[j]

    z : (C,) array, float64, numbers of any size (also 1000 or -1000)
    Returns J : (C, C) array, float64. z stays as it is.
    """
    ### BEGIN SOLUTION
    e = np.exp(z - z.max())
    p = e / e.sum()
    return np.diag(p) - np.outer(p, p)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_softmax_jacobian", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
check(softmax_jacobian)
### BEGIN HIDDEN TESTS
from nngrader import points

points("softmax_jacobian", softmax_jacobian, 6)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_softmax_vjp", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 7. Softmax, backwards
#
# A language model chooses the next word from 20,000. The Jacobian of its softmax has 400 million numbers, 3.2 GB, for one word.
# Nobody wants to look at it. What the way back needs is its product with the blame $g_i = \partial L / \partial p_i$ that comes from above, and that is a list of $C$ numbers again:
#
# $$dz_j = \sum_{i=1}^{C} g_i \, J_{ij} .$$
#
# Such a product of a gradient and a Jacobian is a *vector-Jacobian product*, VJP for short. Every operation of a network needs its VJP, and hardly any needs its Jacobian. Put what you know of $J_{ij}$ into the sum, take apart the term with $i = j$, and see which part is the same for all $j$.
#
# | | shape | what it is |
# |---|---|---|
# | `g` | (C,) | $\partial L / \partial p$, `float64` |
# | `z` | (C,) | the scores that went into softmax, `float64` of any size |
# | `dz` | (C,) | $\partial L / \partial z$, `float64` |
#
# `classes` is the check's own: 0 for an ordinary call with `g` and `z` as they stand; 20,000 where it makes long ones of them.
#
# ```python
# g = np.array([4.0, 1.0, -2.0])
# z = np.log(np.array([1.0, 2.0, 1.0]))
# classes = 0
# dz = [0.75, 0.0, -0.75]
# ```
#
# The scores are those of the last example, so you can compute `dz` from its table. Now without the table: which number do you get when you weigh the entries of $g$ by the probabilities, and what has it to do with the 0 in the middle?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 5 | value | random numbers |
# | 2 | stability | scores near 1,000 and near -2,000 side by side |
# | 2 | large | 20,000 classes, without an array or a list of $C \cdot C$ numbers, and within four seconds: one loop over the classes is allowed, one inside another takes minutes |
# | 0.5 | shape | a (C,) array of `float64` |
# | 0.5 | inputs-unchanged | `g` and `z` stay as they are |
#
# The check tries 2,000 classes first, and counts bytes and seconds. Who builds the table, or loops twice, is stopped there, before it fills your memory or your morning.
#
# <details>
# <summary>When you are stuck</summary>
#
# - Compute `g @ softmax_jacobian(z)` in a cell of your own: then you have something to compare with.
# - Write the sum for $C = 3$ and $j = 1$: three terms, of which one has another form than the other two. Add to the odd one what it lacks, and take it away again.
# - In the sum that is left no $j$ occurs. So it is one number, for all entries. Which?
# - Give $g$ the same number in every place. What must come out, and why?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "softmax_vjp", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax_vjp(g, z):
    """Gradient of the loss by the scores z that went into p = softmax(z).

    dz[j] = (sum over i of g[i] * J[i, j]), where J[i, j] is the derivative of p[i] by z[j]

    g : (C,) array, float64: the gradient of the loss by each p[i]
    z : (C,) array, float64, numbers of any size (also 1000 or -1000)
    Returns dz : (C,) array, float64. Both arrays stay as they are.
    No array of C * C numbers is made on the way: C may be 20,000.
    """
    ### BEGIN SOLUTION
    e = np.exp(z - z.max())
    p = e / e.sum()
    return p * (g - g @ p)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_softmax_vjp", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
check(softmax_vjp)
### BEGIN HIDDEN TESTS
from nngrader import points

points("softmax_vjp", softmax_vjp, 10)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_two_layer_loss", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 8. A network with a hidden layer
#
# Put together what you have: a layer, ReLU, a second layer, softmax, and the loss that says how surprised it was by the right classes. One call goes all the way forwards to one number and all the way back to every weight. It is the function that training calls a thousand times.
#
# $$a = X W_1^\top + b_1, \qquad h = \max(0, a), \qquad s = h W_2^\top + b_2, \qquad p_{nc} = \frac{e^{s_{nc}}}{\sum_k e^{s_{nk}}}, \qquad L = -\frac{1}{N} \sum_{n=1}^{N} \ln p_{n, y_n}.$$
#
# | | shape | what it is |
# |---|---|---|
# | `params` | a dict | `params["W1"]` (H, D), `params["b1"]` (H,), `params["W2"]` (C, H), `params["b2"]` (C,), `float64` |
# | `X` | (N, D) | one sample a row, `float64` |
# | `y` | (N,) | the right classes, integers |
# | `loss` | one number | $L$ |
# | `grads` | a dict | the same four names; `grads["W1"]` is $\partial L / \partial W_1$ and has its shape |
#
# Two samples, two inputs, two hidden units, two classes. In the numbers below, in the table of points and in what the check says, `dW1` is `grads["W1"]`, and so on: the names in `grads` are those in `params`, without a d.
#
# ```python
# W1 = np.array([[1.0, -1.0], [0.0, 1.0]])
# b1 = np.array([0.0, -2.0])
# W2 = np.array([[1.0, 0.0], [-1.0, 2.0]])
# b2 = np.array([0.0, 0.0])
# X = np.array([[2.0, 1.0], [1.0, 3.0]])
# y = np.array([0, 0])
# loss = 1.1269
# dW2 = [[-0.0596, -0.4404], [0.0596, 0.4404]]
# db2 = [-0.5, 0.5]
# dW1 = [[-0.2384, -0.1192], [0.8808, 2.6424]]
# db1 = [-0.1192, 0.8808]
# ```
#
# Find $a$ on paper: which of its four numbers does the ReLU stop? Both rows of scores differ by 2, so one of the two samples is right with $p = 0.88$ and the other wrong with the same. What does the gradient by `b2` have to add up to, and why?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 3 | value | the loss |
# | 3 | output | `dW2` and `db2` |
# | 4 | hidden | `dW1` and `db1` |
# | 2 | stability | everything, also where scores are some thousands |
# | 1 | shape | a number and a dict of four arrays, each of the shape of what it belongs to |
# | 1 | inputs-unchanged | `X`, `y` and the arrays in `params` stay as they are |
#
# No entry of $a$ that you meet is exactly 0. You may call what you wrote for the problems above.
#
# <details>
# <summary>When you are stuck</summary>
#
# - Write the shape of every array beside its name, forwards. Backwards each gradient has the shape of its array: that leaves few products that fit.
# - The loss by the scores of one sample: take two classes, $s = (0, 0)$, and the right class 0. Which score should grow, and which fall? You find the whole of it by $L = \ln \sum_k e^{s_k} - s_y$.
# - Where does the $1/N$ enter? Let it enter in one place.
# - Subtract the same number from all scores of a row: what becomes of $p$? And which number keeps `exp` from growing out of bounds?
# - $\ln p$ of a very small $p$: can you have it without computing $p$?
# - Is the gradient right? Move one weight by 0.00001 and look at the loss. The next problem does this for all.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "two_layer_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def two_layer_loss(params, X, y):
    """Mean cross-entropy of a network with one hidden layer, and its gradient.

    a = X W1^T + b1,  h = max(0, a),  scores = h W2^T + b2
    p[n, c] = exp(scores[n, c]) / (sum over k of exp(scores[n, k]))
    loss = (1/N) * (sum over n of -ln p[n, y[n]])

    params : dict of W1 (H, D), b1 (H,), W2 (C, H) and b2 (C,), arrays of float64
    X : (N, D) array of float64, one sample a row
    y : (N,) array of integers, the right class of each row
    Returns (loss, grads): a number, and a dict with the same four names, where grads["W1"] is
    the gradient of the loss by W1, and so on. All that is given stays as it is.
    No entry of a that you meet is exactly 0.
    """
    ### BEGIN SOLUTION
    a = X @ params["W1"].T + params["b1"]
    h = np.maximum(a, 0)
    scores = h @ params["W2"].T + params["b2"]
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    n = np.arange(len(X))
    dscores = np.exp(log_p)
    dscores[n, y] -= 1
    dscores /= len(X)
    da = dscores @ params["W2"] * (a > 0)
    grads = {"W1": da.T @ X, "b1": da.sum(axis=0)}
    grads |= {"W2": dscores.T @ h, "b2": dscores.sum(axis=0)}
    return -log_p[n, y].mean(), grads
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
check(two_layer_loss)
### BEGIN HIDDEN TESTS
from nngrader import points

points("two_layer_loss", two_layer_loss, 14)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_gradient_check", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 9. Is the gradient right?
#
# A wrong gradient seldom shows. The loss goes down, only less far than it could, and weeks later somebody finds a missing transpose.
# A derivative can be checked without knowing how it was found: move one number a little to each side and see what the function does. That is far too slow for training and exact enough for a test.
#
# For each entry $i$ of $x$, with $e_i$ that is 1 in this place and 0 elsewhere, and $g$ for the entry `grad[i]` that is to be checked:
#
# $$\text{right} = \frac{f(x + h e_i) - f(x)}{h}, \qquad \text{left} = \frac{f(x) - f(x - h e_i)}{h}, \qquad n = \frac{f(x + h e_i) - f(x - h e_i)}{2h}, \qquad \text{error}_i = \frac{|n - g|}{\max(|n|, |g|)}.$$
#
# How large an error is bad? A difference of 0.001 is nothing to a slope of 500 and everything to one of 0.001: so the error is a share.
# Two cases need thought. Where $f$ does not depend on $x_i$, both slopes are 0, and 0 is divided by 0. And at a kink, as that of $|x|$ at 0, left and right differ, and any slope between them may be called the gradient; nearer to a kink than $h$, $n$ mixes the slopes of both sides, and is the gradient on neither.
# One rule serves for both. **The error is 0 where $g$ lies between left and right, or misses them by at most $10^{-8}$**, which is what rounding may do:
#
# $$\text{error}_i = 0 \quad \text{where} \quad \min(\text{left}, \text{right}) - 10^{-8} \leq g \leq \max(\text{left}, \text{right}) + 10^{-8}.$$
#
# | | shape | what it is |
# |---|---|---|
# | `f` | a function | takes an array of the shape of `x`, returns one number |
# | `x` | any shape | `float64`; one axis, two or three |
# | `grad` | that of `x` | the gradient that is claimed |
# | `h` | one number | the step; 0.00001 where it is left out |
# | `error` | one number | the largest $\text{error}_i$ |
#
# ```python
# formula = "np.sum(x ** 2) + x[0] * x[1] * x[2]"
# x = np.array([1.0, 2.0, 0.0])
# A = np.zeros(0)
# grad = np.array([2.0, 5.0, 2.0])
# h = 0.5
# error = 0.2
# ```
#
# The check writes $f$ as a formula in $x$ and, in most cases, numbers `A`; your function is given $f$ itself. Here $f(x) = x_0^2 + x_1^2 + x_2^2 + x_0 x_1 x_2$ at $(1, 2, 0)$, and somebody claims the gradient $(2, 5, 2)$. Find left, right and $n$ for all three entries. Which of the three claims lies between left and right, and which does not?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 3 | value | smooth functions of a row of numbers, with a step that is given |
# | 1 | default | the step left out |
# | 1 | axes | an `x` of two axes or three |
# | 0.5 | zero | entries on which $f$ does not depend |
# | 0.5 | small | a function that hardly changes, so that every slope is near 0 |
# | 2 | kinks | entries on a kink or nearer to it than `h` |
# | 1 | shape | one number |
# | 1 | inputs-unchanged | `x` and `grad` stay as they are |
#
# Answers must be right to six digits. Moving `x` itself and putting it back is allowed: then put back the number that was there.
#
# <details>
# <summary>When you are stuck</summary>
#
# - Begin with one axis and a loop over its entries. `x.copy()` is cheap; what happens to the caller's `x` without it?
# - `for i in np.ndindex(x.shape)` gives every place of any array, and `x[i]` is the number there.
# - `(x + h) - h` need not be `x`. What do you keep, then?
# - Three values of $f$ serve for one entry, and $f(x)$ is the same for all entries.
# - Try $f(x) = |x_0|$ at 0 with the claims $-1$, 0.3 and 2. Which of them is wrong?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "gradient_check", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gradient_check(f, x, grad, h=1e-5):
    """Largest relative error of a gradient, by two values of f for each entry of x.

    right = (f(x + h e_i) - f(x)) / h,  left = (f(x) - f(x - h e_i)) / h,  e_i is 1 at i, else 0
    n = (f(x + h e_i) - f(x - h e_i)) / (2 h),  g = grad[i]
    error_i = |n - g| / max(|n|, |g|)
    but error_i = 0 where  min(left, right) - 1e-8 <= g <= max(left, right) + 1e-8

    f : function that takes an array of the shape of x and returns a number
    x : array of float64, of any shape
    grad : array of the same shape, what is claimed to be the gradient of f at x
    h : float above 0; 1e-5 where it is left out
    Returns error : the largest error_i, a number. x and grad stay as they are.
    """
    ### BEGIN SOLUTION
    middle, worst = f(x), 0.0
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        slopes = [(f(up) - middle) / h, (middle - f(down)) / h]
        n, g = sum(slopes) / 2, grad[i]
        if max([g - max(slopes), min(slopes) - g]) > 1e-8:
            worst = max([worst, abs(n - g) / max([abs(n), abs(g)])])
    return worst
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_gradient_check", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
check(gradient_check)
### BEGIN HIDDEN TESTS
from nngrader import points

points("gradient_check", gradient_check, 10)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_train_network", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 10. Training
#
# A gradient that is right is worth nothing until somebody takes the step. Here you take many of them.
#
# The samples lie in the plane, in six clouds round a circle, and three classes take turns: a line parts none of them from the rest, and whoever knows nothing has a loss of $\ln 3 = 1.0986$. A hidden layer can bend.
#
# Return weights with which the mean cross-entropy of the network of problem 8, on the samples that you are given, is **0.1 or lower**. How you come there is free: all samples at once or a few at a time, with or without momentum.
#
# | | shape | what it is |
# |---|---|---|
# | `X` | (N, D) | one sample a row, `float64`; here $D = 2$ |
# | `y` | (N,) | classes from 0 to $C - 1$, integers, each at least once |
# | `hidden` | one number | how many hidden units, 14 or more |
# | `epochs` | one number | how many times you go through the samples |
# | `lr` | one number | a step size that is good for plain gradient descent on the mean loss |
# | `rng` | | `numpy.random.Generator`; every random number comes from it |
# | `params` | a dict | `W1` (hidden, D), `b1` (hidden,), `W2` (C, hidden), `b2` (C,), arrays of `float64` |
#
# Such weights can be found by hand where the points are four and the classes are two:
#
# ```python
# X = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
# y = np.array([0, 0, 1, 1])
# W1 = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
# b1 = np.zeros(4)
# W2 = np.array([[1.0, 1.0, -1.0, -1.0], [-1.0, -1.0, 1.0, 1.0]])
# b2 = np.zeros(2)
# loss = 0.0181
# ```
#
# Which of the four hidden units is awake for which point? Multiply `W2` by 2: what is the loss then?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 4.5 | value | a loss of 0.1 or lower, with the given epochs: 150, and `lr` 0.5 |
# | 1.5 | random | equal generators give equal weights, different ones different weights; these calls have one epoch |
# | 1 | hidden | as many units as `hidden` says |
# | 0.5 | shape | a dict of four arrays whose shapes fit each other, `X` and `y` |
# | 0.5 | inputs-unchanged | `X` and `y` stay as they are |
#
# All calls together have 12 seconds. Plain gradient descent needs less than one.
#
# <details>
# <summary>When you are stuck</summary>
#
# - Begin with weights that are random and not too large: `rng.normal(size=…)` times about $\sqrt{2 / D}$ for the first layer and $\sqrt{1 / \text{hidden}}$ for the second. Biases may begin at 0. Why may the weights not?
# - One step: call `two_layer_loss` and move each of the four arrays against its gradient.
# - Print the loss every ten epochs. Does it fall from the first step on? If not, ask `gradient_check` about `two_layer_loss`, one array at a time.
# - With momentum 0.9 each gradient is felt ten times over, so `lr` as it stands is too long a step. By what would you divide it?
# - It falls and stops too early? Look at `h`: how many units are 0 for every sample?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "train_network", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_network(X, y, hidden, epochs, lr, rng):
    """Weights of a network with one hidden layer, of ReLU, that give a low loss.

    After the given epochs the mean cross-entropy of the network on X and y is 0.1 or lower.

    X : (N, D) array of float64, one sample a row
    y : (N,) array of integers from 0 to C - 1, each of them at least once
    hidden : int, the number of hidden units, 14 or more
    epochs : int, how many times the samples are gone through
    lr : float, a step size that is good for plain gradient descent on the mean loss
    rng : numpy.random.Generator, from which all that is random is drawn
    Returns params : dict of W1 (hidden, D), b1 (hidden,), W2 (C, hidden) and b2 (C,), arrays of
    float64. Equal generators give equal params, different ones different params.
    X and y stay as they are.
    """
    ### BEGIN SOLUTION
    W1 = rng.normal(size=(hidden, X.shape[1])) * np.sqrt(2 / X.shape[1])
    W2 = rng.normal(size=(y.max() + 1, hidden)) / np.sqrt(hidden)
    params = {"W1": W1, "b1": np.zeros(hidden), "W2": W2, "b2": np.zeros(y.max() + 1)}
    for _ in range(epochs):
        _, grads = two_layer_loss(params, X, y)
        params = {name: params[name] - lr * grads[name] for name in params}
    return params
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_train_network", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
check(train_network)
### BEGIN HIDDEN TESTS
from nngrader import points

points("train_network", train_network, 8)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_derivation", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 11. The gradient by a weight
#
# A classifier with one layer: $z_{nc} = \sum_j W_{cj} x_{nj} + b_c$ for sample $n$ and class $c$, softmax over the classes, and the mean cross-entropy
#
# $$L = -\frac{1}{N} \sum_{n=1}^{N} \ln p_{n, y_n}, \qquad p_{nc} = \frac{e^{z_{nc}}}{\sum_k e^{z_{nk}}}.$$
#
# $X$ is (N, D), $W$ is (C, D). Derive the gradient of $L$ by $W$ in the next cell, from sums over indices. A person reads it and gives 6 points:
#
# | points | for |
# |---|---|
# | 2 | $\partial L / \partial z_{nc}$, each step with its reason; say where the right class differs from the others |
# | 2 | $\partial L / \partial W_{ij}$ as a sum, with the reason why it goes over $n$ and over no class; then with matrices, and the shape of each factor |
# | 1 | its value, computed by hand, for $W = 0$, $b = 0$, two classes, $X$ with the rows (1, 2) and (3, −1), and $y = (0, 1)$ |
# | 1 | what the numbers in each column of the gradient add up to, for any $W$, and why |
#
# Write formulas between dollar signs, or in plain words such as `sum over n of x[n, j]`.

# %% [markdown] nbgrader={"grade": true, "grade_id": "derivation", "locked": false, "points": 6, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# **By the scores (2).** $-\ln p_{n, y_n} = \ln \sum_k e^{z_{nk}} - z_{n, y_n}$. By the chain rule the first term gives $e^{z_{nc}} / \sum_k e^{z_{nk}} = p_{nc}$ for every $c$, the second gives $-1$ for $c = y_n$ and 0 else. So $\partial L / \partial z_{nc} = (p_{nc} - [c = y_n]) / N$, since $z_{nc}$ stands in the term of sample $n$ alone. One point for the two terms with their reasons, one for the right class and the $1/N$. By the Jacobian of softmax, $p_c(\delta_{ck} - p_k)$, it is as good. The result without a reason gives half, rounded down: 1.
#
# **By the weights (2).** $W_{ij}$ stands in $z_{ni}$ for every $n$, with the slope $x_{nj}$, and in no score of another class. So $\partial L / \partial W_{ij} = \sum_n (\partial L / \partial z_{ni}) x_{nj}$. With $dz$ (N, C) this is $dz^\top X$: (C, N) times (N, D) is (C, D), the shape of $W$. One point for the sum with its reason, one for the product with its shapes. $X^\top dz$, of shape (D, C), is accepted where it is said that it is the transpose.
#
# **Value (1).** All $p$ are 1/2, so $dz$ has the rows (−1/4, 1/4) and (1/4, −1/4). The gradient has the rows (0.5, −0.75) and (−0.5, 0.75). Accept what follows from a wrong formula that has already lost its points.
#
# **Columns (1).** 0. $\sum_i \partial L / \partial W_{ij} = \frac{1}{N} \sum_n x_{nj} \sum_i (p_{ni} - [i = y_n])$, and the inner sum is $1 - 1$. Or: if the same number is added to all weights of a column, all scores of a sample grow alike, no $p$ changes, nor does $L$. The 0 alone, read off the example, gives nothing.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_classify_deep", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 12. Challenge: clothes, with a bend
#
# Ten classes of clothes, from T-shirt to ankle boot, in pictures of 28 by 28 grey pixels (Fashion-MNIST; Xiao, Rasul and Vollgraf, 2017).
# The best of ten linear classifiers trained on the 5,000 pictures of `nnlib.datasets` got a share of 0.8245 of 4,000 others right. What is a hidden layer worth?
# You train a network at home, in any way you like, and hand in its weights. We compute
#
# $$h = \max(0,\; \tfrac{1}{255}\, \text{pictures} \cdot W_1^\top + b_1), \qquad s = h W_2^\top + b_2$$
#
# for 4,000 pictures that you have not seen, and the highest score of each row is its answer.
#
# | | shape | what it is |
# |---|---|---|
# | `network.npz` | | a file with four arrays, `W1` (H, 784), `b1` (H,), `W2` (10, H) and `b2` (10,), H from 1 to 1000, of at most 500,000 bytes; hand it in beside the notebook |
# | `file` | a dict | what is in it: `file["W1"]` and so on |
# | `pictures` | (N, 784) | `uint8`, from 0 to 255, one picture a row |
# | result | (N,) | integers from 0 to 9 |
#
# Your `classify_deep` does the same and must come to the same labels as we do from the file, but for one in 200: only the weights count, whatever else the function can do.
#
# | points | aspect |
# |---|---|
# | 4 | accuracy 0.836 |
#
# That lies midway between the best of those ten linear classifiers and the median of ten networks with 64 hidden units, which is 0.848.
# The check uses the 1,000 test pictures of `nnlib.datasets`, where one percent up or down is chance: the network that reached 0.851 on the 4,000 reached 0.843 there.
#
# `nnlib` is forbidden in this notebook, but not in another one, in which you make `network.npz`; take your functions there. Its pictures have been divided by 255 already.
#
# ```python
# from nnlib.datasets import fashion_mnist
#
# train, test = fashion_mnist()  # train.X is (5000, 784), train.y is (5000,)
# np.savez_compressed("network.npz", **params)
# ```
#
# <details>
# <summary>When you are stuck</summary>
#
# - Begin with your `train_network` as it is, on 500 pictures, to see the loss fall. Then a hundred pictures a step, and all 5,000.
# - 784 inputs are many: how large should the first weights be, so that `h` is about as large as the pixels?
# - Leave 1,000 of the 5,000 out and look at them after every pass. When do they stop getting better, while the others go on?
# - Weight decay, fewer units, a smaller step towards the end, leaving out hidden units at random: each is a line or two.
# - Take the mean off each pixel and divide by its spread plus a little: which `W1` and `b1` say the same of the pictures as they were?
# - Too large a file? `W1.astype(np.float32)` has half the bytes, and `float16` a quarter.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "classify_deep", "locked": false, "schema_version": 3, "solution": true, "task": false}
def classify_deep(file, pictures):
    """The class of each picture, by a network with one hidden layer: its highest score.

    h = max(0, (pictures / 255) W1^T + b1),  scores = h W2^T + b2

    file : dict of the arrays in network.npz: W1 (H, 784), b1 (H,), W2 (10, H) and b2 (10,)
    pictures : (N, 784) array of type uint8
    Returns labels : (N,) array of integers from 0 to 9.
    """
    ### BEGIN SOLUTION
    h = np.maximum(pictures / 255 @ file["W1"].T + file["b1"], 0)
    return (h @ file["W2"].T + file["b2"]).argmax(axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_classify_deep", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
check(classify_deep)
### BEGIN HIDDEN TESTS
from nngrader import points

points("classify_deep", classify_deep, 4)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_uses", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## What it is good for
#
# You have two ways back through a network now: number by number, and layer by layer. Do they agree, and what does the second one buy?
# The next cell computes the gradient of one loss twice: the mean cross-entropy of a network with 20 inputs, 15 hidden units and 4 classes, for 6 samples. Once every number is a `Value`; once the numbers are in arrays, and the pieces are yours: `affine_forward`, `relu_backward`, `softmax_vjp`, `affine_backward`.
# Nothing from here on is graded.
#
# Before you run `compare()` in a cell of your own, guess: by how much will the 379 derivatives differ at most, and how many times longer will the first way take?


# %% nbgrader={"grade": false, "grade_id": "uses", "locked": true, "schema_version": 3, "solution": false, "task": false}
def by_values(x, t, params):
    """Loss and gradients, with a Value for each number."""
    W1, b1, W2, b2 = leaves = [np.vectorize(Value, otypes=[object])(p) for p in params]
    total = Value(0.0)
    for row, right in zip(x, t, strict=True):
        h = [
            (b + sum(w * v for w, v in zip(ws, row, strict=True))).relu()
            for ws, b in zip(W1, b1, strict=True)
        ]
        z = [
            b + sum(w * v for w, v in zip(ws, h, strict=True))
            for ws, b in zip(W2, b2, strict=True)
        ]
        e = [score.exp() for score in z]
        total = total - (e[right] / sum(e)).log()
    loss = total / len(x)
    loss.backward()
    return loss.data, [np.vectorize(lambda v: v.grad, otypes=[float])(leaf) for leaf in leaves]


def by_arrays(x, t, params):
    """Loss and gradients, layer by layer."""
    W1, b1, W2, b2 = params
    a = affine_forward(x, W1, b1)
    h = np.maximum(a, 0)
    z = affine_forward(h, W2, b2)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    n = np.arange(len(x))
    g = np.zeros(p.shape)
    g[n, t] = -1 / (len(x) * p[n, t])  # the derivative of the loss by each probability
    dz = np.array([softmax_vjp(*rows) for rows in zip(g, z, strict=True)])
    dh, dW2, db2 = affine_backward(dz, h, W2)
    _, dW1, db1 = affine_backward(relu_backward(dh, a), x, W1)
    return -np.log(p[n, t]).mean(), [dW1, db1, dW2, db2]


def compare():
    """The largest difference of a derivative, the largest derivative, and both times."""
    from time import perf_counter

    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(6, 20)), rng.integers(4, size=6)
    params = [rng.normal(size=shape) / 4 for shape in ((15, 20), 15, (4, 15), 4)]
    start = perf_counter()
    _, slow = by_values(x, t, params)
    middle = perf_counter()
    _, fast = by_arrays(x, t, params)
    end = perf_counter()
    apart = max(np.abs(a - b).max() for a, b in zip(slow, fast, strict=True))
    return apart, max(np.abs(a).max() for a in fast), middle - start, end - middle


# %% [markdown] nbgrader={"grade": false, "grade_id": "text_outcome", "locked": true, "schema_version": 3, "solution": false, "task": false}
# <details>
# <summary>What came out, and what it means</summary>
#
# The derivatives differ by less than 0.000000000000001, where the largest is 0.44: rounding alone. So the two are one algorithm. The first visits every product of two numbers by itself; the second does the sums of a whole layer in one product of matrices, and the loops run inside NumPy.
#
# Look at the two times that came back, and compute their quotient. Then make the hidden layer ten times as wide, and compute it again. Which of the two times grew tenfold?
#
# The derivative of the loss by $p$ is $-1/p$, and that is large where the network is wrong and sure. Together with softmax it becomes $p - y$, which is never larger than 1. That is why a loss is computed from scores, in one piece, and never from probabilities.
#
# </details>
