"""Running the fits of a search: sequentially, on threads, or on a Dask cluster."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from sklearn.base import clone

from .validation import fit_and_score

__all__: list[str] = []


def attempt(data, estimator, scorers, params, train, test) -> dict[str, Any]:
    """Return the score and the seconds of one fit, or the error that ended it."""
    try:
        model = with_params(estimator, params)
        got = fit_and_score(model, *data, train, test, scorers=scorers)
    except Exception as error:
        return _failed(error)
    return {key: got[key] for key in ("test_score", "fit_time", "score_time")} | {"error": ""}


def _failed(error: BaseException) -> dict[str, Any]:
    """Return the result of a fit that raised an error."""
    text = f"{type(error).__name__}: {error}"
    return {"test_score": math.nan, "fit_time": math.nan, "score_time": math.nan, "error": text}


def with_params(estimator: Any, params: dict[str, Any]) -> Any:
    """Return a clone with these parameters; estimators among them are cloned too."""
    return clone(estimator).set_params(**clone(params, safe=False))


def on_threads(n_jobs, tasks, *what) -> Iterator[tuple[int, dict]]:
    """Yield results from threads; fits that have not begun are cancelled after an error."""
    pool = ThreadPoolExecutor(n_jobs)
    try:
        submitted = {pool.submit(attempt, *what, *task): i for i, task in tasks.items()}
        for future in as_completed(submitted):
            yield submitted[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def on_cluster(client, tasks, *what) -> Iterator[tuple[int, dict]]:
    """Yield results from a Dask cluster, to which the data are sent once."""
    import distributed

    own = distributed.Client(client) if isinstance(client, str) else None
    client = own or client
    try:
        data = client.scatter([what[0]], broadcast=True, hash=False)[0]
        submitted = {
            client.submit(attempt, data, *what[1:], *task, pure=False): i
            for i, task in tasks.items()
        }
        for future in distributed.as_completed(list(submitted)):
            lost = future.status == "error"  # such as a worker that ran out of memory
            result = _failed(future.exception()) if lost else future.result()
            yield submitted[future], result
    finally:
        if own:
            own.close()
