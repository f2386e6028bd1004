# Calls of operators: what the functions of Ops are made of, and calls by name.

"Says that an attribute is none on purpose; `nothing` leaves it at its default."
struct None end
const NONE = None()

# An operator with the names and the kinds of its arguments.
struct Operator
    name::Symbol
    handle::Ptr{Cvoid}
    outputs::Int
    inputs::Int
    names::Vector{String}
    kinds::Vector{Int32}
end

const OPERATORS = Dict{Symbol,Operator}()
const FINDING = ReentrantLock()

# Looks an operator up, registered ones too; an error names one that does not exist.
operator(name::Symbol) = lock(() -> get!(() -> found(name), OPERATORS, name), FINDING)

function found(name::Symbol)
    handle, info = Ref{Ptr{Cvoid}}(C_NULL), sized(C.OpInfo)
    check(C.weft_op_find(string(name), handle))
    check(C.weft_op_get_info(handle[], info))
    arguments = [unsafe_load(info[].arguments, i) for i in 1:(info[].inputs+info[].attributes)]
    return Operator(
        name, handle[], info[].outputs, info[].inputs,
        String[unsafe_string(a.name) for a in arguments], Int32[a.kind for a in arguments],
    )
end

number(x::Int64) = reinterpret(UInt64, x)
number(x::Float64) = reinterpret(UInt64, x)
address(pointer::Ptr) = UInt64(UInt(pointer))

# One argument as weft.h takes it; `kept` gets what it points at.
value(::Operator, ::Int, ::Nothing, _) = C.Value(C.WEFT_TAG_DEFAULT, 0, 0)
value(::Operator, ::Int, ::None, _) = C.Value(C.WEFT_TAG_NONE, 0, 0)
value(::Operator, ::Int, x::Bool, _) = C.Value(C.WEFT_TAG_BOOL, 0, x)
value(::Operator, ::Int, x::Real, _) = C.Value(C.WEFT_TAG_FLOAT, 0, number(Float64(x)))
value(::Operator, ::Int, x::DataType, _) = C.Value(C.WEFT_TAG_DTYPE, 0, code(x))

function value(op::Operator, place::Int, x::Integer, _)
    op.kinds[place] == C.WEFT_TAG_FLOAT && return C.Value(C.WEFT_TAG_FLOAT, 0, number(Float64(x)))
    x > typemax(Int64) && return C.Value(C.WEFT_TAG_UNSIGNED, 0, UInt64(x))
    return C.Value(C.WEFT_TAG_INT, 0, number(Int64(x)))
end

function value(::Operator, ::Int, x::Tensor, kept)
    push!(kept, x)
    return C.Value(C.WEFT_TAG_TENSOR, 0, address(Base.unsafe_convert(Ptr{Cvoid}, x)))
end

function value(op::Operator, place::Int, x::Union{Symbol,AbstractString}, kept)
    op.kinds[place] == C.WEFT_TAG_DTYPE && return C.Value(C.WEFT_TAG_DTYPE, 0, code(Symbol(x)))
    letters = Vector{UInt8}(codeunits(string(x)))
    push!(kept, letters)
    return C.Value(C.WEFT_TAG_STRING, length(letters), address(pointer(letters)))
end

function value(op::Operator, place::Int, x::Union{AbstractArray,Tuple}, kept)
    kind = op.kinds[place]
    if kind == C.WEFT_TAG_TENSOR
        return value(op, place, tensor(collect(x)), kept)
    elseif kind == C.WEFT_TAG_TENSORS
        arrays = handles(x)
        push!(kept, x, arrays)
        return C.Value(C.WEFT_TAG_TENSORS, length(arrays), address(pointer(arrays)))
    end
    numbers = collect(Int64, x)
    push!(kept, numbers)
    return C.Value(C.WEFT_TAG_INTS, length(numbers), address(pointer(numbers)))
end

value(op::Operator, place::Int, x, _) = throw(WeftError(
    INVALID_TYPE,
    "$(op.name): `$(op.names[place])` must be a Tensor, a number, a text, a dtype or a list; got a $(typeof(x))",
))

# All arguments, and what they point at, which the caller keeps alive until the call has returned.
function packed(op::Operator, given)
    most = length(op.names)
    length(given) <= most ||
        throw(WeftError(INVALID_TYPE, "$(op.name): there are at most $most arguments; got $(length(given))"))
    kept = Any[]
    return C.Value[value(op, place, x, kept) for (place, x) in enumerate(given)], kept
end

# The results of an operator; `outs` has arrays to write into, or C_NULL where a new one is wanted.
function invoke!(op::Operator, given, outs::Union{Nothing,Vector{Ptr{Cvoid}}})
    values, kept = packed(op, given)
    GC.@preserve kept begin
        if outs === nothing
            count = Ref{Csize_t}(op.outputs)
            op.outputs == 0 &&
                check(C.weft_op_count_outputs(op.handle, values, length(values), count))
            outs = fill(Ptr{Cvoid}(C_NULL), Int(count[]))
        end
        check(C.weft_invoke(op.handle, values, length(values), outs, length(outs)))
    end
    return outs
end

# Calls an operator with arguments in the order of its schema; `nothing` leaves one out.
call_all(name::Symbol, given...) = map(Tensor, invoke!(operator(name), given, nothing))
call(name::Symbol, given...) = Tensor(only(invoke!(operator(name), given, nothing)))

"""
    invoke(name, inputs, attributes = (); into = nothing)

Calls any operator, registered ones too, with attributes by the names of the registry, such as
`["axis" => 0]`. Gives all results. `into` has arrays to write the results into: updates of weights.
"""
function invoke(name::Symbol, inputs, attributes = (); into = nothing)
    op = operator(name)
    given = Any[inputs...]
    append!(given, fill(nothing, max(0, length(op.names) - length(given))))
    for (attribute, x) in attributes
        place = findlast(==(string(attribute)), op.names)
        if place === nothing || place <= op.inputs
            known = join(op.names[(op.inputs+1):end], ", ")
            throw(WeftError(
                INVALID_TYPE,
                "$name: there is no attribute `$attribute`; there are: $(isempty(known) ? "none" : known)",
            ))
        end
        given[place] = x
    end
    into === nothing && return map(Tensor, invoke!(op, given, nothing))
    GC.@preserve into invoke!(op, given, handles(into))
    return into
end
