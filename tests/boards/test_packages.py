"""Packages for boards: what `weft compile --package` writes is what build systems and package
managers ask for, compiles for their processors, and computes what libweft does, on an emulated
board.

CMake files run with stand-ins for the SDKs, which are in no registry of packages that is used here.
"""

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import builds
import machine
import numpy
import pytest
import weft
from weft import cli, gluon, np
from weft._boards.layout import Text
from weft._boards.write import LAYOUTS
from weft.gluon import nn

URL = "https://example.org/packs"


def mlp() -> tuple[gluon.HybridBlock, np.ndarray]:
    net = nn.HybridSequential(nn.Dense(16, activation="tanh"), nn.Dense(3))
    net.initialize()
    return net, np.array(numpy.linspace(-1, 1, 4, dtype="float32").reshape(1, 4))


def int8() -> tuple[gluon.HybridBlock, np.ndarray]:
    net = nn.HybridSequential(
        nn.Conv2D(4, 3, strides=2, padding=1, activation="relu"),
        nn.Conv2D(4, 3, padding=1, groups=4, activation="relu"),
        nn.Flatten(),
        nn.Dense(3),
    )
    net.initialize(weft.init.Xavier())
    x = np.array(numpy.random.default_rng(0).normal(size=(4, 1, 8, 8)).astype("float32"))
    net.hybridize()
    net(x)
    return weft.quantize(net, x), x[:1]


NETWORKS = {"mlp": mlp, "int8": int8}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    """The networks, and one with a training step, as `.weft` files."""
    folder = tmp_path_factory.mktemp("networks")
    found = {}
    for name, make in NETWORKS.items():
        net, x = make()
        net.hybridize()
        net(x)
        found[name] = folder / f"{name}.weft"
        weft.export(found[name], forward=(net, x))
    net, x = mlp()
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss())
    found["learner"] = folder / "learner.weft"
    weft.export(found["learner"], train=(step, x, np.array([1])), forward=(net, x))
    return found


def made(layout: str, file: Path, folder: Path, *options: str) -> Path:
    """Packs a network; gives the package's folder."""
    command = ["compile", str(file), "--package", layout, "-o", str(folder), "--url", URL]
    assert cli.main([*command, *options]) == 0
    return folder / Text(LAYOUTS[layout].folder).substitute(name=file.stem, vendor="Weft")


@pytest.mark.skipif(bool(machine.missing_tools()), reason=machine.why_not())
@pytest.mark.parametrize(
    ("network", "options", "core"),
    [
        ("mlp", [], "m4"),
        ("int8", ["--ports-in-arena"], "m4"),
        ("int8", [], "m55"),
        ("learner", ["--train", "*"], "m3"),
    ],
)
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_the_example_gives_the_librarys_results_on_a_board(
    layout, network, options, core, files, tmp_path, capfd
):
    package = made(layout, files[network], tmp_path, *options)
    build = builds.BUILDS[layout](package, tmp_path)
    report = machine.run(core, build.sources, tmp_path, flags=build.options, counts=False)
    assert f"{network}: as libweft" in report.output, report.output
    assert report.status == 0


