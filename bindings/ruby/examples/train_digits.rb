# frozen_string_literal: true

# Trains a small convolutional network on handwritten digits, saves it, loads the file and counts:
# `ruby -Ilib examples/train_digits.rb digits.csv 12 0.97`, with digits.csv from
# examples/digits/data/digits.csv.gz.
#
# A line of digits.csv has 64 counts of ink from 0 to 16 and the digit. Every fifth line is held out: prints
# the accuracy on those, and fails if it is below the last argument.
require "weft"

path, epochs, wanted = ARGV
BATCH = 64
rows = File.readlines(path).map { |line| line.split(",").map(&:to_i) }
held_out, train = rows.each_with_index.partition { |_, line| line % 5 == 4 }.map { |part| part.map(&:first) }
pixels = ->(part) { Weft.tensor(part.flat_map { |row| row.take(64).map { |ink| ink / 16.0 } }, shape: [part.size, 1, 8, 8]) }

Weft.seed(0)
NN, Ops = Weft::NN, Weft::Ops
relu = ->(x) { Ops.relu(x) }
net = NN::Sequential.new(
  conv1: NN::Conv2d.new(16, 1, 3, pad: 1, &relu), conv2: NN::Conv2d.new(32, 16, 3, pad: 1, &relu),
  pool: NN::Lambda.new { |x| Ops.pooling(x, kernel: [2, 2], stride: [2, 2]) },
  dense1: NN::Dense.new(64, 32 * 16, &relu), dense2: NN::Dense.new(10, 64)
)
adam = NN::Adam.new(net.weights, rate: 0.002)

# A step is one planned graph from images and labels to the slopes.
slopes = Weft.trace(Weft.zeros([BATCH, 1, 8, 8]), Weft.zeros([BATCH], dtype: "int64")) do |x, y|
  loss = Weft.record { Ops.softmax_cross_entropy(net.call(x), y).mean }
  Weft.grad(loss, net.weights.values)
end
images, labels = pixels.call(train), Weft.tensor(train.map(&:last), dtype: "int64")
epochs.to_i.times do
  order = Ops.permutation(train.size)
  (0..train.size - BATCH).step(BATCH) do |start|
    chosen = order.slice(start...start + BATCH)
    adam.step(slopes.call(Ops.take(images, chosen, axis: 0), Ops.take(labels, chosen, axis: 0)))
  end
end

forward = Weft.trace(Weft.zeros([held_out.size, 1, 8, 8])) { |x| net.call(x) }
Weft::Writer.new.add("forward", forward, inputs: ["images"], outputs: ["scores"], weights: net.weights).save("digits.weft")
scores = Weft::Model.load("digits.weft").context.set_input(:images, pixels.call(held_out)).run.output(:scores).to_a
right = scores.zip(held_out).count { |row, digit| row.each_with_index.max.last == digit.last }
accuracy = right.fdiv(held_out.size)
puts format("%.4f", accuracy)
exit 1 if accuracy < wanted.to_f
