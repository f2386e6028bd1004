"""Node's native part: `interface.cc`, functions of weft.h for JavaScript; `kinds.h`, its handles.

What a parameter of C is in JavaScript follows from its type. An array is its place in the addon's
table, another handle an external value, a dtype its name, a list an array; how many there are in a
list is not said again. What C gives through its last parameter is the result. What needs more is in
the other sources.
"""

import facts
from facts import CType

# Functions of the addon: their names, those of weft.h, and the names of what JavaScript gives; a
# parameter named `-` is 0. Counts of lists, and places of results, have no names.
_FUNCTIONS = """
version weft_version
seed weft_random_seed seed
setNumThreads weft_set_num_threads count
memory weft_memory_stats -
dtypeSize weft_dtype_size dtype
shape weft_tensor_shape x
write weft_tensor_write x value
createTensor weft_tensor_create dtype rank shape elements
dtype weft_tensor_dtype x
read weft_tensor_read x out
wait weft_tensor_wait x
isSame weft_tensor_shares_box x other
detach weft_tensor_detach x
attachGrad weft_tensor_attach_grad x request
grad weft_tensor_grad x
saveTensors weft_tensors_save path names arrays -
loadArchive weft_archive_load path
archiveCount weft_archive_count archive
archiveName weft_archive_name_at archive index
archiveTensor weft_archive_tensor archive index
setModes weft_set_modes set clear
backward weft_backward heads - -
gradients weft_grad heads - variables retain createGraph
addDimension weft_trace_add_dimension name min max inputs axes
setExample weft_trace_set_example example earlier
traceEnd weft_trace_end outputs
traceAbort weft_trace_abort
isExample weft_function_is_example function
join weft_function_join examples
callFunction weft_function_call function inputs outputs
functionInputs weft_function_inputs function
functionOutputs weft_function_outputs function
captureCount weft_function_captures function
capture weft_function_capture_at function index
functionText weft_function_get_text function what
createWriter weft_writer_create
addEntry weft_writer_add_entry writer entry function inputs outputs captures
setMetadata weft_writer_set_metadata writer key value
saveWriter weft_writer_save writer path
loadModel weft_model_load path
closeModel weft_model_release model
entryCount weft_model_entry_count model
entryName weft_model_entry_name_at model index
weightCount weft_model_tensor_count model
weightName weft_model_tensor_name_at model index
weight weft_model_tensor model index
metadata weft_model_metadata model key
setBudget weft_model_set_budget model entry bytes
createContext weft_context_create model entry -
createSharing weft_context_create_sharing first entry -
closeContext weft_context_release context
inputCount weft_context_inputs context
outputCount weft_context_outputs context
stateCount weft_context_states context
input weft_context_get_input context index
output weft_context_get_output context index
state weft_context_get_state context index
setInputShape weft_context_set_input_shape context index shape
bindInput weft_context_bind_input context index memory
bindOutput weft_context_bind_output context index memory
run weft_context_run context
readState weft_context_read_state context index out
writeState weft_context_write_state context index elements
reset weft_context_reset context
saveContext weft_context_save context path
"""
# The names of the addon's functions by those of weft.h.
NAMES = {words[1]: words[0] for line in _FUNCTIONS.split("\n") if (words := line.split())}
# Handles that are values of JavaScript, with what errors call them.
_KINDS = {"weft_function": "a function of trace", "weft_model": "a Model",
          "weft_writer": "a Writer", "weft_context": "a Context",
          "weft_archive": "an archive"}  # fmt: skip
_COUNTS = (facts.Name("size_t"), facts.Name("int32_t"))
_TEXT = facts.Pointer(facts.Name("char"), True)


def files(interface: facts.Interface, head: str) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    head = f"{head}// clang-format off\n"
    out = [head, '#include "support.h"\n', "namespace weftjs {", "namespace {\n"]
    names = []
    for line in _FUNCTIONS.split("\n"):
        if words := line.split():
            names.append(words[0])
            out += _Definition(interface, words[0], words[1], words[2:]).lines()
    out += ["}  // namespace\n", "void add_interface(napi_env env, napi_value exports) {"]
    out += [f'  add_function(env, exports, "{name}", entry<{name}_>);' for name in names]
    out += ["}\n", "}  // namespace weftjs"]
    return {
        "javascript/src/interface.cc": "\n".join(out) + "\n",
        "javascript/src/kinds.h": _kinds(head),
    }


