# Trains a small convolutional network on handwritten digits, saves it, loads the file and counts:
# `julia --project=. examples/train_digits.jl digits.csv 12 0.97`, with digits.csv from
# examples/digits/data/digits.csv.gz.
#
# A line of digits.csv has 64 counts of ink from 0 to 16 and the digit. Every fifth line is held out: prints
# the accuracy on those, and fails if it is below the last argument.
using Weft
using Weft: Chain, Conv2d, Dense, Ops

const BATCH = 64

lines = [parse.(Int, split(line, ",")) for line in eachline(ARGS[1])]
is_held_out(line) = line % 5 == 0
train = [row for (line, row) in enumerate(lines) if !is_held_out(line)]
held_out = [row for (line, row) in enumerate(lines) if is_held_out(line)]

# Images of shape (N, 1, 8, 8) whose rows lie one behind the other.
function pixels(part)
    flat = Weft.tensor(Float32[ink / 16 for row in part for ink in row[1:64]])
    return reshape(flat, length(part), 1, 8, 8)
end

Weft.seed!(0)
net = Chain(
    "conv1" => Conv2d(16, 1, 3; pad = 1, activation = Ops.relu),
    "conv2" => Conv2d(32, 16, 3; pad = 1, activation = Ops.relu),
    "pool" => x -> Ops.pooling(x; kernel = [2, 2], stride = [2, 2]),
    "dense1" => Dense(64, 32 * 16, Ops.relu),
    "dense2" => Dense(10, 64),
)
weights = Weft.weights(net)
adam = Weft.Adam(weights, 0.002)

# A step is one planned graph from images and labels to the slopes.
slopes = Weft.trace(Weft.zeros(BATCH, 1, 8, 8), Weft.zeros(BATCH; dtype = :int64)) do x, y
    loss = Weft.record(() -> Ops.mean(Ops.softmax_cross_entropy(net(x), y)))
    Weft.grad(loss, [weight for (_, weight) in weights])
end
images, labels = pixels(train), Weft.tensor([row[65] for row in train])
for _ in 1:parse(Int, ARGS[2])
    order = Ops.permutation(length(train))
    for start in 1:BATCH:(length(train)-BATCH+1)
        chosen = order[start:(start+BATCH-1)]
        Weft.step!(adam, slopes(Ops.take(images, chosen; axis = 0), Ops.take(labels, chosen; axis = 0)))
    end
end

forward = Weft.trace(net, Weft.zeros(length(held_out), 1, 8, 8))
writer = Weft.Writer()
Weft.add!(writer, "forward", forward; inputs = ["images"], outputs = ["scores"], weights)
Weft.save("digits.weft", writer)
context = Weft.Context(Weft.Model("digits.weft"))
scores = Array(Weft.output(Weft.run!(Weft.set_input!(context, :images, pixels(held_out)))))
right = count(argmax(scores[i, :]) - 1 == row[65] for (i, row) in enumerate(held_out))
accuracy = right / length(held_out)
println(round(accuracy; digits = 4))
accuracy >= parse(Float64, ARGS[3]) || exit(1)
