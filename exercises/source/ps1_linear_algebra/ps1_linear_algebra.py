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
# # Linear algebra: what a matrix keeps, and what it loses
#
# A photograph is a table of numbers, and so are fifty braking cars or the letters that follow each other in a novel.
# Which of its columns say something new? Which direction wins when it is applied again and again? With how few numbers can you write it down again?
# You write the tools that answer this: elimination, a basis, a projection, the eigenvector that wins, the best approximation of a given rank, principal components, a derivative in many variables.
# At the end they balance a chemical equation, draw a line through fifty measurements, and know which letters Dickens used most.
#
# **How to work.** Replace `raise NotImplementedError()` in each solution cell, run it, and run the cell below it.
# `check` tries your function on a few inputs and says what is wrong and, where it can tell, which idea to look at again.
# Run it as often as you like: it costs nothing.
#
# **What the check does not prove.** It knows only the inputs in the file `ps1_linear_algebra.cases.json`.
# The points are given on others, of other sizes, made afresh from the same description.
# A function that follows the text passes both.
#
# **How exact.** Compute in `float64` and do not round: answers must be right to seven digits of the largest entry, unless a problem says otherwise.
# Where a number counts as 0, the problem says how small it is; what you meet is always clearly on one side of that limit.
#
# **Rules.** Arrays in, arrays out, with NumPy.
# If `scipy`, `sklearn`, `torch` or `nnlib` is imported anywhere in this notebook, the problems give no points.
# Some problems also name functions of `numpy.linalg` that would do their work; each costs that problem's points wherever in the notebook it stands.
# You may add cells of your own, with helpers or experiments, and call a function that you wrote for one problem in another.
#
# **Handing in.** Choose *Restart Kernel and Run All Cells*, look at the checks once more, save, and hand in `ps1_linear_algebra.ipynb`, with `basis.npz` beside it if you took up the challenge.
#
# Each problem has a table of what its points are for; a right answer to one line counts even where another line is wrong.
# Only the points for form (*shape*, *errors*, *inputs-unchanged*) wait until something of substance is right, or wrong in a way that the check can name.
# A mistake is charged once.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from nngrader import check

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_row_reduce", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 1. Elimination
#
# Ten equations may say less than ten things: some follow from the others.
# Elimination shows which. It turns a matrix into its *reduced row echelon form* $R$, from which rank, solutions and dependent columns can be read off.
#
# Go through the columns from left to right. In each, look only at the rows that have no pivot yet.
# If all their entries there count as 0, go on to the next column. Otherwise:
#
# 1. swap the row whose entry is largest in magnitude to the top of these rows; this is *partial pivoting*;
# 2. divide it by that entry, the *pivot*, which becomes 1;
# 3. subtract multiples of it from **all** other rows, so that the rest of the column is 0.
#
# An entry counts as 0 when its magnitude is below $10^{-11}$ times the largest magnitude in $A$.
# Whole numbers do not stay whole here, and what should cancel may leave $10^{-16}$ behind.
# In the matrices that you meet, what should be 0 stays below $10^{-13}$ of the largest.
#
# | | shape | what it is |
# |---|---|---|
# | `A` | (m, n) | `float64`, wide or tall |
# | `R` | (m, n) | `float64`, the reduced form |
# | `pivots` | a list | the columns with a pivot, from left to right, counted from 0 |
#
# ```python
# A = np.array([[1.0, 2, 3], [2, 4, 8], [1, 2, 1]])
# R = [[1, 2, 0], [0, 0, 1], [0, 0, 0]]
# pivots = [0, 2]
# ```
#
# Row 1 comes to the top first, since 2 is the largest entry of column 0. Why has column 1 no pivot? Do the other five steps on paper.
#
# | points | aspect | what they are for |
# |---|---|---|
# | 5 | value | `R` for whole numbers from -9 to 9, where column 0 and another one are zeros, and column 1 begins with a 0 |
# | 2 | pivots | their `pivots` |
# | 3 | dependent | `R` and `pivots`, half each, where rows and columns depend on each other, and numbers are in the millions |
# | 2 | stability | `R` and `pivots`, half each, where the corner entry is $10^{-9}$ and the last row holds numbers like $3 \cdot 10^{-9}$, which are not 0; `R` to nine digits |
# | 1 | shape | an (m, n) array and a list, in this order |
# | 1 | inputs-unchanged | `A` stays as it is |
#
# <details>
# <summary>When you are stuck</summary>
#
# - Write the version for one column first, and print the matrix after each of the three actions.
# - `len(pivots)` says how many rows have a pivot, and so where the others begin.
# - `R[[i, p]] = R[[p, i]]` swaps two rows. What does `R[i], R[p] = R[p], R[i]` do? Try it.
# - When you subtract multiples of row i from all rows, what happens to row i itself?
# - Where does the 1 come from in `0.1 * 3 == 0.3`? Print both sides, and their difference.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "row_reduce", "locked": false, "schema_version": 3, "solution": true, "task": false}
def row_reduce(A):
    """Reduced row echelon form of A, by Gauss-Jordan elimination with partial pivoting.

    Column by column, the entry of largest magnitude in the rows that have no pivot yet becomes
    the pivot. Entries below 1e-11 times the largest magnitude in A count as 0.

    A : (m, n) array, float64
    Returns (R, pivots): the (m, n) array, float64, and the list of the columns with a pivot,
    from left to right, counted from 0. A stays as it is.
    """
    ### BEGIN SOLUTION
    R, pivots = A.copy(), []
    for j in range(A.shape[1]):
        i = len(pivots)
        if i == len(R):
            break
        p = i + np.abs(R[i:, j]).argmax()
        if abs(R[p, j]) / abs(A).max() > 1e-11:
            R[[i, p]] = R[[p, i]]
            R[i] /= R[i, j]
            others = np.arange(len(R)) != i
            R[others] -= np.outer(R[others, j], R[i])
            pivots.append(j)
        else:
            R[i:, j] = 0
    return R, pivots
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_row_reduce", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
check(row_reduce)
### BEGIN HIDDEN TESTS
from nngrader import points

