# frozen_string_literal: true

# Weft in Ruby: arrays, operators, gradients, traced functions and .weft files, on weft.h alone by Fiddle.
#
#   require "weft"
#   x = Weft.tensor([3.0, 4.0]).attach_grad
#   length = Weft.record { Weft::Ops.sqrt((x * x).sum) }
#   length.backward
#   p length.item, x.grad.to_a   # 5.0 and [0.6, 0.8]

require "fiddle"

require_relative "weft/interface"
require_relative "weft/library"
require_relative "weft/operator"
require_relative "weft/tensor"
require_relative "weft/ops"
require_relative "weft/autograd"
require_relative "weft/model"
require_relative "weft/nn"
