"""The C interface is the one that was written down: what changes in it is seen."""

import shutil
import sys

import abi_snapshot
import pytest

pytestmark = [
    pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed"),
    pytest.mark.skipif(sys.maxsize < 2**32, reason="not run: layouts are those of 64 bits"),
]


@pytest.fixture(scope="module")
def kept() -> list[str]:
    return abi_snapshot.KEPT.read_text("utf-8").splitlines()


def test_the_interface_is_the_one_that_is_kept(kept):
    broken, added = abi_snapshot.compare(kept, abi_snapshot.facts())
    assert not broken, (
        "the C interface changed where programs rely on it. After a release that needs another "
        "WEFT_ABI_MAJOR (docs/versioning.md); before the first one it is allowed. If it is meant, "
        f"run `{abi_snapshot.COMMAND}` and commit the file:\n" + "\n".join(broken + added)
    )
    assert not added, (
        "the C interface has something new. Raise WEFT_ABI_MINOR in weft_base.h if the last "
        f"release has the present number, run `{abi_snapshot.COMMAND}` and commit the file:\n"
        + "\n".join(added)
    )


def test_every_kind_of_fact_is_there(kept):
    assert {line.split()[0] for line in kept} == {"function", "type", "constant", "struct", "field"}
    assert "constant WEFT_OK: 0" in kept
    assert "struct weft_value: 16 bytes" in kept
    assert "function weft_abi_version: void (uint32_t *, uint32_t *)" in kept


PORT = [
    "constant WEFT_ABI_MINOR: 3",
    "struct weft_port: 40 bytes, may grow",
    "field weft_port.name: const char * at 8",
    "struct weft_value: 16 bytes",
    "function weft_modes: uint32_t (void)",
]


@pytest.mark.parametrize("change", [
    {"field weft_port.name": "const char * at 16"},
    {"struct weft_port": "32 bytes, may grow"},
    {"struct weft_value": "24 bytes"},
    {"function weft_modes": "uint64_t (void)"},
    {"function weft_modes": None},
    {"constant WEFT_ABI_MINOR": "2"},
], ids=str)  # fmt: skip
def test_a_change_of_what_is_there_is_a_break(change):
    present = {**dict(line.split(": ", 1) for line in PORT), **change}
    now = [f"{name}: {text}" for name, text in present.items() if text is not None]
    broken, added = abi_snapshot.compare(PORT, now)
    assert broken
    assert not added


@pytest.mark.parametrize("more", [
    {"function weft_new": "void (void)"},
    {"field weft_port.more": "int32_t at 40", "struct weft_port": "48 bytes, may grow"},
    {"constant WEFT_ABI_MINOR": "4"},
], ids=str)  # fmt: skip
def test_what_was_added_breaks_nothing(more):
    present = {**dict(line.split(": ", 1) for line in PORT), **more}
    broken, added = abi_snapshot.compare(
        PORT, [f"{name}: {text}" for name, text in present.items()]
    )
    assert not broken
    assert added
