"""Black's formula for the side that is out of the money, free of units and of cancellation.

An option that is out of the money receives the cheaper of two discounted legs, the asset and the
strike, and pays the dearer one. Everything about it depends on two numbers: how far the legs are
apart, m = |ln(asset / strike)|, and the deviation v = volatility·√years of their ratio:

    value / cheaper leg = N(v/2 - m/v) - exp(m)·N(-v/2 - m/v)              Black (1976), eq. 16

Both terms share a Gaussian factor, and what is left is a difference of two scaled complementary
error functions (Jäckel 2015, *Let's Be Rational*), which `normal.erfcx_fall` takes without loss.
"""

from dataclasses import dataclass
from typing import Final, Generic

from engine.kernels.namespace import A, Namespace
from engine.kernels.normal import LOWEST, erfcx_fall

_SQRT_HALF: Final = 0.7071067811865476
_SQRT_TWO: Final = 1.4142135623730951


@dataclass(frozen=True, slots=True)
class OutOfTheMoney(Generic[A]):
    """What Black's formula says of the side that is out of the money; shapes as the inputs.

    Attributes:
        value: the option's value as a fraction of the cheaper leg, 0 to 1.
        receives: N(v/2 - m/v), the weight of the leg that is received.
        receives_not: 1 - receives, without cancellation where it is small.
        pays: N(-v/2 - m/v), the weight of the leg that is paid: the chance to be exercised if
            the leg is the strike.
        gauss: exp(-(v/2 - m/v)²/2), on which gamma and vega rest.
    """

    value: A
    receives: A
    receives_not: A
    pays: A
    gauss: A


def out_of_the_money(distance: A, deviation: A, xp: Namespace[A]) -> OutOfTheMoney[A]:
    """Value the side that is out of the money, with array library `xp`.

    Args:
        distance: m >= 0, the absolute log of the ratio of the discounted legs.
        deviation: v > 0, volatility times the square root of the years.
    """
    steps = distance / deviation
    half = 0.5 * deviation
    inner = steps - half
    near = inner * _SQRT_HALF
    far = (steps + half) * _SQRT_HALF

    # Left of LOWEST erfcx is replaced by its mirror image: there the value is the whole leg less
    # two terms that are small, and nothing cancels.
    mirrored = xp.less(near, LOWEST)
    erfcx_far, fall = erfcx_fall(
        xp.where(mirrored, -near, near),
        far,
        xp.where(mirrored, _SQRT_TWO * steps, _SQRT_HALF * deviation),
    )
    erfcx_near = erfcx_far + fall

    gauss = xp.exp(-0.5 * inner * inner)
    half_gauss = 0.5 * gauss
    near_tail = half_gauss * erfcx_near
    near_rest = 1.0 - near_tail
    return OutOfTheMoney(
        value=xp.where(mirrored, near_rest - half_gauss * erfcx_far, half_gauss * fall),
        receives=xp.where(mirrored, near_rest, near_tail),
        receives_not=xp.where(mirrored, near_tail, near_rest),
        pays=half_gauss * erfcx_far * xp.exp(-distance),
        gauss=gauss,
    )
