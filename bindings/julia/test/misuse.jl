# What each `misuse` case of bindings/conformance means in Julia.
module Misuse

using Weft
using Weft: Ops, Tensor, WeftError

const FOLDER = get(ENV, "WEFT_CONFORMANCE", joinpath(@__DIR__, "..", "..", "conformance"))
const WIDE = "für-😀-𝒙"
const SIX = Float32[0 1 2; 3 4 5]

path_of(name) = joinpath(FOLDER, "models", name)
model_of(name) = Weft.Model(path_of(name))
dense() = Weft.Context(model_of("dense.weft"))
doubled(x) = Weft.trace(x -> x .+ x, x)
run(context::Weft.Context) = Array(Weft.output(Weft.run!(Weft.set_input!(context, :x, SIX))))
run(model) = run(Weft.Context(model))
must(holds, text) = holds || error(text)

# Asks that each call throws an error that has a text.
function refuse(part, calls...)
    for (number, call) in enumerate(calls)
        text = try
            call()
            nothing
        catch failure
            sprint(showerror, failure)
        end
        must(text !== nothing, "call $number was not refused")
        must(occursin(part, text), "call $number: $text does not say $part")
    end
    return nothing
end

function collector()
    wanted, bytes = run(model_of("dense.weft")), read(path_of("dense.weft"))
    for _ in 1:20
        a = Weft.tensor(Float32[1 2; 3 4])
        GC.gc()
        must(Array(Ops.reshape(a, (4, 1))) == reshape(Float32[1, 2, 3, 4], 4, 1), "a list")
        must(Array(Ops.einsum([a, Weft.tensor(Float32[1 2; 3 4])], "ij,jk->ik")) == [7 10; 15 22], "a text")
        contexts = [dense(), Weft.Context(Weft.Model(bytes))] # nobody has the models
        GC.gc()
        must(all(run(one) == wanted for one in contexts), "a model that nobody has")
        leaf = Weft.attach_grad!(Weft.tensor(Float32[1, 2]))
        head = Weft.record(() -> Ops.sum(leaf .* leaf))
        GC.gc()
        Weft.backward(head)
        must(Array(Weft.gradient(leaf)) == [2, 4], "a gradient")
    end
end

function kept_memory()
    wanted, bytes = run(model_of("dense.weft")), read(path_of("dense.weft"))
    model = Weft.Model(bytes)
    fill!(bytes, 0)
    numbers, array = copy(SIX), Weft.tensor(SIX)
    first, second = Weft.Context(model), Weft.Context(model)
    Weft.set_input!(first, :x, numbers)
    Weft.set_input!(second, :x, array)
    fill!(numbers, 7)
    Weft.release!(array)
    Weft.release!(model)
    GC.gc()
    must(all(Array(Weft.output(Weft.run!(one))) == wanted for one in (first, second)), "other numbers")
    # Bound memory is read where it lies; a vector that grew lies elsewhere.
    memory = vec(permutedims(SIX))
    bound = Weft.bind_input!(dense(), :x, memory)
    must(Array(Weft.output(Weft.run!(bound))) == wanted, "bound memory")
    append!(memory, zeros(Float32, 100_000))
    refuse("was resized", () -> Weft.run!(bound))
end

function released()
    x, free, model = Weft.tensor(Float32[1, 2]), Weft.zeros(2), model_of("dense.weft")
    traced, context, writer = doubled(free), Weft.Context(model), Weft.Writer()
    foreach(one -> foreach(_ -> Weft.release!(one), 1:2), (x, model, traced, context, writer))
    refuse("was released", () -> x + 1, () -> free + x, () -> Array(x), () -> size(x), () -> length(x), () -> Weft.dtype(x),
           () -> Weft.bytes(x), () -> Weft.item(x), () -> Weft.gradient(x), () -> Weft.backward(x), () -> Weft.is_same(x, free),
           () -> Weft.is_same(free, x), () -> Weft.detach(x), () -> Weft.wait!(x), () -> Weft.attach_grad!(x),
           () -> Ops.concatenate([free, x]), () -> Weft.grad(x, [free]), () -> Weft.grad(free, [x]), () -> doubled(x),
           () -> Weft.save(tempname(), ["x" => x]), () -> Weft.invoke(:abs, [free]; into = [x]), () -> traced(free),
           () -> Weft.captures(traced), () -> Weft.describe(traced, "graph"), () -> Weft.Context(model), () -> Weft.entries(model),
           () -> Weft.weights(model), () -> Weft.metadata(model, "k"), () -> Weft.run!(context), () -> Weft.inputs(context),
           () -> Weft.output(context), () -> Weft.set_input!(context, 1, SIX), () -> Weft.state(context), () -> Weft.reset!(context),
           () -> Weft.save(tempname(), context), () -> Weft.save(tempname(), writer))
    refuse("is a reference", () -> deepcopy(free), () -> deepcopy([free]))
