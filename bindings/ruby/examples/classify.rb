# frozen_string_literal: true

# Classifies an image by a .weft file: `ruby -Ilib examples/classify.rb digits.weft < 64 numbers`.
require "weft"

ink = $stdin.read.scan(/\d+/).first(64).map(&:to_i)
context = Weft::Model.load(ARGV[0]).context
port = context.inputs.first
# The file was made for a batch; the image is its first row.
images = ink.map { |count| count / 16.0 } + [0.0] * (port.bytes / 4 - 64)
scores = context.set_input(0, Weft.tensor(images, shape: port.shape)).run.output.to_a.first
puts scores.each_with_index.max.last
