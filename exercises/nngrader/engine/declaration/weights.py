"""Measures for challenges whose file contains the weights of an image classifier.

We measure only the weights, because a student's function could contain a lookup table or a
different model in its source. Therefore the measure computes the scores from the file, and the
student's labels only have to agree with them. The functions in this file travel with a measure
that calls them.
"""

import numpy as np

from ..observation.driver import travels


@travels
def arrays_of(file, asked, letters, absent, misshapen, unreal):
    """Return arrays of an .npz file by name, in float64.

    :param file: (array of uint8) The bytes of an .npz file.
    :param asked: Shapes by name; a letter means the same length wherever it occurs.
    :param letters: The largest length for each letter; the smallest is 1.
    :param absent, misshapen, unreal: Texts of the error if an array is missing, has a different
        shape, or contains anything but finite real numbers. They must be literals in the
        measure.
    :raises ValueError: With one of these three texts.
    """
    import io
    import math
    import zipfile

    arrays, known = {}, {}
    with zipfile.ZipFile(io.BytesIO(file.tobytes())) as z:
        for name, shape in asked.items():
            if f"{name}.npy" not in z.namelist():
                raise ValueError(absent)
            most = math.prod(letters.get(n, n) for n in shape)
            if z.getinfo(f"{name}.npy").file_size > 16 * most + 1000:
                raise ValueError(misshapen)
            raw = z.read(f"{name}.npy")
            array = np.lib.format.read_array(io.BytesIO(raw), allow_pickle=False)
            if len(array.shape) != len(shape):
                raise ValueError(misshapen)
            for length, n in zip(array.shape, shape, strict=True):
                if n in letters and 1 <= length <= letters[n]:
                    n = known.setdefault(n, length)
                if length != n:
                    raise ValueError(misshapen)
            if array.dtype.kind not in "biuf" or not np.isfinite(array.astype(float)).all():
                raise ValueError(unreal)
            arrays[name] = array.astype(float)
    return arrays


@travels
def share_right(labels, scores, target, otherwise, mistakes=None):
    """Return the accuracy of the classes with the highest scores, if the labels agree.

    One of the student's labels in 200 may differ, because single precision may decide a tie
    differently. If more differ, this raises a ValueError. ``mistakes`` maps texts to functions
    that return scores of the first images. The error contains the text whose scores agree with
    most of the student's labels, or ``otherwise`` if none agrees with more than 98%.
    """
    if not np.isfinite(scores).all():
        raise ValueError("the scores from your file aren't finite. How large are the weights?")
    predicted = scores.argmax(axis=1)
    if labels is not None and labels.shape == scores.shape[1:]:
        raise ValueError(
            "your function returns one label for each class instead of each image. Which axis "
            "of the scores contains the classes?"
        )
    if labels is None or labels.dtype.kind not in "biuf" or labels.shape != predicted.shape:
        raise ValueError(
            "your function should return one label for each image, as an array of integers"
        )
    if not np.array_equal(labels, np.round(labels)):
        raise ValueError(
            "your function returns numbers that aren't integers, such as the largest scores. "
            "Which function returns the position of the largest entry instead of its value?"
        )
    if not np.mean(labels == predicted) >= 0.995:
        if np.mean(labels == predicted + 1) >= 0.995:
            raise ValueError("your labels are too large by 1. What is the label of class 0?")
        agreement = {otherwise: 0.98}
        for words, scores_of in (mistakes or {}).items():
            with np.errstate(all="ignore"):
                other = scores_of().argmax(axis=1)
            agreement[words] = np.mean(labels[: len(other)] == other)
        raise ValueError(max(agreement, key=agreement.get))
    return np.mean(predicted == target)
