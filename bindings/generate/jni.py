"""Java's native part: `C.java`, the functions of weft.h as they are, and `calls.cc` behind them.

Each parameter of C is one of Java. A handle or an address is a long, a text a String, and a row of
handles, addresses or long numbers a long[], which is copied in, and out where C may write it. A row
of int32_t that C reads is its address. Functions that take something else (callbacks, other rows)
have no counterpart.

Texts cross the border as bytes of UTF-8, because JNI's own form is another one beyond 16 bits:
a function with a text calls the native one, `utf8_` and its name.
"""

import facts
from facts import CType

# The functions that the binding may call, by the beginnings of their names.
_USED = ("weft_archive", "weft_backward", "weft_context", "weft_dtype", "weft_function",
         "weft_grad", "weft_invoke", "weft_last_error", "weft_memory_stats", "weft_model",
         "weft_op_", "weft_random_seed", "weft_set_modes", "weft_set_num", "weft_tensor",
         "weft_trace", "weft_version", "weft_writer")  # fmt: skip
_NUMBERS = {"int32_t": "int", "uint32_t": "int", "int64_t": "long", "uint64_t": "long",
            "size_t": "long", "double": "double", "void": "void"}  # fmt: skip
# What makes bytes of texts, and texts of bytes.
_TEXT = """

    /** A text of Java in UTF-8; what C would end early, or that has no such form, is an error. */
    static byte[] utf8(String text) {
        if (text == null) return null;
        if (text.indexOf(0) >= 0)
            throw new WeftException(Status.INVALID_VALUE,
                    "a text must not have NUL characters; got " + text.replace("\\0", "\\\\0"));
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOf(bytes.array(), bytes.limit());
        } catch (CharacterCodingException error) {
            throw new WeftException(Status.INVALID_VALUE,
                    "a text must not have half a pair of UTF-16; got `" + text + "`");
        }
    }

    static byte[][] utf8(String[] texts) {
        return texts == null ? null : Arrays.stream(texts).map(C::utf8).toArray(byte[][]::new);
    }

    /** A text of C; null for none. */
    static String text(byte[] utf8) {
        return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
    }
}
"""
_STRUCTS = ("weft_argument_info", "weft_memory", "weft_op_info", "weft_port", "weft_type")


def files(interface: facts.Interface, head: str) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    found = {name: kinds for name, f in interface.functions.items()
             if name.startswith(_USED) and (kinds := _kinds(f, interface))}  # fmt: skip
    return {
        "java/src/main/java/org/weft/C.java": _declarations(interface, found, head),
        "java/src/main/native/calls.cc": _definitions(interface, found, head),
    }


def _kinds(function: facts.Function, interface: facts.Interface) -> list[str]:
    """The types of Java of the result and the arguments; nothing where one has none."""
    kinds = [_kind(what, interface) for what in (function.result, *function.arguments)]
    if kinds[0] == "long[]":  # numbers that C lends: their address
        kinds[0] = "long"
    return kinds if all(kinds) else []


def _kind(what: CType, interface: facts.Interface) -> str:
    match what:
        case facts.Name(name):
            meaning = interface.types.get(name, what)
            if isinstance(meaning, facts.Name):
                return _NUMBERS.get(meaning.name, "")
            return "long" if isinstance(meaning, facts.Pointer) else ""
        case facts.Pointer(facts.Name("char"), True):
            return "String"
        case facts.Pointer(facts.Pointer(facts.Name("char"), True), True):
            return "String[]"
        case facts.Pointer(facts.Name("int32_t"), True):
            return "long"  # the address of a row
        case facts.Pointer(facts.Name(name)):
            is_row = _kind(facts.Name(name), interface) == "long"
            return (
                "long[]"
                if is_row
                else ""
                if name.endswith("32_t") or not (name == "void" or name in interface.structs)
                else "long"
            )
        case facts.Pointer(facts.Pointer(facts.Name("char" | "void")), False):
            return "long[]"
        case _:
            return ""


