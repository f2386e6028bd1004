# .weft files: loaded models, and contexts that run them.

"""
    Model(path)
    Model(bytes)

A .weft file, mapped, or a copy of the bytes of one. Several contexts may run it.
"""
mutable struct Model <: Owned
    handle::Ptr{Cvoid}
    file::Union{Nothing,Vector{UInt8}} # what the library reads where the file is in memory
    function Model(path::AbstractString)
        out = Ref{Ptr{Cvoid}}(C_NULL)
        check(C.weft_model_load(path, out))
        return finalizer(release!, new(out[], nothing))
    end
    function Model(bytes::AbstractVector{UInt8})
        file, out = Vector{UInt8}(bytes), Ref{Ptr{Cvoid}}(C_NULL)
        check(C.weft_model_load_memory(file, length(file), out))
        return finalizer(release!, new(out[], file))
    end
end

give_back(::Model, handle) = C.weft_model_release(handle)

# What `one(i)` gives for the numbers of a list of the library, while its owner lives.
listed(one, owner, count) = GC.@preserve owner map(one, 0:(Int(count)-1))

"The names of the entry points."
entries(model::Model) =
    listed(i -> text(C.weft_model_entry_name_at(model, i)), model, C.weft_model_entry_count(model))

"The weights by their names; copies, where the file is in memory."
function weights(model::Model)
    return Dict(listed(model, C.weft_model_tensor_count(model)) do i
        out = Ref{Ptr{Cvoid}}(C_NULL)
        check(C.weft_model_tensor(model, i, out))
        x = Tensor(out[])
        model.file === nothing || (x = from_bytes(dtype(x), size(x), bytes(x)))
        text(C.weft_model_tensor_name_at(model, i)) => x
    end)
end

"A text of the file; nothing for an unknown key."
metadata(model::Model, key::AbstractString) = GC.@preserve model text(C.weft_model_metadata(model, key))

"Limits what plans of later contexts need beside inputs, outputs and states; 0: no limit."
set_budget!(model::Model, bytes::Integer, entry = "forward") =
    check(C.weft_model_set_budget(model, entry, bytes))

"What an input, an output or a state is; an extent is -1 where a dimension is open."
struct Port
    name::String
    dtype::Symbol
    shape::Tuple{Vararg{Int}}
    bytes::Int
end

"""
    Context(model, entry = "forward")

Runs one entry point. Inputs, outputs and states are named, or counted from 1. What one context does
excludes each other; several contexts run at once.
"""
mutable struct Context <: Owned
    handle::Ptr{Cvoid}
    memory::Dict{Int,Any} # what is bound lives as long as the library may read it
    turn::ReentrantLock
    function Context(model::Model, entry = "forward")
        out = Ref{Ptr{Cvoid}}(C_NULL)
        check(C.weft_context_create(model, entry, C_NULL, 0, out))
        return finalizer(release!, new(out[], Dict{Int,Any}(-1 => model.file), ReentrantLock()))
    end
end

give_back(::Context, handle) = C.weft_context_release(handle)

const GETTERS = (
    input = C.weft_context_get_input, output = C.weft_context_get_output, state = C.weft_context_get_state,
)
const COUNTS = (
    input = C.weft_context_inputs, output = C.weft_context_outputs, state = C.weft_context_states,
)

function port(context::Context, which::Symbol, place::Int)
    raw = sized(C.Port)
    GC.@preserve context begin
        check(GETTERS[which](context, place, raw))
        shape = ntuple(i -> Int(unsafe_load(raw[].shape, i)), Int(raw[].rank))
        return Port(unsafe_string(raw[].name), C.DTYPES[raw[].dtype+1], shape, Int(raw[].bytes))
    end
end

ports(context::Context, which::Symbol) =
    lock(() -> listed(i -> port(context, which, i), context, COUNTS[which](context)), context.turn)

"The inputs."
inputs(context::Context) = ports(context, :input)
"The outputs."
outputs(context::Context) = ports(context, :output)
"The states, which runs change."
states(context::Context) = ports(context, :state)

# The library's number of a port that is given by its name, or counted from 1.
function place_of(::Context, which::Symbol, number::Integer)
    number >= 1 || throw(WeftError(INDEX_OUT_OF_RANGE, "context: an $which is counted from 1; got $number"))
    return Int(number) - 1
end

function place_of(context::Context, which::Symbol, name)
    names = [one.name for one in ports(context, which)]
    place = findfirst(==(string(name)), names)
    place === nothing &&
        throw(WeftError(NOT_FOUND, "context: there is no $which `$name`; there are: $(join(names, ", "))"))
    return place - 1
end

"Sets the shape of an input with open dimensions; the input is unbound."
function set_input_shape!(context::Context, input, shape)
    place, extents = place_of(context, :input, input), collect(Int64, shape)
    lock(context.turn) do
        check(C.weft_context_set_input_shape(context, place, extents, length(extents)))
        delete!(context.memory, place)
    end
    return context
end

