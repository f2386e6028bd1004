"""Gets an exported program, and brings it into a form that the table has rules for.

A program is left as coarse as the module wrote it. Only operators without a rule are decomposed;
and where a module writes into arrays that have other views, `run_decompositions` makes new arrays
of them.
"""

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike, fsdecode
from typing import Any

import torch
from torch.export import ExportedProgram

from weft._base.errors import FileFailure, InvalidType, MissingFile
from weft.torch import _archive
from weft.torch._aliases import ViewsWrittenError
from weft.torch._graph import operator_of
from weft.torch._read import Read, read_program
from weft.torch._rules import RULES
from weft.torch._storage import BY_STORAGE


def exported(
    module: Any, args: Sequence[Any], kwargs: Mapping[str, Any] | None, dynamic_shapes: Any
) -> tuple[ExportedProgram, str]:
    """The exported program of a module, of a file, or as it is given; and what errors call it."""
    if isinstance(module, ExportedProgram):
        return _with_offsets(module), "the exported program"
    if isinstance(module, str | PathLike):
        return _with_offsets(_loaded(fsdecode(module))), fsdecode(module)
    if not isinstance(module, torch.nn.Module):
        raise InvalidType(
            "weft.torch.convert: `module` must be a torch.nn.Module, an ExportedProgram or a path; "
            f"got {type(module).__name__}"
        )
    if isinstance(args, torch.Tensor):
        raise InvalidType(
            "weft.torch.convert: `args` must be a tuple of the module's arguments; got a tensor"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.export.export(
            module, tuple(args), dict(kwargs or {}), dynamic_shapes=dynamic_shapes, strict=False
        )
    return program, type(module).__name__


def _loaded(path: str) -> ExportedProgram:
    """The program of a file, which runs no code (`_archive.py`). PyTorch has no error of its own
    for a damaged one."""
    if not os.path.isfile(path):
        raise MissingFile(f"weft.torch.convert: there is no file {path}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _archive.check(path, "weft.torch.convert")
            return torch.export.load(path)
    except FileFailure:
        raise
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise FileFailure(
            f"weft.torch.convert: {path} is no exported program, as `torch.export.save` writes it, "
            f"or a damaged one: {reason[0]}"
        ) from error


def read(program: ExportedProgram, title: str) -> Read:
    """An exported program as a program of nodes, decomposed as far as needed."""
    table = _decompositions(program)
    if table:
        program = _decomposed(program, table)
    try:
        return read_program(program, title)
    except ViewsWrittenError:
        return read_program(_decomposed(program, table), title)


def _decomposed(program: ExportedProgram, table: dict[Any, Any]) -> ExportedProgram:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = program.run_decompositions(table)
        # What decompositions are made of, and writes that became other operators.
        more = {k: v for k, v in _decompositions(program).items() if k not in table}
        return program.run_decompositions({**table, **more}) if more else program


def _decompositions(program: ExportedProgram) -> dict[Any, Any]:
    """Decompositions of the operators that have no rule."""
    wanted = set()
    for node in _calls(program.graph_module):
        domain, name, is_written = operator_of(node.target)
        if domain == "aten" and not is_written and RULES.find(domain, name, 1) is None:
            wanted.add(node.target)
    if not wanted:
        return {}
    known = torch.export.default_decompositions()
    return {operator: known[operator] for operator in wanted if operator in known}


def _with_offsets(program: ExportedProgram) -> ExportedProgram:
    """A program whose views know where they begin in memory, which files do not keep: PyTorch
    finds it by tracing the program again."""
    names = {operator_of(node.target)[1] for node in _calls(program.graph_module)}
    return _decomposed(program, {}) if names & BY_STORAGE else program


def _calls(module: torch.fx.GraphModule) -> Iterator[torch.fx.Node]:
    """The calls of a graph and of the bodies of its control flow."""
    yield from (node for node in module.graph.nodes if node.op == "call_function")
    for part in module.children():
        if isinstance(part, torch.fx.GraphModule):
            yield from _calls(part)


__all__ = ["exported", "read"]
