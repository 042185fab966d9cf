"""Time series: sunspots, the weather, spoken vowels."""

from typing import NamedTuple

import numpy as np

from .packaged import DATA, read

__all__ = [
    "WEATHER_FEATURES",
    "WEATHER_KINDS",
    "japanese_vowels",
    "seattle_weather",
    "sunspots",
]

WEATHER_FEATURES = (
    "precipitation (mm)",
    "highest temperature (°C)",
    "lowest temperature (°C)",
    "wind (m/s)",
)
WEATHER_KINDS = ("drizzle", "fog", "rain", "snow", "sun")


class Sunspots(NamedTuple):
    """The sunspot ``number`` of each ``year``."""

    year: np.ndarray
    number: np.ndarray


class Weather(NamedTuple):
    """Measurements ``X`` and kind of weather ``y`` of each ``day``."""

    day: np.ndarray
    X: np.ndarray
    y: np.ndarray


class Utterances(NamedTuple):
    """Spoken vowels ``X``, zero-padded, their ``lengths`` in frames, and speakers ``y``."""

    X: np.ndarray
    lengths: np.ndarray
    y: np.ndarray


def sunspots() -> Sunspots:
    """Return the yearly sunspot number from 1700 to 2008.

    Returns
    -------
    Sunspots
        ``year`` of shape (309,), int64; ``number`` of shape (309,), float64, the mean of the
        year's daily numbers (ten for each group of spots and one for each spot).

    Source: National Geophysical Data Center, public domain. Chapter "Recurrent neural
    networks".

    >>> year, number = sunspots()
    >>> year[number.argmax()], number.max()
    (np.int64(1957), np.float64(190.2))
    """
    arrays = read(DATA / "sunspots.npz")
    return Sunspots(arrays["year"].astype(np.int64), arrays["number"].copy())


def seattle_weather() -> Weather:
    """Return the daily weather of Seattle from 2012 to 2015.

    Returns
    -------
    Weather
        ``day`` of shape (1461,), datetime64[D], without a gap; ``X`` of shape (1461, 4),
        float64, in the units of ``WEATHER_FEATURES``; ``y`` of shape (1461,), int64, an index
        into ``WEATHER_KINDS``.

    Source: NOAA, from vega-datasets, public domain. Chapter "Recurrent neural networks".

    >>> weather = seattle_weather()
    >>> weather.day[0], weather.X[0], WEATHER_KINDS[weather.y[0]]
    (np.datetime64('2012-01-01'), array([ 0. , 12.8,  5. ,  4.7]), 'drizzle')
    """
    arrays = read(DATA / "seattle_weather.npz")
    day = arrays["day"].astype(np.int64).astype("datetime64[D]")
    return Weather(day, arrays["X"].copy(), arrays["weather"].astype(np.int64))


def japanese_vowels() -> tuple[Utterances, Utterances]:
    """Return 270 training and 370 test recordings of two vowels, spoken by nine men.

    All speakers pronounce "ae", and the task is to recognise the speaker. The split is the
    original one.

    Returns
    -------
    train, test : Utterances
        ``X`` of shape (N, T, 12), float32: for each of T frames, 12 linear prediction cepstral
        coefficients, without a unit; zeros after the last frame of each recording.
        ``lengths`` of shape (N,), int64, the number of frames in each recording, 7 to 29.
        ``y`` of shape (N,), int64, the speaker, 0 to 8. T is the largest length in each part,
        26 and 29.

    Source: Kudo, Toyama and Shimbo (1999), Pattern Recognition Letters 20; CC BY 4.0. Chapter
    "Vanishing and exploding gradients".

    >>> train, test = japanese_vowels()
    >>> train.X.shape, test.X.shape, train.lengths[:4]
    ((270, 26, 12), (370, 29, 12), array([20, 26, 22, 20]))
    """
    arrays = read(DATA / "japanese_vowels.npz")

    def part(name: str) -> Utterances:
        lengths = arrays[f"{name}_lengths"].astype(np.int64)
        real = np.arange(lengths.max()) < lengths[:, None]
        X = np.zeros((*real.shape, 12), np.float32)
        X[real] = arrays[f"{name}_frames"]
        return Utterances(X, lengths, arrays[f"{name}_labels"].astype(np.int64))

    return part("train"), part("test")
