"""A runtime-only library with the operators of given models only, as a host without exceptions and
type information links it."""

import os
import shutil
import subprocess

import pytest
import weft
from weft import gluon, np, runtime

# Prints the number of threads of the process and the first output.
HOST = r"""
#include <stdio.h>
#include <string.h>
#include <weft/weft.h>
int main(int argc, char** argv) {
  weft_model model;
  weft_context context;
  static float image[3 * 8 * 8];
  const void* scores;
  char line[256];
  if (argc != 2) return 2;
  if (weft_model_load(argv[1], &model) ||
      weft_context_create(model, "forward", nullptr, 0, &context) ||
      weft_context_bind_input(context, 0, image, sizeof image) || weft_context_run(context) ||
      weft_context_output_data(context, 0, &scores)) {
    puts(weft_last_error());
    return 1;
  }
  FILE* status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status))
    if (!strncmp(line, "Threads:", 8)) fputs(line, stdout);
  for (int i = 0; i < 4; ++i) printf("%.9g\n", static_cast<const float*>(scores)[i]);
  weft_context_release(context);
  weft_model_release(model);
}
"""
# What the library takes, stripped, for the small network below, with one instruction set: for its
# file as it was traced, and packed. It grows when something ties what is left out to what is kept.
MOST_BYTES = {"kept": 1_000_000, "packed": 450_000}


def run(*command, fails=False, **environment):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert fails == bool(done.returncode), f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    x, nets = np.zeros((1, 3, 8, 8)), {}
    for name, activation in (("kept", "relu"), ("other", "tanh")):
        net = gluon.nn.HybridSequential(
            gluon.nn.Conv2D(16, 3, in_channels=3, activation=activation),
            gluon.nn.LeakyReLU(0.1),  # has a scalar, which is of another dtype
            gluon.nn.GlobalAvgPool2D(),
            gluon.nn.Dense(4, in_units=16),
        )
        net.initialize()
        net[3].bias.set_data(np.array([1.0, -2.0, 0.5, 3.0]))
        net.export(folder / f"{name}.weft", x)
        nets[name] = net
    net.export(folder / "other_packed.weft", x, pack=True)
    shutil.copy(folder / "kept.weft", folder / "packed.weft")
    runtime.pack(folder / "packed.weft")
    pooled = gluon.nn.HybridSequential(
        gluon.nn.Conv2D(16, 3, in_channels=3), gluon.nn.GlobalMaxPool2D()
    )
    pooled.initialize()
    pooled.export(folder / "pooled.weft", x, pack=True)
    last = np.zeros(x.shape)

    @weft.hybridize
    def remembering(x):
        last[...] = x
        return nets["kept"](x)

    weft.export(folder / "state.weft", forward=(remembering, x), pack=True)
    nets["kept"].export(folder / "batch.weft", np.zeros((4, 3, 320, 320)), pack=True)
    for name in MOST_BYTES:
        (folder / f"{name}.txt").write_text(runtime.operators(folder / f"{name}.weft"))
    return folder


@pytest.fixture(scope="module", params=list(MOST_BYTES))
def build(root, models, cmake, tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("build") / request.param
    run(
        *(cmake, "-G", "Ninja", "-S", root, "-B", folder, "-DWEFT_RUNTIME_ONLY=ON"),
        *("-DWEFT_BUILD_TESTS=OFF", "-DWEFT_THREADS=OFF", "-DWEFT_ISAS=generic"),
        f"-DWEFT_OPS={models / request.param}.txt",
    )
    run(cmake, "--build", folder)
    return folder


@pytest.fixture(scope="module")
def hosts(root, build):
    """The same program over the shared library and over the archive."""
    source = build / "host.cpp"
    source.write_text(HOST)
    command = ["c++", "-fno-exceptions", "-fno-rtti", source, f"-I{root}/bindings_c/include"]
    library = build / "lib"
    run(*command, "-o", build / "shared", f"-L{library}", f"-Wl,-rpath,{library}", "-lweft")
    run(*command, "-o", build / "static", library / "libweft.a", "-pthread")
    return [build / "shared", build / "static"]


@pytest.mark.full
def test_a_library_of_few_operators_runs_what_it_was_made_for(models, build, hosts):
    for host in hosts:
        printed = run(host, models / f"{build.name}.weft").split()
        assert printed[:2] == ["Threads:", "1"]
        assert printed[2:] == ["1", "-2", "0.5", "3"]


@pytest.mark.full
def test_a_model_that_needs_more_is_refused_by_the_operators_name(models, build, hosts):
    other = {"kept": "other.weft", "packed": "other_packed.weft"}[build.name]
    for host in hosts:
        printed = run(host, models / other, fails=True)
        assert "operator `tanh` is unknown to this build of Weft" in printed
        assert "WEFT_OPS" in printed


MISSING = {
    "pooled.weft": "`pool_type` max is not in this build of Weft",
    "state.weft": "states or random numbers",
    "batch.weft": "a batch in parts",
}


@pytest.mark.full
@pytest.mark.parametrize(("model", "what"), MISSING.items(), ids=MISSING)
def test_what_no_given_model_has_is_refused(models, build, hosts, model, what):
    for host in hosts:
        printed = run(host, models / model, fails=True)
        assert what in printed
        assert "WEFT_OPS" in printed


@pytest.mark.full
def test_a_library_for_packed_files_says_how_to_make_one(models, build, hosts):
    for host in hosts:
        printed = run(host, models / "kept.weft", fails=build.name == "packed")
        assert ("weft pack" in printed) == (build.name == "packed")


@pytest.mark.full
def test_what_is_left_out_takes_no_bytes(build, tmp_path, find_tool):
    run(find_tool("strip"), "-o", tmp_path / "stripped.so", build / "lib" / "libweft.so")
    size = (tmp_path / "stripped.so").stat().st_size
    assert size <= MOST_BYTES[build.name], size
    symbols = run(find_tool("nm"), "-C", build / "lib" / "libweft.so")
    for absent in ("attention", "softmax", "sort", "einsum"):
        assert f"kernels::generic::{absent}" not in symbols
        assert f"define_{absent}(" not in symbols


@pytest.mark.full
def test_a_list_of_another_release_is_refused(root, cmake, tmp_path):
    keep = tmp_path / "keep.txt"
    keep.write_text("operator no_such_operator\n")
    run(
        *(cmake, "-G", "Ninja", "-S", root, "-B", tmp_path / "build", "-DWEFT_RUNTIME_ONLY=ON"),
        *("-DWEFT_BUILD_TESTS=OFF", f"-DWEFT_OPS={keep}"),
    )
    done = subprocess.run(
        [cmake, "--build", tmp_path / "build", "--target", "weft_generated"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode
    assert "there is no operator no_such_operator" in done.stdout + done.stderr
