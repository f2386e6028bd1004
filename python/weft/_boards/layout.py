"""What a layout is: texts by their paths, in which names of the network stand as `@name`.

A text uses `@name` or `@{name}` for what `write.facts` has, `@@` for an at sign. A line that uses
something that was not given, such as `@url`, is left out.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field


class Text(string.Template):
    """A text with places that begin with `@`, because C and CMake use `$` and braces."""

    delimiter = "@"

    def filled(self, facts: Mapping[str, str]) -> str:
        """The text with its places filled, without lines that use what is empty.

        >>> Text("name=@name\\nurl=@url\\n").filled({"name": "sine", "url": ""})
        'name=sine\\n'
        """
        empty = {name for name, value in facts.items() if not value}
        kept = []
        for line in self.template.splitlines(keepends=True):
            text = Text(line)
            if not empty.intersection(text.get_identifiers()):
                kept.append(text.substitute(facts))
        return "".join(kept)


@dataclass(frozen=True)
class Layout:
    """How one kind of package lies in a folder.

    folder: the package's own, in that of the user's
    code, header, check: where `name.c`, `name.h` and the network's own test are put
    files: all other files, texts by their paths
    flags_in_source: the build takes no flags of a library, so that they stand in the C
    archive: name of a zip of the folder beside it, or none
    has_cmsis_nn: CMSIS-NN can be asked for, so that `--cmsis-nn` makes sense
    """

    folder: str
    code: str
    header: str
    check: str
    files: Mapping[str, str] = field(default_factory=dict)
    flags_in_source: bool = False
    archive: str = ""
    has_cmsis_nn: bool = False