points("row_reduce", row_reduce, 14)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_gram_schmidt", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 2. An orthonormal basis
#
# In a basis whose vectors stand at right angles and have length 1, a coordinate is one inner product, and no equation has to be solved.
# Gram and Schmidt make such a basis out of any columns, one after the other.
#
# From column $a$ take away what lies along each $q$ found so far, one $q$ at a time; what remains, divided by its length, is the next $q$:
#
# $$\ell \leftarrow \ell - (q \cdot \ell)\, q \quad \text{for each } q, \text{ starting from } \ell = a; \qquad q_{\text{new}} = \frac{\ell}{\lVert \ell \rVert}.$$
#
# If less than $10^{-10}$ of the length of $a$ remains, $a$ depends on the columns before it and is dropped.
# In the matrices that you meet, what remains is either below $10^{-13}$ or above $10^{-7}$.
# Turn no sign: then there is one right answer.
#
# | | shape | what it is |
# |---|---|---|
# | `A` | (m, n) | `float64` |
# | `Q` | (m, r) | `float64`; one column for each of the r columns that are not dropped, in their order |
#
# ```python
# A = np.array([[3.0, 6, 1], [4, 8, 3], [0, 0, 2]])
# Q = [[0.6, -0.3578], [0.8, 0.2683], [0, 0.8944]]
# ```
#
# Column 0 has length 5. Column 1 is twice column 0. Of column 2 the vector (-0.8, 0.6, 2) is left, of length $\sqrt 5$. Check that it stands at a right angle to column 0.
#
# | points | aspect | what they are for |
# |---|---|---|
# | 5 | value | independent columns |
# | 3 | dependent | columns in the millions, some of which depend on those before them |
# | 2 | stability | columns so nearly alike that about a billionth of them is left; to five digits, elsewhere to eight |
# | 1 | shape | an (m, r) array |
# | 1 | inputs-unchanged | `A` stays as it is |
#
# `numpy.linalg.qr` anywhere in the notebook costs all points of this problem.
#
# <details>
# <summary>When you are stuck</summary>
#
# - Print `Q.T @ Q`. What should stand there, and what stands there?
# - Two columns first. How much of $a_2$ lies along $q_1$?
# - `A[:, k]` is a view: what does `left = A[:, k]` followed by `left -= ...` do to A?
# - `np.column_stack` puts a list of vectors side by side.
# - For the points of stability compare $q \cdot a$ and $q \cdot \ell$: on paper they are the same number. Which of them still tells the truth after rounding?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "gram_schmidt", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gram_schmidt(A):
    """Orthonormal basis of the column space of A, from its columns in order.

    From each column what lies along the vectors found so far is taken away; what is left is
    divided by its length and becomes the next column of Q, with no sign turned. A column of
    which less than 1e-10 of its length is left depends on those before it and is dropped.

    A : (m, n) array, float64
    Returns Q : (m, r) array, float64, with one column for each of the r that are not dropped.
    A stays as it is.
    """
    ### BEGIN SOLUTION
    Q = np.zeros((len(A), 0))
    for a in A.T:
        left = a.copy()
        for q in Q.T:
            left -= (q @ left) * q
        if np.linalg.norm(left) / np.linalg.norm(a) > 1e-10:
            Q = np.column_stack([Q, left / np.linalg.norm(left)])
    return Q
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_gram_schmidt", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
check(gram_schmidt)
### BEGIN HIDDEN TESTS
from nngrader import points

