"""Does the registry suite notice errors in operators? Puts each of mutants.txt in and sees it fail.

    python tests/mutation/run.py --build build [--jobs 2] [operator ...]

A mutant is one replacement in one source file. A copy of that file is compiled as the build does it
and linked with the build's other object files into a library of its own; the suite runs on that
library, with the mutant's operators alone, and some test has to fail. Before that all mutants have
to fit the sources, and the unchanged object files, linked and loaded the same way, have to pass.
The sources and the build stay as they are.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSED, FAILED = 0, 1  # what pytest returns; any other number is no answer
MOST_SECONDS = 300  # for the tests of one mutant: an error may make a loop endless


class UnusableError(Exception):
    """The mutant says nothing of the suite: its text is not there, or it does not compile."""


@dataclass(frozen=True)
class Mutant:
    """One line of mutants.txt."""

    file: str
    source: str  # what is compiled: the file, or one that includes it
    operators: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.operators}: {self.old!r} → {self.new!r}"


def read_mutants() -> list[Mutant]:
    mutants, file, source = [], "", ""
    for line in (Path(__file__).parent / "mutants.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            file, _, source = line.strip("[]").partition(" in ")
        elif line and not line.startswith("#"):
            operators, _, texts = line.partition(": ")
            old, _, new = texts.replace("\\n", "\n").partition(" =>")
            texts = old, new.removeprefix(" ")
            mutants.append(Mutant(file, source or file, operators, *texts))
    return mutants


def run(command: list, **options) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise UnusableError(f"{command[0]} failed:\n{done.stdout}{done.stderr}"[:4000])
    return done.stdout


@dataclass
class Build:
    """An existing build, and the commands by which it makes its library."""

    folder: Path
    compilations: dict[str, list[dict]]  # by source file; kernels have one for each instruction set
    link: list[str]

    @classmethod
    def read(cls, folder: Path) -> "Build":
        compilations: dict[str, list[dict]] = {}
        for entry in json.loads((folder / "compile_commands.json").read_text("utf-8")):
            if "weft_core_tests" not in entry["output"]:
                compilations.setdefault(entry["file"], []).append(entry)
        library = (folder / "lib" / "libweft.so").resolve().relative_to(folder)
        command = run(["ninja", "-C", folder, "-t", "commands", "-s", library]).splitlines()[-1]
        return cls(
            folder, compilations, [word for word in shlex.split(command) if word[0] not in ":&"]
        )

    def compile(self, source: str, into: Path) -> tuple[str, Path]:
        """The object file to replace, and the one to put in its place. What lies in `into` is found
        before what has the same path in core/."""
        entries = self.compilations[str(ROOT / "core" / source)]
        [entry] = [e for e in entries if len(entries) == 1 or "weft_isa_generic" in e["output"]]
        old = os.path.relpath(entry["output"], self.folder)
        new = into / "mutant.o"
        compiler, *words = shlex.split(entry["command"])
        words[words.index("-o") + 1] = str(new)
        if (into / source).exists():
            words[words.index("-c") + 1] = str(into / source)
        # Faster to compile; the code around the error may no longer be used.
        run([compiler, f"-I{into}", *words, "-O1", "-w"], cwd=self.folder)
        return old, new

    def stage(self, into: Path, replace: dict[str, Path]) -> None:
        """A package weft/ in `into` with a library that has other object files in some places."""
        words = [str(replace.get(word, word)) for word in self.link]
        package = into / "weft"
        (package / "lib").mkdir(parents=True)
        soname = next(word for word in words if "-soname" in word).split(",")[-1]
        words[words.index("-o") + 1] = str(package / "lib" / soname)
        run(words, cwd=self.folder)
        for entry in (self.folder / "python" / "weft").iterdir():
            if entry.name.startswith("_native.") and entry.suffix == ".so":
                shutil.copy(entry, package)  # finds the library beside itself
            elif entry.name != "lib":
                (package / entry.name).symlink_to(entry.resolve())


def run_suite(staged: Path, operators: str, isa: str | None) -> tuple[int, str]:
    """What pytest returns, and its output."""
    environment = {**os.environ, "PYTHONPATH": str(staged), "WEFT_TEST_OPERATORS": operators}
    if isa:
        environment["WEFT_ISA"] = isa
    # Other instruction sets would only run the same error once more.
    ignored = "--ignore=tests/ops/test_instruction_sets.py"
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", ignored]
    try:
        done = subprocess.run(
            [*command, "tests/ops"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return FAILED, f"FAILED ::not-done-in-{MOST_SECONDS}-seconds"
    return done.returncode, done.stdout + done.stderr


def misfit(mutant: Mutant) -> str | None:
    """Why the mutant cannot be put into the sources; None if it can."""
    for file in (mutant.file, mutant.source):
        if not (ROOT / "core" / file).is_file():
            return f"core/{file} is not there"
    places = (ROOT / "core" / mutant.file).read_text("utf-8").count(mutant.old)
    if places != 1:
        return f"{places} places of core/{mutant.file} have the text"
    return "its two texts are the same" if mutant.old == mutant.new else None


def try_out(build: Build, mutant: Mutant) -> tuple[str, str]:
    """`noticed`, `SURVIVED` or `UNUSABLE`, and by which test or why."""
    with tempfile.TemporaryDirectory(prefix="mutant-", dir=build.folder) as name:
        place = Path(name)
        copy = place / mutant.file
        copy.parent.mkdir(parents=True)
        try:
            text = (ROOT / "core" / mutant.file).read_text("utf-8")
            copy.write_text(text.replace(mutant.old, mutant.new), "utf-8")
            old, new = build.compile(mutant.source, place)
            build.stage(place, {old: new})
        except UnusableError as error:
            return "UNUSABLE", str(error)
        code, output = run_suite(place, mutant.operators, "generic" if ".isa." in old else None)
    if code == PASSED:
        return "SURVIVED", ""
    found = re.search(r"^FAILED .*?::(.+?)(?: - .*)?$", output, re.MULTILINE)
    if code == FAILED and found:
        return "noticed", found[1]
    if code < 0:
        return "noticed", f"ended by signal {-code}"
    return "UNUSABLE", output[-2000:]


def control(build: Build, mutants: list[Mutant]) -> bool:
    """Does the suite pass, for the same operators, on a library that is staged but not mutated?"""
    operators = " ".join(sorted({name for m in mutants for name in m.operators.split()}))
    with tempfile.TemporaryDirectory(prefix="mutant-", dir=build.folder) as name:
        build.stage(Path(name), {})
        for isa in (None, "generic"):
            code, output = run_suite(Path(name), operators, isa)
            if code != PASSED:
                print(output[-4000:], "\nthe suite fails without a mutant", sep="")
                return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="a folder with a build")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="mutants at a time")
    parser.add_argument("operators", nargs="*", help="only mutants of these operators")
    arguments = parser.parse_args()
    wanted = set(arguments.operators)
    mutants = [m for m in read_mutants() if not wanted or wanted & set(m.operators.split())]
    misfits = [(mutant, reason) for mutant in mutants if (reason := misfit(mutant))]
    for mutant, reason in misfits:
        print(f"UNUSABLE  {mutant}\n          {reason}")
    if misfits:
        return 1
    build = Build.read(arguments.build.resolve())
    start = time.monotonic()
    if not control(build, mutants):
        return 1
    counts = {"noticed": 0, "SURVIVED": 0, "UNUSABLE": 0}
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = pool.map(lambda mutant: try_out(build, mutant), mutants)
        for mutant, (verdict, reason) in zip(mutants, results, strict=True):
            counts[verdict] += 1
            print(f"{verdict:8}  {mutant}\n          {reason}", flush=True)
    seconds = time.monotonic() - start
    print(
        ", ".join(f"{count} {verdict}" for verdict, count in counts.items()), f"in {seconds:.0f} s"
    )
    return 0 if counts["noticed"] == len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
