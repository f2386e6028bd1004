"""Functions of a model, and operators without a rule that ONNX itself defines by others, written
out in place. The `onnx` package does it; weights stay aside meanwhile, so they are not copied."""

from collections.abc import Iterable, Iterator, Mapping

import onnx
from onnx import AttributeProto, defs, inliner, shape_inference

from weft._base.errors import InvalidValue


def expanded(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model without calls of functions, and without operators that have no rule but a body."""
    wanted = _without_rule(model)
    if not model.functions and not wanted:
        return model
    _require_few_nodes(model)
    skeleton, weights = _without_weights(model)
    try:
        if skeleton.functions:
            skeleton = inliner.inline_local_functions(skeleton)
            wanted = _without_rule(skeleton)
        if wanted:
            ids = sorted(wanted)
            _give_defaults(skeleton, wanted)
            skeleton = _without_gaps(skeleton, wanted)
            skeleton = inliner.inline_selected_functions(
                skeleton, ids, exclude=False, inline_schema_functions=True
            )
    except Exception as error:  # the inliner raises what its C++ code meets
        raise InvalidValue(f"functions cannot be written out: {error}") from None
    return _with_weights(skeleton, weights)


_ALWAYS_FINE = 1 << 12  # nodes that calls of functions may make; otherwise one a byte of the file


def _require_few_nodes(model: onnx.ModelProto) -> None:
    """Raises ValueError where calls of functions, written out, are too many nodes: functions that
    each call the one before twice double them at each step. Circles are refused, too."""
    bodies = {(f.domain, f.name): f for f in model.functions}
    counts: dict[tuple[str, str], int] = {}
    entered: set[tuple[str, str]] = set()

    def count(nodes: Iterable[onnx.NodeProto]) -> int:
        keys = [(node.domain, node.op_type) for node in nodes_of(nodes)]
        return sum(counts.get(key, 1) for key in keys)

    waiting = list(bodies)
    while waiting:
        key = waiting[-1]
        called = {(n.domain, n.op_type) for n in nodes_of(bodies[key].node)} & bodies.keys()
        missing = called - counts.keys()
        if key in counts or not missing:
            counts.setdefault(key, count(bodies[key].node))
            waiting.pop()
            entered.discard(key)
        elif key in entered:
            raise InvalidValue(f"function `{key[1]}` calls itself")
        else:
            entered.add(key)
            waiting.extend(missing)
    total = count(model.graph.node)
    most = max(_ALWAYS_FINE, model.ByteSize())
    if total > most:
        raise InvalidValue(f"functions written out are {total} nodes; the file may have {most}")


def _without_rule(model: onnx.ModelProto) -> set[tuple[str, str]]:
    """Operators that have no rule, but a body in the standard."""
    from weft.onnx._rules import RULES

    versions = {o.domain: o.version for o in model.opset_import}
    found = set()
    for domain, name in _operators(model.graph):
        version = versions.get(domain, 1)
        plain = "" if domain == "ai.onnx" else domain
        if RULES.find(plain, name, version) is not None:
            continue
        if _has_body(name, version, plain):
            found.add((domain, name))
    return found


def _give_defaults(model: onnx.ModelProto, wanted: set[tuple[str, str]]) -> None:
    """Writes down the attributes that nodes leave to their default: a body reads them by name, and
    the inliner drops what is not there."""
    versions = {o.domain: o.version for o in model.opset_import}
    for node in _nodes(model.graph):
        if (node.domain, node.op_type) not in wanted:
            continue
        domain = "" if node.domain == "ai.onnx" else node.domain
        schema = defs.get_schema(node.op_type, versions.get(node.domain, 1), domain)
        given = {attribute.name for attribute in node.attribute}
        for name, attribute in schema.attributes.items():
            if name not in given and attribute.default_value.type != AttributeProto.UNDEFINED:
                node.attribute.append(attribute.default_value)


# ---- calls that leave an input out --------------------------------------------------------------


def _without_gaps(model: onnx.ModelProto, wanted: set[tuple[str, str]]) -> onnx.ModelProto:
    """The model without calls that leave out an input before one that is given.

    Bodies depend on the types of inputs, and for such calls the inliner asks for a type of the
    absent input, which has none. So the bodies become functions of the model.
    """
    found = onnx.ModelProto()
    found.CopyFrom(model)
    calls = [n for n in _nodes(found.graph) if (n.domain, n.op_type) in wanted and "" in n.input]
    if not calls:
        return model
    versions = {o.domain: o.version for o in found.opset_import}
    types = _types(shape_inference.infer_shapes(found).graph)
    for number, node in enumerate(calls):
        body = _body_of(node, versions.get(node.domain, 1), types)
        if body is None:
            continue
        body.domain, body.name = _CALLS, f"{node.op_type}_{number}"
        node.domain, node.op_type = body.domain, body.name
        del node.attribute[:]  # the body was made for them
        found.functions.append(body)
        known = {o.domain for o in found.opset_import}
        found.opset_import.extend(o for o in body.opset_import if o.domain not in known)
    found.opset_import.append(onnx.helper.make_opsetid(_CALLS, 1))
    return inliner.inline_local_functions(found)


_CALLS = "weft.calls"  # the domain of functions that are made for one call each


def _body_of(
    node: onnx.NodeProto, version: int, types: Mapping[str, onnx.TypeProto]
) -> onnx.FunctionProto | None:
    """The body of a call whose form depends on the call, or None."""
    domain = "" if node.domain == "ai.onnx" else node.domain
    schema = defs.get_schema(node.op_type, version, domain)
    if not schema.has_context_dependent_function:
        return None
    made = [v for v in schema.context_dependent_function_opset_versions if v <= version]
    given = [types.get(name, onnx.TypeProto()).SerializeToString() for name in node.input]
    body = onnx.FunctionProto()
    body.ParseFromString(
        schema.get_context_dependent_function_with_opset_version(
            made[-1], node.SerializeToString(), given
        )
    )
    return body


def _types(graph: onnx.GraphProto) -> dict[str, onnx.TypeProto]:
    """The types of values by name, those of bodies with them."""
    found = {v.name: v.type for v in (*graph.input, *graph.value_info, *graph.output)}
    for tensor in graph.initializer:
        if tensor.name not in found:
            found[tensor.name] = onnx.helper.make_tensor_type_proto(tensor.data_type, tensor.dims)
    for node in graph.node:
        for attribute in node.attribute:
            for body in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
                found.update(_types(body))
    return found


def _has_body(name: str, version: int, domain: str) -> bool:
    try:
        schema = defs.get_schema(name, version, domain)
    except defs.SchemaError:
        return False
    return schema.has_function or schema.has_context_dependent_function


def _operators(graph: onnx.GraphProto) -> set[tuple[str, str]]:
    return {(node.domain, node.op_type) for node in _nodes(graph)}


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """The nodes of a graph and of the bodies of its control flow."""
    return nodes_of(graph.node)


def nodes_of(nodes: Iterable[onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
    """These nodes, and those of the bodies of their control flow."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                yield from _nodes(attribute.g)
            elif attribute.type == AttributeProto.GRAPHS:
                for body in attribute.graphs:
                    yield from _nodes(body)


def _without_weights(
    model: onnx.ModelProto,
) -> tuple[onnx.ModelProto, list[onnx.TensorProto]]:
    """A copy whose large initializers are inputs of the same type, and these initializers."""
    large = [t for t in model.graph.initializer if len(t.raw_data) > 1024 or t.external_data]
    names = {tensor.name for tensor in large}
    skeleton = onnx.ModelProto()
    for field, value in model.ListFields():
        if field.name == "graph":
            continue
        if field.is_repeated:
            getattr(skeleton, field.name).extend(value)
        elif field.message_type is not None:
            getattr(skeleton, field.name).CopyFrom(value)
        else:
            setattr(skeleton, field.name, value)
    graph = skeleton.graph
    graph.name = model.graph.name
    graph.node.extend(model.graph.node)
    graph.output.extend(model.graph.output)
    graph.value_info.extend(model.graph.value_info)
    graph.sparse_initializer.extend(model.graph.sparse_initializer)
    graph.initializer.extend(t for t in model.graph.initializer if t.name not in names)
    graph.input.extend(model.graph.input)
    given = {value.name for value in model.graph.input}
    for tensor in large:
        if tensor.name not in given:
            graph.input.append(
                onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims))
            )
    return skeleton, large


def _with_weights(skeleton: onnx.ModelProto, weights: list[onnx.TensorProto]) -> onnx.ModelProto:
    """The model with its initializers again; those that were inputs are no inputs any more."""
    names = {tensor.name for tensor in weights}
    inputs = [value for value in skeleton.graph.input if value.name not in names]
    del skeleton.graph.input[:]
    skeleton.graph.input.extend(inputs)
    skeleton.graph.initializer.extend(weights)
    return skeleton


__all__ = ["expanded", "nodes_of"]
