"""The script that counts instructions: what it compares, and when it fails."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def instructions():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import instructions
    finally:
        sys.path.pop(0)
    return instructions


def test_every_network_has_a_kept_count(instructions):
    kept = json.loads(instructions.KEPT.read_text("utf-8"))
    assert list(kept["networks"]) == list(instructions.NETWORKS)
    assert kept["isa"] == instructions.ISA


@pytest.mark.parametrize(
    ("now", "slower"), [(1000, []), (1020, []), (1021, ["dense"]), (500, []), (2000, ["dense"])]
)
def test_a_count_fails_that_is_more_than_two_percent_above(instructions, capsys, now, slower):
    assert instructions.compare({"dense": now}, {"dense": 1000}) == slower
    assert ("MORE THAN 2% ABOVE" in capsys.readouterr().out) == bool(slower)


def test_counts_of_another_compiler_are_not_compared(instructions, capsys, monkeypatch):
    monkeypatch.setattr(instructions, "compiler", lambda: "another compiler")
    monkeypatch.setattr(instructions, "count", lambda names: dict.fromkeys(names, 10**15))
    monkeypatch.setattr(instructions.shutil, "which", lambda name: name)
    assert instructions.main([]) == 0
    assert "NOT COMPARED" in capsys.readouterr().out


def test_a_count_above_the_kept_one_is_a_status_of_failure(instructions, capsys, monkeypatch):
    kept = json.loads(instructions.KEPT.read_text("utf-8"))
    monkeypatch.setattr(instructions, "compiler", lambda: kept["compiler"])
    monkeypatch.setattr(instructions, "count", lambda names: dict.fromkeys(names, 10**15))
    monkeypatch.setattr(instructions.shutil, "which", lambda name: name)
    assert instructions.main(["dense"]) == 1
    assert "FAILED: dense" in capsys.readouterr().out