def _declarations(interface: facts.Interface, found: dict[str, list[str]], head: str) -> str:
    out = [
        head,
        "import java.nio.ByteBuffer;",
        "import java.nio.CharBuffer;",
        "import java.nio.charset.CharacterCodingException;",
        "import java.nio.charset.StandardCharsets;",
        "import java.util.Arrays;",
        "import org.weft.WeftException.Status;\n",
        "/** The functions of weft.h as they are. Who passes a handle holds it meanwhile. */",
        "final class C {",
        "    private C() {}\n",
        "    static {",
        "        Native.load();",
        "    }\n",
    ]
    for name, value in interface.constants.items():
        if name.startswith(("WEFT_TAG", "WEFT_MODE", "WEFT_GRAD", "WEFT_TRACE")):
            out.append(f"    static final int {name} = {value};")
    for name in _STRUCTS:
        out.append(f"    static final int {name}_bytes = {interface.structs[name].size};")
        for field, at in interface.structs[name].places.items():
            end = "_at" if field == "bytes" else ""
            out.append(f"    static final int {name}_{field}{end} = {at};")
    for name, kinds in found.items():
        given = ", ".join(f"{kind} a{i}" for i, kind in enumerate(kinds[1:]))
        if not _has_text(kinds):
            out.append(f"    static native {kinds[0]} {name}({given});")
            continue
        raw = given.replace("String[]", "byte[][]").replace("String", "byte[]")
        result = kinds[0].replace("String", "byte[]")
        out.append(f"    private static native {result} utf8_{name}({raw});")
        passed = ", ".join(
            f"utf8(a{i})" if kind in _TEXTS else f"a{i}" for i, kind in enumerate(kinds[1:])
        )
        called = f"utf8_{name}({passed})"
        if kinds[0] == "String":
            called = f"text({called})"
        back = "" if kinds[0] == "void" else "return "
        out += [f"    static {kinds[0]} {name}({given}) {{", f"        {back}{called};", "    }"]
    return "\n".join(out) + _TEXT


_TEXTS = ("String", "String[]")


def _has_text(kinds: list[str]) -> bool:
    return any(kind in _TEXTS for kind in kinds)


_JNI = {"String": "jbyteArray", "String[]": "jobjectArray", "long[]": "jlongArray", "int": "jint",
        "long": "jlong", "double": "jdouble", "void": "void"}  # fmt: skip


def _definitions(interface: facts.Interface, found: dict[str, list[str]], head: str) -> str:
    out = [
        head.splitlines()[0],
        "// clang-format off",
        '#include "support.h"\n',
        "using namespace weftjni;\n",
    ]
    for name, kinds in found.items():
        out += _definition(name, kinds, interface.functions[name])
    return "\n".join(out)


def _definition(name: str, kinds: list[str], function: facts.Function) -> list[str]:
    given = "".join(f", {_JNI[kind]} a{i}" for i, kind in enumerate(kinds[1:]))
    lines, passed, back = [], [], []
    for i, (kind, what) in enumerate(zip(kinds[1:], function.arguments, strict=True)):
        place = f"a{i}"
        if kind == "String":
            lines.append(f"    const Text t{i}(env, a{i});")
            place = f"t{i}.get()"
        elif kind == "String[]":
            lines.append(f"    const Texts t{i}(env, a{i});")
            place = f"t{i}.get()"
        elif kind == "long[]":
            assert isinstance(what, facts.Pointer)
            lines.append(f"    const Row r{i}(env, a{i});")
            place = f"r{i}.get<{_spelled(what.to)}>()"
            back += [] if what.const else [f"    r{i}.back(env, a{i});"]
        elif kind in ("long", "int", "double"):
            place = f"as<{_spelled(what)}>(a{i})"
        passed.append(place)
    called = f"{name}({', '.join(passed)})"
    result = _JNI[kinds[0]]
    if kinds[0] == "void":
        lines.append(f"    {called};")
    else:
        ended = f"to_java<{result}>(env, {called})"
        lines += [f"    const {result} out = {ended};", *back, "    return out;"]
    native = f"utf8_{name}" if _has_text(kinds) else name
    return [
        f"WEFT_JNI({result}, {native.replace('_', '_1')}{given}) {{",
        f"  return guarded<{result}>(env, [&]() -> {result} {{",
        *lines,
        "  });",
        "}\n",
    ]


def _spelled(what: CType) -> str:
    match what:
        case facts.Name(name):
            return name
        case facts.Pointer(to, const):
            return f"{'const ' if const else ''}{_spelled(to)}*"
        case _:
            raise ValueError(f"there is no name for {what}")