def _kinds(head: str) -> str:
    """How each handle is freed, how its objects are marked, and what errors call it."""
    out = [head, "#ifndef WEFT_JAVASCRIPT_KINDS_H_", "#define WEFT_JAVASCRIPT_KINDS_H_\n",
           "#include <weft/weft.h>\n", "namespace weftjs {\n",
           "template <class Handle>", "struct Kind;"]  # fmt: skip
    for number, (handle, said) in enumerate(_KINDS.items(), 1):
        out += ["template <>", f"struct Kind<{handle}> {{",
                f"  static constexpr auto kRelease = {handle}_release;",
                f"  static constexpr unsigned kNumber = {number};",
                f'  static constexpr const char* kSaid = "{said}";', "};"]  # fmt: skip
    return "\n".join([*out, "\n}  // namespace weftjs\n", "#endif"]) + "\n"


class _Definition:
    """One function of the addon: it takes the parameters of C one after the other."""

    def __init__(
        self, interface: facts.Interface, name: str, function: str, given: list[str]
    ) -> None:
        self.interface, self.name, self.function = interface, name, function
        self.what = interface.functions[function]
        self.given = given
        self.next = 0  # of the given names
        self.index = 0  # of the arguments of JavaScript
        self.before: list[str] = []  # statements before the call
        self.passed: list[str] = []  # what C gets
        self.rows: list[str] = []  # lists whose count comes next
        self.last = self.arrays = ""  # the last list, and the last one of arrays
        self.after: list[str] = []  # the result of JavaScript

    def lines(self) -> list[str]:
        begin = [f"napi_value {self.name}_(napi_env env, napi_callback_info info) {{",
                 f'  const Call call(env, info, "{self.name}");']  # fmt: skip
        if self.function.endswith("_release"):
            handle = self.function.removesuffix("_release")
            done = [f"  Owned<{handle}>::of(call, call[0]).free();", "  return call.undefined();"]
            return [*begin, *done, "}"]
        for place, what in enumerate(self.what.arguments):
            self._parameter(what, self.what.arguments[place + 1 :])
        assert self.next == len(self.given), f"{self.name}: names are left: {self.given}"
        called = f"{self.function}({', '.join(self.passed)})"
        end = self._end(called)
        return [*begin, *(f"  {line}" for line in [*self.before, *end]), "}"]

    def _end(self, called: str) -> list[str]:
        match self.what.result:
            case facts.Name("weft_status"):
                return [f"check(env, {called});", *(self.after or ["return call.undefined();"])]
            case facts.Name("void"):
                return [f"{called};", "return call.undefined();"]
            case facts.Pointer(facts.Name("int64_t"), True):  # one for each axis
                rank = f"weft_tensor_rank({self.passed[0]})"
                return [f"return make_numbers(env, {called}, {rank});"]
            case facts.Name("weft_dtype"):
                return [f"return make_text(env, weft_dtype_name({called}));"]
            case facts.Name("weft_tensor"):  # a lent one
                return [f"return wrap_tensor(env, weft_tensor_retain({called}));"]
            case what:
                kind = "text" if what == _TEXT else "number"
                return [f"return make_{kind}(env, {called});"]

    def _take(self) -> str:
        """The next name, with the argument's number; nothing for one that is 0."""
        name = self.given[self.next]
        self.next += 1
        if name == "-":
            return ""
        self.index += 1
        return f'call[{self.index - 1}], "{name}"'

    def _local(self, made: str) -> str:
        name = f"a{len(self.before)}"
        self.before.append(f"const auto {name} = {made};")
        return name

    def _parameter(self, what: CType, rest: tuple[CType, ...]) -> None:
        if what in _COUNTS and self.rows:
            self.passed.append(f"static_cast<{what.name}>({self.rows[0]}.size())")
            self.rows = []
        elif self._is_result(what, rest):
            self._result(what, rest)
        elif what == facts.Name("size_t") and self.passed[-1:] == ["nullptr"]:
            self.passed.append("0")
        elif what == facts.Name("size_t") and self.passed[-1:] == ["outs.data()"]:
            self.passed.append("outs.size()")
        elif what == facts.Name("size_t") and self.passed and self.passed[-1].endswith(".data"):
            self.passed.append(f"{self.passed[-1].removesuffix('.data')}.size")
        elif not (taken := self._take()):
            self.passed.append("nullptr" if isinstance(what, facts.Pointer) else "0")
        else:
            self._argument(what, taken)

    def _argument(self, what: CType, taken: str) -> None:
        place = taken.split(",")[0]
        match what:
            case facts.Name("weft_tensor"):
                self.passed.append(f"call.tensor({place})")
            case facts.Name("weft_dtype"):
                self.passed.append(f"call.dtype({place})")
            case facts.Name(name) if name in _KINDS:
                self.passed.append(f"Owned<{name}>::get(call, {place})")
            case facts.Name(name):
                self.passed.append(f"call.number<{name}>({taken})")
            case _ if what == _TEXT:
                self.passed.append(f"{self._local(f'call.text({taken})')}.c_str()")
            case facts.Pointer(facts.Name("weft_value"), True):
                self.before.append(f"const Values values(call, {place});")
                self.passed.append("values.data()")
            case facts.Pointer(facts.Name("void")):
                self.passed.append(f"{self._local(f'call.bytes({taken})')}.data")
            case facts.Pointer(facts.Name("weft_tensor"), True):
                self._row(f"call.tensors({place})")
                self.arrays = self.last
            case facts.Pointer(facts.Name(name), True) if name in _KINDS:
                self._row(f"call.handles<{name}>({taken})")
            case facts.Pointer(facts.Name(name), True):
                self._row(f"call.numbers<{name}>({taken})")
            case facts.Pointer(to, True) if to == _TEXT:
                self._row(f"call.texts({taken})")
            case _:
                raise ValueError(f"{self.function}: there is nothing in JavaScript for {what}")

    def _row(self, made: str) -> None:
        self.last = self._local(made)
        self.rows.append(self.last)
        self.passed.append(f"{self.last}.data()")

    def _is_result(self, what: CType, rest: tuple[CType, ...]) -> bool:
        is_struct = isinstance(what, facts.Pointer) and isinstance(what.to, facts.Name)
        if is_struct and not what.const and what.to.name in self.interface.structs:
            return True
        is_last = not rest or (len(rest) == 1 and rest[0] == facts.Name("size_t"))
        return (
            isinstance(what, facts.Pointer)
            and not what.const
            and what.to != facts.Name("void")
            and is_last
        )

    def _result(self, what: CType, rest: tuple[CType, ...]) -> None:
        assert isinstance(what, facts.Pointer)
        if what.to == facts.Name("weft_tensor") and (rest or self.arrays):
            count = f"{self.arrays}.size()"
            if rest:  # how many, JavaScript says
                count = f"call.number<size_t>({self._take()})"
            self.before.append(f"std::vector<weft_tensor> outs({count});")
            self.passed.append("outs.data()")
            self.after = ["return wrap_tensors(env, outs);"]
            return
        self.passed.append("&out")
        if what.to == _TEXT:
            self.before.append("const char* out = nullptr;")
            self.after = ["return make_text(env, out);"]
            return
        assert isinstance(what.to, facts.Name)
        name = what.to.name
        self.before.append(f"{name} out{{}};")
        if name == "weft_tensor":
            self.after = ["return out ? wrap_tensor(env, out) : call.undefined();"]
        elif name in _KINDS:
            first = self.what.arguments[0]
            owner = first.name if isinstance(first, facts.Name) else ""
            kept = f", Owned<{owner}>::of(call, call[0]).memory" if owner in _KINDS else ""
            self.after = [f"return Owned<{name}>::wrap(env, out{kept});"]
        else:
            self.before.append("out.struct_size = sizeof out;")
            self.after = self._object(name)

    def _object(self, name: str) -> list[str]:
        """The fields of a struct as an object; a shape has as many numbers as `rank` says."""
        out = ["const napi_value made = make_object(env);"]
        for field, what in self.interface.structs[name].fields.items():
            if field in ("struct_size", "rank"):
                continue
            kind = "text" if what == _TEXT else "number"
            value = f"make_{kind}(env, out.{field})"
            if isinstance(what, facts.Pointer) and what != _TEXT:
                value = f"make_numbers(env, out.{field}, out.rank)"
            elif what == facts.Name("weft_dtype"):
                value = f"make_text(env, weft_dtype_name(out.{field}))"
            out.append(f'set(env, made, "{field}", {value});')
        return [*out, "return made;"]
