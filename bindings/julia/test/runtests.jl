# All cases of bindings/conformance, then what cases cannot say: Julia's own operators, threads, leaks,
# released objects.
using Test
using Weft
using Weft: Ops, Tensor, WeftError

include("misuse.jl")

const FOLDER = get(ENV, "WEFT_CONFORMANCE", joinpath(@__DIR__, "..", "..", "conformance"))

struct Case
    kind::String
    name::String
    lines::Vector{Vector{String}}
end

# What follows a word on the lines that begin with it.
of(one::Case, word) = [line[2:end] for line in one.lines if line[1] == word]

numbers(word) = word == "-" ? Int[] : parse.(Int, split(word, ","))
bytes_of(word) = word == "-" ? UInt8[] : hex2bytes(word)
array_of(words) = Weft.from_bytes(Symbol(words[1]), numbers(words[2]), bytes_of(words[3]))

function text_of(word)
    word == "-" && return ""
    letters, at = UInt8[], 1
    given = codeunits(word)
    while at <= length(given)
        escaped = given[at] == UInt8('%')
        push!(letters, escaped ? parse(UInt8, word[(at+1):(at+2)]; base = 16) : given[at])
        at += escaped ? 3 : 1
    end
    return String(letters)
end

reals(x::Tensor) = collect(Iterators.flatten(reim.(Weft.rows(x))))
near(x, y, t) = x == y || (isnan(x) && isnan(y)) || abs(x - y) <= t + t * abs(y)

# Is an array `DTYPE SHAPE TOLERANCE HEX`?
function expected(found::Tensor, words)
    Weft.dtype(found) == Symbol(words[1]) || return false
    collect(Int, size(found)) == numbers(words[2]) || return false
    t = parse(Float64, words[3])
    t == 0 && return Weft.bytes(found) == bytes_of(words[4])
    return all(near(x, y, t) for (x, y) in zip(reals(found), reals(array_of(words[[1, 2, 4]]))))
end

function attribute_of(words)
    words[1] == "int" && return parse(Int, words[2])
    words[1] == "float" && return parse(Float64, words[2])
    words[1] == "bool" && return words[2] == "1"
    words[1] == "ints" && return numbers(words[2])
    words[1] == "none" && return Weft.NONE
    return text_of(words[2])
end

# The results of a case's call, and its leaves.
function run_call(one::Case)
    inputs, leaves, attributes, list = Any[], Tensor[], Pair{String,Any}[], nothing
    for line in one.lines
        if line[1] == "list"
            push!(inputs, (list = Tensor[]))
        elseif line[1] == "absent"
            push!(inputs, nothing)
        elseif line[1] == "attribute"
            push!(attributes, line[2] => attribute_of(line[3:end]))
        elseif line[1] in ("array", "leaf")
            x = array_of(line[2:end])
            line[1] == "leaf" && push!(leaves, Weft.attach_grad!(x))
            push!(list === nothing ? inputs : list, x)
        end
    end
    call() = Weft.invoke(Symbol(of(one, "call")[1][1]), inputs, attributes)
    return one.kind == "gradient" ? Weft.record(call) : call(), leaves
end

# A file's model; from bytes in memory, which are overwritten then.
function load_model(kind, file)
    path = joinpath(FOLDER, "models", file)
    kind == "memory" || return Weft.Model(path)
    bytes = read(path)
    model = Weft.Model(bytes)
    fill!(bytes, 0)
    return model
end

# Runs the steps of a model's case; true if all that they expect holds.
function run_model(one::Case)
    context, right = nothing, true
    for line in one.lines
        line[1] == "model" && (context = Weft.Context(load_model(one.kind, line[2]), line[3]))
        line[1] == "run" && Weft.run!(context)
        line[1] == "reset" && Weft.reset!(context)
        line[1] in ("shape", "input", "flat", "output", "state") || continue
        place = parse(Int, line[2]) + 1
        line[1] == "shape" && Weft.set_input_shape!(context, place, numbers(line[3]))
        line[1] == "input" && Weft.set_input!(context, place, array_of(line[3:end]))
        line[1] == "flat" && Weft.set_input!(context, place, vec(collect(array_of(line[3:end]))))
        line[1] == "output" && (right &= expected(Weft.output(context, place), line[3:end]))
        line[1] == "state" && (right &= expected(Weft.state(context, place), line[3:end]))
    end
    return right
end

# Does a case fail with its status and its texts?
function refused(run, one::Case)
    try
        run(one)
    catch error
        error isa WeftError || rethrow()
        return error.status == parse(Int, of(one, "status")[1][1]) &&
               all(occursin(text_of(words[1]), error.text) for words in of(one, "says"))
    end
    return false
end

