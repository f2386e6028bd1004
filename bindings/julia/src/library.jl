# The loaded library: where it is, failures as exceptions, and objects that own a handle.

"A call of the library that failed, with its status, a number of weft.h, and the library's text."
struct WeftError <: Exception
    status::Int32
    text::String
end

Base.showerror(io::IO, error::WeftError) = print(io, "WeftError: ", error.text)

const INVALID_VALUE = Int32(1)
const NOT_FOUND = Int32(4)
const INVALID_TYPE = Int32(6)
const INDEX_OUT_OF_RANGE = Int32(7)
const INVALID_STATE = Int32(10)

# The text of a failure belongs to the thread of the call. Nothing between the two calls lets a task move.
check(status::Int32) = status == 0 ? nothing : throw(WeftError(status, unsafe_string(C.weft_last_error())))

# A text that the library lends; nothing where it has none.
function text(lent::Cstring)
    address = convert(Ptr{UInt8}, lent)
    return address == C_NULL ? nothing : unsafe_string(address)
end

function prefix()
    haskey(ENV, "WEFT_PREFIX") && return ENV["WEFT_PREFIX"]
    Sys.which("weft") === nothing &&
        error("libweft was not found: install Weft (`pip install .` in its tree), or set WEFT_PREFIX to the folder that has lib/")
    return readchomp(`weft --prefix`)
end

function __init__()
    file = joinpath(prefix(), "lib", Sys.isapple() ? "libweft.dylib" : "libweft.so")
    isfile(file) || error("libweft was not found: there is no $file; set WEFT_PREFIX to the folder that has lib/")
    dlopen(file)
    major = Ref{UInt32}()
    C.weft_abi_version(major, C_NULL)
    major[] == C.WEFT_ABI_MAJOR ||
        error("libweft's interface is $(major[]); this package was written for $(C.WEFT_ABI_MAJOR)")
    return nothing
end

"An object that owns a handle. The collector gives it back, or `release!` at once."
abstract type Owned end

# `ccall` keeps what cconvert gives alive until the call has returned, so that no finalizer frees a handle
# that a call uses.
Base.cconvert(::Type{Ptr{Cvoid}}, owned::Owned) = owned

function Base.unsafe_convert(::Type{Ptr{Cvoid}}, owned::Owned)
    owned.handle == C_NULL && throw(WeftError(INVALID_STATE, "the $(nameof(typeof(owned))) was released"))
    return owned.handle
end

# A copy would have the handle and no finalizer.
Base.deepcopy_internal(owned::Owned, ::IdDict) =
    throw(ArgumentError("deepcopy: a $(nameof(typeof(owned))) is a reference; tensor(Array(x)) copies elements"))

"""
    release!(object)

Frees the object now; using it later is an error. No other thread may use it meanwhile.
"""
function release!(owned::Owned)
    handle = owned.handle
    owned.handle = C_NULL
    handle == C_NULL || give_back(owned, handle)
    return nothing
end

# A struct of weft.h to be filled in: zeros behind its own size, which comes first.
function sized(::Type{T}) where {T}
    room = Ref{T}()
    GC.@preserve room begin
        address = Ptr{UInt8}(Base.unsafe_convert(Ptr{T}, room))
        for i in 1:sizeof(T)
            unsafe_store!(address, 0x00, i)
        end
        unsafe_store!(Ptr{Csize_t}(address), sizeof(T))
    end
    return room
end

"The version of the library, such as \"0.1.0\"."
version() = text(C.weft_version())

"Sets the seed of the random operators."
seed!(number::Integer) = check(C.weft_random_seed(number))

"Sets how many threads may work on one call."
set_num_threads(count::Integer) = check(C.weft_set_num_threads(count))

"Bytes of arrays and of the library's objects that are in use."
function live_bytes()
    figures = sized(C.Memory)
    check(C.weft_memory_stats(figures, 0))
    return figures[].live
end
