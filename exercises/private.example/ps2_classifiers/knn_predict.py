def knn_predict(X_train, y_train, X, k):
    """Predict the label of each row of X by a vote of its k nearest rows of X_train.

    The nearest rows have the smallest Euclidean distances. If several labels tie, the result
    is the smallest of them.

    X_train : (N, D) array, float64 or integers (also images of dtype uint8)
    y_train : (N,) array, int64, the labels of these rows: integers, at least 0
    X : (M, D) array of the same kind as X_train
    k : int, from 1 to N
    Returns labels : (M,) array, int64. The function doesn't change any of the arrays.
    """
    ### BEGIN SOLUTION
    labels = []
    for x in X.astype(float):
        near = np.square(X_train - x).sum(axis=1).argsort()
        labels.append(np.bincount(y_train[near[:k]]).argmax())
    return np.array(labels)
    ### END SOLUTION
