"""Amounts of money as answers say them."""


def money(value: float, currency: str) -> str:
    """Return an amount with its currency: `-$1,234.50`, or `-1,234.50 EUR`."""
    sign = "-" if value < 0 else ""
    return f"{sign}${abs(value):,.2f}" if currency == "USD" else f"{value:,.2f} {currency}"


def signed(value: float, currency: str) -> str:
    """Return a gain or loss, a gain with its plus."""
    return f"{'+' if value >= 0 else ''}{money(value, currency)}"
