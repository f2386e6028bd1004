# The operators of Julia on arrays: arithmetic, broadcasting, indexing.
#
# A dotted call is the operator of Weft at once and not a loop, so that it is recorded and traced like any
# other: x .* y, exp.(x), x .> 0.

const BINARY = (
    :+ => :add, :- => :subtract, :* => :multiply, :/ => :divide, :^ => :power, :max => :maximum,
    :min => :minimum, :(==) => :equal, :(!=) => :not_equal, :< => :less, :<= => :less_equal,
    :> => :greater, :>= => :greater_equal,
)
const UNARY = (
    :- => :negative, :abs => :abs, :exp => :exp, :log => :log, :sqrt => :sqrt, :tanh => :tanh,
    :sin => :sin, :cos => :cos, :floor => :floor, :ceil => :ceil, :sign => :sign, :(!) => :logical_not,
)

struct Style <: Base.Broadcast.BroadcastStyle end

Base.Broadcast.BroadcastStyle(::Type{Tensor}) = Style()
Base.Broadcast.BroadcastStyle(::Style, ::Base.Broadcast.BroadcastStyle) = Style()
Base.Broadcast.broadcastable(x::Tensor) = x

operand(x::Union{Tensor,Real}) = x
operand(x::AbstractArray) = tensor(x)

for (sign, name) in BINARY
    @eval Base.Broadcast.broadcasted(::Style, ::typeof($sign), a, b) =
        call($(QuoteNode(name)), operand(a), operand(b))
end
for (sign, name) in UNARY
    @eval Base.Broadcast.broadcasted(::Style, ::typeof($sign), x) = call($(QuoteNode(name)), x)
end

# x .^ 2 comes with the exponent in its type.
Base.Broadcast.broadcasted(
    ::Style, ::typeof(Base.literal_pow), ::Base.RefValue{typeof(^)}, x, ::Base.RefValue{Val{P}},
) where {P} = call(:power, operand(x), P)

Base.Broadcast.broadcasted(::Style, f, arguments...) =
    throw(ArgumentError("Weft has no operator for $f with a dot; Weft.Ops has all operators"))

Base.:+(a::Tensor, b::Tensor) = call(:add, a, b)
Base.:-(a::Tensor, b::Tensor) = call(:subtract, a, b)
Base.:+(a::Tensor, b::Real) = call(:add, a, b)
Base.:+(a::Real, b::Tensor) = call(:add, a, b)
Base.:-(a::Tensor, b::Real) = call(:subtract, a, b)
Base.:-(a::Real, b::Tensor) = call(:subtract, a, b)
Base.:*(a::Tensor, b::Tensor) = call(:matmul, a, b)
Base.:*(a::Tensor, b::Real) = call(:multiply, a, b)
Base.:*(a::Real, b::Tensor) = call(:multiply, a, b)
Base.:/(a::Tensor, b::Real) = call(:divide, a, b)
Base.:-(x::Tensor) = call(:negative, x)

Base.sum(x::Tensor) = call(:sum, x)
Base.reshape(x::Tensor, shape::Integer...) = call(:reshape, x, collect(Int64, shape))
Base.reshape(x::Tensor, shape::Tuple{Vararg{Integer}}) = reshape(x, shape...)

# First element, count and step of an index along an axis; counts of an axis begin at 1.
part(index::Integer, _) = (Int(index), 1, 1)
part(::Colon, extent) = (1, extent, 1)
part(index::AbstractRange{<:Integer}, _) = (Int(first(index)), length(index), Int(step(index)))
part(index, _) = throw(ArgumentError("Tensor: an index must be a number, a range or a colon; got $index"))

"""
    x[2, :, 1:2:end]

The elements at numbers, ranges and colons, one for each axis, as a new array; an axis with a number is
gone. `item(x[1, 1])` is a number of Julia.
"""
function Base.getindex(x::Tensor, indices...)
    shape = size(x)
    length(indices) == length(shape) ||
        throw(WeftError(INDEX_OUT_OF_RANGE, "Tensor: there are $(length(shape)) axes; got $(length(indices)) indices"))
    parts = map(part, indices, shape)
    for (axis, (first, count, step)) in enumerate(parts)
        last = first + (count - 1) * step
        count == 0 || (step > 0 && first >= 1 && last <= shape[axis]) ||
            throw(WeftError(INDEX_OUT_OF_RANGE, "Tensor: axis $axis of $shape has no part $(indices[axis])"))
    end
    begins = Int64[count == 0 ? 0 : first - 1 for (first, count, _) in parts]
    counts, steps = Int64[count for (_, count, _) in parts], Int64[max(step, 1) for (_, _, step) in parts]
    y = call(:slice, x, begins, counts, steps)
    any(index -> index isa Integer, indices) || return y
    return reshape(y, (counts[i] for i in eachindex(counts) if !(indices[i] isa Integer))...)
end

"""
    write!(x, value)

Writes a number, or an array that broadcasts to `x`, to all elements.
"""
function write!(x::Tensor, value::Union{Tensor,Real})
    given = value isa Tensor ? C.Value(C.WEFT_TAG_TENSOR, 0, address(Base.unsafe_convert(Ptr{Cvoid}, value))) :
            C.Value(C.WEFT_TAG_FLOAT, 0, number(Float64(value)))
    GC.@preserve value check(C.weft_tensor_write(x, Ref(given)))
    return x
end
