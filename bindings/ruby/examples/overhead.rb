# frozen_string_literal: true

# What a call costs: nanoseconds of a run of a bound context and of an addition of four numbers; the best of
# many: `ruby -Ilib examples/overhead.rb model.weft`. The Rust binding's example `overhead` gives those of C.
require "weft"

def best
  Array.new(200) do
    start = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
    200.times { yield }
    (Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) - start) / 200.0
  end.min
end

context = Weft::Model.load(ARGV[0]).context
context.set_input(0, Weft.zeros(context.inputs.first.shape))
x = Weft.tensor([1, 2, 3, 4])
# An operator that does nothing, which is Ruby's own part.
nothing = Class.new { def +(_other) = self }.new
puts format("run %.1f ns; addition %.1f ns; nothing %.1f ns", best { context.run }, best { (x + x).release },
            best { nothing + nothing })
