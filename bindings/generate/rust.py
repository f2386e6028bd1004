"""Rust: `weft-sys`, the C interface as it is, and `ops.rs`, a function for each operator."""

import facts
import rust_calls
from facts import CType
from names import camel, sentence, title
from registry import Argument, Library, Operator, offered
from wrappers import statuses

# The members of weft_value's union, in their order, which interface.txt gives without names.
_MEMBERS = ("tensor", "integer", "real", "text", "ints", "tensors", "parts", "function")
_KEYWORDS = {"as", "in", "type", "ref", "where", "loop", "match", "move", "mod", "fn", "abs_",
             "self", "use", "box", "yield", "final", "impl", "let", "mut", "static"}  # fmt: skip
# The dtypes that Rust has elements for.
_ELEMENTS = {"bool": "bool", "float32": "f32", "float64": "f64",
             **{f"{sign}int{bits}": f"{'u' if sign else 'i'}{bits}" for sign in ("u", "")
                for bits in (8, 16, 32, 64)}}  # fmt: skip
_HEAD = "// Written by bindings/generate; do not edit.\n"


def files(library: Library, interface: facts.Interface) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    return {
        "rust/weft-sys/src/interface.rs": _sys(interface),
        "rust/weft/src/ops.rs": _ops(library),
        "rust/weft/src/dtype_names.rs": _dtypes(library),
        "rust/weft/src/status.rs": _statuses(interface),
        "rust/weft/src/wrappers.rs": rust_calls.wrappers(interface, _HEAD),
    }


# ---- weft-sys -----------------------------------------------------------------------------------


def _sys(interface: facts.Interface) -> str:
    out = [_HEAD, "use std::os::raw::{c_char, c_void};\n"]
    out += [f"pub const {name}: i32 = {value};" for name, value in interface.constants.items()]
    handles = set()
    for name, what in interface.types.items():
        match what:
            case facts.Pointer(facts.Name(inner), const) if inner.startswith("struct "):
                struct = inner.removeprefix("struct ")
                handles.add(struct)
                pointer = "const" if const else "mut"
                out.append(f"#[repr(C)]\npub struct {struct} {{\n    _private: [u8; 0],\n}}")
                out.append(f"pub type {name} = *{pointer} {struct};")
            case _:
                out.append(f"pub type {name} = {_type(what)};")
    for struct in ("DLManagedTensor", "DLManagedTensorVersioned"):
        out.append(f"#[repr(C)]\npub struct {struct} {{\n    _private: [u8; 0],\n}}")
    value = next(f for s in interface.structs.values() for f in s.fields.values() if _union(f))
    assert isinstance(value, facts.Union)
    members = zip(_MEMBERS, value.members, strict=True)
    out.append(_record("union", "weft_value_as", [(n, _type(t)) for n, t in members]))
    for struct in interface.structs.values():
        fields = [(_escaped(n), _type(t)) for n, t in struct.fields.items()]
        out.append(_record("struct", struct.name, fields))
    out.append('extern "C" {')
    for name, function in interface.functions.items():
        out.append(f"    pub fn {name}({_arguments(function)}){_result(function)};")
    out.append("}")
    return "\n".join(out) + "\n"


def _union(what: CType) -> bool:
    return isinstance(what, facts.Union)


def _record(kind: str, name: str, fields: list[tuple[str, str]]) -> str:
    lines = "".join(f"    pub {field}: {what},\n" for field, what in fields)
    return f"#[repr(C)]\n#[derive(Clone, Copy)]\npub {kind} {name} {{\n{lines}}}"


def _arguments(function: facts.Function) -> str:
    return ", ".join(f"a{i}: {_type(what)}" for i, what in enumerate(function.arguments))


def _result(function: facts.Function) -> str:
    return "" if function.result == facts.Name("void") else f" -> {_type(function.result)}"


def _type(what: CType) -> str:
    match what:
        case facts.Name(name):
            return rust_calls.NUMBERS.get(name, name.removeprefix("struct "))
        case facts.Pointer(to, const):
            return f"*{'const' if const else 'mut'} {_type(to)}"
        case facts.Function():
            inner = ", ".join(map(_type, what.arguments))
            return f'Option<unsafe extern "C" fn({inner}){_result(what)}>'
        case facts.Array(of, length):
            return f"[{_type(of)}; {length}]"
        case facts.Union():
            return "weft_value_as"


def _escaped(name: str) -> str:
    return f"r#{name}" if name in _KEYWORDS - {"self"} else name


# ---- operators ----------------------------------------------------------------------------------

