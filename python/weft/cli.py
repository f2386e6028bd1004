"""The command `weft`: the version, and how to compile a program against this installation.

It imports neither NumPy nor the extension module, so it answers at once and also works where
the extension does not load. `weft info FILE` describes a model file, with `--html PAGE` also as a
page of its plans, `weft ops FILE` prints what a runtime-only library needs to run it, `weft pack
FILE` makes it start at once, `weft compile FILE` makes C of it. Four commands import both: `weft
profile SCRIPT` and `weft benchmark FILE` print where time goes; `weft convert FILE` makes a .weft
file of another framework's, or of a folder with config.json and weights; `weft train FILE` trains a
net of Caffe. `weft launch -n 4 SCRIPT` runs a program as several processes that train together.
`weft completion SHELL` prints what completes all of this in a shell.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from weft._base.writing import write_text
from weft._boards.write import LAYOUTS, facts, require_names, write_package
from weft._completion import add_completion, completion
from weft._measure import add_benchmark, add_profile, benchmark_file, profile_script
from weft._processes.arguments import add_launch
from weft._version import __version__

PREFIX = Path(__file__).absolute().parent


def cflags() -> str:
    """Compiler flags that find `weft/weft.h`."""
    return f"-I{PREFIX / 'include'}"


def libs() -> str:
    """Linker flags that find libweft, when linking and when the program starts."""
    folder = PREFIX / "lib"
    return f"-L{folder} -Wl,-rpath,{folder} -lweft"


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="weft", description="Weft, a deep-learning framework.")
    result.add_argument("--version", action="version", version=f"weft {__version__}")
    result.add_argument("--cflags", action="store_true", help="print the flags to compile with")
    result.add_argument("--libs", action="store_true", help="print the flags to link with")
    result.add_argument(
        "--prefix", action="store_true", help="print the folder of lib/, include/ and lib/cmake/"
    )
    commands = result.add_subparsers(dest="command", metavar="")
    info = commands.add_parser("info", help="describe a .weft file")
    add_file(info)
    info.add_argument(*("--batch", "-n"), type=int, help="figures for so many samples at a time")
    info.add_argument("--html", metavar="PAGE", help="also write a page with the plans' pictures")
    pack = commands.add_parser(
        "pack", help="keep weights and plans in a .weft file as they are run"
    )
    add_file(pack)
    pack.add_argument("--output", "-o", help="path of the packed file; the file itself by default")
    add_convert(
        commands.add_parser(
            "convert",
            help="make a .weft file of an .onnx, .pt2, .tflite, -symbol.json or .prototxt file, or "
            "of a folder",
        )
    )
    add_train(commands.add_parser("train", help="train the net of a solver.prototxt of Caffe"))
    add_launch(commands.add_parser("launch", help="run a program as processes that train together"))
    ops = commands.add_parser("ops", help="print what -DWEFT_OPS needs to run a .weft file")
    ops.add_argument("file", help="path of the file")
    profile = commands.add_parser("profile", help="run a program and print where its time goes")
    add_profile(profile)
    benchmark = commands.add_parser("benchmark", help="time runs of a .weft file")
    add_file(benchmark)
    add_benchmark(benchmark, shape)
    add_compile(commands.add_parser("compile", help="make C of a .weft file, or what else runs it"))
    add_completion(
        commands.add_parser("completion", help="print a script that completes `weft` in a shell")
    )
    return result


def add_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", help="path of the file")
    command.add_argument(
        *("--library", "-l"),
        metavar="PATH",
        action="append",
        default=[],
        help="a library of operators that the file needs; may be given several times",
    )


def add_convert(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "file",
        help="path of the file: .onnx, .pt2, .tflite, -symbol.json of MXNet, .prototxt of Caffe, "
        "or a folder with config.json",
    )
    command.add_argument(
        "params",
        nargs="?",
        help="parameters of a -symbol.json, the only ones of its name beside it by default; or the "
        ".caffemodel of a .prototxt",
    )
    command.add_argument(
        *("--output", "-o"), help="path of the .weft file; the file's own with .weft by default"
    )
    command.add_argument(
        "--shape",
        metavar="NAME=N,N,…",
        type=shape,
        action="append",
        default=[],
        help="shape of an input whose extents the file leaves open; without it they stay open",
    )
    command.add_argument(
        "--constant",
        metavar="NAME=VALUE",
        type=constant,
        action="append",
        default=[],
        help="a number that an input of an .onnx file always has, such as sr=16000; it is no input "
        "of the .weft file then",
    )
    command.add_argument(
        "--generate",
        metavar="N",
        type=int,
        help="of a folder's network that writes text, make a file that generates one text, with "
        "room for N tokens: entry points `prompt` and `step`, or `encode` and `step` of an "
        "encoder–decoder, whose input `--shape inputs=1,S` makes S tokens long",
    )
    command.add_argument(
        "--int8",
        action="store_true",
        help="compute with the integers of a quantized .onnx file, instead of as it is written",
    )
    command.add_argument(
        "--pack", action="store_true", help="keep weights and plans as they are run"
    )


def add_train(command: argparse.ArgumentParser) -> None:
    command.add_argument("solver", help="path of the solver.prototxt")
    command.add_argument(
        "--weights",
        metavar="PATH",
        action="append",
        help="a .caffemodel to begin with, by the names of layers; may be given several times",
    )
    command.add_argument("--snapshot", metavar="PATH", help="a .solverstate to go on from")
    command.add_argument(
        *("--output", "-o"),
        metavar="PATH",
        help="a .weft file for the trained net, without labels and losses",
    )


def add_compile(command: argparse.ArgumentParser) -> None:
    add_file(command)
    command.add_argument(
        "--target",
        choices=["c", "wasm"],
        default="c",
        help="c: C99 that needs no library; wasm: a module for browsers and Node of that C, with a "
        "loader in JavaScript and its types",
    )
    command.add_argument(
        *("--output", "-o"), metavar="DIR", default=".", help="folder of the files; made if needed"
    )
    command.add_argument(
        "--name", help="of the files and functions, a C identifier; the file's name by default"
    )
    command.add_argument("--entry", default="forward", help="entry point; `forward` by default")
    command.add_argument(
        "--main", action="store_true", help="also a main that checks one run against libweft"
    )
    add_package(command)
    command.add_argument(
        "--ports-in-arena",
        action="store_true",
        help="inputs and outputs share the arena's bytes, instead of being the caller's arrays",
    )
    command.add_argument(
        "--feed-rows",
        action="store_true",
        help="the C takes its input, an int8 image, some rows at a time: it never lies in memory "
        "whole",
    )
    command.add_argument(
        "--cmsis-nn",
        choices=["any", "dsp", "helium"],
        nargs="?",
        const="any",
        help="call Arm's CMSIS-NN where it has the operator; the arena has what that takes on any "
        "core, on those with DSP instructions or none, or on those with Helium",
    )
    command.add_argument(
        "--batch",
        metavar="N",
        type=int,
        default=0,
        help="samples of a call; by default those of the file, or 1 where it takes any number",
    )
    command.add_argument(
        "--memory",
        metavar="BYTES",
        type=size,
        default=0,
        help="most that the arena may have, with --train arena and state: 20480, 20KB or 1MB",
    )
    command.add_argument(
        "--train",
        metavar="NAMES",
        nargs="?",
        const="*",
        help="also a training step for parameters, all or those named: '2.weight,*.bias', 'last:2'",
    )
    command.add_argument(
        "--train-entry", metavar="ENTRY", default="train", help="of the step; `train` by default"
    )


def add_package(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--package",
        choices=sorted(LAYOUTS),
        help="lay the C out as a library for boards, with an example that checks one run",
    )
    command.add_argument(
        "--package-version",
        metavar="VERSION",
        default="1.0.0",
        help="of the package, three numbers; 1.0.0 by default",
    )
    command.add_argument("--vendor", default="Weft", help="whose package it is; Weft by default")
    command.add_argument("--url", default="", help="where the package can be had")


def shape(text: str) -> tuple[str, tuple[int, ...]]:
    """An input's name and extents: image=1,3,224,224."""
    match = re.fullmatch(r"(.+)=(\d*(?:,\d+)*)", text.strip())
    if not match:
        raise argparse.ArgumentTypeError(
            f"a name and extents are expected, such as image=1,3,224,224; got {text}"
        )
    return match[1], tuple(int(extent) for extent in match[2].split(",") if extent)