# Gives an input the shape of what is given; the library refuses one that is not the input's.
function take_shape!(context::Context, place::Int, one::Port, extents::Vector{Int64})
    extents == collect(Int64, one.shape) && return
    check(C.weft_context_set_input_shape(context, place, extents, length(extents)))
    delete!(context.memory, place)
    return
end

# The input's shape for `count` elements that have none: they set the first dimension if it alone is open.
function flat_shape(context::Context, place::Int, one::Port, count::Int)
    extents = collect(Int64, one.shape)
    is_open(axis) = extents[axis] < 0 || C.weft_context_dimension_at(context, place, axis - 1) != C_NULL
    findall(is_open, eachindex(extents)) == [1] || return extents
    row = prod(extents[2:end])
    row > 0 && count % row == 0 && (extents[1] = count ÷ row)
    return extents
end

"""
    bind_input!(context, input, memory)

Lets every run read an array of Julia, without a copy. Its elements are taken in the order of memory, so it
has the input's axes in the opposite order. A vector that was resized since, which moves it, is an error of
the run.
"""
function bind_input!(context::Context, input, memory::Array)
    place = place_of(context, :input, input)
    lock(context.turn) do
        one = port(context, :input, place)
        code(eltype(memory)) == code(one.dtype) ||
            throw(WeftError(INVALID_TYPE, "bind_input!: `$(one.name)` is $(one.dtype); got $(eltype(memory))"))
        vector = memory isa Vector
        extents = vector ? flat_shape(context, place, one, length(memory)) : collect(Int64, reverse(size(memory)))
        take_shape!(context, place, one, extents)
        check(C.weft_context_bind_input(context, place, memory, sizeof(memory)))
        context.memory[place] = (memory, pointer(memory), sizeof(memory))
    end
    return context
end

"""
    set_input!(context, input, array)

Copies an array of Julia or of Weft to an input, for all runs until it is set again. Its shape must be the
input's, or sets open dimensions; a vector or number has no shape, and sets the first dimension if that alone
is open.
"""
set_input!(context::Context, input, x::Tensor) = copy_input!(context, input, x, false)

function copy_input!(context::Context, input, x::Tensor, flat::Bool)
    place = place_of(context, :input, input)
    lock(context.turn) do
        one = port(context, :input, place)
        dtype(x) == one.dtype ||
            throw(WeftError(INVALID_TYPE, "set_input!: `$(one.name)` is $(one.dtype); got $(dtype(x))"))
        extents = flat ? flat_shape(context, place, one, length(x)) : collect(Int64, size(x))
        take_shape!(context, place, one, extents)
        memory = bytes(x)
        check(C.weft_context_bind_input(context, place, memory, length(memory)))
        context.memory[place] = memory
    end
    return context
end

function set_input!(context::Context, input, x::Union{AbstractArray,Number})
    one = port(context, :input, place_of(context, :input, input))
    return copy_input!(context, input, tensor(x; dtype = one.dtype), !(x isa AbstractArray && ndims(x) > 1))
end

# Is bound memory where the library knows it?
is_there(held) = !(held isa Tuple) || (pointer(held[1]) == held[2] && sizeof(held[1]) == held[3])

"Runs the entry point."
function run!(context::Context)
    lock(context.turn) do
        all(is_there, values(context.memory)) ||
            throw(WeftError(INVALID_STATE, "run!: an array that bind_input! was given was resized; bind it again"))
        check(C.weft_context_run(context))
    end
    return context
end

"A copy of an output after a run."
function output(context::Context, which = 1)
    place = place_of(context, :output, which)
    return lock(context.turn) do
        data = Ref{Ptr{Cvoid}}(C_NULL)
        GC.@preserve context begin
            check(C.weft_context_output_data(context, place, data))
            one = port(context, :output, place)
            return create(code(one.dtype), one.shape, data[])
        end
    end
end

"A copy of a state."
function state(context::Context, which = 1)
    place = place_of(context, :state, which)
    return lock(context.turn) do
        one = port(context, :state, place)
        content = Vector{UInt8}(undef, one.bytes)
        check(C.weft_context_read_state(context, place, content, length(content)))
        return from_bytes(one.dtype, one.shape, content)
    end
end

"Writes a state."
function set_state!(context::Context, which, x::Tensor)
    place, content = place_of(context, :state, which), bytes(x)
    lock(context.turn) do
        one = port(context, :state, place)
        (dtype(x), size(x)) == (one.dtype, one.shape) ||
            throw(WeftError(INVALID_TYPE, "set_state!: `$(one.name)` is $(one.dtype) of $(one.shape); got $(dtype(x)) of $(size(x))"))
        check(C.weft_context_write_state(context, place, content, length(content)))
    end
    return context
end

"Sets all states back to what the file has."
function reset!(context::Context)
    lock(() -> check(C.weft_context_reset(context)), context.turn)
    return context
end

"Writes the model's file with the present states."
save(path::AbstractString, context::Context) =
    lock(() -> check(C.weft_context_save(context, path)), context.turn)
