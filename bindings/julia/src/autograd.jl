# Gradients: recording and backward passes; traced functions, and files of them.

# Modes belong to a thread, so the task stays on its thread until they are back.
function within(body, set, clear)
    task = current_task()
    sticky, task.sticky = task.sticky, true
    before, changed = C.weft_set_modes(set, clear), set | clear
    try
        return body()
    finally
        C.weft_set_modes(before & changed, changed & ~before)
        task.sticky = sticky
    end
end

"Runs the body while operators are recorded, in training mode."
record(body) = within(body, UInt32(C.WEFT_MODE_RECORDING | C.WEFT_MODE_TRAINING), UInt32(0))

"Runs the body while nothing is recorded: for updates of weights."
pause(body) = within(body, UInt32(0), UInt32(C.WEFT_MODE_RECORDING | C.WEFT_MODE_TRAINING))

"Makes the array a leaf with a gradient, which `backward` replaces."
function attach_grad!(x::Tensor)
    check(C.weft_tensor_attach_grad(x, C.WEFT_GRAD_WRITE))
    return x
end

"The gradient; nothing where none is attached."
gradient(x::Tensor) = made(C.weft_tensor_grad, x)

"Computes the gradients of the heads into the leaves."
function backward(heads::Tensor...)
    GC.@preserve heads check(C.weft_backward(handles(heads), C_NULL, length(heads), 0))
    return nothing
end

"""
    grad(head, variables; create_graph = false)

The gradients of the head with respect to variables, as new arrays. With `create_graph` they are recorded,
so that they have gradients in their turn.
"""
function grad(head::Tensor, variables; create_graph = false)
    outs = fill(Ptr{Cvoid}(C_NULL), length(variables))
    GC.@preserve head variables begin
        check(C.weft_grad(handles((head,)), C_NULL, 1, handles(variables), length(variables),
                          create_graph, create_graph, outs))
    end
    return map(Tensor, outs)
end

"""
    withgradient(f, variables...)

The value of `f(variables...)`, an array, and its gradients with respect to the variables.
"""
function withgradient(f, variables::Tensor...)
    leaves = map(attach_grad! ∘ detach, variables)
    head = record(() -> f(leaves...))
    return head, grad(head, leaves)
end

"A traced graph; call it with arrays."
mutable struct Graph <: Owned
    handle::Ptr{Cvoid}
    Graph(handle::Ptr{Cvoid}) = finalizer(release!, new(handle))
end

give_back(::Graph, handle) = C.weft_function_release(handle)

# An extent of inputs that each call has anew: bounds, places (an input and an axis each, from 0 on), and the
# extents of the examples, which are other ones for each dimension.
struct Dimension
    name::String
    bounds::Tuple{Int64,Int64}
    places::Vector{Tuple{Int,Int}}
    extents::Vector{Int64}
end

function Dimension(name::String, bounds, number::Int)
    low = max(first(bounds), 2)
    count = min(last(bounds) - low + 1, 1000)
    count < C.WEFT_TRACE_EXAMPLES &&
        throw(WeftError(INVALID_VALUE, "trace: `$name` must have at least $(C.WEFT_TRACE_EXAMPLES) extents " *
                                       "above 1; got $(first(bounds)) to $(last(bounds))"))
    extents, seed = Int64[], number
    while length(extents) < C.WEFT_TRACE_EXAMPLES
        seed = seed * 48271 % 2147483647 # Park and Miller's generator
        union!(extents, low + seed % count)
    end
    return Dimension(name, (first(bounds), last(bounds)), Tuple{Int,Int}[], extents)
end

function dimensions(dynamic, bounds)
    found = Dimension[]
    for (input, names) in enumerate(dynamic), (axis, name) in enumerate(names)
        name === nothing && continue
        place = findfirst(one -> one.name == string(name), found)
        if place === nothing
            limits = get(bounds, Symbol(name), (1, 2^40))
            push!(found, Dimension(string(name), limits, length(found) + 1))
            place = length(found)
        end
        push!(found[place].places, (input - 1, axis - 1))
    end
    return found
end

"""
    trace(f, inputs...; dynamic = (), bounds = (;))

Runs `f` once on placeholders for the inputs, and gives the graph of what it did. Arrays that it reads from
outside (weights) are captured: the graph sees later writes to them.

`dynamic` names the axes of the inputs whose extents are open, `((:batch, nothing),)` for the first of two: each
call may have others, within `bounds`, such as `(batch = (1, 64),)`. Then `f` runs for six examples of them and
must not decide by them.
"""
function trace(f, inputs::Tensor...; dynamic = (), bounds = (;))
    dims, examples = dimensions(dynamic, bounds), Graph[]
    while isempty(examples) || (C.weft_function_is_example(examples[1]) != 0 && length(examples) < C.WEFT_TRACE_EXAMPLES)
        push!(examples, trace_example(f, inputs, dims, examples))
    end
    length(examples) == 1 && return examples[1]
    out = Ref{Ptr{Cvoid}}(C_NULL)
    GC.@preserve examples check(C.weft_function_join(handles(Graph, examples), length(examples), out))
    return Graph(out[])
