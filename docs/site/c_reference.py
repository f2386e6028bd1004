"""Pages of the C and C++ headers, from the comments over their declarations.

The headers are written in one form: a comment in front of each declaration, `---- title ----`
between sections, the file's own comment first. This reader knows that form and no more of C:
functions, types and macros become entries of the index, and are shown as they are
written. A declaration without a comment belongs to the one above it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from python_text import escaped

C_PAGES = ["weft", "weft_base", "weft_tensor", "weft_operators", "weft_autograd", "weft_model"]
C_PAGES += ["weft_register", "weft_device", "weft_dlpack"]
CPP_PAGES = ["weft", "weft_base", "weft_tensor", "weft_operators", "weft_autograd", "weft_control"]
CPP_PAGES += ["weft_model", "weft_register"]

_SECTION = re.compile(r"---- (.*?) -{2,}")
_FUNCTION = re.compile(r"WEFT_API\s+(.*?\b(weft_\w+)\s*\(.*\))\s*;", re.DOTALL)
_TYPEDEF = re.compile(
    r"typedef\b(?:[^;{]*\(\*\s*(\w+)\)|.*?\b(\w+)\s*;\s*(?:/\*.*\*/)?$)", re.DOTALL
)
_MACRO = re.compile(r"#define (\w+)")
_TYPE = re.compile(r"\b(?:struct|class|enum class|enum)\s+(\w+)[^;]*?[{;]")


@dataclass
class Entry:
    """A comment and the declarations under it."""

    comment: str
    code: list[str] = field(default_factory=list)

    def add(self, code: str) -> None:
        """One more declaration. Definitions of one macro, for several systems, are one."""
        name = _MACRO.match(code)
        before = _MACRO.match(self.code[-1]) if self.code else None
        if name and before and name[1] == before[1]:
            self.code[-1] += f"\n{code}"
        else:
            self.code.append(code)


def page(header: Path) -> str:
    """The Markdown page of one header."""
    intro, entries = read(header.read_text("utf-8"), header.suffix == ".hpp")
    lines = [f"# {header.name}", "", _prose(intro)]
    for entry in entries:
        section = _SECTION.search(entry.comment)
        if section and not entry.code:
            lines += ["", f"## {escaped(section[1])}"]
        else:
            lines += ["", *_entry(entry, header.suffix == ".hpp")]
    return "\n".join(lines) + "\n"


def read(text: str, is_cpp: bool) -> tuple[str, list[Entry]]:
    """The file's comment, and the entries of its top level."""
    lines = text.split("\n")
    intro, place = _comment(lines, 0, is_cpp)
    entries: list[Entry] = []
    while place < len(lines):
        line = lines[place]
        if line.startswith("//" if is_cpp else "/*"):
            comment, place = _comment(lines, place, is_cpp)
            entries.append(Entry(comment))
        elif _is_frame(line):
            place += 1
        else:
            code, place = _declaration(lines, place)
            is_own = entries and not (_SECTION.search(entries[-1].comment) and not entries[-1].code)
            if code.strip() and is_own:
                entries[-1].add(code)
            elif code.strip() and not re.match(r"#define|class \w+;|struct \w+;", code):
                entries.append(Entry("", [code]))
    return intro, [e for e in entries if e.code or e.comment]


def _is_frame(line: str) -> bool:
    """What stands round declarations and says nothing of them."""
    return bool(
        not line.strip()
        or re.match(r"#\s*(if|else|elif|endif|include|undef|pragma)|extern \"C\"", line)
        or re.match(r"(inline )?namespace|}  ?// (inline )?namespace|}$", line)
        or re.match(r"#define \w+_(H|HPP)_$", line)
    )


