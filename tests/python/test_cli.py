"""The command `weft`: what it prints, and what it does without."""

import subprocess
import sys

import outside_operators
import pytest
from weft import np, npx
from weft._core import native

cli = pytest.importorskip("weft.cli")


def test_version_is_that_of_the_file_version(root, capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"weft {(root / 'VERSION').read_text().strip()}\n"


def test_flags_come_in_one_line(capsys):
    assert cli.main(["--cflags", "--libs"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert "-I" in printed
    assert "-lweft" in printed


def test_without_arguments_it_prints_its_usage(capsys):
    assert cli.main([]) == 2
    assert "usage: weft" in capsys.readouterr().out


def test_it_imports_neither_numpy_nor_the_extension():
    script = (
        "import sys, weft.cli; "
        "sys.exit(any(name in sys.modules for name in ('numpy', 'weft._native')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_info_loads_the_library_that_a_file_needs(tmp_path, capsys):
    x = np.ones(3)
    path = tmp_path / "cube.weft"
    placeholders = native.trace_begin([(x.dtype, x.shape)])
    traced = native.trace_end([npx.outside_cube(placeholders[0])])
    native.save_model(str(path), [("forward", traced, ["x"], ["y"], [])], [])
    library = str(outside_operators.library_path("liboperators"))
    script = "import sys; from weft import cli; sys.exit(cli.main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "info", str(path)]
    missing = subprocess.run(command, capture_output=True, text=True, check=False)
    assert missing.returncode == 1
    assert "`liboperators.so`, which is not loaded" in missing.stderr
    done = subprocess.run(
        [*command, "--library", library], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "operator outside_cube of liboperators.so" in done.stdout
