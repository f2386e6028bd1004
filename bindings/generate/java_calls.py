"""Java's methods that are one call, and what arrays have once for each kind of number.

A class of Java cannot be written in two files, so these are superclasses: `Elements` and
`TensorCalls` of Tensor, `ContextCalls` of Context and so on. They are public for Scala, which sees
Java's statics only where they are declared; `Weft` is written as a whole.
"""

import facts
from names import camel, lower_camel
from wrappers import LISTS, PORTS, Call, Listed, calls, statuses

_PLACE = "java/src/main/java/org/weft/"
_GIVEN = {"text": "String", "path": "String", "tensor": "Tensor", "int32_t": "int",
          "int64_t": "long", "uint64_t": "long"}  # fmt: skip
_RESULT = {"nothing": "void", "text": "String", "tensor": "Tensor", "bool": "boolean"}
_NAMES = {"wait": "await"}  # Object has a method wait
# What the table's names of arguments mean.
_ABOUT = {"seed": "any number", "count": "at least 1", "other": "another array",
          "what": "which text",
          "key": "its name", "value": "the text", "path": "the file", "entry": "the entry point",
          "bytes": "0: no limit"}  # fmt: skip


def files(interface: facts.Interface, head: str) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    out = {
        _PLACE + "Elements.java": _elements(head),
        _PLACE + "WeftException.java": _exception(interface, head),
    }
    all_calls = calls(interface)
    for owner in dict.fromkeys(call.wrapper.owner for call in all_calls):
        name = f"{camel(owner)}Calls" if owner else "Weft"
        methods = [_method(call) for call in all_calls if call.wrapper.owner == owner]
        out[f"{_PLACE}{name}.java"] = _class(head, owner, name, methods)
    return out


def _class(head: str, owner: str, name: str, methods: list[list[str]]) -> str:
    if not owner:
        lines = [head, "/** What is about the library as a whole. */", "public final class Weft {",
                 "    private Weft() {}"]  # fmt: skip
        methods = [*methods, *_LIBRARY]
    else:
        parent = "Elements" if owner == "tensor" else "Owned"
        uses = ["ByteBuffer", "ByteOrder"] if owner == "context" else []
        lines = [head, *(f"import java.nio.{name};" for name in uses), *([""] if uses else []),
                 f"/** The methods of {camel(owner)} that are one call of weft.h. */",
                 f"public abstract class {name} extends {parent} {{"]  # fmt: skip
    if owner == "tensor":
        lines += [f"    {name}() {{}}"]
    elif owner:
        lines += [f"    {name}(long value, java.util.function.LongConsumer release) {{",
                  "        super(value, release);", "    }"]  # fmt: skip
    methods = [*methods, *(_listed(one) for one in LISTS if one.owner == owner)]
    if owner == "context":
        lines += ["", "    abstract Port[] ports(int kind);",
                  "", "    abstract Context given(int input, Dtype dtype, ByteBuffer memory);",
                  "", "    abstract ByteBuffer memory(int output, Dtype wanted);"]  # fmt: skip
        methods = [*methods, *map(_ports, PORTS, range(len(PORTS)))]
        for java in _ELEMENTS:
            methods += [_set_input(java), _output(java)]
    for method in methods:
        lines += ["", *(f"    {line}".rstrip() for line in method)]
    return "\n".join([*lines, "}"]) + "\n"


def _ports(kind: str, number: int) -> list[str]:
    return [f"/** {PORTS[kind]} */", f"public synchronized Port[] {kind}s() {{",
            f"    return ports({number});", "}"]  # fmt: skip


def _listed(one: Listed) -> list[str]:
    """The method of a row; an array that is lent gets a reference of its own."""
    each = f"C.{one.each}(handle(), i)"
    is_text = one.result == "text"
    result = "String" if is_text else "Tensor"
    each = each if is_text else f"new Tensor(C.weft_tensor_retain({each}))"
    return [f"/** {one.doc} */", f"public synchronized {result}[] {one.name}() {{",
            f"    {result}[] out = new {result}[(int) C.{one.count}(handle())];",
            f"    for (int i = 0; i < out.length; i++) out[i] = {each};",
            "    return out;", "}"]  # fmt: skip