def constant(text: str) -> tuple[str, int | float]:
    """An input's name and value: sr=16000."""
    name, _, value = text.strip().rpartition("=")
    try:
        number: int | float = float(value) if re.search(r"[.eEn]", value) else int(value)
    except ValueError:
        name = ""
    if not name:
        raise argparse.ArgumentTypeError(
            f"a name and a number are expected, such as sr=16000; got {text}"
        )
    return name, number


def size(text: str) -> int:
    """Bytes: 20480, 20KB, 1.5MB; units are of 1024."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(B|KB|KiB|MB|MiB)?", text.strip())
    if not match:
        raise argparse.ArgumentTypeError(f"a number of bytes is expected, such as 20KB; got {text}")
    return int(float(match[1]) * {"K": 1 << 10, "M": 1 << 20}.get((match[2] or "B")[0], 1))


def failed(error: BaseException) -> int:
    """Says what was wrong; further lines are indented, so that none looks like one of its own."""
    print("weft: " + "\n    ".join(str(error).split("\n")), file=sys.stderr)
    return 1


def describe(path: str, libraries: list[str], batch: int | None, page: str | None) -> int:
    """Prints what a model file holds, and writes `page` if one is asked for; returns the exit
    status."""
    from weft import Error, runtime

    try:
        for library in libraries:
            runtime.load_library(library)
        model = runtime.Model(path)
        print(model.text, model.figures(batch), sep="\n", end="")
        if page:
            write_page(model.plans(batch), page, Path(path).name)
    except BrokenPipeError:
        raise  # the reader of what is printed; `main` ends quietly
    except (Error, OSError) as error:
        return failed(error)
    return 0


def write_page(plans: dict[str, Any], path: str, title: str) -> None:
    """Writes the page of the plans of all entry points."""
    from weft._pages.plans import page_of

    named = [(f"entry {name}", plan["forward"], None) for name, plan in plans.items()]
    write_text(path, page_of(named, title), "info")


def list_operators(path: str) -> int:
    """Prints the operators that a model file needs; returns the exit status."""
    from weft import Error, runtime

    try:
        print(runtime.operators(path), end="")
    except Error as error:
        return failed(error)
    return 0


def pack_file(path: str, libraries: list[str], output: str | None) -> int:
    """Packs a model file; returns the exit status."""
    from weft import Error, runtime

    try:
        for library in libraries:
            runtime.load_library(library)
        if output:
            shutil.copyfile(path, output)
        runtime.pack(output or path)
    except (Error, OSError) as error:
        return failed(error)
    return 0


def convert_file(options: argparse.Namespace) -> int:
    """Converts a foreign file and prints the new one's path; returns the exit status."""
    import warnings

    from weft import Error
    from weft._convert import convert

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        try:
            path = convert(
                options.file,
                options.output,
                params=options.params,
                shapes=dict(options.shape),
                pack=options.pack,
                int8=options.int8,
                generate=options.generate,
                constants=dict(options.constant),
            )
        except (Error, ImportError, OSError) as error:
            return failed(error)
    for warning in told:
        print(f"weft: {warning.message}", file=sys.stderr)
    print(path)
    return 0


