"""C#: the functions of weft.h (`Interface.cs`), a function for each operator (`Ops.cs`), dtypes."""

import facts
from facts import CType
from names import camel, lower_camel, sentence, title
from registry import Argument, Library, Operator, offered
from wrappers import LISTS, Call, Listed, calls, statuses

_HEAD = "// Written by bindings/generate; do not edit.\n"
_RESERVED = {"var", "in", "out", "ref", "base", "default", "new", "this", "params", "operator",
             "event", "object", "string", "lock", "fixed", "checked"}  # fmt: skip
_TYPES = {"tensor": "Operand", "tensors": "Tensor[]", "int": "long", "float": "double",
          "bool": "bool", "string": "string", "ints": "long[]", "dtype": "Dtype"}  # fmt: skip
# The functions that the binding calls, by the beginnings of their names.
_USED = ("weft_archive", "weft_backward", "weft_context", "weft_dtype", "weft_function",
         "weft_grad", "weft_invoke", "weft_last_error", "weft_memory_stats", "weft_model",
         "weft_op_", "weft_random_seed", "weft_set_modes", "weft_set_num", "weft_tensor",
         "weft_trace",
         "weft_version", "weft_writer", "weft_abi")  # fmt: skip
_NUMBERS = {"int32_t": "int", "int64_t": "long", "uint32_t": "uint", "uint64_t": "ulong",
            "size_t": "UIntPtr", "double": "double", "weft_status": "int", "weft_dtype": "int",
            "void": "void"}  # fmt: skip


def files(library: Library, interface: facts.Interface) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    return {
        "csharp/src/Interface.cs": _interface(interface),
        "csharp/src/Ops.cs": _ops(library),
        "csharp/src/Dtype.cs": _dtypes(library),
        "csharp/src/Status.cs": _statuses(interface),
        "csharp/src/Wrappers.cs": _wrappers(interface),
        "csharp/src/Texts.cs": _HEAD + _TEXTS,
    }


_TEXTS = """
using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Weft
{
    /// <summary>Texts between C#, which has UTF-16, and C.</summary>
    internal static class Text
    {
        // Half a pair of UTF-16 is an error instead of another character.
        internal static readonly Encoding Utf8 = new UTF8Encoding(false, true);

        internal static string Of(IntPtr text)
        {
            if (text == IntPtr.Zero) return null;
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0) length++;
            byte[] bytes = new byte[length];
            Marshal.Copy(text, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }

        /// <summary>UTF-8 with a zero behind it.</summary>
        internal static byte[] Bytes(string text, string argument)
        {
            if (text == null) throw new ArgumentNullException(argument);
            if (text.IndexOf('\\0') >= 0)
                throw new ArgumentException("a text must not have NUL characters: " + text);
            byte[] bytes = new byte[Utf8.GetByteCount(text) + 1];
            Utf8.GetBytes(text, 0, text.Length, bytes, 0);
            return bytes;
        }
    }

    /// <summary>A text, or several ones, in memory that C may read.</summary>
    internal sealed class Names : IDisposable
    {
        private readonly IntPtr[] texts;
        private GCHandle row;

        internal Names(string argument, params string[] names)
        {
            texts = new IntPtr[names.Length + 1];
            row = GCHandle.Alloc(texts, GCHandleType.Pinned);
            for (int i = 0; i < names.Length; i++)
            {
                byte[] bytes = Text.Bytes(names[i], argument);
                texts[i] = Marshal.AllocHGlobal(bytes.Length);
                Marshal.Copy(bytes, 0, texts[i], bytes.Length);
            }
        }

        internal IntPtr First => texts[0];
        internal IntPtr this[int i] => texts[i];
        internal IntPtr All => row.AddrOfPinnedObject();

        public void Dispose()
        {
            row.Free();
            foreach (IntPtr text in texts) if (text != IntPtr.Zero) Marshal.FreeHGlobal(text);
        }
    }
}
"""

# ---- the C interface ----------------------------------------------------------------------------


def _interface(interface: facts.Interface) -> str:
    """P/Invoke declarations: every pointer is an IntPtr; what C lends is copied by the caller."""
    out = [_HEAD, "using System;", "using System.Runtime.InteropServices;\n", "namespace Weft",
           "{", "    /// <summary>The functions of weft.h as they are.</summary>",
           "    internal static class C", "    {",
           '        private const string Library = "weft";\n']  # fmt: skip
    for name, value in interface.constants.items():
        if not name.startswith(
            ("WEFT_TAG", "WEFT_MODE", "WEFT_GRAD", "WEFT_TRACE", "WEFT_MAX_RANK")
        ):
            continue
        out.append(f"        internal const int {name} = {value};")
    for name, function in interface.functions.items():
        if not name.startswith(_USED) or name.endswith("unversioned"):
            continue
        arguments = ", ".join(f"{_type(t)} a{i}" for i, t in enumerate(function.arguments))
        out.append("\n        [DllImport(Library)]")
        out.append(f"        internal static extern {_type(function.result)} {name}({arguments});")
    return "\n".join([*out, "    }", "}"]) + "\n"


