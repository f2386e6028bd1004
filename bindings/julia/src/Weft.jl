"""
Arrays, operators, gradients, traced functions and `.weft` files on the engine of libweft.

    x = Weft.tensor([3.0, 4.0])
    len, (slope,) = Weft.withgradient(x -> Weft.Ops.sqrt(Weft.Ops.sum(x .* x)), x)

The library is called through `weft.h` alone. Its folder is the environment variable `WEFT_PREFIX`, else
what `weft --prefix` prints.
"""
module Weft

using Libdl

# The name under which the library is known to the loader, once `__init__` has loaded it from its folder.
const libweft = Sys.isapple() ? "@rpath/libweft.0.dylib" : "libweft.so.0"

include("interface.jl")
include("library.jl")
include("tensor.jl")
include("call.jl")
include("ops.jl")
include("arithmetic.jl")
include("autograd.jl")
include("model.jl")
include("nn.jl")

end
