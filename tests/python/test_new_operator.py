"""One file more in a folder of operators, and the operator is everywhere: as a Python function with
docstring and stub, in reflection, and in the registry suite."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.full

NAMES = ("throwaway_hypot", "throwaway_product")


@pytest.fixture(scope="module")
def extended(root, tmp_path_factory):
    """The environment of a build that has the operators of tests/operators too."""
    build = tmp_path_factory.mktemp("extended")
    configure = ["cmake", "-G", "Ninja", "-S", root, "-B", build, "-DWEFT_BUILD_PYTHON=ON"]
    configure += ["-DWEFT_BUILD_TESTS=OFF", f"-DWEFT_EXTRA_OPERATORS={root / 'tests/operators'}"]
    configure += [f"-DPython_EXECUTABLE={sys.executable}"]
    subprocess.run(configure, check=True)
    subprocess.run(["cmake", "--build", build, "-j", str(os.cpu_count() or 2)], check=True)
    return {**os.environ, "PYTHONPATH": str(build / "python"), "WEFT_BUILD_DIR": str(build)}


def output_of(environment, code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("name", NAMES)
def test_the_operator_is_a_function_with_a_docstring(extended, name):
    code = f"from weft import np, npx; f = npx.{name}; print(f(np.array([3.0]), np.array([4.0])))"
    assert output_of(extended, code).strip().startswith("[")
    assert "element by element." in output_of(
        extended, f"from weft import npx; print(npx.{name}.__doc__)"
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_operator_is_in_the_generated_stub(extended, name):
    stub = output_of(extended, "from weft import _stubgen; print(_stubgen.text('npx'))")
    assert f"def {name}(a: ArrayLike, b: ArrayLike" in stub


@pytest.mark.parametrize("name", NAMES)
def test_the_operator_passes_the_registry_suite(extended, root, name):
    command = [sys.executable, "-m", "pytest", "-q", "tests/ops"]
    chosen = {**extended, "WEFT_TEST_OPERATORS": name}
    done = subprocess.run(command, env=chosen, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
