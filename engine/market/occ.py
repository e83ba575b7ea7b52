"""Option symbols as exchanges and brokers write them, read into contracts.

    U     250117P00020000      OCC, root padded to six, strike in thousandths, 8 digits
    U250117P00020000           the same without padding; also after `O:` or `.`
    -U250117P22.5              compact, strike in the currency; the leading `-` is the broker's
                               mark of an option, never a sign of the quantity
    U 01/17/2025 20.00 P       month, day, year, as Schwab writes
    U 1/17/2025 Put $20.00     the kind before the strike, as Robinhood's descriptions write
    U 17JAN25 20 P             day, month, year, as Interactive Brokers writes
    U Jan 17 '25 $20 Put       as E*Trade and Fidelity's descriptions write

A root that ends in a digit (`U1`) is an adjusted contract: after a split or a merger it delivers
something else than 100 shares, and only who knows the adjustment may say what.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.market.book import Option, OptionKind

MULTIPLIER: Final = 100.0
_MONTHS: Final = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_ROOT: Final = r"(?P<root>[A-Z][A-Z./]{0,5}\d?)"
_SIDE: Final = r"(?P<side>P|C|PUT|CALL)"
_STRIKE: Final = r"\$?(?P<strike>\d{1,6}(?:\.\d{1,4})?)"
_MONTH: Final = f"(?P<month>{'|'.join(_MONTHS)})"

_THOUSANDTHS: Final = re.compile(
    rf"(?:O:|\.)?{_ROOT}\s*(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d)(?P<side>[PC])(?P<strike>\d{{8}})",
    re.ASCII,
)
_COMPACT: Final = re.compile(
    rf"[-.]?{_ROOT}\s*(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d)(?P<side>[PC]){_STRIKE}",
    re.ASCII,
)
_WRITTEN: Final = (
    re.compile(
        rf"{_ROOT}\s+(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<y>\d\d|\d{{4}})\s+{_STRIKE}\s+{_SIDE}", re.ASCII
    ),
    re.compile(
        rf"{_ROOT}\s+(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<y>\d\d|\d{{4}})\s+{_SIDE}\s+{_STRIKE}", re.ASCII
    ),
    re.compile(
        rf"{_ROOT}\s+(?P<d>\d\d?)\s?{_MONTH}\s?'?(?P<y>\d\d|\d{{4}})\s+{_STRIKE}\s+{_SIDE}",
        re.ASCII,
    ),
    re.compile(
        rf"{_ROOT}\s+{_MONTH}\s+(?P<d>\d\d?),?\s+'?(?P<y>\d\d|\d{{4}})\s+{_STRIKE}\s+{_SIDE}",
        re.ASCII,
    ),
)


@dataclass(frozen=True, slots=True)
class Symbol:
    """What an option symbol says.

    Attributes:
        root: as it is written; the underlying's symbol, and a digit if adjusted.
        adjusted: whether what it delivers is not known from the symbol.
    """

    root: str
    expiry: date
    kind: OptionKind
    strike: float
    adjusted: bool

    @property
    def underlying(self) -> str:
        return self.root.rstrip("0123456789") if self.adjusted else self.root

    def option(self, multiplier: float = MULTIPLIER) -> Option:
        return Option(self.underlying, self.expiry, self.kind, self.strike, multiplier)


def parse(text: str) -> Symbol | None:
    """Return what an option symbol says, or None: it is none, or no such day or strike exists."""
    plain = text.strip().upper()
    if match := _THOUSANDTHS.fullmatch(plain):
        return _symbol(match, int(match["strike"]) / 1000.0)
    if match := _COMPACT.fullmatch(plain):
        return _symbol(match, float(match["strike"]))
    for pattern in _WRITTEN:
        if match := pattern.fullmatch(plain):
            return _symbol(match, float(match["strike"]))
    return None


def written(option: Option) -> str:
    """Return the contract's OCC symbol, padded to 21 characters.

    Raises:
        ValueError: OCC has no symbol for it: the root is too long, the strike not in thousandths.
    """
    thousandths = round(option.strike * 1000.0)
    if len(option.underlying) > 6 or not 0 < thousandths < 10**8:
        raise ValueError(f"OCC has no symbol for {option}")
    if abs(thousandths / 1000.0 - option.strike) > 1e-9:
        raise ValueError(f"OCC strikes are thousandths, this one is {option.strike!r}")
    day = option.expiry.strftime("%y%m%d")
    return f"{option.underlying:<6}{day}{option.kind[0].upper()}{thousandths:08d}"


def _symbol(match: re.Match[str], strike: float) -> Symbol | None:
    parts = match.groupdict()
    year = int(parts["y"])
    month = parts.get("month")
    try:
        expiry = date(
            year if year > 99 else 2000 + year,
            _MONTHS.index(month) + 1 if month else int(parts["m"]),
            int(parts["d"]),
        )
    except ValueError:
        return None
    if strike <= 0.0:
        return None
    root = match["root"]
    kind: OptionKind = "put" if match["side"][0] == "P" else "call"
    return Symbol(root, expiry, kind, strike, adjusted=root[-1].isdigit())
