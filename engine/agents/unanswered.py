"""Questions that no tool answers though they sound like some that one does; and files by their name.

Better refused, with what can be asked, than answered by something else.
"""

# ruff: noqa: E501 - a pattern is read as one piece

import re

_SHOWN = r"(?:(?:show|list|find|print|display|view|open|read|see|what|which)\s+(?:is\s+|are\s+|me\s+)?(?:the\s+)?)?"
_FILES = r"(?:(?:python|source|code)\s+)?(?:files?|modules?|scripts?)"
_WITHOUT = (
    r"(?:without|not\s+containing|not\s+mentioning|lacking|(?:that|which)\s+lack|"
    r"(?:(?:that|which)\s+)?(?:do|does)(?:\s+not|n['’]?t)\s+(?:contain|mention|have|say))"
)
_NO_TOOL = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # sizes and ages of files
        rf"^{_SHOWN}(?:\d+\s+)?(?:largest|biggest|longest|smallest|shortest|oldest|newest)\s+(?:\d+\s+)?{_FILES}\b",
        # what is absent
        rf"^(?:(?:show|list|find|count|search(?:\s+for)?|which|what|how\s+many)\s+)?(?:all\s+|the\s+)?{_FILES}\s+{_WITHOUT}\s+"
        r"(?!(?:any\s+|an\s+)?(?:importers?|callers?|users?|uses|usages|references|dependents)\b)",
        rf"^(?:(?:show|list|find|which|what)\s+)?(?:all\s+|the\s+)?{_FILES}\s+(?:that\s+|which\s+)?(?:have|has|with)\s+no\s+(?:unit\s+)?tests?\b",
        # one line of a file
        r"^(?:(?:show|print|display|view|open|read|see|cat|go\s+to)\s+)?(?:the\s+)?[\w<>./]+,?\s+(?:(?:at|on)\s+)?lines?\s+\d+(?:\s*(?:-|–|to)\s*\d+)?\W*$",
        r"^(?:(?:show|print|display|view|open|read|see)\s+)?(?:the\s+)?lines?\s+\d+\b.*\b(?:of|in)\s",
        # the past of the whole project by date
        r"^(?!.*<file>)(?:(?:which|what)\s+(?:\w+\s+)?(?:has\s+|have\s+|was\s+|were\s+)?(?:changed|modified|edited))\b.*"
        r"\b(?:(?:last|this|past)\s+(?:\w+\s+)?(?:days?|weeks?|months?|years?|night|hours?))\b",
    )
)
_NAMED = re.compile(
    r"(?:(?:find|list|show|locate|search(?:\s+for)?|where\s+(?:is|are)|is\s+there|are\s+there)\s+)?"
    r"(?:(?:all|the|any|a|every)\s+)*(?:files?|modules?|scripts?)\s+(?:that\s+(?:is|are)\s+)?(?:called|named)\s+"
    r"(['\"`]?)(?P<name>[\w.-]+(?:/[\w.-]+)*)\1[\s?!]*",
    re.IGNORECASE,
)


def has_no_tool(words: str) -> bool:
    """Whether nothing here answers this; `words` are the text's, with its names masked."""
    words = words[:400]
    return any(pattern.search(words) for pattern in _NO_TOOL)


def file_named(text: str) -> str | None:
    """Return the name that a file is looked for by: "find files named wheel.py"."""
    match = _NAMED.fullmatch(text)
    return match["name"] if match else None
