"""`weft compile --cmsis-nn`: calls of CMSIS-NN give the bits of the library. What is called is the
stand-in of tests/cortexm/cmsis_nn, which holds arguments and scratch to the documentation."""

import re
import subprocess
from pathlib import Path

import layers
import machine
import networks
import pytest
import tiny
from weft import runtime

STAND_IN = Path(__file__).resolve().parent / "cmsis_nn"
WARNINGS = ["-O1", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", f"-I{STAND_IN}"]
SANITIZED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

# Sums in int32, groups, residuals in sums, images by planes, paddings that count or lie behind
# lines and places, long rows of softmax: not CMSIS-NN's.
OWN = {
    "windows_groups",
    "max_planes",
    "average_planes",
    "average_last",
    "average_same_counted",
    "windows_line",
    "depthwise_line",
    "pointwise_behind",
    "softmax_flat",
    "requantize_last",
    "requantize_planes",
    "requantize_all",
}
OWN |= {name for name in layers.LAYERS if name.startswith(("groups_", "depthwise_many"))}
OWN |= {name for name, layer in layers.LAYERS.items() if layer.residual or layer.sums}
# Sums that a shift to the left may take out of 32 bits: ours wrap, CMSIS-NN's are not defined.
WRAPS = {"dense_shift_left"}
NAMES = [*layers.LAYERS, *layers.ELEMENTS]


@pytest.fixture(scope="module", params=["any", "dsp", "helium"])
def written(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    arrays = {name: layers.write(name, folder, cmsis_nn=request.param) for name in NAMES}
    return request.param, folder, arrays


def calls(text):
    """Functions of CMSIS-NN that the C calls; declarations and sizes are none."""
    return re.findall(r"weft_done\((arm_\w+)\(|^  (arm_softmax_s8)\(", text, re.MULTILINE)


def test_what_cmsis_nn_has_is_called(written):
    _, folder, _ = written
    own = {name for name in NAMES if not calls((folder / f"{name}.c").read_text())}
    assert own - WRAPS == OWN


@pytest.mark.parametrize("standard", ["-std=c99", "-std=c11"])
def test_the_hosts_compiler_gives_the_bits_of_the_library(written, standard):
    cores, folder, arrays = written
    (folder / "main.c").write_text(layers.check_main(arrays, "main"))
    sources = [*(folder / f"{name}.c" for name in arrays), STAND_IN / "cmsis_nn.c"]
    flags = [standard, *WARNINGS, *SANITIZED]
    if cores != "dsp":
        flags.append("-DARM_MATH_MVEI")
    subprocess.run(["cc", *flags, "main.c", *sources, "-o", "program"], cwd=folder, check=True)
    result = subprocess.run([folder / "program"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.skipif(bool(machine.missing_tools()), reason=machine.why_not())
@pytest.mark.parametrize("core", ["m0", "m4", "m55"])
def test_a_board_gives_the_bits_of_the_library(written, tmp_path, core):
    cores, folder, arrays = written
    if (cores == "dsp") == (core == "m55"):
        pytest.skip("not run: scratch for other cores")
    (tmp_path / "main.c").write_text(layers.check_main(arrays, "board_main"))
    sources = [tmp_path / "main.c", *(folder / f"{name}.c" for name in arrays)]
    report = machine.run(
        core,
        [*sources, STAND_IN / "cmsis_nn.c"],
        tmp_path,
        flags=[f"-I{folder}", "-std=c99", *WARNINGS, "-DNDEBUG"],
        counts=False,
    )
    assert report.status == 0, report.output


def test_an_arena_for_dsp_is_not_taken_for_helium(tmp_path):
    layers.write("windows", tmp_path, cmsis_nn="dsp")
    made = subprocess.run(
        ["cc", *WARNINGS, "-D__ARM_FEATURE_MVE=1", "-c", "windows.c"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode != 0 and "no room for what CMSIS-NN takes" in made.stderr


def test_another_interface_is_refused_by_the_compiler(tmp_path):
    """As that of a version that has a further parameter behind the context."""
    layers.write("windows", tmp_path, cmsis_nn="any")
    text = (STAND_IN / "arm_nnfunctions.h").read_text()
    other, places = re.subn(
        r"(arm_convolve_wrapper_s8\(\s*)(const cmsis_nn_context\s?\*\s?)context,",
        r"\1\2context, \2weight_sums,",
        text,
    )
    assert places == 1
    (tmp_path / "arm_nnfunctions.h").write_text(other)
    for standard, said in (("-std=c11", "has other parameters than in"), ("-std=c99", "too few")):
        made = subprocess.run(
            ["cc", standard, "-c", "windows.c", "-I."],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode != 0 and said in made.stderr


def test_a_header_says_what_it_needs(tmp_path):
    layers.write("windows", tmp_path, cmsis_nn="helium")
    text = (tmp_path / "windows.h").read_text()
    assert "CMSIS-NN with the interface of arm_nnfunctions.h V.16.0.0" in text
    assert "for a core with Helium" in text
    layers.write("windows", tmp_path)
    assert (
        "CMSIS" not in (tmp_path / "windows.h").read_text() + (tmp_path / "windows.c").read_text()
    )


@pytest.mark.parametrize("given", ["", "m4", "DSP"])
def test_unknown_cores_are_refused(tmp_path, given):
    layers.write("dense", tmp_path)
    with pytest.raises(ValueError, match=r"`cmsis_nn` must be any, dsp or helium; got"):
        runtime.Model(tmp_path / "dense.weft").write_c(tmp_path, cmsis_nn=given)


def test_training_calls_no_cmsis_nn(tmp_path):
    layers.write("dense", tmp_path)
    with pytest.raises(NotImplementedError, match="`cmsis_nn` cannot be combined with `train`"):
        runtime.Model(tmp_path / "dense.weft").write_c(tmp_path, cmsis_nn="any", train="*")


@pytest.mark.skipif(bool(machine.missing_tools()), reason=machine.why_not())
@pytest.mark.parametrize("core", ["m4", "m55"])
@pytest.mark.parametrize(
    "options", [{}, {"memory": 40 << 10}, {"feed_rows": True}], ids=["whole", "bands", "fed"]
)
def test_a_network_runs_on_it_whole_and_by_bands(tmp_path, core, options):
    name = "visual_wake_words"
    module = tiny.NETWORKS[name]
    x = tiny.examples(module, 2)
    cores = "helium" if core == "m55" else "dsp"
    block = tiny.write(
        tiny.untrained(module, x),
        x,
        name,
        tmp_path,
        ports_in_arena=True,
        cmsis_nn=cores,
        **options,
    )
    given = tiny.as_integers(block, tiny.examples(module, 1, seed=2)).asnumpy()
    assert len(calls((tmp_path / f"{name}.c").read_text())) >= 28  # all layers of MobileNet
    flags = (f"-I{STAND_IN}",)  # with assertions
    sources = (STAND_IN / "cmsis_nn.c",)
    assert networks.run(name, tmp_path, core, given, flags, sources).differs == 0