function passes(one::Case)
    one.kind in ("model", "shaped") && return run_model(one)
    one.kind == "memory" && isempty(of(one, "status")) && return run_model(one)
    one.kind in ("refusal", "misshapen", "memory") && return refused(run_model, one)
    one.kind == "failure" && return refused(run_call, one)
    one.kind == "misuse" && return Misuse.passes(one.name)
    results, leaves = run_call(one)
    right = all(expected(results[i], words) for (i, words) in enumerate(of(one, "result")))
    one.kind == "gradient" && Weft.backward(results[1])
    slopes = of(one, "gradient")
    return right && all(expected(Weft.gradient(leaves[i]), words) for (i, words) in enumerate(slopes))
end

function read_cases()
    cases = Case[]
    for line in eachline(joinpath(FOLDER, "cases.txt"))
        words = String.(split(line, " "))
        if words[1] == "case"
            push!(cases, Case(words[2], words[3], Vector{String}[]))
        elseif !(words[1] in ("end", "#"))
            push!(cases[end].lines, words)
        end
    end
    return cases
end

# The text of the error that a call throws.
function said(call)
    try
        call()
    catch error
        return sprint(showerror, error)
    end
    return ""
end

@testset "cases" begin
    cases = read_cases()
    @test length(cases) > 500
    @testset "$(one.kind) $(one.name)" for one in cases
        @test passes(one)
    end
end

@testset "arrays of Julia" begin
    a = reshape(collect(1.0f0:6.0f0), 2, 3)
    x = Weft.tensor(a)
    @test size(x) == (2, 3) && Array(x) == a && eltype(x) == Float32
    @test Array(x .+ a) == a .+ a && Array(2 .* x .- 1) == 2 .* a .- 1 && Array(x .^ 2) == a .^ 2
    @test Array(x * Weft.tensor(permutedims(a))) ≈ a * permutedims(a)
    @test Array(x[2, 1:2:end]) == a[2, 1:2:end] && Array(x[:, 3]) == a[:, 3]
    @test Weft.item(x[1, 2]) == a[1, 2] && Weft.item(sum(x)) == sum(a)
    @test Array(x .> 2) == (a .> 2) && Array(Weft.write!(Weft.zeros(2), 3)) == [3, 3]
    @test Array(exp.(x)) ≈ exp.(a)
    @test Array(Weft.tensor([1, 2]; dtype = :bfloat16)) == [1, 2]
    @test occursin("no operator for", said(() -> sinpi.(x)))
    @test occursin("axis 1 of (2, 3) has no part 3", said(() -> x[3, 1]))
end

@testset "gradients" begin
    x = Weft.tensor([3.0, 4.0])
    length_of, (slope,) = Weft.withgradient(x -> Ops.sqrt(Ops.sum(x .* x)), x)
    @test Weft.item(length_of) ≈ 5 && Array(slope) ≈ [0.6, 0.8]
    graph = Weft.trace(x -> x .* 2, x)
    @test Array(only(graph(x))) == [6, 8]
    @test Array(only(graph(Weft.tensor([1.0, 2.0])))) == [2, 4]
    flat = Weft.trace(Weft.zeros(4, 3); dynamic = ((:batch, nothing),), bounds = (batch = (1, 64),)) do x
        Ops.reshape(x .* 2, (3 * size(x, 1),))
    end
    for rows in (1, 5)
        @test size(only(flat(Weft.zeros(rows, 3)))) == (3 * rows,)
    end
    @test occursin("batch", said(() -> flat(Weft.zeros(65, 3))))
    @test occursin("axis 7 of input 0", said(() -> Weft.trace(identity, x; dynamic = ((ntuple(_ -> nothing, 7)..., :n),))))
end

@testset "threads and leaks" begin
    model = Weft.Model(joinpath(FOLDER, "models", "dense.weft"))
    run() = Array(Weft.output(Weft.run!(Weft.set_input!(Weft.Context(model), :x, Float32[0 1 2; 3 4 5]))))
    wanted = run()
    @test all(fetch.([Threads.@spawn all(run() == wanted for _ in 1:50) for _ in 1:4]))
    x = Weft.tensor(Float32[1, 2, 3, 4])
    step() = Weft.release!(x + x)
    step()
    GC.gc()
    once = Weft.live_bytes()
    foreach(_ -> step(), 1:100_000)
    @test Weft.live_bytes() <= once
end

@testset "mistakes" begin
    x = Weft.tensor(Float32[1, 2])
    @test occursin("`axs`; there are: axis", said(() -> Weft.invoke(:softmax, [x], ["axs" => 1])))
    @test occursin("softmax: `data` must be a Tensor", said(() -> Ops.softmax(Ref(1))))
    @test occursin("has 16 bytes; got 3", said(() -> Weft.from_bytes(:float32, (2, 2), UInt8[1, 2, 3])))
    Weft.release!(x)
    @test occursin("was released", said(() -> x + 1))
    context = Weft.Context(Weft.Model(joinpath(FOLDER, "models", "dense.weft")))
    @test occursin("no input `y`; there are: x", said(() -> Weft.set_input!(context, :y, [1])))
    Weft.release!(context)
    @test occursin("was released", said(() -> Weft.run!(context)))
end
