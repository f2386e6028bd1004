"""Rust's methods that are one call, lists and ports, and its signs for arrays: `wrappers.rs`."""

import facts
from names import camel
from wrappers import LISTS, PORTS, Call, Listed, calls

# Rust's names of the numbers of C.
NUMBERS = {"int32_t": "i32", "int64_t": "i64", "uint8_t": "u8", "uint32_t": "u32",
            "uint64_t": "u64", "size_t": "usize", "double": "f64", "char": "c_char",
            "void": "c_void"}  # fmt: skip

_PASSED = {"text": "&str", "path": "impl AsRef<Path>", "tensor": "&Tensor"}
_RESULTS = {"nothing": "()", "text": "String", "tensor": "Tensor", "bool": "bool"}


def wrappers(interface: facts.Interface, head: str) -> str:
    """wrappers.rs: methods that are one call, lists, ports, signs."""
    out = [head + "//! Methods that are one call of the C interface, and texts for all calls.\n",
           "use std::ffi::CString;", "use std::os::raw::c_char;", "use std::path::Path;\n",
           "use weft_sys::*;\n", "use crate::error::{check, made, refuse};",
           "use crate::{Context, Function, Input, Model, Port, Result, Status, Tensor, Writer};\n",
           _TEXTS, _LIBRARY]  # fmt: skip
    all_calls = calls(interface)
    for owner in dict.fromkeys(call.wrapper.owner for call in all_calls):
        bodies = ["\n".join(_wrapper(c)) for c in all_calls if c.wrapper.owner == owner]
        if owner:
            bodies += _ports() if owner == "context" else []
            bodies += [_names(one) for one in LISTS if (one.owner, one.result) == (owner, "text")]
            inside = "\n".join(bodies)
            inside = "\n".join(f"    {line}".rstrip() for line in inside.splitlines())
            out.append(f"impl {camel(owner)} {{\n{inside}\n}}\n")
        else:
            out += [body + "\n" for body in bodies]
    for owner in ("tensor", "function", "writer", "context"):
        out += [
            f"impl Drop for {camel(owner)} {{",
            "    fn drop(&mut self) {",
            "        // SAFETY: this object owns one reference.",
            f"        unsafe {{ weft_{owner}_release(self.handle()) }}",
            "    }",
            "}\n",
        ]
    return "\n".join([*out, *_arithmetic()]).rstrip() + "\n"


_TEXTS = """/// A path as C takes it.
pub(crate) fn c_path(path: &Path) -> Result<CString> {
    match path.to_str() {
        Some(text) => c_text(text),
        None => refuse(Status::InvalidValue, format!("a path must be UTF-8; got {path:?}")),
    }
}

/// A text as C takes it.
pub(crate) fn c_text(text: &str) -> Result<CString> {
    let rule = "a text must not have NUL characters";
    let refused = || refuse(Status::InvalidValue, format!("{rule}; got {text:?}"));
    CString::new(text).or_else(|_| refused())
}

/// Names as C takes them.
pub(crate) fn c_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<CString>> {
    names.map(c_text).collect()
}

/// A copy of a text that the library lends; "" for NULL.
pub(crate) fn borrowed(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: the library's texts end with 0 and are valid here.
    unsafe { std::ffi::CStr::from_ptr(text) }.to_string_lossy().into_owned()
}
"""

_LIBRARY = """/// The version of the library, such as "0.1.0".
pub fn version() -> &'static str {
    // SAFETY: the text lives as long as the library.
    unsafe { std::ffi::CStr::from_ptr(weft_version()) }.to_str().unwrap_or("")
}

/// Bytes of arrays and of the library's objects that are in use.
pub fn live_bytes() -> Result<i64> {
    let mut figures: weft_memory = unsafe { std::mem::zeroed() };
    figures.struct_size = std::mem::size_of::<weft_memory>();
    // SAFETY: the struct has the size that it says.
    check(unsafe { weft_memory_stats(&mut figures, 0) })?;
    Ok(figures.live)
}
"""

