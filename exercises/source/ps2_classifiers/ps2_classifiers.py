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
# # Classifiers: how near, how sure, how wrong
#
# Somebody wrote a digit on a form. A scanner made of it 8 rows of 8 grey values, and now it is a list of 64 numbers.
# Which digit is it?
# There are four ways to answer here.
# The first looks for the known pictures that lie nearest, and lets them vote. The second draws a straight line through numbers that stand for the answer. The third asks which cloud of points the picture would most likely come from. The last gives each class a score and improves the scores by going downhill; for that it needs a number that says how wrong they are, a *loss*, and its *gradient*, which says which way is down.
# Whichever you take, you also need a fair way to find out how well it does, on pictures that it has not learned from.
# You write all of these as functions of a few lines. At the end they read sixty real digits, and a challenge asks how far a linear classifier can go with pictures of clothes.
#
# **How to work.** Replace `raise NotImplementedError()` in each solution cell, run it, and run the cell below it.
# `check` tries your function on a few inputs and says what is wrong and, where it can tell, which idea to look at again.
# Run it as often as you like: it costs nothing.
#
# **What the check does not prove.** It knows only the inputs in the file `ps2_classifiers.cases.json`.
# The points are given on others, of other sizes, made afresh from the same description.
# A function that follows the text passes both.
#
# **How exact.** Compute in `float64` and do not round: answers must be right to eight digits of the largest entry, unless a table says otherwise.
# A difference quotient is there for checking a gradient. As an answer it has too few digits.
#
# **Rules.** Arrays in, arrays out, with NumPy.
# If `scipy`, `sklearn`, `torch` or `nnlib` is imported anywhere in this notebook, the problems give no points.
# You may add cells of your own, with helpers or experiments, and call a function that you wrote for one problem in another.
# A function must leave its arguments as they are.
#
# **Handing in.** Choose *Restart Kernel and Run All Cells*, look at the checks once more, save, and hand in `ps2_classifiers.ipynb`, with `weights.npz` beside it if you took up the challenge.
#
# Each problem has a table of what its points are for; a right answer to one line counts even where another line is wrong. The question on two tables of mistakes is read by a person.
# Only the points for form (*shape*, *errors*, *loops*, *memory*, *inputs-unchanged*) wait until something of substance is right, or wrong in a way that the check can name.
# A mistake is charged once: where the same slip runs through loss and gradient, it costs the points of one of them.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from nngrader import check

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_pairwise_distances", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 1. Distances
#
# A nearest-neighbour classifier holds every new picture against every known one.
# With 1,000 new and 5,000 known pictures of 784 grey values these are five million distances, and a Python loop that runs five million times keeps you waiting while NumPy would be done.
# So the loop over pictures has to go.
# What takes its place must not be an array of all differences: that would be four billion numbers, 31 GB, and the computer stops.
# The distances themselves are 40 MB. Find a way to them on which nothing much larger is ever held.
#
# For $X$ with $N$ rows and $Y$ with $M$ rows, all of $D$ numbers,
#
# $$d_{nm} = \sqrt{\sum_{k=1}^{D} (X_{nk} - Y_{mk})^2}.$$
#
# | | shape | what it is |
# |---|---|---|
# | `X` | (N, D) | one picture a row, `float64` or integers |
# | `Y` | (M, D) | the same |
# | result | (N, M) | `float64`; row $n$ holds the distances of picture $n$ of `X` |
#
# Two points and three points in the plane:
#
# ```python
# X = np.array([[0, 0], [3, 4]])
# Y = np.array([[0, 1], [3, 0], [0, 4]])
# distances = [[1, 3, 4], [4.2426, 4, 3]]
# ```
#
# The 4.2426 is $\sqrt{(3 - 0)^2 + (4 - 1)^2} = \sqrt{18}$. Find the other five on paper before you write the first line.
#
# | points | aspect | what they are for |
# |---|---|---|
# | 6 | value | random points get the right distances |
# | 3 | integers | so do pictures of type `uint8`, whose numbers go from 0 to 255 |
# | 2.75 | stability | so do points far from the origin, where some of `X` are also in `Y` (to three millionths of the largest distance) |
# | 1 | shape | an (N, M) array of `float64` |
# | 0.5 | loops | no loop of Python over the rows of `X` or of `Y`, nor over blocks of rows; a loop over the $D$ columns is allowed. `numpy.vectorize`, `numpy.apply_along_axis` and `numpy.frompyfunc` are such loops and cost these points wherever they stand |
# | 0.5 | memory | at no time as much as $N \cdot M \cdot D$ numbers held, in arrays or lists: four bytes for each would be too many |
# | 0.25 | inputs-unchanged | `X` and `Y` stay as they are |
#
# The check does not run 5,000 pictures: it counts the bytes that your function holds where $N$, $M$ and $D$ are about fifty, and a table of all three axes shows.
#
# <details>
# <summary>When you are stuck</summary>
#
# - Take $D = 1$ first: two lists of numbers, and a table of all differences. Which shapes must the lists have for `a - b` to be a table?
# - `X[:, None, :]` has shape (N, 1, D). What shape has `X[:, None, :] - Y`? Print it, and the `nbytes` of it. Which axis do you no longer want?
# - One way adds up one column after the other: what does it hold at a time?
# - Another multiplies out $(x - y)^2$: which shape has each of the three terms? Look closely at what it gives for two equal points.
# - In a cell of your own: `np.array([3], dtype=np.uint8) - np.array([5], dtype=np.uint8)`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "pairwise_distances", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pairwise_distances(X, Y):
    """Euclidean distance from each row of X to each row of Y.

    d[n, m] = sqrt(sum over k of (X[n, k] - Y[m, k])^2)

    X : (N, D) array of numbers, float64 or integers (also pictures of type uint8)
    Y : (M, D) array of the same kind
    Returns d : (N, M) array, float64. X and Y stay as they are.
    No array of N * M * D numbers is made on the way.
    """
    ### BEGIN SOLUTION
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    return np.sqrt(np.maximum((X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T, 0))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_pairwise_distances", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
check(pairwise_distances)
### BEGIN HIDDEN TESTS
from nngrader import points

points("pairwise_distances", pairwise_distances, 14)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_knn_predict", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 2. Neighbours vote
#
# What is a picture that nobody has labelled? Look at the known pictures that lie nearest to it, and take what most of them are.
# This classifier learns nothing: all the work comes when it is asked. It needs no more than a distance and a number $k$, and it is the one to beat: what takes a week to train should read more than the neighbours do.
#
# For each row of $X$, the $k$ rows of $X_{\text{train}}$ with the smallest Euclidean distances each have one vote, for their own label.
# The label with most votes is the answer. If several labels have most votes, the **smallest** of these labels is.
# No two distances that decide who votes are equal.
#
# | | shape | what it is |
# |---|---|---|
# | `X_train` | (N, D) | the known pictures, one a row, `float64` or integers |
# | `y_train` | (N,) | their labels: `int64`, 0 or more; not every number stands for a class |
# | `X` | (M, D) | the new pictures, of the same kind |
# | `k` | one number | an integer from 1 to N |
# | `labels` | (M,) | `int64`, as in `y_train` |
#
# ```python
# X_train = np.array([[0, 0], [1, 0], [3, 0], [0, 2], [4, 4]])
# y_train = np.array([5, 2, 2, 7, 7])
# X = np.array([[2, 0], [0, 1], [3, 4]])
# k = 3
# labels = [2, 2, 7]
# ```
#
# The new point (2, 0) has the neighbours 1, 2 and 0, with the labels 2, 2 and 5.
# For (0, 1) the points 0, 3 and 1 vote 5, 7 and 2: one vote each, and the smallest label is 2.
# Who votes for (3, 4), and where does the third vote come from?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 6 | value | random points, each with a clear majority |
# | 2.5 | ties | points for which several labels have most votes |
# | 2 | integers | pictures of type `uint8`, whose numbers go from 0 to 255, each with a clear majority |
# | 1 | shape | an (M,) array of `int64` |
# | 0.5 | inputs-unchanged | `X_train`, `y_train` and `X` stay as they are |
#
# Loops are allowed here. You may call your `pairwise_distances`.
#
# <details>
# <summary>When you are stuck</summary>
#
# - `np.argsort` says in which order entries would be sorted. Try `np.argsort([30, 10, 20])`. What does each number mean?
# - Print the (M, k) array of the neighbours' rows in the example, then that of their labels.
# - `np.bincount([2, 2, 5])` counts. At which place stands the 2, and what does `argmax` give where two counts are equal?
# - Is your `pairwise_distances` right? This problem cannot be, as long as it calls one that is not.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "knn_predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
def knn_predict(X_train, y_train, X, k):
    """The label of each row of X, by majority of its k nearest rows of X_train.

    Near is what has a small Euclidean distance. Where several labels have most votes, the
    smallest of them is taken.

    X_train : (N, D) array, float64 or integers (also pictures of type uint8)
    y_train : (N,) array, int64, numbers from 0 up: the labels of its rows
    X : (M, D) array of the same kind as X_train
    k : int, from 1 to N
    Returns labels : (M,) array, int64. All arrays stay as they are.
    """
    ### BEGIN SOLUTION
    order = np.argsort(pairwise_distances(X, X_train), axis=1)
    return np.array([np.bincount(near).argmax() for near in y_train[order[:, :k]]])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_knn_predict", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
check(knn_predict)
### BEGIN HIDDEN TESTS
from nngrader import points

points("knn_predict", knn_predict, 12)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_ridge_fit", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 3. Ridge regression
#
# The simplest way to a linear classifier asks for no probabilities: write +1 for *boot* and -1 for everything else, and fit a straight line to these numbers.
# With 784 pixels and few pictures the fit has too much freedom. Two pixels that are nearly always equal get weights like 5,000 and -5,000, which cancel on the pictures that it knows and on no others.
# *Ridge regression* makes large weights expensive:
#
# $$(w, b) = \arg\min_{w,\, b} \; \sum_{n=1}^{N} (w \cdot x_n + b - y_n)^2 \; + \; \alpha \sum_{d=1}^{D} w_d^2 .$$
#
# It is a sum over the samples, not a mean, and **the bias $b$ costs nothing**: if 100 is added to every $y$, then $b$ should grow by 100 and no weight should change.
# For $\alpha > 0$ there is one smallest value, also where there are more pixels than pictures.
#
# | | shape | what it is |
# |---|---|---|
# | `X` | (N, D) | one sample a row, `float64` or integers |
# | `y` | (N,) | the numbers to predict, `float64` or integers |
# | `alpha` | one number | above 0 |
# | `w` | (D,) | the weights, `float64` |
# | `b` | one number | the bias |
#
# Four samples, two features:
#
# ```python
# X = np.array([[1.0, 0], [3, 0], [1, 2], [3, 2]])
# y = np.array([1.0, 3, 5, 11])
# alpha = 4.0
# w = [1, 1.5]
# b = 1.5
# ```
#
# Without the penalty it would be $w = (2, 3)$ and $b = -2$. Compute the sum of the squares for both, and then the sum with the penalty. By how much is each of the two better than the other?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 5 | value | `w`, for more samples than features and for fewer |
# | 3 | bias | `b` |
# | 2 | integers | `w` and `b`, half each, where `X` is of type `uint8` and `y` holds whole numbers |
# | 1 | shape | a (D,) array and a number, in this order |
# | 1 | inputs-unchanged | `X` and `y` stay as they are |
#
# `numpy.linalg` is allowed.
#
# <details>
# <summary>When you are stuck</summary>
#
# - One feature first. Set the derivative by $b$ to 0: through which point does every best line go, whatever $w$ is?
# - So what becomes of the sum when the mean is taken off each column of `X`, and off `y`? Which unknown is gone?
# - Set the derivative by $w$ to 0. Next to $X^\top X$ a second matrix appears. Which?
# - When you have $w$, where does $b$ come from?
# - Check an answer without knowing the right one: add 0.001 to one weight, or to $b$. Does what is to be minimised grow, whichever you take?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "ridge_fit", "locked": false, "schema_version": 3, "solution": true, "task": false}
def ridge_fit(X, y, alpha):
    """Weights and bias of ridge regression: a small error, and small weights.

    (w, b) makes the smallest of all
    (sum over n of (w . X[n] + b - y[n])^2) + alpha * (sum over d of w[d]^2)

    X : (N, D) array of numbers, float64 or integers (also pictures of type uint8)
    y : (N,) array of numbers, float64 or integers
    alpha : float above 0
    Returns (w, b): a (D,) array, float64, and a number. X and y stay as they are.
    """
    ### BEGIN SOLUTION
    middle, level = X.mean(axis=0), y.mean()
    Z = X - middle
    w = np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)
    return w, level - middle @ w
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_ridge_fit", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
check(ridge_fit)
### BEGIN HIDDEN TESTS
from nngrader import points

