def pairwise_distances(X, Y):
    """Manhattan distance from each row of X to each row of Y.

    d[n, m] = sum over k of |X[n, k] - Y[m, k]|

    X : (N, D) array of numbers, float64 or integers (also pictures of type uint8)
    Y : (M, D) array of the same kind
    Returns d : (N, M) array, float64. X and Y stay as they are.
    """
    ### BEGIN SOLUTION
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    return np.abs(X[:, None, :] - Y[None, :, :]).sum(axis=2)
    ### END SOLUTION