_GIVEN = {"int": "i64", "float": "f64", "bool": "bool", "string": "String", "ints": "Vec<i64>",
          "dtype": "Dtype"}  # fmt: skip
_REQUIRED = {"int": "i64", "float": "f64", "bool": "bool", "string": "&str",
             "ints": "&[i64]", "dtype": "Dtype", "tensor": "impl Into<Input<'a>>",
             "tensors": "&[&Tensor]"}  # fmt: skip


def _ops(library: Library) -> str:
    """ops.rs: `name(required…)`, and `name_with(required…, &Name { … })` where there is more."""
    out = [_HEAD + "//! A function for each operator of the core.\n",
           "#![allow(clippy::too_many_arguments)]\n",
           "use crate::call::{Arguments, Given, Input, Operator};",
           "use crate::{Dtype, Result, Tensor};\n"]  # fmt: skip
    out.append("impl<'a> Arguments<'a> {")
    for kind, what in _GIVEN.items():
        value = "value" if what in ("String", "Vec<i64>") else "*value"
        out += [
            f"    pub(crate) fn given_{kind}(&mut self, given: &'a Given<{what}>) {{",
            f"        self.given(given, |all, value| all.{kind}({value}));",
            "    }",
        ]
    out += [
        "    pub(crate) fn attribute(&mut self, value: &'a Attribute) {",
        "        match value {",
    ]
    for kind, what in _GIVEN.items():
        value = "value" if what in ("String", "Vec<i64>") else "*value"
        out.append(f"            Attribute::{camel(kind)}(value) => self.{kind}({value}),")
    out += ["            Attribute::None => self.none(),", "        }", "    }", "}\n",
            "/// The value of an attribute, for calls by name.", "#[derive(Clone, Debug)]",
            "pub enum Attribute {"]  # fmt: skip
    out += [f"    {camel(kind)}({what})," for kind, what in _GIVEN.items()]
    out += ["    None,", "}\n"]
    for op in library.operators():
        if offered(op):
            out.append(_function(op))
    return "\n".join(out)


def _function(op: Operator) -> str:
    required = [a for a in op.arguments if _positional(op, a)]
    optional = [a for a in op.arguments if not _positional(op, a)]
    life = "<'a>" if any("'a" in _REQUIRED[a.kind] for a in required) else ""
    parameters = [f"{_name(a)}: {_REQUIRED[a.kind]}" for a in required]
    name = _escaped(op.name)
    lines = [] if not optional else [_options(op, optional)]
    many = op.outputs != 1
    result = "Vec<Tensor>" if many else "Tensor"
    text = _doc(op, required)
    if optional:
        passed = ", ".join([*map(_name, required), f"&{camel(op.name)}::default()"])
        lines.append(f"{text}pub fn {name}{life}({', '.join(parameters)}) -> Result<{result}> {{")
        lines.append(f"    {op.name}_with({passed})\n}}\n")
        text = f"/// As [`{name}`], with what may be left out.\n"
        elided = _lifetime(optional).replace("'a", "'_")
        parameters.append(f"options: &{camel(op.name)}{elided}")
        name = f"{op.name}_with"
    lines.append(f"{text}pub fn {name}{life}({', '.join(parameters)}) -> Result<{result}> {{")
    lines.append(f"    static OPERATOR: Operator = Operator::new({_quoted(op.name)});")
    lines.append("    let mut arguments = Arguments::new();")
    for a in op.arguments:
        lines.append(f"    arguments.{_push(a, _positional(op, a))};")
    finish = "all" if many else "one"
    lines.append(f"    arguments.{finish}(&OPERATOR)\n}}\n")
    return "\n".join(lines)


def _positional(op: Operator, argument: Argument) -> bool:
    """An input that must be there and an attribute without a default stand in the list."""
    return argument.required or argument.kind == "tensors"


def _push(a: Argument, positional: bool) -> str:
    if positional:
        return f"{a.kind}({_name(a)})" if a.kind != "tensor" else f"input({_name(a)}.into())"
    place = f"options.{_name(a)}"
    return f"optional({place})" if a.kind == "tensor" else f"given_{a.kind}(&{place})"


def _options(op: Operator, optional: list[Argument]) -> str:
    """The struct of what may be left out; a field that is left at its default gives the operator's
    own default."""
    lines = [f"/// What [`{op.name}_with`] may be given beside its required arguments.",
             "#[derive(Clone, Default)]",
             f"pub struct {camel(op.name)}{_lifetime(optional)} {{"]  # fmt: skip
    for a in optional:
        end = f" Default: `{a.fallback}`." if a.fallback else ""
        lines.append(f"    /// {sentence(a.doc)}{end}")
        what = "Option<Input<'a>>" if a.kind == "tensor" else f"Given<{_GIVEN[a.kind]}>"
        lines.append(f"    pub {_name(a)}: {what},")
    return "\n".join([*lines, "}\n"])