end

function wrong_kind()
    x = Weft.tensor(Float32[1, 2])
    for wrong in (7, nothing, "x", [1.0], C_NULL, model_of("dense.weft"), doubled(x), Ref(1))
        refuse("", () -> Weft.is_same(x, wrong), () -> Weft.grad(x, [wrong]), () -> Weft.grad(wrong, [x]), () -> Weft.backward(wrong),
               () -> Weft.save(tempname(), ["x" => wrong]), () -> doubled(wrong), () -> Weft.trace(_ -> wrong, x), () -> doubled(x)(wrong),
               () -> Ops.concatenate(Any[x, wrong]), () -> Weft.invoke(:abs, [x]; into = [wrong]))
    end
    for wrong in (7, nothing, x, C_NULL)
        refuse("", () -> Weft.Context(wrong), () -> Weft.run!(wrong), () -> Weft.entries(wrong),
               () -> Weft.add!(Weft.Writer(), "a", wrong; inputs = [], outputs = []))
    end
end

function number_as_text()
    x = Weft.zeros(1)
    for wrong in (42, nothing, [1], 'a')
        refuse("", () -> Weft.Model(wrong), () -> Weft.load(wrong), () -> Weft.save(wrong, ["x" => x]), () -> Weft.save(wrong, Weft.Writer()),
               () -> Weft.Context(model_of("dense.weft"), wrong), () -> Weft.metadata(model_of("dense.weft"), wrong),
               () -> Weft.add!(Weft.Writer(), wrong, doubled(x); inputs = ["x"], outputs = ["y"]),
               () -> Weft.add!(Weft.Writer(), "a", doubled(x); inputs = [wrong], outputs = ["y"]))
    end
end

function nul_in_text()
    mktempdir() do place
        file, x, writer = joinpath(place, "a"), Weft.zeros(1), Weft.Writer()
        write(file, "untouched")
        cut, name = file * "\0b", "x\0y"
        refuse("", () -> Weft.Model(path_of("dense.weft") * "\0b"), () -> Weft.load(cut), () -> Weft.save(cut, ["x" => x]),
               () -> Weft.save(joinpath(place, "n"), [name => x]), () -> Weft.Context(model_of("dense.weft"), "forward\0x"),
               () -> Weft.save(cut, dense()), () -> Weft.save(cut, writer), () -> Weft.metadata(model_of("dense.weft"), name),
               () -> Weft.add!(writer, name, doubled(x); inputs = ["x"], outputs = ["y"]),
               () -> Weft.add!(writer, "a", doubled(x); inputs = [name], outputs = ["y"]), () -> Weft.describe(doubled(x), "graph\0"),
               () -> Weft.invoke(Symbol("abs"), [x], [name => 1]))
        must(read(file, String) == "untouched" && readdir(place) == ["a"], "a file was written")
    end
end

function wide_text()
    mktempdir() do place
        w, row, path = Weft.tensor(Float32[1 2; 3 4]), Weft.tensor(Float32[1 1]), joinpath(place, WIDE * ".weft")
        traced = Weft.trace(x -> x * w, row)
        writer = Weft.add!(Weft.Writer(), WIDE, traced; inputs = ["in" * WIDE], outputs = ["out" * WIDE], weights = ["w" * WIDE => w])
        Weft.save(path, writer)
        must(readdir(place) == [WIDE * ".weft"], "the name of the file")
        model = Weft.Model(path)
        context = Weft.Context(model, WIDE)
        must(Weft.entries(model) == [WIDE] && collect(keys(Weft.weights(model))) == ["w" * WIDE], "names")
        Weft.run!(Weft.set_input!(context, "in" * WIDE, row))
        must(Array(Weft.output(context, "out" * WIDE)) == [4 6], "numbers")
        arrays = joinpath(place, WIDE * ".safetensors")
        Weft.save(arrays, [WIDE => w])
        must(collect(keys(Weft.load(arrays))) == [WIDE], "names of arrays")
        refuse(WIDE, () -> Weft.Model("/nowhere/" * WIDE), () -> Weft.Context(model, "x" * WIDE), () -> Weft.invoke(Symbol(WIDE), []))
    end
end

# A text of Julia may have any bytes: a path has them, too; names in files are UTF-8.
function invalid_text()
    mktempdir() do place
        path, x = joinpath(place, "a\xff.weft"), Weft.zeros(1)
        write(path, read(path_of("dense.weft")))
        must(run(Weft.Model(path)) == run(model_of("dense.weft")), "a path of bytes")
        other = joinpath(place, "b")
        refuse("UTF-8", () -> Weft.save(other, ["\xff" => x]),
               () -> Weft.save(other, Weft.add!(Weft.Writer(), "a", doubled(x); inputs = ["\xff"], outputs = ["y"])))
        must(length(readdir(place)) == 1, "a file was written")
    end