points("gram_schmidt", gram_schmidt, 12)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_project", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 3. Projection
#
# More measurements than unknowns: no combination of the columns of $A$ gives $b$ exactly. The best that can be had is the combination that lies nearest,
#
# $$p = A x \quad \text{with } \lVert b - A x \rVert \text{ as small as possible},$$
#
# and what is left, $b - p$, stands at a right angle to every column.
# This point $p$ is the *orthogonal projection* of $b$ on the column space. Least squares is this, and nothing else.
#
# | | shape | what it is |
# |---|---|---|
# | `b` | (m,) | `float64` |
# | `A` | (m, n) | `float64`; columns may depend on each other, with the same limits as in problem 2 |
# | `p` | (m,) | `float64` |
#
# ```python
# b = np.array([1.0, 2, 6])
# A = np.array([[1.0, 2, 0], [1, 2, 1], [1, 2, 2]])
# p = [0.5, 3, 5.5]
# ```
#
# These are the heights, at 0, 1 and 2, of the straight line that fits the heights 1, 2 and 6 best. The column of twos adds nothing. Take $b - p$ and multiply it by each column.
#
# | points | aspect | what they are for |
# |---|---|---|
# | 5 | value | independent columns |
# | 3 | dependent | columns that depend on each other: $p$ is as unique as before, $x$ is not |
# | 1 | shape | an (m,) array |
# | 1 | inputs-unchanged | `b` and `A` stay as they are |
#
# Answers must be right to eight digits. You may call your `gram_schmidt`.
# `numpy.linalg.lstsq` or `numpy.linalg.pinv` anywhere in the notebook costs all points of this problem.
#
# <details>
# <summary>When you are stuck</summary>
#
# - On one vector $q$ of length 1 the projection is $(q \cdot b)\, q$. On several that stand at right angles?
# - $A (A^T A)^{-1} A^T b$ stands in every book. What is $A^T A$ in the example, and has it an inverse?
# - `Q @ (Q.T @ b)` and `(Q @ Q.T) @ b` are the same. How many numbers does each make on the way when m is a million?
# - Is your `gram_schmidt` right? This problem cannot be, as long as it calls one that is not.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "project", "locked": false, "schema_version": 3, "solution": true, "task": false}
def project(b, A):
    """Orthogonal projection of b on the column space of A.

    p is the combination of A's columns that lies nearest to b. The columns may depend on each
    other.

    b : (m,) array, float64
    A : (m, n) array, float64
    Returns p : (m,) array, float64. b and A stay as they are.
    """
    ### BEGIN SOLUTION
    Q = gram_schmidt(A)
    return Q @ (Q.T @ b)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_project", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
check(project)
### BEGIN HIDDEN TESTS
from nngrader import points

points("project", project, 10)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_power_iteration", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 4. Power iteration
#
# Multiply a vector by $A$ again and again. Almost whatever you started with, it turns towards one eigenvector: the one whose eigenvalue is largest in magnitude.
# A search engine once ranked the whole web in this way: nothing smarter than a product was affordable.
#
# $$w = \frac{A v}{\lVert A v \rVert}, \qquad \text{then } v \leftarrow w, \text{ and again.}$$
#
# It has *converged* when a step moves the vector by a length of at most `tol`, a change of its sign aside: with a negative eigenvalue the vector turns round in every step.
# The eigenvalue is then $v^T A v$, since $v$ has length 1.
# Other sound rules are accepted (how far $A v$ is from $\lambda v$, say), as long as `tol` and `max_iter` decide: a larger `tol` ends earlier, and after `max_iter` steps without convergence there is a `RuntimeError`.
#
# | | shape | what it is |
# |---|---|---|
# | `A` | (n, n) | `float64`, not symmetric |
# | `v` | (n,) | `float64`, where to start, of any length |
# | `tol`, `max_iter` | numbers | 1e-10 and 10,000 where they are left out |
# | `eigenvalue` | one number | the one of largest magnitude, with its sign |
# | `eigenvector` | (n,) | `float64`, of length 1; its entry of largest magnitude is positive |
#
# ```python
# A = np.array([[5.0, 4], [1, 2]])
# v = np.array([1.0, 0])
# tol = 1e-10
# max_iter = 10_000
# eigenvalue = 6
# eigenvector = [0.9701, 0.2425]
# ```
#
# The first steps give (5, 1), (29, 7), (173, 43), lengths left aside. The quotients 5, 4.14, 4.02 approach 4: the eigenvector is (4, 1) divided by $\sqrt{17}$. The other eigenvalue is 1. By which factor does the error shrink in each step?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 4 | value | a positive eigenvalue that is at least 2.5 times as large as the next |
# | 4 | vector | its eigenvector |
# | 2 | negative | the same where the eigenvalue is negative, half each |
# | 2 | stopping | a rough answer, right to a twentieth, for `tol = 1e-4` and `max_iter = 18`; half each. For the default `tol` 18 steps would not suffice |
# | 1 | shape | one number and an (n,) array, in this order |
# | 1 | errors | a `RuntimeError` where the vector turns for ever, where two eigenvalues of opposite sign are equally large, and where `max_iter` steps are too few |
#
# `numpy.linalg.eig` or `numpy.linalg.eigvals` anywhere in the notebook costs all points of this problem.
#
# <details>
# <summary>When you are stuck</summary>
#
# - Print $v$ after each of ten steps of the example. Then take $-A$ and do it again. What do you have to compare?
# - A `for` loop that ends without `return` has used all its steps. What should stand behind it?
# - Which of two vectors $w$ and $-w$ is nearer to the old $v$? `np.sign` of an inner product knows.
# - `np.abs(v).argmax()` finds the entry that decides the sign.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "power_iteration", "locked": false, "schema_version": 3, "solution": true, "task": false}
def power_iteration(A, v, tol=1e-10, max_iter=10_000):
    """The eigenvalue of A of largest magnitude and its eigenvector, by power iteration.

    A step multiplies the vector by A and divides it by its length. The iteration has converged
    when a step moves the vector by a length of at most tol, a change of its sign aside.

    A : (n, n) array, float64
    v : (n,) array, float64, where to start; of any length but 0
    tol : float, above 0
    max_iter : int, how many steps are made at most
    Returns (eigenvalue, eigenvector): a number, negative ones with their sign, and an (n,)
    array, float64, of length 1, whose entry of largest magnitude is positive.
    Raises RuntimeError if max_iter steps do not suffice.
    """
    ### BEGIN SOLUTION
    for _ in range(max_iter):
        before, v = v, A @ v
        if not (length := np.linalg.norm(v)):
            break
        v = v / length * np.sign(v @ before)
        if np.linalg.norm(v - before) <= tol:
            v = v * np.sign(v[np.abs(v).argmax()])
            return v @ A @ v, v
    raise RuntimeError("no convergence")
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_power_iteration", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
check(power_iteration)
### BEGIN HIDDEN TESTS
from nngrader import points

