"""Black's formula turned round: the deviation that gives an option its value.

The guess is Bachelier's: with normalised prices the normal and the lognormal model differ by the
ratio of ln(asset/strike) to its hyperbolic sine and by a factor that, within 1e-4 for distances
under 1, depends on the normal deviation alone and so can be read from the option at the money.
Both inversions are short rational functions, 2e-3 from the truth at worst. Two steps of
Householder's third method, of convergence order 4, on the logarithm of the value (Jäckel 2015,
*Let's Be Rational*, eqs. 4.4 and 5.9) make 1e-11 and then all of float64 of it: no loop depends on
the data.
"""

from typing import Final

from engine.kernels.black import out_of_the_money
from engine.kernels.namespace import A, Namespace

# s²/A of Bachelier's inversion in A = ln(1 + distance / price) / 2, where s is the distance in
# deviations: 8e-5 over s = 0 to 36.
_NORMAL_TOP: Final = (
    0.6366197723675814,
    0.22175474090423913,
    0.05726752772036348,
    0.00040631052419098544,
)
_NORMAL_BOTTOM: Final = (
    1.0,
    0.34934661652580706,
    0.11634867333680582,
    0.014982761401809,
    0.0001015993703618549,
)
# (lognormal / normal deviation)² at the money in ln(1 / (1 - price²)): 2e-3 over prices to 1-1e-14.
_LOG_TOP: Final = (1.0, 0.7894116953645038, 0.27281561484787975, 0.0679424920322538)
_LOG_BOTTOM: Final = (1.0, 0.26208166231926006, 0.054880194478174306)

_INV_SQRT_2PI: Final = 0.3989422804014327
_HALF_SQRT_2PI: Final = 1.2533141373155001
_NEAREST: Final = 1e-30
_FARTHEST: Final = 700.0
_LOWEST_VALUE: Final = 1e-290


def deviation_of(distance: A, value: A, rest: A, steps: int, xp: Namespace[A]) -> A:
    """Return the deviation v at which `black.out_of_the_money` gives `value`; shapes as inputs.

    Args:
        distance: m >= 0, the absolute log of the ratio of the discounted legs.
        value: the price as a fraction of the cheaper leg, above 1e-290 and below 1.
        rest: 1 - value, as the caller knows it best.
    """
    deviation = _guess(distance, value, xp)
    upper = xp.less(0.5, value)
    target = xp.where(upper, rest, value)
    for _ in range(steps):
        deviation = _step(distance, deviation, target, upper, xp)
    return deviation


def _guess(distance: A, value: A, xp: Namespace[A]) -> A:
    far = xp.minimum(xp.maximum(distance, _NEAREST), _FARTHEST)
    excess = xp.expm1(far)
    quality = 0.5 * xp.log1p(excess / value)
    squared = quality * _ratio(quality, _NORMAL_TOP, _NORMAL_BOTTOM)
    steps = xp.sqrt(quality) * xp.sqrt(squared)
    at_the_money = excess * xp.exp(-0.5 * far) / steps * _INV_SQRT_2PI
    near = far / steps * _lognormal(at_the_money, xp)
    # 1 - value is at most twice the chance to fall below -v/2 + m/v, which bounds v from above.
    half = value * _HALF_SQRT_2PI * _lognormal(value, xp)
    return xp.minimum(near, half + xp.sqrt(half * half + 2.0 * far))


def _lognormal(share: A, xp: Namespace[A]) -> A:
    """Return lognormal over normal deviation where an option at the money is worth `share`."""
    capped = xp.minimum(share, 1.0 - 1e-14)
    return xp.sqrt(_ratio(-xp.log1p(-capped * capped), _LOG_TOP, _LOG_BOTTOM))


def _step(distance: A, deviation: A, target: A, upper: A, xp: Namespace[A]) -> A:
    """Return a deviation four times as many digits right."""
    out = out_of_the_money(distance, deviation, xp)
    reached = xp.maximum(xp.where(upper, 1.0 - out.value, out.value), _LOWEST_VALUE)
    slope = _INV_SQRT_2PI * out.gauss / reached
    slope = xp.where(upper, -slope, slope)
    newton = xp.log(target / reached) / slope

    inverse = 1.0 / deviation
    steps_squared = distance * inverse * distance * inverse
    quarter = 0.25 * deviation * deviation
    bend = (steps_squared - quarter) * inverse
    third = bend * bend - (3.0 * steps_squared * inverse * inverse + 0.25)
    second_order = bend - slope
    third_order = third - (3.0 * bend - 2.0 * slope) * slope
    top = 1.0 + 0.5 * second_order * newton
    bottom = 1.0 + newton * (second_order + newton * third_order * (1.0 / 6.0))
    moved = deviation + newton * top / bottom
    return xp.minimum(xp.maximum(moved, 0.5 * deviation), 2.0 * deviation)


def _ratio(x: A, top: tuple[float, ...], bottom: tuple[float, ...]) -> A:
    return _polynomial(x, top) / _polynomial(x, bottom)


def _polynomial(x: A, powers: tuple[float, ...]) -> A:
    value = x * powers[-1] + powers[-2]
    for power in powers[-3::-1]:
        value = value * x + power
    return value