end

# Columns of weft_type: dtype and rank in one number, then the extents.
function example_types(inputs, dims, round::Int)
    types = fill(Int64(0), 17, length(inputs))
    for (i, x) in enumerate(inputs)
        types[1, i] = Int64(code(dtype(x))) | Int64(ndims(x)) << 32
        types[2:(ndims(x)+1), i] .= size(x)
    end
    for one in dims, (input, axis) in one.places
        # The library refuses places that are not there.
        input < length(inputs) && axis < ndims(inputs[input+1]) && (types[axis+2, input+1] = one.extents[round])
    end
    return types
end

function trace_example(f, inputs, dims, earlier)
    task = current_task()
    sticky, task.sticky = task.sticky, true # a trace belongs to a thread
    placeholders, runs = fill(Ptr{Cvoid}(C_NULL), length(inputs)), false
    try
        types = example_types(inputs, dims, length(earlier) + 1)
        check(C.weft_trace_begin_types(types, length(inputs), placeholders))
        runs = true
        GC.@preserve earlier check(C.weft_trace_set_example(length(earlier), handles(Graph, earlier), length(earlier)))
        for one in dims
            places, axes = Csize_t[first(at) for at in one.places], Int32[last(at) for at in one.places]
            check(C.weft_trace_add_dimension(one.name, one.bounds[1], one.bounds[2], places, axes, length(axes)))
        end
        results = f(map(Tensor, placeholders)...)
        outputs = results isa Tensor ? [results] : collect(Tensor, results)
        out = Ref{Ptr{Cvoid}}(C_NULL)
        GC.@preserve outputs check(C.weft_trace_end(handles(outputs), length(outputs), out))
        runs = false
        return Graph(out[])
    finally
        runs && C.weft_trace_abort()
        task.sticky = sticky
    end
end

"Calls the graph through the plan for these shapes; gives all outputs."
function (graph::Graph)(inputs::Tensor...)
    outs = fill(Ptr{Cvoid}(C_NULL), Int(C.weft_function_outputs(graph)))
    GC.@preserve inputs begin
        check(C.weft_function_call(graph, handles(inputs), length(inputs), outs, length(outs)))
    end
    return map(Tensor, outs)
end

"The arrays that the traced function read from outside: weights, states and constants."
function captures(graph::Graph)
    GC.@preserve graph begin
        return map(0:(Int(C.weft_function_captures(graph))-1)) do i
            Tensor(C.weft_tensor_retain(C.weft_function_capture_at(graph, i)))
        end
    end
end

"A text for people: \"graph\", \"plan\" or \"arena\"."
function describe(graph::Graph, what::AbstractString)
    out = Ref{Cstring}(Cstring(C_NULL))
    GC.@preserve graph begin
        check(C.weft_function_get_text(graph, what, out))
        return text(out[])
    end
end

"A .weft file that is being put together."
mutable struct Writer <: Owned
    handle::Ptr{Cvoid}
    unnamed::Vector{Tensor}
    function Writer()
        out = Ref{Ptr{Cvoid}}(C_NULL)
        check(C.weft_writer_create(out))
        return finalizer(release!, new(out[], Tensor[]))
    end
end

give_back(::Writer, handle) = C.weft_writer_release(handle)

"""
    add!(writer, entry, graph; inputs, outputs, weights = [])

Adds an entry point. `weights` has pairs of names and arrays that the graph captured; others are called
constant0 and so on.
"""
function add!(writer::Writer, entry, graph::Graph; inputs, outputs, weights = [])
    wanted = (Int(C.weft_function_inputs(graph)), Int(C.weft_function_outputs(graph)))
    (length(inputs), length(outputs)) == wanted ||
        throw(WeftError(INVALID_VALUE, "add!: the graph has $(wanted[1]) inputs and $(wanted[2]) outputs; " *
                                       "got $(length(inputs)) and $(length(outputs)) names"))
    names = String[name_of(writer, x, weights) for x in captures(graph)]
    check(C.weft_writer_add_entry(
        writer, entry, graph, collect(String, inputs), collect(String, outputs), names,
    ))
    return writer
end

function name_of(writer::Writer, capture::Tensor, weights)
    for (name, x) in weights
        is_same(x, capture) && return string(name)
    end
    place = findfirst(x -> is_same(x, capture), writer.unnamed)
    place === nothing || return "constant$(place - 1)"
    push!(writer.unnamed, capture)
    return "constant$(length(writer.unnamed) - 1)"
end

"Writes the file in one step."
save(path::AbstractString, writer::Writer) = check(C.weft_writer_save(writer, path))