points("power_iteration", power_iteration, 14)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_best_rank_k", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 5. The nearest matrix of rank k
#
# A grey photograph of 512 rows and 512 columns is a matrix of 262,144 numbers, most of which are close to their neighbours.
# The singular value decomposition writes any matrix as a sum of outer products, sorted by size:
#
# $$A = \sum_{i=1}^{r} \sigma_i\, u_i v_i^\top, \qquad \sigma_1 \geq \sigma_2 \geq \dots \geq 0.$$
#
# Stop after $k$ terms and you have $A_k$.
# No matrix of rank $k$ is nearer to $A$, where the distance is the sum of squared differences: that is the theorem of Eckart and Young.
# Twenty terms of the photograph are 20 · (512 + 512) numbers, a thirteenth of what you had.
#
# | | shape | what it is |
# |---|---|---|
# | `A` | (m, n) | `float64` or integers; tall or wide |
# | `k` | one number | an integer from 1 to min(m, n) |
# | result | (m, n) | `float64`, the first $k$ terms of the sum |
#
# A matrix whose two terms can be found on paper:
#
# ```python
# A = np.array([[4, 3], [0, 5]])
# k = 1
# approximation = [[2, 4], [2, 4]]
# ```
#
# $A^\top A$ has the rows (16, 12) and (12, 34) and the eigenvalues 40 and 10.
# To 40 belongs $v_1 = (1, 2)/\sqrt{5}$, and $A v_1 v_1^\top = \sigma_1 u_1 v_1^\top$. Find the other term: what must the two add up to?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 6 | value | matrices of random fractions |
# | 2 | integers | pictures of type `uint8`, whose numbers go from 0 to 255; the result is `float64` and is not rounded |
# | 1 | shape | an (m, n) array of `float64` |
# | 1 | inputs-unchanged | `A` stays as it is |
#
# `np.linalg.svd` and `np.linalg.eigh` are allowed, and so are loops. No two singular values that you meet are equal.
#
# <details>
# <summary>When you are stuck</summary>
#
# - `U, s, Vt = np.linalg.svd(A, full_matrices=False)`: print the three shapes for a wide `A`. Where in `Vt` is $v_1$?
# - Put the three back together before you leave anything out. `U * s @ Vt` should be `A`; what does the `*` do to the columns of `U`?
# - Which shapes have the first $k$ columns of `U` and the first $k$ rows of `Vt`, and which has their product?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "best_rank_k", "locked": false, "schema_version": 3, "solution": true, "task": false}
def best_rank_k(A, k):
    """The matrix of rank k nearest to A, in the sum of squared differences.

    A_k = sum over i < k of s[i] * outer(u_i, v_i), where A = sum of all of them

    A : (m, n) array of numbers, float64 or integers (also a picture of type uint8)
    k : int, from 1 to min(m, n)
    Returns A_k : (m, n) array, float64. A stays as it is.
    No two singular values that you meet are equal.
    """
    ### BEGIN SOLUTION
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return U[:, :k] * s[:k] @ Vt[:k]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_best_rank_k", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
check(best_rank_k)
### BEGIN HIDDEN TESTS
from nngrader import points

