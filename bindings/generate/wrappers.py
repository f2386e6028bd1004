"""The methods that do nothing but call one function of weft.h, and the kinds of failures.

Each binding has them in its own words: a language's module writes them from this table and from the
function's types, as `wrappers(interface)`. What needs more than the call stays written by hand.
"""

from dataclasses import dataclass

import facts
from facts import CType

# The statuses of weft.h in the order of their numbers, without the one that is no failure.
STATUSES = (
    "INVALID_VALUE",
    "OUT_OF_MEMORY",
    "UNSUPPORTED",
    "NOT_FOUND",
    "INTERNAL",
    "INVALID_TYPE",
    "INDEX_OUT_OF_RANGE",
    "OVERFLOW",
    "IO",
    "INVALID_STATE",
    "INTERRUPTED",
    "CHECK_FAILED",
    "NO_FACTORIZATION",
    "DISCONNECTED",
)


def statuses(interface: facts.Interface) -> dict[str, int]:
    """The failures by name, with their numbers, which follow each other from 1."""
    out = {name: interface.constants[f"WEFT_{name}"] for name in STATUSES}
    assert list(out.values()) == list(range(1, len(out) + 1)), "a status is missing from the list"
    return out


@dataclass(frozen=True)
class Wrapper:
    """A method `name` of the class `owner`, or a function of the library where that is empty."""

    owner: str
    name: str
    function: str  # of weft.h
    doc: str
    given: tuple[str, ...] = ()  # what the caller gives, behind the owner's handle
    fixed: str = ""  # a constant of weft.h that stands there instead
    chains: bool = False  # gives its own object, in languages where calls are chained
    writes: bool = False  # changes the object, for languages that say so
    optional: bool = False  # the result may be missing


ALL = (
    Wrapper("", "seed", "weft_random_seed", "Sets the seed of the random operators.", ("seed",)),
    Wrapper(
        "",
        "set_num_threads",
        "weft_set_num_threads",
        "Sets how many threads may work on one call; errors for less than 1.",
        ("count",),
    ),
    Wrapper(
        "tensor",
        "wait",
        "weft_tensor_wait",
        "Waits until the content is there; gives the failure of the work that makes it.",
        chains=True,
    ),
    Wrapper(
        "tensor",
        "is_same",
        "weft_tensor_shares_box",
        "Is a write through one array seen through the other?",
        ("other",),
    ),
    Wrapper(
        "tensor",
        "detach",
        "weft_tensor_detach",
        "The same content without its history: gradients end there.",
    ),
    Wrapper(
        "tensor",
        "attach_grad",
        "weft_tensor_attach_grad",
        "Makes the array a leaf with a gradient of zeros, which a backward pass replaces.",
        fixed="WEFT_GRAD_WRITE",
        chains=True,
    ),
    Wrapper(
        "tensor",
        "grad",
        "weft_tensor_grad",
        "The gradient; none where none is attached.",
        optional=True,
    ),
    Wrapper(
        "function",
        "text",
        "weft_function_get_text",
        'A text for people: "graph", "plan" or "arena".',
        ("what",),
    ),
    Wrapper(
        "writer",
        "set_metadata",
        "weft_writer_set_metadata",
        "Sets a text of the file.",
        ("key", "value"),
        chains=True,
        writes=True,
    ),
    Wrapper("writer", "save", "weft_writer_save", "Writes the file in one step.", ("path",)),
    Wrapper(
        "model",
        "metadata",
        "weft_model_metadata",
        "A text of the file, such as the classes of a classifier; none for an unknown key.",
        ("key",),
        optional=True,
    ),
    Wrapper(
        "model",
        "set_budget",
        "weft_model_set_budget",
        "Limits what later plans need beside inputs, outputs and states; 0: no limit.",
        ("entry", "bytes"),
    ),
    Wrapper(
        "context", "run", "weft_context_run", "Runs the entry point.", chains=True, writes=True
    ),
    Wrapper(
        "context",
        "reset",
        "weft_context_reset",
        "Sets all states back to what the file has.",
        chains=True,
        writes=True,
    ),
    Wrapper(
        "context",
        "save",
        "weft_context_save",
        "Writes the model's file with the present states.",
        ("path",),
    ),
)


@dataclass(frozen=True)
class Listed:
    """A method that gives a row: a function counts it, another one gives each by its number."""

    owner: str
    name: str
    count: str
    each: str
    result: str  # text or tensor, which the object lends
    doc: str


LISTS = (
    Listed(
        "model",
        "entries",
        "weft_model_entry_count",
        "weft_model_entry_name_at",
        "text",
        "The names of the entry points.",
    ),
    Listed(
        "function",
        "captures",
        "weft_function_captures",
        "weft_function_capture_at",
        "tensor",
        "The arrays that the body read from outside: weights, states and constants.",
    ),
)

# What a context has: three kinds of ports, with what they are.
PORTS = {
    "input": "The inputs.",
    "output": "The outputs.",
    "state": "The states, which runs change.",
}


@dataclass(frozen=True)
class Call:
    """A wrapper with the meaning of its function's types."""

    wrapper: Wrapper
    given: tuple[tuple[str, str], ...]  # names and kinds: text, path, tensor, or a type of C
    result: str  # nothing, text, tensor or bool
    can_fail: bool


def calls(interface: facts.Interface) -> list[Call]:
    """All wrappers. The handle of the owner, a fixed constant and the place of a result are no
    arguments of the method."""
    return [_call(one, interface.functions[one.function]) for one in ALL]


def _call(wrapper: Wrapper, function: facts.Function) -> Call:
    can_fail = function.result == facts.Name("weft_status")
    types = list(function.arguments[1:] if wrapper.owner else function.arguments)
    result = "nothing" if can_fail else _returned(function.result)
    if can_fail and types and (found := _made(types[-1])):
        result = found
        types.pop()
    if wrapper.fixed:
        types.pop()
    kinds = [_kind(name, what) for name, what in zip(wrapper.given, types, strict=True)]
    return Call(wrapper, tuple(zip(wrapper.given, kinds, strict=True)), result, can_fail)


def _returned(what: CType) -> str:
    return "bool" if what == facts.Name("int32_t") else "text"


def _made(what: CType) -> str:
    match what:
        case facts.Pointer(facts.Name("weft_tensor"), False):
            return "tensor"
        case facts.Pointer(facts.Pointer(facts.Name("char"), True), False):
            return "text"
        case _:
            return ""


def _kind(name: str, what: CType) -> str:
    match what:
        case facts.Pointer(facts.Name("char"), True):
            return "path" if name == "path" else "text"
        case facts.Name("weft_tensor"):
            return "tensor"
        case facts.Name(number):
            return number
        case _:
            raise ValueError(f"{name}: there is no kind for {what}")
