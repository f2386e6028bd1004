# Classifies an image by a .weft file: `julia --project=. examples/classify.jl digits.weft < 64 numbers`.
using Weft

ink = parse.(Int, [found.match for found in eachmatch(r"\d+", read(stdin, String))])[1:64]
context = Weft.Context(Weft.Model(ARGS[1]))
# The file was made for a batch; the image is its first row. The elements lie as in memory.
images = zeros(Float32, first(Weft.inputs(context)).bytes ÷ 4)
images[1:64] = ink ./ 16
Weft.bind_input!(context, 1, images)
scores = Array(Weft.output(Weft.run!(context)))
println(argmax(scores[1, :]) - 1)