def train_net(options: argparse.Namespace) -> int:
    """Trains a net of Caffe and prints lines as Caffe does; returns the exit status."""
    from weft import Error
    from weft.caffe import train

    try:
        train(
            options.solver,
            weights=options.weights,
            snapshot=options.snapshot,
            output=options.output,
            log=print_line,
        )
    except (Error, ImportError, OSError) as error:
        return failed(error)
    except KeyboardInterrupt:
        print("weft: stopped", file=sys.stderr)
        return 130
    return 0


def print_line(text: str) -> None:
    """Prints a line at once, so that a log file can be watched."""
    print(text, flush=True)


def compile_file(options: argparse.Namespace) -> int:
    """Writes a model as C and prints the files' names; returns the exit status."""
    from weft import Error, runtime

    try:
        for library in options.library:
            runtime.load_library(library)
        if options.target == "wasm":
            return compile_to_wasm(options, name_of(options))
        files = packaged(options) if options.package else compiled(options, options.output)
    except (Error, OSError) as error:
        return failed(error)
    print("\n".join(map(str, files)))
    return 0


def name_of(options: argparse.Namespace) -> str:
    """That of files and functions."""
    return options.name or re.sub(r"\W", "_", Path(options.file).stem, flags=re.ASCII)


def compiled(options: argparse.Namespace, folder: str, main: bool = False) -> list[Path]:
    """Writes the C into a folder; gives the files."""
    from weft import runtime

    return runtime.Model(options.file).write_c(
        folder,
        options.entry,
        name=name_of(options),
        memory=options.memory,
        main=main or options.main,
        ports_in_arena=options.ports_in_arena,
        feed_rows=options.feed_rows,
        train=options.train,
        train_entry=options.train_entry,
        cmsis_nn=options.cmsis_nn,
        batch=options.batch,
    )


