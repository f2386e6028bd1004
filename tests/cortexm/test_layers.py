"""int8 operators as C: the bits of the library, in portable C, in the assembly of Armv7E-M and in
that of Helium."""

import subprocess

import layers
import machine
import pytest

needs_board = pytest.mark.skipif(
    bool(machine.missing_tools()),
    reason=machine.why_not(),
)
STRICT = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"]


FORMS = [
    ("m4", ()),
    ("m4", ("-DWEFT_PORTABLE",)),
    ("m0", ()),
    ("m55", ()),
    ("m55", ("-O3",)),
    ("m55", ("-DWEFT_PORTABLE",)),
]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("layers")
    return folder, {name: layers.write(name, folder) for name in (*layers.LAYERS, *layers.ELEMENTS)}


def test_the_hosts_compiler_gives_the_bits_of_the_library(written):
    folder, arrays = written
    (folder / "main.c").write_text(layers.check_main(arrays, "main"))
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    sources = [folder / f"{name}.c" for name in arrays]
    subprocess.run(
        ["cc", *STRICT, *sanitizers, "main.c", *sources, "-o", "program"], cwd=folder, check=True
    )
    result = subprocess.run([folder / "program"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@needs_board
@pytest.mark.parametrize("core, flags", FORMS)
def test_a_board_gives_the_bits_of_the_library(written, tmp_path, core, flags):
    folder, arrays = written
    (tmp_path / "main.c").write_text(layers.check_main(arrays, "board_main"))
    sources = [tmp_path / "main.c", *(folder / f"{name}.c" for name in arrays)]
    report = machine.run(
        core,
        sources,
        tmp_path,
        flags=[f"-I{folder}", *STRICT, *flags],
        counts=False,
    )
    assert report.status == 0, report.output
