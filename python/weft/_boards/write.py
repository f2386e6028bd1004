"""Writes a package: fills a layout's texts with what the network's header says."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from weft._base.errors import InvalidValue, Unsupported
from weft._base.writing import write_text, writing
from weft._boards.arduino import ARDUINO
from weft._boards.cmsis_pack import CMSIS_PACK
from weft._boards.esp_idf import ESP_IDF
from weft._boards.layout import Layout, Text
from weft._boards.platformio import PLATFORMIO
from weft._boards.zephyr import ZEPHYR

LAYOUTS: Mapping[str, Layout] = {
    "arduino": ARDUINO,
    "cmsis-pack": CMSIS_PACK,
    "esp-idf": ESP_IDF,
    "platformio": PLATFORMIO,
    "zephyr": ZEPHYR,
}

# Of files whose build takes no flags: a fused product is one only where the C says so.
_FLAGS = """\
/* No product is fused with a sum but where the text says so: bits are then the library's. */
#if defined(__clang__)
#pragma clang fp contract(off)
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

"""

_CHECK_HEADER = """\
/* @{name}_check.h: the network's own test. */
#ifndef @{NAME}_CHECK_H
#define @{NAME}_CHECK_H

#ifdef __cplusplus
extern "C" {
#endif

/* Runs @name on one input, prints how much the results differ from those that libweft gave for it,
 * and gives 0 if they are the same: integers to the bit, floats up to rounding. */
int @{name}_check(void);

#ifdef __cplusplus
}
#endif

#endif
"""

_FIRST_DAY = "2000-01-01"  # of a release: the same network gives the same bytes on any day


def facts(
    header: str, name: str, version: str, vendor: str, url: str, cmsis_nn: bool
) -> dict[str, str]:
    """What texts of layouts can name, from the network's header and from what the user said."""

    def figure(pattern: str) -> str:
        return re.search(pattern, header)[1]  # type: ignore[index]

    return {
        "name": name,
        "NAME": name.upper(),
        "version": version,
        "vendor": vendor,
        "url": url,
        "date": _FIRST_DAY,
        "flash": figure(r"flash +(\d+) bytes"),
        "arena": figure(r"memory +(\d+) bytes"),
        "work": figure(r"work +(\d+) "),
        "cmsis_nn": "CMSIS_NN" if cmsis_nn else "",
        "cmsis_nn_yes": "y" if cmsis_nn else "",
        "cmsis_nn_group": "NN Lib" if cmsis_nn else "",
    }


def require_names(package: str, version: str, vendor: str, url: str, cmsis_nn: bool) -> None:
    """Raises ValueError where a package manager would refuse what the user said."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise InvalidValue(
            f"package: the version must be three numbers, such as 1.0.0; got {version!r}"
        )
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", vendor):
        raise InvalidValue(
            "package: the vendor must be letters, digits, `-` and `_`, because names of files have "
            f"it; got {vendor!r}"
        )
    if url and not re.fullmatch(r"https?://[^\s\"<>&]+", url):
        raise InvalidValue(f"package: the URL must begin with http:// or https://; got {url!r}")
    if package == "cmsis-pack" and not url:
        raise InvalidValue(
            "package: a CMSIS-Pack needs the URL of the folder that it is published in; got none"
        )
    if cmsis_nn and not LAYOUTS[package].has_cmsis_nn:
        have = ", ".join(name for name, layout in LAYOUTS.items() if layout.has_cmsis_nn)
        raise Unsupported(
            f"package: {package} has no library with CMSIS-NN that could be asked for; {have} have"
        )


def as_check(main: str, name: str) -> str:
    """The generated main as a function of a larger program."""
    head = "int main(void)\n"
    if main.count(head) != 1:
        raise InvalidValue(f"package: `{name}_main.c` has no main of its own to rename")
    text = main.replace(head, f"int {name}_check(void)\n")
    return text.replace(
        f'#include "{name}.h"\n', f'#include "{name}.h"\n#include "{name}_check.h"\n'
    )


def write_package(package: str, made: Path, folder: Path, known: Mapping[str, str]) -> list[Path]:
    """Lays out the files `name.c`, `name.h` and `name_main.c` of `made`; gives the paths, the
    archive last.

    package: a key of LAYOUTS; folder: where the package's own folder is made
    known: what `facts` gives
    """
    layout, name = LAYOUTS[package], known["name"]
    root = folder / Text(layout.folder).substitute(known)
    code = (made / f"{name}.c").read_text("utf-8")
    texts = {
        f"{layout.code}/{name}.c": (_FLAGS if layout.flags_in_source else "") + code,
        f"{layout.header}/{name}.h": (made / f"{name}.h").read_text("utf-8"),
        f"{layout.check}/{name}_check.c": as_check(
            (made / f"{name}_main.c").read_text("utf-8"), name
        ),
        f"{layout.check}/{name}_check.h": Text(_CHECK_HEADER).filled(known),
    }
    texts |= {path: Text(text).filled(known) for path, text in layout.files.items()}
    written = []
    for path, text in sorted((Text(p).substitute(known), t) for p, t in texts.items()):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_text(target, text, "compile")
        written.append(target)
    if layout.archive:
        archive = folder / Text(layout.archive).substitute(known)
        _pack(archive, root, written)
        written.append(archive)
    return written


def _pack(archive: Path, root: Path, files: list[Path]) -> None:
    """Zips files by their paths below `root`, with one date for all: the same bytes every time."""
    with (
        writing(archive, "compile") as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack,
    ):
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix())
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            pack.writestr(entry, path.read_bytes())
