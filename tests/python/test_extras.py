"""Packages that only some programs need: pages and messages name what installs them, and never
the name `weft` on the index, which is another project's."""

import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest
from weft._base.packages import installing, package

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
_WRONG = re.compile(
    r"pip3? install[^\n`#]*(?<![/\w.-])['\"]?weft(\[|['\"`\s]|$)|[`'\"]weft\[[a-z,]+\]"
)


def _texts():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    names = listed.stdout.split() or [str(p.relative_to(ROOT)) for p in ROOT.rglob("docs/**/*.md")]
    for name in names:
        if name.endswith((".md", ".py", ".cpp", ".toml", ".h")) and name != "CHANGELOG.md":
            yield name, ROOT / name


def test_no_page_and_no_message_installs_weft_from_the_index():
    wrong = [
        f"{name}:{number}: {line.strip()}"
        for name, path in _texts()
        if path.is_file() and path.resolve() != Path(__file__).resolve()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if _WRONG.search(line)
    ]
    assert not wrong


@pytest.mark.parametrize("extra", sorted(EXTRAS))
def test_the_command_names_the_packages_of_an_extra(extra):
    assert installing(extra) == "pip install " + " ".join(f"'{one}'" for one in EXTRAS[extra])


def test_a_missing_package_is_named_with_its_command():
    with pytest.raises(ImportError, match=r"^here: it needs nothing_there: pip install 'onnx>"):
        package("here", "nothing_there", "onnx")


def test_a_net_of_caffe_without_protobuf_says_what_to_install(tmp_path):
    (tmp_path / "d.prototxt").write_text("layer {}")
    (tmp_path / "d.caffemodel").write_text("")
    code = """
        import sys
        class Hidden:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] == "google":
                    raise ModuleNotFoundError("No module named 'google'", name="google")
        sys.meta_path.insert(0, Hidden())
        from weft import cli
        sys.exit(cli.main(["convert", "d.prototxt"]))
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=tmp_path,
                         capture_output=True, text=True)  # fmt: skip
    assert run.returncode == 1
    assert "it needs protobuf: pip install 'protobuf>" in run.stderr, run.stderr
