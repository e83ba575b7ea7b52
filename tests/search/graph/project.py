"""A small project with everything that the questions tell apart."""

FILES = {
    "pyproject.toml": '[project]\nname = "x"\n[project.scripts]\nstart = "desk.cli:main"\n',
    "README.md": "",
    "src/desk/__init__.py": "from .pricing import black_scholes as price\nfrom .book import *\n",
    "src/desk/pricing.py": "def black_scholes(): ...\ndef _helper(): ...\n",
    "src/desk/book.py": "from desk import pricing\nclass Book: ...\n",
    "src/desk/report.py": (
        "from desk import price, Book\n"
        "from desk.pricing import blackscholes\n"
        "from ..pricing import x\n"
        "try:\n    from .gone import y\nexcept ImportError:\n    y = None\n"
    ),
    "src/desk/cli.py": "def main():\n    from desk.report import x\n",
    "src/desk/loop_a.py": "from desk.loop_b import B\nA = 1\n",
    "src/desk/loop_b.py": "from desk.loop_a import A\nB = 1\n",
    "src/desk/typed.py": "if TYPE_CHECKING:\n    from desk.user import U\nT = 1\n",
    "src/desk/user.py": "from desk.typed import T\nU = 1\n",
    "src/desk/forgotten.py": "x = 1\n",
    "src/desk/only_tested.py": "x = 1\n",
    "tools/run.py": "if __name__ == '__main__':\n    import desk.report\n",
    "tools/hack.py": "from pricing import black_scholes\nVALUE = 1\n",
    "tests/test_pricing.py": "import desk.pricing\nfrom desk import only_tested\n",
    "old_backup/src/desk/pricing.py": "from desk.gone import z\n",
    "broken.py": "def f(:\nimport desk.book\n",
}
PRICING = "src/desk/pricing.py"
