"""What tests of generated C have in common: networks, compilers, programs."""

import os
import subprocess

import numpy
from weft import np

WARNINGS = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"]
FLAGS = [*WARNINGS, "-O1", "-ffp-contract=off"]
SANITIZED = [*FLAGS, "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def data(*shape, seed=0):
    return np.array(numpy.random.default_rng(seed).normal(size=shape).astype("float32"))


def filled(net, *inputs):
    """Initialized, with biases, factors and statistics of their own."""
    net.initialize()
    net(*inputs)
    generator = numpy.random.default_rng(1)
    for name, parameter in net.collect_params().items():
        if name.endswith(("gamma", "running_var")):
            parameter.set_data(np.array(generator.uniform(0.5, 1.5, parameter.shape), "float32"))
        elif name.endswith(("beta", "bias", "running_mean")):
            parameter.set_data(np.array(generator.normal(0, 0.2, parameter.shape), "float32"))
    return net


COMPILER = os.environ.get("CC", "cc")


def built(files, program, flags=FLAGS, compiler=COMPILER):
    sources = [str(file) for file in files if file.suffix == ".c"]
    made = subprocess.run(
        [compiler, *flags, "-o", str(program), *sources, "-lm"], capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr[:4000]
    return program


def run(program):
    done = subprocess.run([str(program)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr[:4000]
    return done.stdout
