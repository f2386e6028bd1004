"""Docstrings of the house as Markdown.

A docstring is plain sentences with names in backticks, one `name: what it is` a line for
parameters, blocks of `>>>` for examples, and fences. Markdown would read stars and underscores of
plain sentences as emphasis, so they are escaped outside of backticks.
"""

import inspect
import re

_PARAMETER = re.compile(r"(\*{0,2}[A-Za-z_]\w*(?:\[\d+\])?(?:, \*{0,2}[A-Za-z_]\w*)*): (\S.*)")
_CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)


def escaped(text: str) -> str:
    """Plain text as Markdown that shows just that; what is in backticks stays."""
    result, end = [], 0
    for found in _CODE.finditer(text):
        result += [_plain(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*result, _plain(text[end:])])


def _plain(text: str) -> str:
    return re.sub(r"([\\*_<>\[\]`#$|])", r"\\\1", text)


def markdown(docstring: str | None) -> str:
    """The Markdown of a docstring; parameters become a list, examples a listing."""
    if not docstring:
        return ""
    first, *rest = _blocks(inspect.cleandoc(docstring)) or [""]
    # The summary is a sentence, whatever it looks like: "Losses: one value for each sample".
    shown = escaped(first) if _PARAMETER.match(first) else _block(first)
    return "\n\n".join([shown, *map(_block, rest)])


def _blocks(text: str) -> list[str]:
    """Paragraphs, of which a fence is one with its empty lines."""
    blocks: list[list[str]] = [[]]
    fenced = False
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            if not fenced:
                blocks.append([])
            blocks[-1].append(line)
            if fenced:
                blocks.append([])
            fenced = not fenced
        elif line.strip() or fenced:
            blocks[-1].append(line)
        else:
            blocks.append([])
    return ["\n".join(block) for block in blocks if block]


def _block(text: str) -> str:
    lines = text.split("\n")
    if lines[0].lstrip().startswith("```"):
        return inspect.cleandoc(text)
    for number, line in enumerate(lines):
        if line.lstrip().startswith(">>>"):
            listing = "```pycon\n" + inspect.cleandoc("\n".join(lines[number:])) + "\n```"
            before = "\n".join(lines[:number])
            return f"{_block(before)}\n\n{listing}" if before else listing
    if all(line.startswith("    ") for line in lines):
        return "```text\n" + inspect.cleandoc(text) + "\n```"
    if lines[0].startswith("- "):
        return _items(lines)
    for number, line in enumerate(lines):
        if _PARAMETER.fullmatch(line) and _are_parameters(lines[number:]):
            before = "\n".join(lines[:number])
            listed = _parameters(lines[number:])
            return f"{escaped(before)}\n\n{listed}" if before else listed
    return escaped(text)


def _items(lines: list[str]) -> str:
    result = []
    for line in lines:
        if line.startswith("- "):
            result.append("- " + escaped(line[2:]))
        else:
            result.append("  " + escaped(line.strip()))
    return "\n".join(result)


def _are_parameters(lines: list[str]) -> bool:
    return all(_PARAMETER.fullmatch(line) or line.startswith("    ") for line in lines)


def _parameters(lines: list[str]) -> str:
    """`name: text` lines as a list; what is indented belongs to the line before."""
    entries: list[list[str]] = []
    for line in lines:
        found = _PARAMETER.fullmatch(line)
        if found:
            names = ", ".join(f"`{name}`" for name in found[1].split(", "))
            entries.append([names, found[2]])
        else:
            entries[-1][1] += "\n" + line.strip()
    return "\n".join(
        f"- {names}: " + escaped(text).replace("\n", "\n  ") for names, text in entries
    )