def _lifetime(optional: list[Argument]) -> str:
    return "<'a>" if any(a.kind == "tensor" for a in optional) else ""


def _doc(op: Operator, required: list[Argument]) -> str:
    lines = [f"/// {line}".rstrip() for line in sentence(op.doc).splitlines()]
    for a in required:
        if a.doc:
            lines.append(f"///\n/// `{a.name}`: {sentence(a.doc)}")
    return "\n".join(lines) + "\n"


def _name(a: Argument) -> str:
    return _escaped(a.name.lower())


def _quoted(text: str) -> str:
    return f'c"{text}"'


def _dtypes(library: Library) -> str:
    """The dtypes as an enum with the numbers of the C interface."""
    out = [_HEAD, "/// The type of the elements of an array.",
           "#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]", "#[repr(i32)]",
           "pub enum Dtype {"]  # fmt: skip
    names = library.dtypes()
    out += [f"    {camel(name)} = {number}," for name, number in names.items()]
    out += ["}\n", "pub(crate) const ALL: &[Dtype] = &["]
    out += [f"    Dtype::{camel(name)}," for name in names] + ["];"]
    for name, rust in _ELEMENTS.items():
        out += ["// SAFETY: the same numbers in the same bytes; bools are 0 and 1.",
                f"unsafe impl Element for {rust} {{",
                f"    const DTYPE: Dtype = Dtype::{camel(name)};", "}"]  # fmt: skip
    out += ["impl crate::Tensor {", "    /// The elements as text, where Rust has a type for them.",
            "    pub(crate) fn values(&self) -> Option<String> {",
            "        match self.dtype() {"]  # fmt: skip
    out += [f"            Dtype::{camel(name)} => self.to_vec::<{rust}>().ok()"
            '.map(|all| format!("{all:?}")),' for name, rust in _ELEMENTS.items()]  # fmt: skip
    out += ["            _ => None,", "        }", "    }", "}"]
    return "\n".join(out) + "\n" + _DTYPE


# What the library says of a dtype, one call each.
_DTYPE = """
impl Dtype {
    pub(crate) fn of(code: i32) -> Dtype {
        ALL[code as usize]
    }
    /// The name, such as "float32".
    pub fn name(self) -> &'static str {
        // SAFETY: the number is a dtype, and its name lives as long as the library.
        let name = unsafe { std::ffi::CStr::from_ptr(weft_sys::weft_dtype_name(self as i32)) };
        name.to_str().unwrap_or("")
    }
    /// The dtype of a name such as "float32".
    pub fn named(name: &str) -> crate::Result<Dtype> {
        let name = crate::wrappers::c_text(name)?;
        // SAFETY: the name ends with 0, and the number is written on success.
        let find = |code: &mut i32| unsafe { weft_sys::weft_dtype_find(name.as_ptr(), code) };
        crate::error::made(find).map(Dtype::of)
    }
    /// Bytes of one element.
    pub fn size(self) -> usize {
        // SAFETY: the call takes a number.
        unsafe { weft_sys::weft_dtype_size(self as i32) }
    }
}

impl std::fmt::Display for Dtype {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}
"""


# ---- failures ----------------------------------------------------


def _statuses(interface: facts.Interface) -> str:
    names = statuses(interface)
    out = [
        _HEAD + "// error.rs includes this file.\n",
        "/// What kind of failure it was: the status codes of the C interface.",
        "#[derive(Clone, Copy, Debug, PartialEq, Eq)]",
        "#[non_exhaustive]",
        "pub enum Status {",
    ]
    out += [f"    {title(name)}," for name in names]
    out += ["    Unknown(i32),", "}\n", "impl Status {", "    /// The number of `weft.h`.",
            "    pub fn code(self) -> i32 {", "        match self {"]  # fmt: skip
    out += [f"            Status::{title(name)} => {number}," for name, number in names.items()]
    out += ["            Status::Unknown(code) => code,", "        }", "    }",
            "    pub(crate) fn of(code: i32) -> Status {", "        match code {"]  # fmt: skip
    out += [f"            {number} => Status::{title(name)}," for name, number in names.items()]
    return "\n".join(
        [*out, "            other => Status::Unknown(other),", "        }", "    }", "}\n"]
    )