end

function cyclic_list()
    a = Any[]
    push!(a, a)
    refuse("", () -> Weft.tensor(a), () -> Ops.reshape(Weft.zeros(1), a), () -> Ops.concatenate(a), () -> Weft.set_input!(dense(), 1, a))
end

ragged_list() = refuse("no dtype has elements", () -> Weft.tensor([[1, 2], [3, 4, 5], [6]]), () -> Weft.tensor(Any[[1, 2], 3]))

function wrong_elements()
    context, counter = dense(), Weft.Context(model_of("counter.weft"))
    refuse("int32", () -> Weft.set_input!(context, 1, Weft.zeros(2, 3; dtype = :int32)))
    refuse("", () -> Weft.set_input!(context, 1, permutedims(SIX)), () -> Weft.set_input!(context, 1, 1:5), () -> Weft.set_input!(context, 1, Float32[]),
           () -> Weft.set_input!(context, 9, SIX), () -> Weft.set_input!(context, 0, SIX), () -> Weft.set_input!(context, -1, SIX),
           () -> Weft.bind_input!(context, 1, zeros(Float64, 3, 2)), () -> Weft.bind_input!(context, 1, zeros(Float32, 7)), () -> Weft.output(context, 7),
           () -> Weft.set_state!(counter, 1, Weft.zeros(2; dtype = :int32)), () -> Weft.set_state!(counter, 1, Weft.zeros(1, 2)),
           () -> Weft.from_bytes(:float32, (4,), UInt8[1, 2, 3]), () -> Weft.from_bytes(:float32, (-2, -2), zeros(UInt8, 16)),
           () -> Weft.from_bytes(:uint8, (2^62, 4), UInt8[]), () -> Weft.tensor(["a"]))
    must(Array(Weft.tensor(Float32[])) == Float32[] && size(Weft.zeros(0, 3)) == (0, 3), "empty arrays")
    must(Array(Weft.tensor(transpose(SIX))) == transpose(SIX) && Array(Weft.tensor(view(SIX, :, 1:2:3))) == SIX[:, 1:2:3], "turned and parts")
    must(Array(Weft.tensor(1:3)) == 1:3, "a range, which has no memory")
end

function wide_integers()
    for number in (2^53 + 1, typemin(Int64), typemax(Int64), UInt64(2)^53 + 1, typemax(UInt64))
        x, zero = Weft.tensor([number]), Weft.zeros(1; dtype = typeof(number))
        must(Array(x) == [number] && Weft.item(x) == number && Weft.item(x) isa typeof(number), "elements")
        must(Array(Ops.add(zero, number)) == [number], "an operand")
    end
    refuse("", () -> Weft.tensor([2^53 + 1]; dtype = :int32), () -> Weft.tensor([-1]; dtype = :uint64), () -> Ops.add(Weft.zeros(1), big(2)^64))
end

function no_integer()
    x = Weft.zeros(4)
    for wrong in (2.5, NaN, Inf, big(2)^70, "2", nothing)
        refuse("", () -> Weft.zeros(wrong), () -> Weft.from_bytes(:int8, (wrong,), UInt8[]), () -> Ops.reshape(x, (2, wrong)),
               () -> Weft.set_input_shape!(Weft.Context(model_of("open.weft")), 1, (wrong, 3)))
        wrong === nothing || refuse("", () -> Ops.sum(x; axis = wrong))
        wrong isa AbstractFloat && refuse("", () -> Weft.tensor([wrong]; dtype = :int32))
    end
    refuse("", () -> Weft.zeros(-1), () -> Weft.seed!(-1), () -> Weft.seed!(2.5), () -> Weft.set_num_threads(-1), () -> Weft.set_num_threads(2^40))
end

# Inputs are bound for all runs until they are bound again.
function unset_input()
    refuse("`x`", () -> Weft.run!(dense()))
    context = Weft.set_input!(dense(), :x, SIX)
    must(Array(Weft.output(Weft.run!(context))) == Array(Weft.output(Weft.run!(context))), "other numbers")
    open = Weft.set_input!(Weft.Context(model_of("open.weft")), :x, SIX)
    refuse("`x`", () -> Weft.run!(Weft.set_input_shape!(open, :x, (3, 3)))) # another shape unbinds
end

"Runs a case; true if all that it asks holds."
function passes(name)
    getfield(Misuse, Symbol(replace(name, "-" => "_")))()
    return true
end

end