points("best_rank_k", best_rank_k, 10)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_pca", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 6. Principal components
#
# A penguin is measured: bill, flipper, weight. Heavy birds have long flippers, so the cloud of birds in the space of measurements is no ball but a cigar.
# The direction in which it is longest says more about a bird than any single measurement.
# *Principal component analysis* finds it, then the longest direction at a right angle to it, and so on.
#
# Take off each column's mean, $Z = X - \bar{x}$. The *covariance matrix* is $C = Z^\top Z / (N - 1)$, and the components are its eigenvectors:
#
# $$C c_i = \lambda_i c_i, \qquad |c_i| = 1, \qquad \lambda_1 > \lambda_2 > \dots, \qquad \text{score } t_{ni} = z_n \cdot c_i.$$
#
# The eigenvalue $\lambda_i$ is the variance of the samples along $c_i$.
# With $c_i$ also $-c_i$ is an eigenvector. So that there is one right answer, turn each component until its entry of largest magnitude is positive: (-0.8, 0.6) becomes (0.8, -0.6).
#
# | | shape | what it is |
# |---|---|---|
# | `X` | (N, D) | one sample a row, `float64` or integers; N may be smaller than D |
# | `k` | one number | an integer from 1 to D, and less than N |
# | `components` | (k, D) | one component a row, the one of the largest variance first |
# | `variances` | (k,) | $\lambda_1$ to $\lambda_k$, with $N - 1$ |
# | `scores` | (N, k) | row $n$ holds sample $n$ in the new coordinates |
#
# Five points of the plane:
#
# ```python
# X = np.array([[16, 20], [22, 12], [0, 8], [6, 0], [11, 10]])
# k = 2
# components = [[0.8, 0.6], [-0.6, 0.8]]
# variances = [100, 25]
# scores = [[10, 5], [10, -5], [-10, 5], [-10, -5], [0, 0]]
# ```
#
# The mean is (11, 10) and the covariance matrix has the rows (73, 36) and (36, 52).
# Multiply it by (0.8, 0.6) on paper. What do the variances add up to, and where else do you find that number?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 5 | value | the components of random samples, in order and turned as said |
# | 3 | variances | their variances |
# | 3 | scores | the scores |
# | 1 | integers | all three, a third each, for pictures of type `uint8` |
# | 1 | shape | three arrays of `float64`, in this order |
# | 1 | inputs-unchanged | `X` stays as it is |
#
# `np.linalg.svd` and `np.linalg.eigh` are allowed; `eig`, without the h, still costs the points of problem 4. No two variances that you meet are nearly equal, nor are the two largest entries of a component.
#
# <details>
# <summary>When you are stuck</summary>
#
# - Return `components, None, None` first and let the check tell you whether they are right. The other points wait.
# - Write $Z = U S V^\top$ and put it into $Z^\top Z$. Which matrix of the three cancels, and what are the eigenvectors?
# - `eigh` gives eigenvalues in rising order, and eigenvectors as columns.
# - `np.abs(c).argmax()` is the place of an entry. What do you multiply `c` by? If the scores are made before, what about them?
# - In a cell of your own: `x = np.array([3], dtype=np.uint8); x -= x.mean()`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "pca", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pca(X, k):
    """The first k principal components of the rows of X.

    C = Z^T Z / (N - 1), where Z is X without the mean of each column
    C c_i = variances[i] c_i, the largest variance first

    X : (N, D) array of numbers, one sample a row, float64 or integers (also type uint8)
    k : int, from 1 to D and less than N
    Returns (components, variances, scores), all float64:
    components (k, D), one of unit length a row, its largest entry by magnitude positive;
    variances (k,), of the samples along each; scores (N, k), Z times each component.
    X stays as it is. No two variances, and no two largest entries, that you meet are equal.
    """
    ### BEGIN SOLUTION
    Z = X - X.mean(axis=0)
    _, s, Vt = np.linalg.svd(Z, full_matrices=False)
    components = Vt[:k]
    for c in components:
        c *= np.sign(c[np.abs(c).argmax()])
    return components, s[:k] ** 2 / (len(X) - 1), Z @ components.T
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_pca", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
check(pca)
### BEGIN HIDDEN TESTS
from nngrader import points

