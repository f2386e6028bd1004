"""The errors that tests/mutation puts into operators, which a slice of `make test-full` does."""

import importlib.util
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1] / "mutation" / "run.py"


def test_every_mutant_fits_the_sources():
    spec = importlib.util.spec_from_file_location("mutation", PROGRAM)
    mutation = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mutation)
    mutants = mutation.read_mutants()
    assert mutants
    reasons = {str(mutant): mutation.misfit(mutant) for mutant in mutants}
    assert not {mutant: reason for mutant, reason in reasons.items() if reason}