_SIGNS = {"Add": "add", "Sub": "subtract", "Mul": "multiply", "Div": "divide"}


def _arithmetic() -> list[str]:
    """Rust's signs for arrays, which are borrowed or given away, and numbers."""
    out = []
    gives = "-> Tensor {\n        crate::ops::"
    end = '.unwrap_or_else(|error| panic!("{error}"))\n    }\n}\n'
    head = ("    type Output = Tensor;\n    /// Panics with the library's text where the operator "
            "refuses.\n    #[track_caller]\n    fn ")  # fmt: skip
    for trait, operator in _SIGNS.items():
        for what, own in (("&'a Tensor", "self"), ("Tensor", "Input::Array(&self)")):
            out.append(
                f"impl<'a, T: Into<Input<'a>>> std::ops::{trait}<T> for {what} {{\n"
                f"{head}{trait.lower()}(self, other: T) {gives}{operator}({own}, other.into()){end}"
            )
    out.append(f"impl std::ops::Neg for &Tensor {{\n{head}neg(self) {gives}negative(self){end}")
    return out


def _names(one: Listed) -> str:
    """The method of a row of texts."""
    return (
        f"/// {one.doc}\npub fn {one.name}(&self) -> Vec<String> {{\n"
        "    // SAFETY: the handle is alive, and lends the texts.\n"
        f"    let count = unsafe {{ {one.count}(self.handle()) }};\n"
        f"    let name = |index| borrowed(unsafe {{ {one.each}(self.handle(), index) }});\n"
        "    (0..count).map(name).collect()\n}"
    )


def _ports() -> list[str]:
    """Lists of what a context has."""
    return [
        f"/// {doc}\npub fn {kind}s(&self) -> Result<Vec<Port>> {{\n"
        f"    let count = unsafe {{ weft_context_{kind}s(self.handle()) }};\n"
        f"    (0..count).map(|index| self.port(weft_context_get_{kind}, index)).collect()\n}}"
        for kind, doc in PORTS.items()
    ]


def _wrapper(call: Call) -> list[str]:
    what = call.wrapper
    own = ("&mut self" if what.writes else "&self") if what.owner else ""
    parameters = [f"{n}: {_PASSED.get(kind) or NUMBERS[kind]}" for n, kind in call.given]
    result = _RESULTS[call.result]
    result = f"Option<{result}>" if what.optional else result
    texts = {name: kind for name, kind in call.given if kind in ("text", "path")}
    result = f"Result<{result}>" if call.can_fail or texts else result
    lines = [
        f"/// {what.doc}",
        f"pub fn {what.name}({', '.join(([own] if own else []) + parameters)}) -> {result} {{",
    ]
    for name, kind in texts.items():
        value = f"c_path({name}.as_ref())?" if kind == "path" else f"c_text({name})?"
        lines.append(f"    let {name} = {value};")
    passed = ["self.handle()"] if own else []
    passed += [f"{name}.as_ptr()" if name in texts else f"{name}.handle()" if kind == "tensor"
               else name for name, kind in call.given]  # fmt: skip
    passed += [what.fixed] if what.fixed else []
    is_made = call.can_fail and call.result in ("text", "tensor")
    passed += ["out"] if is_made else []
    called = f"unsafe {{ {what.function}({', '.join(passed)}) }}"
    lines.append(
        "    // SAFETY: handles are alive, texts end with 0, and a result is written on success."
    )
    if is_made:
        lines.append(f"    let out = made(|out| {called})?;")
    elif call.result == "text":
        lines.append(f"    let out = {called};")
    if call.result in ("text", "tensor"):
        given = "borrowed(out)" if call.result == "text" else "Tensor::owned(out)"
        lines.append(
            f"    Ok((!out.is_null()).then(|| {given}))" if what.optional else f"    Ok({given})"
        )
    else:
        lines.append(f"    check({called})" if call.can_fail else f"    {called[:-2]} != 0 }}")
    return [*lines, "}"]
