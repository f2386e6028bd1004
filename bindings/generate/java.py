"""Java: `Ops.java`, a function for each operator, and `Dtype.java`."""

import facts
import java_calls
import jni
from names import camel, lower_camel, sentence
from registry import Argument, Library, Operator, offered

_HEAD = "// Written by bindings/generate; do not edit.\npackage org.weft;\n"
_RESERVED = {"var", "in", "default", "new", "this", "abstract", "final", "switch", "case", "int",
             "float", "double", "long", "short", "byte", "char", "boolean", "for"}  # fmt: skip
_TYPES = {"tensor": "Operand", "tensors": "Tensor[]", "int": "long", "float": "double",
          "bool": "boolean", "string": "String", "ints": "long[]", "dtype": "Dtype"}  # fmt: skip


def files(library: Library, interface: facts.Interface) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    place = "java/src/main/java/org/weft/"
    return {place + "Ops.java": _ops(library), place + "Dtype.java": _dtypes(library),
            **jni.files(interface, _HEAD), **java_calls.files(interface, _HEAD)}  # fmt: skip


def _name(name: str) -> str:
    name = lower_camel(name)
    return f"{name}_" if name in _RESERVED else name


def _split(op: Operator) -> tuple[list[Argument], list[Argument]]:
    """What stands in the list of arguments, and what is an option."""
    required = [a for a in op.arguments if a.required or a.kind == "tensors"]
    return required, [a for a in op.arguments if a not in required]


def _ops(library: Library) -> str:
    out = [_HEAD,
           "/**", " * A function for each operator of the core. What may be left out is an object:",
           " * {@code Ops.softmax(x, new Ops.Softmax().axis(0))}.", " */",
           "public final class Ops {", "    private Ops() {}\n"]  # fmt: skip
    for op in library.operators():
        if offered(op):
            out += _function(op)
    return "\n".join([*out, "}"]) + "\n"


def _function(op: Operator) -> list[str]:
    required, optional = _split(op)
    parameters = [f"{_TYPES[a.kind]} {_name(a.name)}" for a in required]
    many = op.outputs != 1
    result, call = ("Tensor[]", "all") if many else ("Tensor", "one")
    operator = f"OP_{op.name.upper()}"
    doc = ["    /**", *(f"     * {_safe(line)}" for line in sentence(op.doc).splitlines())]
    doc += [
        "     *",
        *(f"     * @param {_name(a.name)} {_safe(sentence(a.doc))}" for a in required),
    ]
    lines = [f'    private static final Operator {operator} = new Operator("{op.name}");\n']
    if optional:
        lines += _options(op, optional)
    plain = _plain(op, required)
    signature = f"    public static {result} {_name(op.name)}({', '.join(parameters)}) {{"
    lines += [
        *doc,
        "     */",
        signature,
        f"        return {operator}.{call}({plain});",
        "    }\n",
    ]
    if optional:
        options = [*parameters, f"{camel(op.name)} options"]
        given = ", ".join(
            _name(a.name) if a in required else f"options.{_name(a.name)}" for a in op.arguments
        )
        signature = f"    public static {result} {_name(op.name)}({', '.join(options)}) {{"
        lines += [*doc, "     * @param options what may be left out", "     */", signature]
        lines += [f"        return {operator}.{call}(new Object[] {{{given}}});", "    }\n"]
    return lines


def _plain(op: Operator, required: list[Argument]) -> str:
    """What a call without options passes: one or two arrays as they are, else a row."""
    names = [_name(a.name) for a in required]
    arrays = all(a.kind == "tensor" for a in required)
    if op.outputs == 1 and 1 <= len(names) <= 2 and arrays and not _between(op, required):
        return ", ".join(names)
    row = ", ".join(_name(a.name) if a in required else "null" for a in op.arguments)
    return f"new Object[] {{{row}}}"


def _between(op: Operator, required: list[Argument]) -> bool:
    """Does something that may be left out stand before what is required?"""
    return list(op.arguments[: len(required)]) != required


def _options(op: Operator, optional: list[Argument]) -> list[str]:
    kind = camel(op.name)
    said = f"What {{@link #{_name(op.name)}}} may be given beside its required arguments."
    lines = [f"    /** {said} */", f"    public static final class {kind} {{"]
    for a in optional:
        name = _name(a.name)
        end = f" Default: {a.fallback}." if a.fallback else ""
        what = "long..." if a.kind == "ints" else _TYPES[a.kind]
        lines.append(f"        private Object {name};\n")
        lines.append(f"        /** {_safe(sentence(a.doc))}{_safe(end)} */")
        lines += _setter(f"{kind} {name}({what} value)", f"{name} = value;")
        if a.takes_none:
            lines.append(f"        /** Says that {name} is none on purpose. */")
            lines += _setter(f"{kind} {name}None()", f"{name} = Operator.NONE;")
    return [*lines, "    }\n"]


def _setter(signature: str, body: str) -> list[str]:
    return [f"        public {signature} {{", f"            {body}", "            return this;",
            "        }\n"]  # fmt: skip


def _safe(text: str) -> str:
    """A text inside a comment for javadoc."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("*/", "*&#47;").replace("@", "&#64;").replace("\\", "&#92;")


def _dtypes(library: Library) -> str:
    names = library.dtypes()
    rows = ",\n".join(f'    {name.upper()}({number}, "{name}")' for name, number in names.items())
    return f"""{_HEAD}
/** The type of the elements of an array. */
public enum Dtype {{
{rows};

    final int code;
    private final String name;

    Dtype(int code, String name) {{
        this.code = code;
        this.name = name;
    }}

    static Dtype of(int code) {{
        return values()[code];
    }}

    /**
     * The dtype of a name such as "float32".
     *
     * @param name the name
     */
    public static Dtype named(String name) {{
        for (Dtype dtype : values()) if (dtype.name.equals(name)) return dtype;
        throw new IllegalArgumentException("there is no dtype `" + name + "`");
    }}

    /** The name, such as "float32". */
    @Override
    public String toString() {{
        return name;
    }}
}}
"""
