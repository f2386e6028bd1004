"""The command `weft`: what it prints, and what it does without."""

import re
import shutil
import subprocess
import sys

import outside_operators
import pytest
from weft import gluon, np, npx
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


def small_model(path, dynamic=False):
    net = gluon.nn.HybridSequential(
        gluon.nn.Conv2D(16, 3, in_channels=3, activation="relu"),
        gluon.nn.Flatten(),
        gluon.nn.Dense(5),
    )
    net.initialize()
    x = np.ones((2, 3, 6, 6))
    net(x)
    if dynamic:
        net.export(path, x, dynamic={0: {0: "batch"}})
    else:
        net.export(path, x)
    return net


def test_info_tells_operators_multiply_adds_and_memory(tmp_path, capsys):
    small_model(tmp_path / "net.weft")
    assert cli.main(["info", str(tmp_path / "net.weft")]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"operators: .*\bconvolution_image\b", printed)
    # Two images of 4 x 4 pixels of 16 channels of 27 products, then 256 by 5.
    assert f"multiply-adds: {2 * (16 * 16 * 27 + 256 * 5):,}\n" in printed
    assert re.search(r"arena: [\d,]+ bytes, with [\d,]+ bytes of prepared weights; ", printed)


def test_ops_lists_what_passes_write_too(tmp_path, capsys):
    small_model(tmp_path / "net.weft")
    assert cli.main(["ops", str(tmp_path / "net.weft")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "# What a runtime-only build needs to run net.weft."
    assert lines[1:] == sorted(set(lines[1:]))
    assert {"operator convolution_image", "operator convolution_blocked", "operator copy",
            "formula relu", "dtype float32"} <= set(lines)  # fmt: skip
    assert "operator exp" not in lines
    assert "part winograd" not in lines


@pytest.mark.parametrize("command", ["info", "ops"])
def test_a_file_that_is_none_is_an_error(command, tmp_path, capsys):
    (tmp_path / "no.weft").write_bytes(b"nothing")
    assert cli.main([command, str(tmp_path / "no.weft")]) == 1
    assert capsys.readouterr().err.startswith("weft: load: ")


def test_a_reader_that_goes_away_is_no_error_with_a_trace(root):
    path = root / "tests" / "models" / "format1.weft"
    script = "import sys; from weft import cli; sys.exit(cli.main(sys.argv[1:]))"
    command = f'"{sys.executable}" -c "{script}" info "{path}" | true'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""


COMPLETES = """
source {script}
complete -p weft > /dev/null || exit 3
COMP_WORDS=({words}) COMP_CWORD={at}
function=$(complete -p weft | sed 's/.*-F \\([^ ]*\\).*/\\1/')
$function weft "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD - 1]}}"
echo "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("weft con", {"convert"}),
        ("weft compile --cmsis", {"--cmsis-nn"}),
        ("weft compile --cmsis-nn ", {"any", "dsp", "helium"}),
        ("weft completion ", {"bash", "fish", "zsh"}),
    ],
)
def test_bash_completes_commands_options_and_choices(words, completed, tmp_path, capsys):
    pytest.importorskip("shtab", reason="not run: shtab is not installed")
    assert cli.main(["completion", "bash"]) == 0
    script = tmp_path / "weft.bash"
    script.write_text(capsys.readouterr().out)
    listed = words.split(" ")
    quoted = " ".join(f"'{word}'" for word in listed)
    text = COMPLETES.format(script=script, words=quoted, at=len(listed) - 1)
    shell = subprocess.run(["bash", "-c", text], check=True, capture_output=True, text=True)
    assert set(shell.stdout.split()) >= completed
    assert "Traceback" not in shell.stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_read_their_scripts(shell, tmp_path, capsys):
    pytest.importorskip("shtab", reason="not run: shtab is not installed")
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for command in ("convert", "compile", "benchmark", "completion"):
        assert command in script
    path = tmp_path / "script"
    path.write_text(script)
    if shutil.which(shell):
        subprocess.run([shell, "-n", str(path)], check=True)


def test_completion_without_shtab_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert cli.main(["completion", "zsh"]) == 1
    assert "pip install 'shtab" in capsys.readouterr().err


def test_a_shell_that_there_is_not_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        cli.main(["completion", "bas"])
    assert "'bash', 'zsh', 'fish'" in capsys.readouterr().err.replace(
        "bash, zsh, fish", "'bash', 'zsh', 'fish'"
    )