def _type(what: CType) -> str:
    match what:
        case facts.Name(name):
            return _NUMBERS.get(name, "IntPtr")
        case _:
            return "IntPtr"


# ---- operators ----------------------------------------------------------------------------------


def _name(name: str) -> str:
    name = lower_camel(name)
    return f"@{name}" if name in _RESERVED else name


def _split(op: Operator) -> tuple[list[Argument], list[Argument]]:
    """What stands in the list of arguments, and what has a default."""
    required = [a for a in op.arguments if a.required or a.kind == "tensors"]
    return required, [a for a in op.arguments if a not in required]


def _ops(library: Library) -> str:
    out = [_HEAD, "namespace Weft", "{",
           "    /// <summary>A function for each operator of the core. What may be left out is",
           "    /// named: <c>Ops.Softmax(x, axis: 0)</c>.</summary>",
           "    public static class Ops", "    {"]  # fmt: skip
    for op in library.operators():
        if offered(op):
            out += _function(op)
    return "\n".join([*out, "    }", "}"]) + "\n"


def _function(op: Operator) -> list[str]:
    required, optional = _split(op)
    parameters = [f"{_TYPES[a.kind]} {_name(a.name)}" for a in required]
    for a in optional:
        what = _TYPES[a.kind]
        nullable = what if a.kind in ("tensor", "string", "ints") else f"{what}?"
        parameters.append(f"{nullable} {_name(a.name)} = null")
        if a.takes_none:
            parameters.append(f"bool {_name(a.name).lstrip('@')}None = false")
    many = op.outputs != 1
    lines = [f"        /// <summary>{_safe(sentence(op.doc))}</summary>"]
    for a in [*required, *optional]:
        end = f" Default: {a.fallback}." if a.fallback else ""
        name = _name(a.name).lstrip("@")
        lines.append(f'        /// <param name="{name}">{_safe(sentence(a.doc) + end)}</param>')
        if a.takes_none:
            said = f"{name} is none on purpose."
            lines.append(f'        /// <param name="{name}None">{said}</param>')
    given = []
    for a in op.arguments:
        name = _name(a.name)
        none = f"{name.lstrip('@')}None ? Operator.None : " if a.takes_none else ""
        given.append(f"{none}(object){name}" if none else name)
    result, call = ("Tensor[]", "All") if many else ("Tensor", "One")
    signature = f"public static {result} {camel(op.name)}({', '.join(parameters)})"
    found = f"{camel(op.name)}Operator"
    field = f'private static readonly LazyOperator {found} = new LazyOperator("{op.name}");'
    body = f"{found}.Get().{call}(new object[] {{ {', '.join(given)} }});"
    lines = [f"        {field}", "", *lines, f"        {signature} =>", f"            {body}", ""]
    if not many and [a.kind for a in op.arguments if a.required] in (["tensor"], ["tensor"] * 2):
        lines += [] if optional else _arrays(op, required, found)
    return lines


def _arrays(op: Operator, required: list[Argument], found: str) -> list[str]:
    """The same for arrays alone, which takes less time."""
    names = [_name(a.name) for a in required]
    parameters = ", ".join(f"Tensor {name}" for name in names)
    return [
        "        /// <summary>The same for arrays.</summary>",
        f"        public static Tensor {camel(op.name)}({parameters}) =>",
        f"            {found}.Get().One({', '.join(names)});",
        "",
    ]


def _safe(text: str) -> str:
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())


def _dtypes(library: Library) -> str:
    names = library.dtypes()
    out = [_HEAD, "namespace Weft", "{",
           "    /// <summary>The type of the elements of an array.</summary>",
           "    public enum Dtype", "    {"]  # fmt: skip
    for name, number in names.items():
        out += [f"        /// <summary>{name}</summary>", f"        {camel(name)} = {number},"]
    return "\n".join([*out, "    }", "}"]) + "\n"


# ---- failures, and methods that are one call ----------------------------------------------------

_GIVEN = {
    "text": "string",
    "path": "string",
    "tensor": "Tensor",
    "int32_t": "int",
    "int64_t": "long",
    "uint64_t": "ulong",
}
_RESULT = {"nothing": "void", "text": "string", "tensor": "Tensor", "bool": "bool"}
_TITLES = {"IO": "Io", "text": "GetText"}


