"""A network's operators as the graph that TensorBoard shows: nodes in folders by layer."""

from typing import Any

from weft.viz._graph import Box, NetworkGraph, graph_of

_DTYPE_FLOAT = 1  # DT_FLOAT of TensorFlow's types


def write_graph(writer: Any, model: Any) -> str:
    """Writes the graph among the writer's events: TensorBoard follows one file of a folder.

    A network whose `forward` asks for values or shapes that a graph does not have is no graph; the
    text that is returned says why. It is empty otherwise.
    """
    try:
        definition = definition_of(graph_of(model.net, *model.example()))
    except Exception as error:  # of the network's own code, too
        return f"No graph can be made of the network: {error}"
    writer.file_writer.add_onnx_graph(definition)  # which writes any definition
    return ""


def definition_of(graph: NetworkGraph) -> Any:
    """TensorFlow's GraphDef: names with slashes are folders that open and close."""
    from tensorboardX.proto.graph_pb2 import GraphDef
    from tensorboardX.proto.versions_pb2 import VersionDef

    names = names_of(graph)
    nodes = [
        _node(name, box, [names[i] for i in box.reads])
        for name, box in zip(names, graph.boxes, strict=True)
    ]
    return GraphDef(node=nodes, versions=VersionDef(producer=22))


def names_of(graph: NetworkGraph) -> list[str]:
    """A name for each box, as `body/0/convolution`; numbers tell equal ones apart."""
    counts: dict[str, int] = {}
    names = []
    for box in graph.boxes:
        inner = box.detail if box.kind == "input" else box.kind
        name = "/".join([*box.layer.split("."), inner] if box.layer else [inner])
        counts[name] = counts.get(name, 0) + 1
        names.append(name if counts[name] == 1 else f"{name}_{counts[name]}")
    return names


def _node(name: str, box: Box, reads: list[str]) -> Any:
    from tensorboardX.proto.attr_value_pb2 import AttrValue
    from tensorboardX.proto.node_def_pb2 import NodeDef
    from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto

    attributes = {"T": AttrValue(type=_DTYPE_FLOAT)}
    if box.shape:
        extents = [] if box.shape == "scalar" else [int(n) for n in box.shape.split(" x ")]
        shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=n) for n in extents])
        attributes["_output_shapes"] = AttrValue(list=AttrValue.ListValue(shape=[shape]))
    told = {"options": box.detail, "parameters": f"{box.parameters:,}" if box.parameters else ""}
    for key, text in told.items():
        if text and box.kind != "input":
            attributes[key] = AttrValue(s=text.encode())
    return NodeDef(
        name=name,
        op="Placeholder" if box.kind == "input" else box.kind,
        input=reads,
        attr=attributes,
    )


__all__ = ["definition_of", "names_of", "write_graph"]