def packaged(options: argparse.Namespace) -> list[Path]:
    """Writes the C as a package for boards; gives the files."""
    said = (options.package_version, options.vendor, options.url, options.cmsis_nn is not None)
    require_names(options.package, *said)
    name = name_of(options)
    with tempfile.TemporaryDirectory() as made:
        compiled(options, made, main=True)
        header = (Path(made) / f"{name}.h").read_text("utf-8")
        known = facts(header, name, *said)
        return write_package(options.package, Path(made), Path(options.output), known)


def compile_to_wasm(options: argparse.Namespace, name: str) -> int:
    """Writes a model as a WebAssembly module with its loader; returns the exit status."""
    from weft import Error
    from weft._wasm import compile_module

    alone = {
        "--package": options.package,
        "--main": options.main,
        "--ports-in-arena": options.ports_in_arena,
        "--feed-rows": options.feed_rows,
        "--cmsis-nn": options.cmsis_nn,
    }
    if given := [flag for flag, value in alone.items() if value]:
        return failed(ValueError(f"{given[0]} is for --target c alone"))
    try:
        files = compile_module(
            options.file,
            options.output,
            name,
            entry=options.entry,
            memory=options.memory,
            train=options.train,
            train_entry=options.train_entry,
            batch=options.batch,
        )
    except (Error, OSError) as error:
        return failed(error)
    print("\n".join(map(str, files)))
    return 0


def measure(options: argparse.Namespace) -> int:
    """Profiles a program or times a file; returns the exit status."""
    from weft import Error

    try:
        return profile_script(options) if options.command == "profile" else benchmark_file(options)
    except (Error, ImportError, OSError) as error:
        return failed(error)


def print_completion(shell: str) -> int:
    """Prints a shell's script; returns the exit status."""
    try:
        print(completion(parser(), shell))
    except ImportError as error:
        return failed(error)
    return 0


def main(arguments: list[str] | None = None) -> int:
    try:
        status = run(parser().parse_args(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (`weft info FILE | head`). Python would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def run(options: argparse.Namespace) -> int:
    """Does what the command's arguments say; returns the exit status."""
    if options.command == "info":
        return describe(options.file, options.library, options.batch, options.html)
    if options.command == "ops":
        return list_operators(options.file)
    if options.command == "pack":
        return pack_file(options.file, options.library, options.output)
    if options.command == "convert":
        return convert_file(options)
    if options.command == "train":
        return train_net(options)
    if options.command == "compile":
        return compile_file(options)
    if options.command in ("profile", "benchmark"):
        return measure(options)
    if options.command == "launch":
        from weft._processes.launch import launch

        return launch(options)
    if options.command == "completion":
        return print_completion(options.shell)
    answers = []
    if options.prefix:
        answers.append(str(PREFIX))
    if options.cflags:
        answers.append(cflags())
    if options.libs:
        answers.append(libs())
    if not answers:
        parser().print_help()
        return 2
    print(" ".join(answers))
    return 0


__all__ = [
    "add_compile",
    "add_convert",
    "add_file",
    "add_package",
    "add_train",
    "cflags",
    "compile_file",
    "compile_to_wasm",
    "compiled",
    "convert_file",
    "describe",
    "failed",
    "libs",
    "list_operators",
    "main",
    "measure",
    "name_of",
    "pack_file",
    "packaged",
    "parser",
    "print_completion",
    "print_line",
    "run",
    "shape",
    "size",
    "train_net",
    "write_page",
]
__dir__ = __all__.copy


if __name__ == "__main__":
    sys.exit(main())
