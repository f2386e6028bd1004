# Arrays: dtypes, copies to and from the arrays of Julia, files of them.

# The dtypes that Julia has a type for. The others are known by their names alone.
const TYPES = Dict{Symbol,DataType}(
    :bool => Bool, :uint8 => UInt8, :uint16 => UInt16, :uint32 => UInt32, :uint64 => UInt64,
    :int8 => Int8, :int16 => Int16, :int32 => Int32, :int64 => Int64, :float16 => Float16,
    :float32 => Float32, :float64 => Float64, :complex64 => ComplexF32, :complex128 => ComplexF64,
)
const NAMES = Dict{DataType,Symbol}(type => name for (name, type) in TYPES)

# The number of a dtype, which is given as :float32 or Float32.
function code(name::Symbol)
    place = findfirst(==(name), C.DTYPES)
    place === nothing &&
        throw(WeftError(INVALID_TYPE, "there is no dtype `$name`; there are: $(join(C.DTYPES, ", "))"))
    return Int32(place - 1)
end

function code(type::DataType)
    haskey(NAMES, type) || throw(WeftError(INVALID_TYPE, "no dtype has elements of $type"))
    return code(NAMES[type])
end

"""
An array of Weft: a reference, which the collector gives back, or `release!` at once. Element (i, j) is the
same one on both sides, although the arrays of Julia have the first index fastest. While one thread writes
an array or releases it, no other may use it.
"""
mutable struct Tensor <: Owned
    handle::Ptr{Cvoid}
    Tensor(handle::Ptr{Cvoid}) = finalizer(release!, new(handle))
end

give_back(::Tensor, handle) = C.weft_tensor_release(handle)

"The name of the type of the elements, such as :float32."
dtype(x::Tensor) = C.DTYPES[C.weft_tensor_dtype(x)+1]

function Base.eltype(x::Tensor)
    name = dtype(x)
    haskey(TYPES, name) || throw(WeftError(INVALID_TYPE, "eltype: Julia has no type for $name"))
    return TYPES[name]
end

function Base.size(x::Tensor)
    GC.@preserve x begin
        extents = C.weft_tensor_shape(x)
        return ntuple(i -> Int(unsafe_load(extents, i)), Int(C.weft_tensor_rank(x)))
    end
end

Base.size(x::Tensor, axis::Integer) = axis <= ndims(x) ? size(x)[axis] : 1
Base.ndims(x::Tensor) = Int(C.weft_tensor_rank(x))
Base.length(x::Tensor) = Int(C.weft_tensor_elements(x))
Base.axes(x::Tensor) = map(Base.OneTo, size(x))
Base.axes(x::Tensor, axis::Integer) = Base.OneTo(size(x, axis))
Base.firstindex(::Tensor, ::Integer) = 1
Base.lastindex(x::Tensor, axis::Integer) = size(x, axis)
Base.firstindex(::Tensor) = 1
Base.lastindex(x::Tensor) = ndims(x) == 1 ? length(x) : throw(ArgumentError("Tensor: one index needs one axis; got $(ndims(x)) axes"))

# Makes an array from elements that lie in row-major order, or of zeros.
function create(number::Int32, shape, elements)
    extents, out = collect(Int64, shape), Ref{Ptr{Cvoid}}(C_NULL)
    check(C.weft_tensor_create(number, length(extents), extents, elements, out))
    return Tensor(out[])
end

"""
    tensor(elements; dtype)

Copies an array or a number. The type of its elements decides the dtype unless `dtype` says otherwise.
"""
function tensor(elements::AbstractArray{T,N}; dtype = T) where {T,N}
    number = code(dtype)
    name = C.DTYPES[number+1]
    haskey(TYPES, name) || return Ops.cast(tensor(elements; dtype = :float32), name)
    dense = convert(Array{TYPES[name],N}, elements)
    rows = N < 2 ? dense : permutedims(dense, N:-1:1)
    return create(number, size(dense), rows)
end