def _comment(lines: list[str], place: int, is_cpp: bool) -> tuple[str, int]:
    taken = []
    if is_cpp:
        while place < len(lines) and lines[place].startswith("//"):
            taken.append(re.sub(r"^// ?", "", lines[place]))
            place += 1
            if _SECTION.search(taken[-1]):
                break
        return "\n".join(taken), place
    while True:
        line = lines[place]
        place += 1
        taken.append(re.sub(r"^(/\* ?| \* ?)", "", re.sub(r"\s*\*/\s*$", "", line)))
        if "*/" in line:
            break
    return "\n".join(taken).rstrip(), place


def _declaration(lines: list[str], place: int) -> tuple[str, int]:
    """A declaration up to its end on the top level, or a macro with its continuations."""
    taken: list[str] = []
    depth = 0
    while place < len(lines):
        line = lines[place]
        taken.append(line)
        place += 1
        if taken[0].startswith("#"):
            if not line.endswith("\\"):
                break
            continue
        plain = re.sub(r"/\*.*?\*/|//.*|\"[^\"]*\"", "", line)
        depth += plain.count("{") + plain.count("(") - plain.count("}") - plain.count(")")
        if depth == 0 and plain.rstrip().endswith((";", "}")):
            break
    return "\n".join(taken), place


def _entry(entry: Entry, is_cpp: bool) -> list[str]:
    lines: list[str] = []
    said = False
    for code in entry.code:
        function = None if is_cpp else _FUNCTION.search(code)
        body = "" if said else _prose(entry.comment)
        if function:
            signature = re.sub(r"\s+", " ", function[1])
            lines += [f"````{{c:function}} {signature}", body, "````", ""]
        elif code.startswith("#define") and not is_cpp:
            name = re.match(r"#define (\w+(?:\([^)]*\))?)", code)[1]
            lines += [f"````{{c:macro}} {name}", body, "", _listing(code, "c"), "````", ""]
        elif not is_cpp and (typedef := _TYPEDEF.match(code)):
            lines += [f"````{{c:type}} {typedef[1] or typedef[2]}", body, "", _listing(code, "c")]
            lines += ["````", ""]
        else:
            named = _TYPE.search(code) or re.search(r"\b(\w+);\s*$", code)
            if is_cpp and named:
                lines += [f"### {named[1]}", ""]
            lines += [body, "", _listing(_public(code) if is_cpp else code, "cpp"), ""]
        said = True
    return lines if entry.code else [_prose(entry.comment)]


def _public(code: str) -> str:
    """A class without its private parts."""
    return re.sub(r"\n private:\n.*?(?=\n(?: public:|};))", "", code, flags=re.DOTALL)


def _listing(code: str, lexer: str) -> str:
    return f"```{lexer}\n{code.strip()}\n```"


def _prose(comment: str) -> str:
    """A comment as Markdown: fences stay, `Subject   text` paragraphs begin with a bold word."""
    parts = re.split(r"^(```.*?^```)", comment, flags=re.DOTALL | re.MULTILINE)
    for i in range(0, len(parts), 2):
        text = re.sub(r"^ {4,}", "", parts[i], flags=re.MULTILINE)
        subjects = re.split(r"^([A-Z]\w+) {2,}", text, flags=re.MULTILINE)
        whole = [escaped(subjects[0])]
        for word, rest in zip(subjects[1::2], subjects[2::2], strict=True):
            whole.append(f"\n**{word}** {escaped(rest)}")
        parts[i] = "".join(whole)
    return "".join(parts).strip()


def index(folder: Path, names: list[str]) -> str:
    """The page of all headers, with what each is for."""
    lines = [
        "# C and C++",
        "",
        "Every header, from its comments. `weft/weft.h` and `weft/weft.hpp`",
    ]
    lines += ["include the others, but for devices and DLPack.", "", "| header | what it has |"]
    lines += ["| --- | --- |"]
    for name in names:
        intro, _ = read((folder / name).read_text("utf-8"), name.endswith(".hpp"))
        first = _prose(intro).split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
        lines.append(f"| [`weft/{name}`]({name}.md) | {first} |")
    listed = "\n".join(names)
    return "\n".join([*lines, "", "```{toctree}", ":hidden:", "", listed, "```", ""])