def _statuses(interface: facts.Interface) -> str:
    out = [
        _HEAD,
        "namespace Weft",
        "{",
        "    /// <summary>The kind of a failure: the status codes of weft.h.</summary>",
        "    public enum Status",
        "    {",
        "        Ok,",
        *(f"        {title(name)}," for name in statuses(interface)),
    ]
    return "\n".join([*out, "    }", "}"]) + "\n"


def _wrappers(interface: facts.Interface) -> str:
    """Parts of classes: `Do` and `With` refuse a disposed object and hold the handle meanwhile.

    SetBudget is written by hand, because its entry has a default here.
    """
    out = [_HEAD, "using System;", "using System.Linq;\n", "namespace Weft", "{"]
    for owner in ("", "tensor", "function", "writer", "model", "context"):
        kind = "sealed" if owner else "static"
        out += [f"    public {kind} unsafe partial class {camel(owner) or 'Library'}", "    {"]
        for call in calls(interface):
            if call.wrapper.owner == owner and call.wrapper.name != "set_budget":
                out += [f"        {line}".rstrip() for line in [*_wrapper(call), ""]]
        for one in (one for one in LISTS if one.owner == owner):
            out += [f"        {line}".rstrip() for line in [*_listed(one), ""]]
        out += ["    }\n"]
    return "\n".join([*out[:-1], "    }", "}"]).replace("\n\n    }", "\n    }") + "\n"


def _listed(one: Listed) -> list[str]:
    """The property of a row; an array that is lent gets a reference of its own."""
    own = "Handle" if one.owner == "function" else "handle"
    each = f"C.{one.each}(raw, (UIntPtr)i)"
    is_text = one.result == "text"
    each = f"Text.Of({each})" if is_text else f"new Tensor(C.weft_tensor_retain({each}))"
    return [f"/// <summary>{one.doc}</summary>",
            f"public {'string' if is_text else 'Tensor'}[] {camel(one.name)} => {own}.With(raw =>",
            f"    Enumerable.Range(0, (int)C.{one.count}(raw)).Select(i => {each})"
            ".ToArray());"]  # fmt: skip


def _wrapper(call: Call) -> list[str]:
    what = call.wrapper
    name = _TITLES.get(what.name, camel(what.name))
    texts = [given for given, kind in call.given if kind in ("text", "path")]
    passed = ["raw"] if what.owner else []
    for given, kind in call.given:
        at = f"names[{texts.index(given)}]" if given in texts else given
        passed.append("given" if kind == "tensor" else at)
    passed += [f"C.{what.fixed}"] if what.fixed else []
    made = call.can_fail and call.result in ("text", "tensor")
    called = f"C.{what.function}({', '.join([*passed, *(['place'] if made else [])])})"
    body = _body(call, called)
    if texts:
        body = [f'using (Names names = new Names("{texts[0]}", {", ".join(texts)}))', "{",
                *(f"    {line}" for line in body), "}"]  # fmt: skip
    if what.owner == "context":
        body = ["lock (one)", "{", *(f"    {line}" for line in body), "}"]
    if made:
        body = ["IntPtr made = IntPtr.Zero;", "IntPtr place = (IntPtr)(&made);", *body]
    if call.result == "nothing" and what.chains:
        body.append("return this;")
    doc = what.doc.replace("&", "&amp;")
    lines = [f"/// <summary>{doc}</summary>"]
    result = camel(what.owner) if what.chains else _RESULT[call.result]
    parameters = ", ".join(f"{_GIVEN[kind]} {given}" for given, kind in call.given)
    if what.name == "grad":
        return [*lines, f"public {result} {name}", "{", "    get", "    {",
                *(f"        {line}" for line in body), "    }", "}"]  # fmt: skip
    if not call.given and not made and call.can_fail and what.owner and not what.fixed:
        lines.insert(
            0, f"private static readonly Func<IntPtr, int> {name}It = C.{what.function};\n"
        )
    static = "" if what.owner else "static "
    signature = f"public {static}{result} {name}({parameters})"
    return [*lines, signature, "{", *(f"    {line}" for line in body), "}"]


def _body(call: Call, called: str) -> list[str]:
    """The statements around one call."""
    what = call.wrapper
    name = _TITLES.get(what.name, camel(what.name))
    own = {"tensor": "", "function": "Handle."}.get(what.owner, "handle.")
    if not what.owner:
        return [f"WeftException.Check({called});"]
    if call.can_fail:
        simple = not call.given and not what.fixed and call.result == "nothing"
        run = f"{own}Do({name}It);" if simple else f"{own}Do(raw => {called});"
        if call.result == "tensor":
            null = "made == IntPtr.Zero ? null : " if what.optional else ""
            return [run, f"return {null}new Tensor(made);"]
        return [run, *(["return Text.Of(made);"] if call.result == "text" else [])]
    if call.result == "bool":
        return [f"return With(raw => other.With(given => {called})) != 0;"]
    return [f"return Text.Of({own}With(raw => {called}));"]