tensor(number::Number; dtype = typeof(number)) = tensor(fill(number); dtype)

"An array from the bytes of its elements, in row-major order."
function from_bytes(dtype, shape, bytes::Vector{UInt8})
    number = code(dtype)
    wanted = prod(shape; init = 1) * C.weft_dtype_size(number)
    length(bytes) == wanted ||
        throw(WeftError(INVALID_VALUE, "from_bytes: $dtype of shape $shape has $wanted bytes; got $(length(bytes))"))
    return create(number, shape, bytes)
end

"An array of zeros; float32 unless `dtype` says otherwise."
zeros(shape::Integer...; dtype = :float32) = create(code(dtype), shape, C_NULL)

"The bytes of the elements, in row-major order."
function bytes(x::Tensor)
    out = Vector{UInt8}(undef, length(x) * C.weft_dtype_size(C.weft_tensor_dtype(x)))
    check(C.weft_tensor_read(x, out, length(out)))
    return out
end

# The elements in row-major order, with a type of Julia.
function rows(x::Tensor)
    haskey(TYPES, dtype(x)) || return rows(Ops.cast(x, :float32))
    out = Vector{eltype(x)}(undef, length(x))
    check(C.weft_tensor_read(x, out, sizeof(out)))
    return out
end

"Copies the elements to an array of Julia."
function Base.Array(x::Tensor)
    shape = size(x)
    turned = reshape(rows(x), reverse(shape))
    return length(shape) < 2 ? turned : permutedims(turned, length(shape):-1:1)
end

Base.collect(x::Tensor) = Array(x)

"The only element as a number."
function item(x::Tensor)
    length(x) == 1 || throw(WeftError(INVALID_VALUE, "item: expected one element; got $(length(x))"))
    return only(rows(x))
end

"Waits until the content is there."
wait!(x::Tensor) = check(C.weft_tensor_wait(x))

"Is a write through one array seen through the other?"
is_same(a::Tensor, b::Tensor) = C.weft_tensor_shares_box(a, b) == 1

# Calls a function of weft.h that gives an array; nothing where it gives none.
function made(function_of_c, x::Tensor)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    check(function_of_c(x, out))
    return out[] == C_NULL ? nothing : Tensor(out[])
end

"The same content without its history."
detach(x::Tensor) = made(C.weft_tensor_detach, x)::Tensor

function Base.show(io::IO, x::Tensor)
    x.handle == C_NULL && return print(io, "Tensor(released)")
    return print(io, "Tensor(:", dtype(x), ", ", size(x), ")")
end

function Base.show(io::IO, ::MIME"text/plain", x::Tensor)
    show(io, x)
    (x.handle == C_NULL || C.weft_tensor_is_traced(x) == 1) && return nothing
    println(io, ":")
    return show(io, MIME("text/plain"), Array(x))
end

"Writes arrays by their names to a safetensors file in one step."
function save(path::AbstractString, arrays)
    names, tensors = String[string(name) for (name, _) in arrays], Tensor[x for (_, x) in arrays]
    GC.@preserve tensors begin
        check(C.weft_tensors_save(path, names, handles(tensors), length(tensors), Cstring(C_NULL)))
    end
    return nothing
end

"Reads the arrays of a safetensors file by their names."
function load(path::AbstractString)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    check(C.weft_archive_load(path, out))
    try
        return Dict(map(0:(Int(C.weft_archive_count(out[]))-1)) do i
            one = Ref{Ptr{Cvoid}}(C_NULL)
            check(C.weft_archive_tensor(out[], i, one))
            text(C.weft_archive_name_at(out[], i)) => Tensor(one[])
        end)
    finally
        C.weft_archive_release(out[])
    end
end

# The handles of arrays, which the caller keeps alive. Anything else has an address, too, so the type is asked.
handles(tensors) = handles(Tensor, tensors)
handles(type, objects) = Ptr{Cvoid}[Base.unsafe_convert(Ptr{Cvoid}, x::type) for x in objects]