# What a C file of a package is compiled with for a board of each kind. Debian has these compilers.
PROCESSORS = {
    "arduino-avr": ("avr-gcc", ["-mmcu=atmega2560", "-Os"]),
    "esp-idf-riscv": (
        "riscv64-unknown-elf-gcc",
        ["-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs", "-Os"],
    ),
    "esp-idf-xtensa": (
        "xtensa-lx106-elf-gcc",
        ["-Os", "--specs=/usr/lib/xtensa-lx106-elf/picolibc.specs"],
    ),
    "zephyr-m0": ("arm-none-eabi-gcc", ["-mcpu=cortex-m0", "-Os"]),
    "platformio-m7": ("arm-none-eabi-gcc", ["-mcpu=cortex-m7", "-mfloat-abi=hard", "-O3"]),
    "platformio-native": ("cc", ["-O2"]),
}


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("processor", PROCESSORS)
def test_the_c_compiles_for_processors_of_boards(processor, network, files, tmp_path, capfd):
    compiler, flags = PROCESSORS[processor]
    if shutil.which(compiler) is None:
        pytest.skip(f"not run: {compiler} is not installed")
    layout = processor.rsplit("-", 1)[0]
    package = made(layout, files[network], tmp_path)
    sources = [path for path in package.rglob("*.c") if path.name != "main.c"]
    assert len(sources) == 2
    folders = {f"-I{path.parent}" for path in package.rglob("*.h")}
    for source in sources:
        command = [compiler, "-std=c99", "-Wall", "-Wextra", "-Werror", *flags, *sorted(folders)]
        done = subprocess.run(
            [*command, "-c", source, "-o", tmp_path / f"{source.stem}.o"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason=machine.why_not())
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_no_product_is_fused_where_the_build_fuses_by_itself(layout, files, tmp_path, capfd):
    package = made(layout, files["mlp"], tmp_path)
    flags = builds.BUILDS[layout](package, tmp_path).options
    (source,) = (package / LAYOUTS[layout].code).glob("*.c")
    # The C calls `fmaf` where it means it; a board without that instruction would call a function.
    text = re.sub(r"\bfmaf\b", "not_fused", source.read_text())
    product = tmp_path / "product.c"
    product.write_text(text + "\nfloat fused(float a, float b, float c) { return a * b + c; }\n")
    command = ["arm-none-eabi-gcc", "-O2", "-std=gnu11", "-mcpu=cortex-m7", "-mfloat-abi=hard"]
    command += [flag for flag in flags if flag.startswith(("-I", "-f"))]
    done = subprocess.run(
        [*command, "-mfpu=fpv5-d16", "-w", "-S", product, "-o", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "vmul" in done.stdout
    assert not re.search(r"vfn?m[as]", done.stdout)


def test_arduinos_properties_are_those_of_its_specification(files, tmp_path, capfd):
    package = made("arduino", files["mlp"], tmp_path, "--package-version", "2.3.4")
    lines = (package / "library.properties").read_text().splitlines()
    properties = dict(line.split("=", 1) for line in lines)
    wanted = {"name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url"}
    assert wanted <= properties.keys()
    assert all(properties.values())
    assert properties["version"] == "2.3.4"
    assert properties["category"] == "Data Processing"
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}", properties["name"])
    assert package.name == properties["name"]
    for example in (package / "examples").iterdir():
        assert (example / f"{example.name}.ino").is_file()


def test_a_pack_has_one_description_and_every_file_that_it_names(files, tmp_path, capfd):
    package = made("cmsis-pack", files["int8"], tmp_path, "--vendor", "Weft")
    with zipfile.ZipFile(tmp_path / "Weft.int8.1.0.0.pack") as pack:
        names = set(pack.namelist())
        assert [name for name in names if name.endswith(".pdsc")] == ["Weft.int8.pdsc"]
        root = ElementTree.fromstring(pack.read("Weft.int8.pdsc"))
    # The schema's order, and what it and the checker of packs require.
    order = ["vendor", "name", "description", "url", "releases", "keywords", "conditions"]
    assert [child.tag for child in root] == [*order, "components"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", root.get("schemaVersion"))
    (release,) = root.iter("release")
    (component,) = root.iter("component")
    assert release.get("version") == component.get("Cversion") == "1.0.0"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", release.get("date"))
    assert component.get("condition") in {c.get("id") for c in root.iter("condition")}
    assert {"Cclass", "Cgroup", "Cversion"} <= component.attrib.keys()
    for file in root.iter("file"):
        name = file.get("name")
        assert name in names or any(other.startswith(name) for other in names)
        assert "\\" not in name
    assert names == {
        path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()
    }


def test_the_same_network_gives_the_same_pack(files, tmp_path, capfd):
    bytes_of = []
    for folder in ("a", "b"):
        made("cmsis-pack", files["mlp"], tmp_path / folder)
        bytes_of.append((tmp_path / folder / "Weft.mlp.1.0.0.pack").read_bytes())
    assert bytes_of[0] == bytes_of[1]


def test_platformio_takes_the_library(files, tmp_path, capfd):
    package = made("platformio", files["mlp"], tmp_path)
    library = json.loads((package / "library.json").read_text())
    for file in library["examples"][0]["files"]:
        assert (package / library["examples"][0]["base"] / file).is_file()
    schema = pytest.importorskip(
        "platformio.package.manifest.schema", reason="not run: platformio is not installed"
    )
    schema.ManifestSchema().load_manifest(
        pytest.importorskip("platformio.package.manifest.parser")
        .ManifestParserFactory.new_from_file(str(package / "library.json"))
        .as_dict()
    )


def test_esp_idfs_manager_takes_both_manifests(files, tmp_path, capfd):
    package = made("esp-idf", files["mlp"], tmp_path)
    manager = pytest.importorskip(
        "idf_component_tools.manager", reason="not run: idf-component-manager is not installed"
    )
    manifest = manager.ManifestManager(str(package), "mlp").load()
    assert (str(manifest.version), manifest.url) == ("1.0.0", URL)
    main = manager.ManifestManager(str(package / "examples/check/main"), "main").load()
    assert [requirement.name for requirement in main.requirements] == ["mlp"]


def test_zephyrs_kconfig_reads_the_options(files, tmp_path, capfd):
    package = made("zephyr", files["mlp"], tmp_path)
    kconfiglib = pytest.importorskip("kconfiglib", reason="not run: kconfiglib is not installed")
    top = tmp_path / "Kconfig"
    module = package / "zephyr/Kconfig"
    top.write_text(f'config FPU\n\tbool "FPU"\n\nsource "{module}"\n')
    options = kconfiglib.Kconfig(str(top))
    options.syms["WEFT_MLP"].set_value(2)
    assert options.syms["FPU"].str_value == "y"
    assert options.syms["WEFT_MLP_NO_STATIC_ARENA"].str_value == "n"
    assert not options.warnings


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--package-version", "1.0"], "three numbers, such as 1.0.0; got '1.0'"),
        (["--vendor", "My Firm"], "the vendor must be letters"),
        (["--url", "ftp://a"], "must begin with http:// or https://; got 'ftp://a'"),
        (["--url", ""], "a CMSIS-Pack needs the URL"),
    ],
)
def test_names_that_package_managers_refuse_are_errors(options, said, files, tmp_path, capsys):
    command = ["compile", str(files["mlp"]), "--package", "cmsis-pack", "-o", str(tmp_path)]
    assert cli.main([*command, "--url", URL, *options]) == 1
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_cmsis_nn_is_asked_for_where_packages_can_ask(files, tmp_path, capsys):
    options = ["--cmsis-nn", "dsp"]
    pack = made("cmsis-pack", files["int8"], tmp_path, *options)
    assert 'Cgroup="NN Lib"' in (pack / "Weft.int8.pdsc").read_text()
    module = made("zephyr", files["int8"], tmp_path, *options)
    assert "depends on CMSIS_NN" in (module / "zephyr/Kconfig").read_text()
    command = ["compile", str(files["int8"]), "--package", "arduino", "-o", str(tmp_path)]
    assert cli.main([*command, *options]) == 1
    assert "cmsis-pack, zephyr have" in capsys.readouterr().err
