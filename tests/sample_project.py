"""A small project with a past, made for tests that need a real repository."""

import subprocess
from pathlib import Path

FILES = {
    "src/desk/__init__.py": "",
    "src/desk/pricing.py": '''"""Prices."""

from math import erf, sqrt


def black_scholes(spot: float, strike: float) -> float:
    """Return a price."""
    if spot > strike:
        return spot - strike
    return 0.0


class WheelStrategy:
    """Sells puts."""

    def choose(self, strikes: list[float]) -> float | None:
        for strike in strikes:
            if strike > 0 and strike < 100:
                return strike
            elif strike < 0:
                continue
        return None
''',
    "src/desk/book.py": "from desk.pricing import WheelStrategy\n\nSTRATEGY = WheelStrategy()\n",
    "src/desk/report.py": "from . import pricing\n\nPRICE = pricing.black_scholes(2.0, 1.0)\n",
    "tests/test_pricing.py": "from desk.pricing import black_scholes\n",
    "README.md": "The desk prices with black_scholes in pricing.py.\n",
    "notes/ignored.log": "black_scholes in an ignored file\n",
    ".gitignore": "*.log\n",
}


def make(folder: Path) -> Path:
    """Write the files and commit them twice; return the folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", ".")
    _git(folder, "commit", "--quiet", "--message", "Begin the desk")
    (folder / "src/desk/pricing.py").write_text(FILES["src/desk/pricing.py"] + "\nVERSION = 2\n")
    _git(folder, "commit", "--quiet", "--all", "--message", "Number the prices")
    return folder


def _git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)
