"""`python -m weft.distributed.build`: what it says where something is missing, what it keeps."""

import json
import os

import pytest
from weft.distributed import build


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "weft" / "collectives"


@pytest.mark.parametrize(
    "driver, compiler, words",
    [
        ("gloo", "c++ -nostdinc", "apt-get install libgloo-dev"),
        ("nccl", "c++ -nostdinc", "pip install nvidia-nccl-cu13"),
        ("gloo", "no-such-compiler", "apt-get install g++"),
    ],
)
def test_what_is_missing_says_in_a_line_what_to_install(cache, driver, compiler, words, capsys):
    assert build.main([driver, "--compiler", compiler]) == 1
    said = capsys.readouterr().err.strip()
    assert words in said
    assert "\n" not in said


def test_a_missing_mpi_says_what_to_install(cache, tmp_path, monkeypatch, capsys):
    compiler = tmp_path / "c++"
    compiler.write_text("#!/bin/sh\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("CXX", str(compiler))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(build.sysconfig, "get_path", lambda name: str(tmp_path))
    assert build.main(["mpi"]) == 1
    assert "apt-get install libopenmpi-dev" in capsys.readouterr().err


def test_a_driver_that_is_none_names_those_that_are():
    with pytest.raises(LookupError, match="did you mean `gloo`"):
        build.build("glo")


def test_memory_is_there_without_being_built(cache):
    assert build.find("memory").name == "libweft_memory.so"
    assert build.find("gloo") is None


def test_a_plugin_is_found_until_what_it_was_built_for_changes(cache, tmp_path):
    library = tmp_path / "libother.so"
    library.write_bytes(b"one")
    facts = build._facts("gloo", build.Recipe(["c++"], [], watched=[library]))
    folder = cache / f"gloo-{build._key(facts)}"
    folder.mkdir(parents=True)
    (folder / "libweft_gloo.so").write_bytes(b"")
    (folder / "facts.json").write_text(json.dumps(facts))
    assert build.find("gloo") == folder / "libweft_gloo.so"
    library.write_bytes(b"another")
    assert build.find("gloo") is None


def test_every_driver_has_its_sources():
    for folder in ("", "wire", "gloo", "mpi", "nccl"):
        assert list((build.SOURCES / folder).glob("*.cpp"))
    assert os.access(build.SOURCES / "wire" / "wire.h", os.R_OK)
