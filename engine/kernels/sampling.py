"""Normal draws that cover the law evenly: one draw from each of n equal slices of probability.

A plain sample of a million leaves gaps and heaps; a stratified one has exactly one draw in each
millionth, and the tail that VaR reads is as even as the rest. With several factors each is
stratified by itself and their order is shuffled (Latin hypercube; McKay, Beckman, Conover 1979).
"""

from typing import Final

import numpy as np
from numpy.random import Generator

from engine.kernels.arguments import Floats

# So many at a time keep every intermediate array in the processor's own cache.
_BLOCK: Final = 16384

# Wichura (1988), algorithm AS 241, PPND16: relative error about 1e-16.
_CENTRE: Final = (
    (
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ),
    (
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ),
)
_TAIL: Final = (
    (
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ),
    (
        1.0,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ),
)
_FAR: Final = (
    (
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ),
    (
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ),
)


def normal_quantile(probability: Floats) -> Floats:
    """Return the x that a standard normal variable is below with `probability`, in (0, 1)."""
    flat, result = probability.reshape(-1), np.empty(probability.size)
    for start in range(0, flat.size, _BLOCK):
        result[start : start + _BLOCK] = _quantile(flat[start : start + _BLOCK])
    return result.reshape(probability.shape)


def _quantile(probability: Floats) -> Floats:
    centred = probability - 0.5
    square = 0.180625 - centred * centred
    outside = square < 0.0
    beyond = bool(outside.any())
    result = centred * _ratio(np.where(outside, 0.0, square) if beyond else square, _CENTRE)
    if beyond:
        tail = probability[outside]
        root = np.sqrt(-np.log(np.minimum(tail, 1.0 - tail)))
        size = np.where(root <= 5.0, _ratio(root - 1.6, _TAIL), _ratio(root - 5.0, _FAR))
        result[outside] = np.copysign(size, tail - 0.5)
    return result


def stratified_normals(draws: int, factors: int, source: Generator) -> Floats:
    """Return standard normals, (draws, factors), each factor stratified and all independent.

    The first factor is left in ascending order: who needs no order need not pay for one.
    """
    slices = np.arange(draws, dtype=np.float64)[:, np.newaxis]
    # A uniform of exactly 0 would be -inf.
    within = np.maximum(source.random((draws, factors)), 1e-9)
    normals = normal_quantile((slices + within) / draws)
    for factor in range(1, factors):
        normals[:, factor] = source.permutation(normals[:, factor])
    return normals


def _ratio(x: Floats, of: tuple[tuple[float, ...], tuple[float, ...]]) -> Floats:
    above, below = (_polynomial(x, coefficients) for coefficients in of)
    return above / below


def _polynomial(x: Floats, coefficients: tuple[float, ...]) -> Floats:
    value = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value *= x
        value += coefficient
    return value