def _set_input(java: str) -> list[str]:
    dtype, buffer, _ = _ELEMENTS[java]
    return [
        "/**",
        f" * Copies numbers to an input of {dtype.lower()}. If only its first dimension is open,",
        " * their number sets it.", " *", " * @param input its number",
        " * @param elements in row-major order", " */",
        f"public synchronized Context setInput(int input, {java}[] elements) {{",
        f"    ByteBuffer memory = ByteBuffer.allocateDirect({_size(java)} * elements.length)"
        ".order(ByteOrder.nativeOrder());",
        f"    memory.as{buffer}Buffer().put(elements);",
        f"    return given(input, Dtype.{dtype}, memory);", "}",
    ]  # fmt: skip


def _output(java: str) -> list[str]:
    dtype, buffer, reader = _ELEMENTS[java]
    return [
        "/**", f" * A copy of an output of {dtype.lower()} after a run.", " *",
        " * @param output its number", " */",
        f"public synchronized {java}[] {reader.replace('to', 'output')}(int output) {{",
        f"    ByteBuffer memory = memory(output, Dtype.{dtype});",
        f"    {java}[] out = new {java}[memory.remaining() / {_size(java)}];",
        f"    memory.as{buffer}Buffer().get(out);", "    return out;", "}",
    ]  # fmt: skip


def _exception(interface: facts.Interface, head: str) -> str:
    """The error, with the kinds of failures in the order of their numbers."""
    kinds = ",\n        ".join(statuses(interface))
    return f"""{head}
/** A call of the library that failed, with the library's text and its status. */
public final class WeftException extends RuntimeException {{
    private static final long serialVersionUID = 1;
    private static final Status[] KINDS = Status.values();

    /** What kind of failure it was: the status codes of the C interface. */
    public enum Status {{
        OK,
        {kinds}
    }}

    private final Status status;

    WeftException(int status, String text) {{
        super(text);
        this.status = KINDS[status];
    }}

    WeftException(Status status, String text) {{
        this(status.ordinal(), text);
    }}

    /** The kind of the failure. */
    public Status status() {{
        return status;
    }}
}}
"""


_LIBRARY = [
    ["/** The version of the library. */", "public static String version() {",
     "    return C.weft_version();", "}"],
    ["/** Bytes of arrays and of the library's objects that are in use. */",
     "public static long liveBytes() {",
     "    return Native.struct(C.weft_memory_bytes, place -> C.weft_memory_stats(place, 0))",
     "            .getLong(C.weft_memory_live);", "}"],
]  # fmt: skip


def _method(call: Call) -> list[str]:
    what = call.wrapper
    name = _NAMES.get(what.name, lower_camel(what.name))
    result = camel(what.owner) if what.chains else _RESULT[call.result]
    doc = [f"/** {what.doc} */"]
    if call.given:
        doc = [
            "/**",
            f" * {what.doc}",
            " *",
            *(f" * @param {given} {_ABOUT[given]}" for given, _ in call.given),
            " */",
        ]
    given = ", ".join(f"{_GIVEN[kind]} {name}" for name, kind in call.given)
    form = "static " if not what.owner else "" if what.owner == "tensor" else "synchronized "
    body = _body(call, name)
    if what.chains:
        body.append("return self();" if what.owner == "tensor" else f"return ({result}) this;")
    return [*doc, f"public {form}{result} {name}({given}) {{", *(f"    {b}" for b in body), "}"]