points("ridge_fit", ridge_fit, 12)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_stratified_folds", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 4. Folds
#
# How large should $\alpha$ be, or the $k$ of the neighbours? The pictures that you learned from cannot say: for them, $k = 1$ is perfect.
# *Cross-validation* deals all samples to $k$ *folds*. Each fold is the test set once, while the others are learned from; every sample is predicted once, by somebody who has not seen it.
#
# If chance deals badly, a fold has no ankle boots at all. So the folds are *stratified*: each class is dealt evenly.
#
# - Each index from 0 to N - 1 is in one fold, and in no other.
# - For each class, the numbers of its samples in any two folds differ by at most 1, also where the class has fewer than $k$ samples. How large a fold is in all is left to you.
# - `rng` decides which samples of a class come together, and nothing else does: the same generator in the same state gives the same folds, another one gives others.
#
# | | shape | what it is |
# |---|---|---|
# | `y` | (N,) | integers, the classes, from 0 on; each occurs, in no order |
# | `k` | an integer | the number of folds |
# | `rng` | a generator | `np.random.default_rng(seed)` |
# | result | a list of k | each an array of integers: the *indices* of the samples in this fold, in any order |
#
# There is a `ValueError` if $k$ is less than 2 or more than N.
#
# Many answers are right, so none is compared: your function is called six times, with generators that are equal and with others, and the check looks at what came back. Class 0 has four samples here, class 1 has two:
#
# ```python
# y = np.array([0, 1, 0, 0, 1, 0])
# k = 2
# seed = 1
# folds = [[0, 3, 1], [2, 5, 4]]
# ```
#
# How many ways are there to deal these six that would be right, when neither the order of the folds nor that inside them counts?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 3 | value | each index is in one of k folds |
# | 4 | balance | each class is dealt evenly |
# | 2 | shuffle | `rng` decides, and nothing else |
# | 1 | few | all three, where some classes have fewer than k samples |
# | 1 | shape | a list (or tuple) of arrays (or lists) of whole numbers, one index a sample |
# | 1 | errors | a `ValueError` if there are less than two folds, or more folds than samples; and right folds where there are two, or as many as samples |
#
# Loops are allowed.
#
# <details>
# <summary>When you are stuck</summary>
#
# - Take one class. `np.flatnonzero(y == c)` has the indices of its samples. How do you deal a shuffled pack of 11 cards to 4 players?
# - What do `a[0::4]`, `a[1::4]`, `a[2::4]` and `a[3::4]` have of an array of 11? By how much do their lengths differ?
# - `rng.permutation(a)` returns a shuffled copy. `rng.shuffle(a)` shuffles `a` itself and returns `None`.
# - Print `np.bincount(y[fold])` for each fold.
# - Did you shuffle before you dealt, or afterwards? Does it matter?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "stratified_folds", "locked": false, "schema_version": 3, "solution": true, "task": false}
def stratified_folds(y, k, rng):
    """Deal the indices 0 to N - 1 of N samples to k folds, each class evenly, shuffled by rng.

    Each index is in one fold. For each class the numbers of its samples in any two folds
    differ by at most 1, also where it has fewer than k samples. rng decides which samples of
    a class come together, and nothing else does.

    y : (N,) array of integers, the class of each sample
    k : int, the number of folds
    rng : numpy.random.Generator
    Returns folds : a list of k arrays of integers, the indices of each fold in any order.
    Raises ValueError if k is less than 2 or more than N.
    """
    ### BEGIN SOLUTION
    if k < 2 or k > len(y):
        raise ValueError(f"k is {k}, expected 2 to {len(y)}")
    own = [rng.permutation(np.flatnonzero(y == c)) for c in np.unique(y)]
    order = np.concatenate(own)
    return [order[i::k] for i in range(k)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_stratified_folds", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
check(stratified_folds)
### BEGIN HIDDEN TESTS
from nngrader import points

points("stratified_folds", stratified_folds, 12)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_gaussian_classifier_fit", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 5. A Gaussian for each class
#
# Instead of asking which class a picture is, one may ask how likely each class makes such a picture.
# Take each class for a cloud of samples around a mean, all clouds of the same form: one covariance matrix $\Sigma$ for all. Then Bayes' rule gives the probability of each class, and the logarithms of these are linear in $x$, up to one number that all classes share. That is why this classifier, too, has a straight boundary.
#
# The parameters that make the data most likely are means of something:
#
# $$\pi_c = \frac{N_c}{N}, \qquad \mu_c = \frac{1}{N_c} \sum_{n:\, y_n = c} x_n, \qquad \Sigma = \frac{1}{N} \sum_{n=1}^{N} (x_n - \mu_{y_n})(x_n - \mu_{y_n})^\top .$$
#
# $N_c$ of the $N$ samples are of class $c$. The divisor of $\Sigma$ is $N$: that is what makes the likelihood largest, though it makes $\Sigma$ a little too small on average.
#
# | | shape | what it is |
# |---|---|---|
# | `X` | (N, D) | one sample a row, `float64` or integers |
# | `y` | (N,) | integers from 0 to C - 1, each of which occurs |
# | `priors` | (C,) | $\pi_c$, `float64` |
# | `means` | (C, D) | $\mu_c$, one a row, `float64` |
# | `covariance` | (D, D) | $\Sigma$, `float64` |
#
# Five points in the plane, three of class 0:
#
# ```python
# X = np.array([[0, 1], [2, 3], [4, 2], [5, 0], [7, 4]])
# y = np.array([0, 0, 0, 1, 1])
# priors = [0.6, 0.4]
# means = [[2, 2], [6, 2]]
# covariance = [[2, 1.2], [1.2, 2]]
# ```
#
# Draw the five points and the two means. Then take the mean off each point: which five points are these, and what is the mean of their squares?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 2 | value | the priors |
# | 3 | means | the means |
# | 4 | covariance | the covariance |
# | 1 | integers | a third each, where `X` is of type `uint8` |
# | 1 | shape | arrays of these three shapes, in this order |
# | 1 | inputs-unchanged | `X` and `y` stay as they are |
#
# `numpy.cov` and loops are allowed.
#
# <details>
# <summary>When you are stuck</summary>
#
# - `X[y == c]` has the samples of class c. What is its mean over axis 0?
# - `means[y]` has N rows. Which mean stands in row n?
# - For one sample, `np.outer(z, z)` is a (D, D) table. How is the sum of N such tables one product of two matrices?
# - `np.cov` takes features as rows unless told otherwise, takes off the mean of all that it is given, and divides by one less than there are. Which of the three do you want?
# - In a cell of your own: `np.array([20], dtype=np.uint8) * np.array([20], dtype=np.uint8)`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "gaussian_classifier_fit", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gaussian_classifier_fit(X, y):
    """Maximum-likelihood fit of one Gaussian a class, with one covariance for all.

    priors[c] = N_c / N, where N_c of the N samples are of class c
    means[c] = (1 / N_c) * (sum over the n with y[n] = c of X[n])
    covariance = (1 / N) * (sum over n of z_n z_n^T), where z_n = X[n] - means[y[n]]

    X : (N, D) array of numbers, float64 or integers (also pictures of type uint8)
    y : (N,) array of integers from 0 to C - 1, each of which occurs
    Returns (priors, means, covariance): arrays of shape (C,), (C, D) and (D, D), float64.
    X and y stay as they are.
    """
    ### BEGIN SOLUTION
    counts = np.bincount(y)
    means = np.array([X[y == c].mean(axis=0) for c in range(len(counts))])
    Z = X - means[y]
    return counts / len(X), means, Z.T @ Z / len(X)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_gaussian_classifier_fit", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
check(gaussian_classifier_fit)
### BEGIN HIDDEN TESTS
from nngrader import points

points("gaussian_classifier_fit", gaussian_classifier_fit, 12)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_softmax_cross_entropy", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 6. Softmax and cross-entropy
#
# A linear classifier gives each class a score. *Softmax* turns the $C$ scores $s$ of one picture into probabilities, and the *cross-entropy* loss is the surprise at the right class $t$: minus the logarithm of its probability.
#
# $$p_{nc} = \frac{e^{s_{nc}}}{\sum_{k=1}^{C} e^{s_{nk}}}, \qquad L = -\frac{1}{N} \sum_{n=1}^{N} \ln p_{n t_n}.$$
#
# The natural logarithm makes the unit of $L$ the *nat*: a classifier that gives ten classes the same score has a loss of $\ln 10 \approx 2.303$ nats.
# To improve the scores you also need $\partial L / \partial s_{nc}$, all $N \cdot C$ of them. Derive it on paper: what comes out is short.
#
# | | shape | what it is |
# |---|---|---|
# | `scores` | (N, C) | `float64` of any size |
# | `targets` | (N,) | integers from 0 to C - 1, the right classes |
# | `loss` | one number | in nats |
# | `gradient` | (N, C) | `float64`; entry $(n, c)$ is $\partial L / \partial s_{nc}$ |
#
# Two pictures and three classes, with scores whose exponentials are whole numbers:
#
# ```python
# scores = np.log(np.array([[2, 1, 1], [1, 3, 4]]))
# targets = np.array([0, 1])
# loss = 0.8370
# gradient = [[-0.25, 0.125, 0.125], [0.0625, -0.3125, 0.25]]
# ```
#
# The right classes have the probabilities 2/4 and 3/8, so the loss is the mean of $\ln 2$ and $\ln \tfrac{8}{3}$. What does each row of the gradient add up to? Why must it?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 4 | value | the loss of ordinary scores |
# | 4 | gradient | their gradient |
# | 4 | stability | loss (2) and gradient (2) where scores lie in the thousands, on either side of 0. Both are ordinary finite numbers there |
# | 1 | shape | a number and an (N, C) array, both `float64`, in this order |
# | 0.5 | inputs-unchanged | `scores` and `targets` stay as they are |
# | 0.5 | errors | a `ValueError` if there are not as many targets as rows of scores, one too few or one too many |
#
# Loops are allowed here.
#
# <details>
# <summary>When you are stuck</summary>
#
# - Loss first, gradient later: return `loss, None` and let the check tell you whether the loss is right. The other points wait for the gradient.
# - `scores[np.arange(N), targets]` picks one entry of each row. Copy the example into a cell, put `N = len(scores)`, and try it.
# - For the gradient take one picture, and write its loss as $\ln \sum_k e^{s_k} - s_t$. Differentiate by $s_t$, then by another $s_c$. In which single entry do the two results differ?
# - Not sure of a gradient? Add 0.000001 to one score, see by how much the loss grows, and divide by 0.000001.
# - Add 1,000 to every score of a row on paper. Which factor appears above and below the fraction line?
# - If a probability is too small to be written down, its logarithm is not: $\ln p_t$ can be had without computing $p_t$.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "softmax_cross_entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax_cross_entropy(scores, targets):
    """Mean cross-entropy loss of a softmax classifier, and its gradient by the scores.

    p[n, c] = exp(scores[n, c]) / (sum over k of exp(scores[n, k]))
    loss = -(1/N) * (sum over n of log p[n, targets[n]])

    scores : (N, C) array, float64, numbers of any size (also 1000 or -1000)
    targets : (N,) array of integers, the right class of each row
    Returns (loss, gradient): a number, in nats, and an (N, C) array, float64.
    scores and targets stay as they are.
    Raises ValueError if there are not as many targets as rows of scores.
    """
    ### BEGIN SOLUTION
    if targets.shape != scores.shape[:1]:
        raise ValueError(f"expected {len(scores)} targets, got {targets.shape}")
    n = np.arange(len(scores))
    z = scores - scores.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    gradient = np.exp(log_p)
    gradient[n, targets] -= 1
    return -log_p[n, targets].mean(), gradient / len(scores)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_softmax_cross_entropy", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
check(softmax_cross_entropy)
### BEGIN HIDDEN TESTS
from nngrader import points

points("softmax_cross_entropy", softmax_cross_entropy, 14)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_hinge_loss", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 7. The hinge loss
#
# Cross-entropy is never content: however high the score of the right class, a little higher is a little better.
# The *hinge loss* stops. It asks that the right class beat each wrong one by a *margin* $m$, charges what is missing, and does not look at a picture that is safe.
#
# $$L = \frac{1}{N} \sum_{n=1}^{N} \sum_{c \neq t_n} \max(0,\; s_{nc} - s_{n t_n} + m).$$
#
# The bracket $s_{nc} - s_{n t_n} + m$ is the *gap*. Where a gap is above 0 the loss grows with it; where it is below 0 nothing happens.
# Exactly at 0 there is a kink without a derivative; the inputs here avoid it.
#
# | | shape | what it is |
# |---|---|---|
# | `scores` | (N, C) | `float64` or integers |
# | `targets` | (N,) | integers from 0 to C - 1, the right classes |
# | `margin` | one number | at least 0; 1.0 where it is left out |
# | `loss` | one number | |
# | `gradient` | (N, C) | `float64`; entry $(n, c)$ is $\partial L / \partial s_{nc}$ |
#
# Two pictures, three classes, and a margin of 2:
#
# ```python
# scores = np.array([[2, 4, -1], [1, 2, 4]])
# targets = np.array([0, 1])
# margin = 2.0
# loss = 4.5
# gradient = [[-0.5, 0.5, 0.0], [0.5, -1.0, 0.5]]
# ```
#
# The first picture has the gaps 4 - 2 + 2 = 4 and -1 - 2 + 2 = -1 and pays 4; the second has 1 and 4 and pays 5.
#
# | points | aspect | what they are for |
# |---|---|---|
# | 3 | value | the loss of random scores with a margin that is given |
# | 3 | gradient | their gradient |
# | 1 | integers | loss and gradient, half each, where the scores are of type `int64`; the gradient is `float64` there too |
# | 1 | shape | a number and an (N, C) array, both `float64`, in this order |
# | 1 | default | loss and gradient, half each, where the margin is left out |
# | 1 | inputs-unchanged | `scores` and `targets` stay as they are |
#
# Loops are allowed here.
#
# <details>
# <summary>When you are stuck</summary>
#
# - Compute the matrix of gaps of the example first. Which entry of each row does not belong into the sum?
# - The right score $s_{n t_n}$ stands in every gap of its row, with a minus. How many of these gaps count?
# - The gradient knows which gaps count, and not how large they are. Move one score of the example by 0.1 and see how the loss answers.
# - What does `np.zeros_like(scores)` hold when `scores` are integers?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "hinge_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def hinge_loss(scores, targets, margin=1.0):
    """Mean multiclass hinge loss, and its gradient by the scores.

    gap[n, c] = scores[n, c] - scores[n, targets[n]] + margin
    loss = (1/N) * (sum over n, and over c other than targets[n], of max(0, gap[n, c]))

    scores : (N, C) array, float64 or integers
    targets : (N,) array of integers, the right class of each row
    margin : float, at least 0; 1.0 where it is left out
    Returns (loss, gradient): a number and an (N, C) array, float64.
    scores and targets stay as they are. No gap that you meet is exactly 0.
    """
    ### BEGIN SOLUTION
    n = np.arange(len(scores))
    gap = scores - scores[n, targets][:, None] + margin
    gap[n, targets] = 0
    gradient = (gap > 0).astype(float)
    gradient[n, targets] = -gradient.sum(axis=1)
    return np.maximum(gap, 0).sum() / len(scores), gradient / len(scores)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_hinge_loss", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
check(hinge_loss)
### BEGIN HIDDEN TESTS
from nngrader import points

points("hinge_loss", hinge_loss, 10)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_comparison", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 8. Which one would you ship?
#
# Two classifiers learned from the same 1,500 pictures of T-shirts, coats and shirts. A is ridge regression with $\alpha = 300$, for each class against the others; B is the Gaussian classifier, with 0.3 added to the diagonal of its covariance.
# On the same 300 new pictures, 100 of each class, each of them is right 223 times. A row is what it was, a column what it was taken for:
#
# | A | T-shirt | coat | shirt |
# |---|---|---|---|
# | T-shirt | 88 | 3 | 9 |
# | coat | 1 | 88 | 11 |
# | shirt | 35 | 18 | 47 |
#
# | B | T-shirt | coat | shirt |
# |---|---|---|---|
# | T-shirt | 79 | 2 | 19 |
# | coat | 0 | 85 | 15 |
# | shirt | 26 | 15 | 59 |
#
# Compare them in the next cell. A person reads it and gives 8 points:
#
# | points | for |
# |---|---|
# | 2 | for each of the two: which share of the shirts it finds, and which share of what it calls a shirt is one |
# | 2 | the two kinds of mistake, of the six, in which A and B differ most: with numbers, and who makes it more often |
# | 3 | a shirt that is missed costs $c$ times as much as something else that is called a shirt; mistakes between T-shirt and coat cost nothing. From which $c$ on would you ship B? Name one use with a larger $c$ and one with a smaller: who pays for which mistake? |
# | 1 | B finds 12 shirts more, of 100. Would it, of the next 100? Say what you would do to find out. |

# %% [markdown] nbgrader={"grade": true, "grade_id": "comparison", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# **Shares (2).** A finds 47 of 100 shirts, and of the 9 + 11 + 47 = 67 that it calls a shirt 47 are one: 70 %. B finds 59 of 100, and of 19 + 15 + 59 = 93 it is right in 59: 63 %. (*Recall* and *precision*.) One point for each of the two shares, both classifiers right; a slip in a sum costs nothing where the fraction is right.
#
# **Where they differ (2).** T-shirts taken for shirts: 9 by A, 19 by B, ten more. Shirts taken for T-shirts: 35 by A, 26 by B, nine fewer. One point for each, with its numbers and its direction. Both on one line, *B says shirt where A says T-shirt*, is the same observation and has both points if the four numbers are there.
#
# **Cost (3).** A misses 53 shirts and calls 20 others a shirt: 53 c + 20. B: 41 c + 34. B is cheaper from 12 c > 14 on, c > 7/6. One point for the two costs, one for the limit; accept what follows from wrong counts. One for two uses, each with somebody who pays: c is large where all that is called a shirt is looked at once more and the rest is not (a shop that must label the collar size of shirts: a missed shirt is never labelled, a false one costs a glance). c is small where what is called a shirt is shown at once (a customer who searches for shirts and sees T-shirts leaves; a shirt that is not shown is not missed by him). A use without the one who pays gives half, and nothing is rounded up. "B, for it finds more shirts" without a cost gives none of the three.
#
# **Chance (1).** Not certain: a share of about one half, of 100, is uncertain by 5 in 100 (its standard error), and both saw the same 100 shirts, so what counts are the shirts on which they disagree. Any one of: new pictures, many folds (`stratified_folds`) with the spread of the difference, a bootstrap of these 100, a sign test on those where one is right and the other wrong. "More data" alone is enough only if it says what would be compared.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_classify", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 9. Challenge: clothes, by a straight line
#
# Ten classes of clothes, from T-shirt to ankle boot, in pictures of 28 by 28 grey pixels (Fashion-MNIST; Xiao, Rasul and Vollgraf, 2017).
# You train a *linear* classifier at home, in any way you like, and hand in its weights. We compute
#
# $$s_{nc} = \sum_{k=1}^{784} \text{weight}_{ck} \, \frac{\text{pictures}_{nk}}{255} + \text{bias}_c$$
#
# for 4,000 pictures that you have not seen, and the highest score of each row is its answer.
#
# | | shape | what it is |
# |---|---|---|
# | `weights.npz` | | a file with two arrays, `weight` (10, 784) and `bias` (10,), of at most 70,000 bytes; hand it in beside the notebook |
# | `file` | a dict | what is in it: `file["weight"]`, `file["bias"]` |
# | `pictures` | (N, 784) | `uint8`, from 0 to 255, one picture a row |
# | result | (N,) | integers from 0 to 9 |
#
# Your `classify` does the same and must come to the same labels as we do from the file, but for one in 200: only the weights count, whatever else the function can do.
#
# | points | aspect |
# |---|---|
# | 2 | accuracy 0.78 |
# | 2 | accuracy 0.81 |
# | 2 | accuracy 0.82 |
#
# The check uses the 1,000 test pictures of `nnlib.datasets`. What reached 0.826 there reached 0.824 with those held back; with 1,000 pictures one percent up or down is chance.
# Whoever tries fifty classifiers on the 1,000 and keeps the best has fitted them, too. Choose by cross-validation on the 5,000: you have written `stratified_folds`.
#
# `nnlib` is forbidden in this notebook, but not in another one, in which you make `weights.npz`; take your functions there. Its pictures have been divided by 255 already.
#
# ```python
# from nnlib.datasets import fashion_mnist
#
# train, test = fashion_mnist()  # train.X is (5000, 784), train.y is (5000,)
# np.savez_compressed("weights.npz", weight=weight, bias=bias)
# ```
#
# <details>
# <summary>When you are stuck</summary>
#
# - Begin with what you have. `ridge_fit` for each class against the others, ten times: +1 and -1. What is row c of `weight`?
# - The cell with the sixty digits, further down, trains with `softmax_cross_entropy` in six lines. Where does a bias enter, and what is its gradient?
# - Your accuracy on the 5,000 goes on growing and that of a fold that was left out does not. What can you change, beside the number of steps? `ridge_fit` has a price on large weights; what does such a price do to the gradient of another loss?
# - Pixels in a corner are nearly always 0, those in the middle are not. If you take the mean off each pixel and divide it by its spread, training is easier; a pixel that never changes has spread 0, so add a little to each before you divide. Which `weight` and `bias` say the same of the pictures as they were?
# - Which other things can be done to pictures beforehand that are linear, so that the weights can take them over?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "classify", "locked": false, "schema_version": 3, "solution": true, "task": false}
def classify(file, pictures):
    """The class of each picture: the one with the highest score.

    scores[n, c] = (sum over k of weight[c, k] * pictures[n, k] / 255) + bias[c]

    file : dict of the arrays in weights.npz; file["weight"] is (10, 784), file["bias"] (10,)
    pictures : (N, 784) array of type uint8
    Returns labels : (N,) array of integers from 0 to 9.
    """
    ### BEGIN SOLUTION
    return (pictures / 255 @ file["weight"].T + file["bias"]).argmax(axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_classify", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
check(classify)
### BEGIN HIDDEN TESTS
from nngrader import points

points("classify", classify, 6)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_digits", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## What it is good for
#
# The next cell holds sixty pictures of handwritten digits, 8 by 8 pixels, with grey values from 0 to 16 written as `0` to `g`: four of each digit to learn from, and two of each to be tested on.
# They are from the Optical Recognition of Handwritten Digits data set (Alpaydin and Kaynak, 1998; CC BY 4.0).
# Nothing from here on is graded.
#
# Which of the three will read most of the twenty test pictures: the nearest neighbour, or a linear classifier trained with the one loss or the other?
# Write down a guess. Then run the cell and ask, in a cell of your own: `read_nearest()`, `read_trained(softmax_cross_entropy)`, `read_trained(hinge_loss)`.
# Each returns how many of the twenty it read and what it took them for; the trained ones also return the loss of their last step.

# %% nbgrader={"grade": false, "grade_id": "digits", "locked": true, "schema_version": 3, "solution": false, "task": false}
LEARN = """
005d910000dfaf5003f20b8004c008800580098004b01c7002e5ac00006da000
0019fb0000bg8e6002ga099001g4088004g4088001g51b3000ccaa00001ad300
003db70000bggg2004g91e2004g00g2000g10c8000f90d60009e9e10002cd400
00aeb30004gd6e1004g20b7008g00a5008g00e4008g01g1004g1bf0000bgc300
000cd500000bg900003fg60007fgg200001gg300001gg600001gg600000bga00
0000ed100005gg20000egc0001aggc0003ceg9000005gf000004ge000001dg10
0002gg200004gg20014cgc0007gggc00003age000008gc000006gg200002cf40
0000c5000002gc00001cgb0002cgga0006b5f6000001g9000002gb000003g800
0004fc00003gfe00008d8g000016fb00018df10009gg500003dggb500003bg90
005c100000fe700000d1c00002a0e0000020g1000006f000009gf982003b8dc4
008g500001dbg00000a0d3000031g1000009c000003f500000ef8830007cccd1
0005ec20007f8e4000623d100001d400001b900008gd000005egb2000006cd30
007fd10008d6f400021dd000002fb1000001cc1000001a8000845e90007dd900
029fe93004d89g800006ef30000be2000002fb0000002f400156dg6002ccdb00
018cfe4003b88cc000002d700002fc100000d50000009d000078ef0000efb200
009gd6000065gg000008f5000005e30000009f2000000bc00048bfc000bec800
0001b00000078000001d6220007f098005ga0g6004fgdg100003fa000002g400
0008f100001ed11000af3fb007g71g8009gdeg5001afge000001ga00000af400
0000c2000006e100004g780000d90g6006gabg00005adg0000006g000000c800
0009f100004gc00000fe2b3004g94ga009gbdg20009gge000008g6000009g200
00ca000000egge0000dgfa1000bgg70000047g7000004g900054cg40009gga00
05cdgg200bgf840008eb100008gge0000166g0000005g300015fd00004fg2000
00c8870003ggb70002e1000005e5000002fg90000002g2000048g40000be9000
02dgggb005ga541006g7300009ggg6000384bf000001cf00004dg60002gf8000
000cd000005g800000dg300000ed000000fc720000dgdg30007gbf800019fb30
0008f100000ce000003g7000006g2000007ggd5000fg99e0003e92g20007fgb0
001de300008gd20002gg300003gc100005ge500003gggg6001egggc0003cfe70
0005e200001db000005g2000006f500001fgfb1002de1c90004g7d900005gf30
0078dgf100774bc000008d100488ff6002bff400000g5000009f100000d50000
0018fa0003dfee0005a0ac000035fa2000ggggc0018ce830000ad000000b9000
0008ee200006afb000000ea0028bcg8008gggg700000bf100009g700000cd100
0009fc0000477e0000000d300498ad1004gfgg600000e3000009c000000b7000
009e810000ceec00009a0f40003gce20004gg20003g8ad2001f13g8000bgfb10
00a7d900009acf20004bab00001ga10000cd400000c1c00001a2e00000be5000
00ab400000afdd10008b0e40000dfd0001bgg00001f39a0000e6fa00008e7100
0077dg4000dd6c7000a4ab10008ga00003eg0000088b500004a9800001bg6000
00bc000002gggd0003gcae0001g1cf0000dg9f20000309b000009f40009cd300
006e400000bga000008eg200001ccb0000000b30000005b0001447g2007ggdb1
009d700000cgg20000cdg600006gge0000002g30000009a00037ceg2007cccb0
002d8000006gg600005fdb000007gf0000000e30000007b0000344g2002fded2
"""
TEST = """
006ea20000ffdf3002ga0d9001g50c5000g30d6001f56d1000gbea00007gb100
002fd30000afbf0003g60a0004g8038008e3048003f1037000eb6e50004cf600
0001b9000007gd00004eg9000agbg8000003g6000003g8000005ga000002e600
0000cd100008gf2000aggc0004gggd000474g6000001g8000001g8000000cc00
0003fa10000bag40000c1f6000034f400006f60004fg900000dgf93000049e70
0001ee30000abd8000070d8000007f10048cf40006gg6000002cc4200001dg50
01afb1000388bc000005ef10000bf2000004f2000000ca000034ag1000dgfa00
00afe4000046dg200003g9000001g6000000ac0000001g4001956g7000ecfb20
0006g400001df10001bg500008ga0a600cg89gc002fggg700004gb000007g300
00099000003g900003ea02000ag57f1002bfgd100007g3000006f0000004g500
06d5881008gggg6006g9640006ggf5000045fc000003g900018df30004gf3000
03f8860004gggd2003g9200002ggf3000076c9000001ea00005ef20001fe1000
000ad10001bc700002gc000004gb000004gf840004ggdg60007g7de00007ff50
0009a000007g700000dd100000f7000004gfc70002gc4ba0008e59e00006ce90
009ggg5001ea8g8000007g30038bfgb008ggfb30002g7000008g100000da0000
003cgg6000ab7gb000002ea005b89g3009gggg900149g600000be000004g5000
00bac40000cd9g10007dbg00001ge40000agd00000e7c70004e4cd0001bec400
0048g500009g8b00005a0d20000d4f200009g800008fe50000g5e400006gc100
00da100005ge700004g8e00002egg60000149d1000000d60005859e000ddfgd0
019gd70007e4ac0006f9gb00009b7e0000000f2000000b6003d85e50009eda10
"""


def pictures(text):
    """One picture a line, 64 grey values from 0 to 16: (N, 64) float64."""
    return np.array([[float(int(grey, 17)) for grey in line] for line in text.split()])


learn_X, learn_y = pictures(LEARN), np.repeat(np.arange(10), 4)
test_X, test_y = pictures(TEST), np.repeat(np.arange(10), 2)


def read_nearest():
    """Each test picture is taken for the digit of the known picture nearest to it."""
    answer = learn_y[pairwise_distances(test_X, learn_X).argmin(axis=1)]
    return int((answer == test_y).sum()), answer.reshape(10, 2)


def read_trained(loss_and_gradient, steps=200, rate=0.1):
    """200 steps downhill for the weights W of scores = X W."""
    W = np.zeros((64, 10))
    for _ in range(steps):
        loss, gradient = loss_and_gradient(learn_X / 16 @ W, learn_y)
        W -= rate * (learn_X / 16).T @ gradient  # the chain rule
    answer = (test_X / 16 @ W).argmax(axis=1)
    return int((answer == test_y).sum()), answer.reshape(10, 2), float(loss)


# %% [markdown] nbgrader={"grade": false, "grade_id": "text_outcome", "locked": true, "schema_version": 3, "solution": false, "task": false}
# <details>
# <summary>What came out, and what it means</summary>
#
# The nearest neighbour reads 19 of 20, the classifier trained with softmax 19, the one with the hinge loss 18.
# With twenty test pictures a difference of one picture says nothing about which method is better. In ten other draws of sixty pictures each method read between 14 and 20, and each of the three was once ahead of both others.
# Look instead at *which* picture each one misreads, and at what it took it for.
# After 200 steps the hinge loss is 0: every known picture is safe by the margin and learning has stopped. Cross-entropy is at 0.37 and still going down.
#
# </details>
