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
    labels = []
    for x in X.astype(float):
        near = np.square(X_train - x).sum(axis=1).argsort()
        labels.append(np.bincount(y_train[near[:k]]).argmax())
    return np.array(labels)
    ### END SOLUTION