points("pca", pca, 14)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_numerical_jacobian", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 7. The Jacobian, by moving one number at a time
#
# From here on the course differentiates everything, and sooner or later a derivative of yours will be wrong.
# What finds the fault is slow and stupid and right: move one argument a little up, a little down, and see what happens.
# For $f$ from $n$ numbers to $m$,
#
# $$J_{ij} = \frac{f_i(x + h e_j) - f_i(x - h e_j)}{2h} \approx \frac{\partial f_i}{\partial x_j},$$
#
# where $e_j$ is 1 in place $j$ and 0 elsewhere.
# You return the quotient itself, whatever $h$ is: here 0.1 is not a bad $h$ but another question.
#
# | | shape | what it is |
# |---|---|---|
# | `f` | a function | takes an (n,) array, returns an (m,) array |
# | `x` | (n,) | `float64` or integers |
# | `h` | one number | above 0; 1e-5 where it is left out |
# | `jacobian` | (m, n) | `float64`; column $j$ says what moving $x_j$ does |
#
# A function from two numbers to three. The check writes functions as text, so that it can show them to you; `A` is a matrix that some of them use, and this one does not.
#
# ```python
# formula = "[x[0] * x[1], x[0] ** 3, x[1] ** 2]"
# x = np.array([1, 2])
# A = np.zeros((0, 2))
# h = 0.5
# jacobian = [[2, 1], [3.25, 0], [0, 4]]
# ```
#
# The 3.25 is $(1.5^3 - 0.5^3) / 1$. The derivative of $x_0^3$ at 1 is 3; why are the other five entries exact?
#
# | points | aspect | what they are for |
# |---|---|---|
# | 5 | value | smooth functions, with an $h$ between 0.05 and 0.2 that is given |
# | 2 | default | $h$ left out, with a function that goes up and down so fast that another step would show |
# | 1 | integers | an `x` of type `int64`, with $h$ = 0.1 |
# | 1 | shape | an (m, n) array of `float64` |
# | 1 | inputs-unchanged | `x` stays as it is, or comes back to what it was |
#
# Loops are allowed.
#
# <details>
# <summary>When you are stuck</summary>
#
# - Begin with one column: which two points does `f` see for $j = 0$, and which shape has the difference of its answers?
# - How many rows has the result? You know it after the first call of `f`.
# - A list of columns is not yet a matrix. What does `np.stack(columns)` make of it, and what with `axis=1`?
# - `y = x` is not a copy: two names for one array. And what happens in `y[0] += 0.1` where `y` holds integers?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "numerical_jacobian", "locked": false, "schema_version": 3, "solution": true, "task": false}
def numerical_jacobian(f, x, h=1e-5):
    """Partial derivatives of f at x by two-sided differences.

    J[i, j] = (f_i(x + h e_j) - f_i(x - h e_j)) / (2 h), where e_j is 1 in place j, else 0

    f : function that takes an (n,) array and returns an (m,) array
    x : (n,) array of numbers, float64 or integers
    h : float above 0; 1e-5 where it is left out
    Returns J : (m, n) array, float64. x stays as it is.
    """
    ### BEGIN SOLUTION
    steps = h * np.eye(len(x))
    return np.stack([(f(x + step) - f(x - step)) / (2 * h) for step in steps], axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_numerical_jacobian", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
check(numerical_jacobian)
### BEGIN HIDDEN TESTS
from nngrader import points

points("numerical_jacobian", numerical_jacobian, 10)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_derivation", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 8. A gradient by hand
#
# For a matrix $A$ of shape (n, n), not symmetric, and $b$ of shape (n,), let
#
# $$f(x) = x^\top A x + b^\top x.$$
#
# Derive the gradient of $f$ in the next cell, from sums over indices and not from a rule for matrices. A person reads it and gives 8 points:
#
# | points | for |
# |---|---|
# | 2 | $f$ written as sums over indices |
# | 3 | $\partial f / \partial x_k$, each step with its reason; say what becomes of the term in $x_k^2$ |
# | 1 | the gradient with matrices again, and its shape |
# | 1 | its value, computed by hand, for $A$ with the rows (1, 2) and (0, 3), $b = (1, -1)$ and $x = (1, 2)$ |
# | 1 | for which $A$ it is $2Ax + b$, and why for no other |
#
# Write formulas between dollar signs, or in plain words such as `sum over i of x[i]`.
# Ask your `numerical_jacobian` whether the value is right; `f` has to return an array of one number.

# %% [markdown] nbgrader={"grade": true, "grade_id": "derivation", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# **Sums (2).** $f(x) = \sum_i \sum_j A_{ij} x_i x_j + \sum_i b_i x_i$. One point without $b$, or where both indices have the same name.
#
# **Derivative (3).** By the product rule $\partial (x_i x_j) / \partial x_k = \delta_{ik} x_j + \delta_{jk} x_i$. So $\partial f / \partial x_k = \sum_j A_{kj} x_j + \sum_i A_{ik} x_i + b_k$. The term $A_{kk} x_k^2$ is in both sums once and gives $2 A_{kk} x_k$, as it should. One point for each of the two sums, one for the reason (the product rule, or the terms sorted by how often $x_k$ stands in them) that also covers $x_k^2$. A derivation for n = 2 that is right gives 2. Without $b_k$, one point less, here alone. A rule for matrices that is quoted and not derived gives 0 here; the lines below count all the same.
#
# **Matrices (1).** $\nabla f = (A + A^\top) x + b$, of shape (n,). A row instead of a column is accepted where it is said.
#
# **Value (1).** $A + A^\top$ has the rows (2, 2) and (2, 6), so the gradient is (6, 14) + (1, -1) = (7, 13). Accept what follows from a wrong formula that already lost its points.
#
# **Symmetry (1).** $(A + A^\top)x = 2Ax$ for all $x$ means $A^\top x = Ax$ for all $x$, so $A^\top = A$ (take $x = e_j$: column by column). The point is for both directions.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_compress", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## 9. Challenge: a photograph in few numbers
#
# Cut a grey photograph into blocks of 8 by 8 pixels, and each block is a vector of 64 numbers.
# Choose a *basis*: K vectors of 64 numbers, K at most 128, before you have seen the photograph. Then say of each block how much of each basis vector is in it.
# We multiply your numbers by your basis, put the blocks back, and compare.
#
# $$\text{block } n \approx \sum_{i=1}^{K} \text{numbers}_{ni} \, \text{basis}_i, \qquad \text{error} = \sqrt{\text{mean over all pixels of (difference)}^2} \leq 8 \text{ grey levels of } 255.$$
#
# Counted are those of your numbers that are not 0. Where they stand is free here; a real format pays for that, too.
# No multiple may reach 10⁹ grey levels: larger ones that cancel each other could hide numbers in what rounding leaves.
#
# | | shape | what it is |
# |---|---|---|
# | `basis.npz` | | a file with one array, `basis`, (K, 64), of at most 70,000 bytes; hand it in beside the notebook |
# | `file` | a dict | what is in it: `file["basis"]` |
# | `picture` | (H, W) | `uint8`; H and W are multiples of 8 |
# | `numbers` | (H·W/64, K) | a row for each block, the blocks counted from left to right, then downwards; the 64 pixels of a block in the order of `reshape` |
#
# What is measured is your count in *percent* of another: the numbers that the whole picture's $A_k$ of problem 5 needs for the same error, which are $k (H + W)$ for the smallest sufficient $k$.
# So 100 means: no better than the theorem of Eckart and Young on the whole picture. The points are given on a photograph that you have not seen.
#
# | points | aspect |
# |---|---|
# | 3 | percent 100 |
# | 3 | percent 25 |
# | 2 | percent 17 |
#
# The check uses a photograph of a cat, which asks for a little more than the one held back: what reached 16.7 with the cat reached 15.8 there.
# One call has 8 seconds.
#
# `nnlib` is forbidden in this notebook, but not in another one, in which you make `basis.npz`.
# `nnlib.datasets.photographs()` has four photographs. Leave the cat out, or the check tells you nothing.
#
# ```python
# np.savez_compressed("basis.npz", basis=basis)
# ```
#
# <details>
# <summary>When you are stuck</summary>
#
# - Write `blocks(picture)`, of shape (H·W/64, 64), and its inverse first, and test one with the other. `reshape(H // 8, 8, W // 8, 8)` and `swapaxes` are all you need.
# - With an orthonormal basis the numbers are products, `blocks @ basis.T`, and the squared error is the sum of squares of those that you set to 0. Why?
# - Which 64 orthonormal vectors leave least of the blocks of *other* photographs when you keep the first $k$? You have written that function.
# - Must the sky have as many numbers as an eye? Sort all numbers of all blocks together.
# - 64 vectors span everything, and 128 are allowed. What is badly said by the first 64, and how do you choose when there is more than one way to say it?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "compress", "locked": false, "schema_version": 3, "solution": true, "task": false}
def compress(file, picture):
    """Numbers from which the basis makes the picture again, most of them 0.

    block n of the picture = sum over i of numbers[n, i] * basis[i], nearly

    file : dict of the arrays in basis.npz; file["basis"] is (K, 64), K at most 128
    picture : (H, W) array of type uint8, H and W multiples of 8
    Returns numbers : (B, K) array; block n of the B = H W / 64 blocks of 8 by 8 pixels, counted
    row of blocks by row of blocks, has its pixels in the order of reshape.
    """
    ### BEGIN SOLUTION
    basis, (H, W) = np.float64(file["basis"]), picture.shape
    blocks = np.float64(picture).reshape(H // 8, 8, W // 8, 8).swapaxes(1, 2).reshape(-1, 64)
    n, left = np.arange(len(blocks)), blocks.copy()
    which, amount = np.zeros((2, len(blocks), 32))
    for step in range(32):  # each block takes the vector that leaves least of it
        fit = left @ basis.T
        best = np.abs(fit).argmax(axis=1)
        which[:, step], amount[:, step] = best, fit[n, best]
        left -= fit[n, best][:, None] * basis[best]
    gain = np.minimum.accumulate(amount**2, axis=1)
    order = np.argsort(-gain, axis=None, kind="stable")
    error = (blocks**2).sum() - np.cumsum((amount**2).ravel()[order])
    kept = order[: np.argmax(error <= 0.9999 * 8**2 * blocks.size) + 1]
    numbers = np.zeros((len(blocks), len(basis)))
    np.add.at(numbers, (kept // 32, which.ravel()[kept].astype(int)), amount.ravel()[kept])
    return numbers
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_compress", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
check(compress)
### BEGIN HIDDEN TESTS
from nngrader import points

points("compress", compress, 8)
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": false, "grade_id": "text_uses", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ## What it is good for
#
# Nothing from here on is graded. The next cell holds three things that need your functions:
#
# - the reaction of potassium permanganate with hydrochloric acid, KMnO₄ + HCl → KCl + MnCl₂ + H₂O + Cl₂, as a table: one row an element, one column a substance;
# - the speed of fifty cars, in miles an hour, and the way they took to stop, in feet (Ezekiel, 1930);
# - the opening sentence of *A Tale of Two Cities* (Dickens, 1859).
#
# Write down three guesses first. How many molecules of HCl does one of KMnO₄ need? How many feet more does each mile an hour cost? If you start with any letter and go on, again and again, to a letter that follows it in the sentence, on which letter are you most often?
# Then run the cell and ask, in a cell of your own: `balance()`, `brake()`, `letters()`.

# %% nbgrader={"grade": false, "grade_id": "uses", "locked": true, "schema_version": 3, "solution": false, "task": false}
#                    KMnO4 HCl KCl MnCl2 H2O Cl2
REACTION = np.array(
    [
        [1.0, 0, -1, 0, 0, 0],  # K
        [1.0, 0, 0, -1, 0, 0],  # Mn
        [4.0, 0, 0, 0, -1, 0],  # O
        [0.0, 1, 0, 0, -2, 0],  # H
        [0.0, 1, -1, -2, 0, -2],  # Cl
    ]
)
SPEED = """4 4 7 7 8 9 10 10 10 11 11 12 12 12 12 13 13 13 13 14 14 14 14 15 15
15 16 16 17 17 17 18 18 18 18 19 19 19 20 20 20 20 20 22 23 24 24 24 24 25"""
WAY = """2 10 4 22 16 10 18 26 34 17 28 14 20 24 28 26 34 34 46 26 36 60 80 20 26
54 32 40 32 40 50 42 56 76 84 36 46 68 32 48 52 56 64 66 54 70 92 93 120 85"""
SENTENCE = """It was the best of times, it was the worst of times, it was the age of wisdom,
it was the age of foolishness, it was the epoch of belief, it was the epoch of incredulity,
it was the season of Light, it was the season of Darkness, it was the spring of hope,
it was the winter of despair"""


def balance():
    """How many molecules of each substance, for two of the first: what solves A x = 0."""
    R, pivots = row_reduce(REACTION)
    x = np.ones(6)  # the last column is free
    x[pivots] = -R[: len(pivots), 5]
    return 2 * x / x[0]


def brake():
    """Feet for each mile an hour more, and the share of the way's variance on the line."""
    speed, way = (np.array(text.split(), float) for text in (SPEED, WAY))
    p = project(way, np.column_stack([np.ones(50), speed]))
    slope = (p[-1] - p[0]) / (speed[-1] - speed[0])
    return slope, p.var() / way.var()


def letters():
    """The five letters on which one is most often, and on which share of all steps."""
    text = [c for c in SENTENCE.lower() if c.isalpha()]
    names = sorted(set(text))
    T = np.zeros((len(names), len(names)))
    for one, following in zip(text, text[1:] + text[:1], strict=True):  # a circle
        T[names.index(following), names.index(one)] += 1
    eigenvalue, v = power_iteration(T / T.sum(axis=0), np.ones(len(names)))
    share = v / v.sum()
    return eigenvalue, [(names[k], share[k]) for k in np.argsort(-share)[:5]]


# %% [markdown] nbgrader={"grade": false, "grade_id": "text_outcome", "locked": true, "schema_version": 3, "solution": false, "task": false}
# <details>
# <summary>What came out, and what it means</summary>
#
# Two molecules of KMnO₄ need sixteen of HCl: 2 KMnO₄ + 16 HCl → 2 KCl + 2 MnCl₂ + 8 H₂O + 5 Cl₂. Elimination leaves one column without a pivot, so the numbers are fixed up to one factor.
#
# Each mile an hour costs 3.9 feet more, and 65 % of the variance of the way lies on the line. The rest stands at a right angle to everything that a line through the speed can say. Put `speed**2` beside the two columns and see what that changes.
#
# You are most often on e and t, on each in 12.4 % of all steps, then on s, i and o. The eigenvalue is 1. Now count the letters: e and t stand there 27 times, in a sentence of 217 letters. In a text that is read in a circle, whoever walks from letter to letter meets each as often as it is written. That is why the eigenvector, which nobody counted, holds the counts.
#
# </details>