def _body(call: Call, name: str) -> list[str]:
    """The statements: an array is held meanwhile, another object is locked."""
    what = call.wrapper
    is_array = what.owner == "tensor"
    passed = ["x" if is_array else "handle()"] if what.owner else []
    passed += ["y" if kind == "tensor" else given for given, kind in call.given]
    passed += [f"C.{what.fixed}"] if what.fixed else []
    made = call.can_fail and call.result in ("text", "tensor")
    called = f"C.{what.function}({', '.join([*passed, *(['out'] if made else [])])})"
    if made:
        called = f"Native.made(out -> {called})"
    if call.result == "bool":
        called = f'other.with("{name}", y -> {called})'
    if is_array:
        called = f'self().with("{name}", x -> {called})'
    if call.result == "bool":
        return [f"return {called} != 0;"]
    if call.result == "nothing":
        return [f"Native.check({called});"]
    if call.result == "text":
        return [f"return {f'Native.text({called})' if made else called};"]
    if what.optional:
        return [f"long made = {called};", "return made == 0 ? null : new Tensor(made);"]
    return [f"return new Tensor({called});"]


# ---- once for each kind of number ---------------------------------------------------------------

# The types of elements that Java has: dtype, name of its buffer, name of the method that reads it.
_ELEMENTS = {"float": ("FLOAT32", "Float", "toFloats"), "double":
             ("FLOAT64", "Double", "toDoubles"),
             "long": ("INT64", "Long", "toLongs"), "int": ("INT32", "Int", "toInts")}  # fmt: skip


def _size(java: str) -> int:
    return 4 if java in ("float", "int") else 8


_ARITHMETIC = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide"}


def _values() -> list[str]:
    """The method that prints elements, or none where they are not there, as in a trace."""
    cases = [f"                case {dtype}: return \", \" + Arrays.toString({reader}());"
             for dtype, _, reader in _ELEMENTS.values()]  # fmt: skip
    return ["    /** Up to 100 elements as text behind a comma, where they are numbers of Java. */",
            "    String values() {", "        if (self().size() > 100) return \"\";",
            "        try {", "            switch (self().dtype()) {", *cases,
            "                default: return \"\";", "            }",
            "        } catch (WeftException error) {",
            "            return \"\"; // the content is not there, as in a trace", "        }",
            "    }\n"]  # fmt: skip


def _elements(head: str) -> str:
    out = [head, "import java.nio.ByteBuffer;", "import java.nio.ByteOrder;",
           "import java.util.Arrays;\n",
           "/** What arrays have once for each type of elements and for each sign. */",
           "public abstract class Elements implements Operand {",
           "    Elements() {}\n",
           "    abstract Tensor self();\n"]  # fmt: skip
    out += _values()
    for java, (dtype, buffer, reader) in _ELEMENTS.items():
        size = _size(java)
        out += [
            "    /**", "     * Copies numbers in row-major order.", "     *",
            "     * @param elements the numbers", "     * @param shape the extents; none: one axis",
            "     */", f"    public static Tensor of({java}[] elements, long... shape) {{",
            f"        ByteBuffer bytes = ByteBuffer.allocate({size} * elements.length)"
            ".order(ByteOrder.nativeOrder());",
            f"        bytes.as{buffer}Buffer().put(elements);",
            "        long[] extents = shape.length == 0 ? new long[] {elements.length} : shape;",
            f"        return Tensor.ofBytes(Dtype.{dtype}, extents, bytes.array());", "    }\n",
            f"    /** The elements of an array of {dtype.lower()}, in row-major order. */",
            f"    public {java}[] {reader}() {{",
            f"        ByteBuffer bytes = self().read(Dtype.{dtype});",
            f"        {java}[] out = new {java}[bytes.remaining() / {size}];",
            f"        bytes.as{buffer}Buffer().get(out);", "        return out;", "    }\n",
        ]  # fmt: skip
    for name, operator in _ARITHMETIC.items():
        for kind, given in (("Operand", "other"), ("double", "Operand.of(other)")):
            out += [f"    public Tensor {name}({kind} other) {{",
                    f"        return Ops.{operator}(self(), {given});", "    }\n"]  # fmt: skip
    return "\n".join(out).rstrip() + "\n}\n"
