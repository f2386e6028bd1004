# frozen_string_literal: true

module Weft
  module_function

  def within(set, clear)
    before = C.weft_set_modes(set, clear)
    changed = set | clear
    yield
  ensure
    C.weft_set_modes(before & changed, changed & ~before)
  end
  private_class_method :within

  # Runs the block while operators are recorded, in training mode.
  def record(&block)
    within(WEFT_MODE_RECORDING | WEFT_MODE_TRAINING, 0, &block)
  end

  # Runs the block while nothing is recorded: for updates of weights.
  def pause(&block)
    within(0, WEFT_MODE_RECORDING | WEFT_MODE_TRAINING, &block)
  end

  # The gradients of the head with respect to variables, as new arrays.
  def grad(head, variables, create_graph: false)
    again = create_graph ? 1 : 0
    wanted = Tensor.all(variables, "grad")
    out = C.room(variables.size)
    C.check(C.weft_grad(Tensor.all([head], "grad"), nil, 1, wanted, variables.size, again, again, out))
    out.unpack("J#{variables.size}").map { |handle| Tensor.own(handle) }
  end

  # A dimension of a traced function: an extent of its inputs that may be another one at each call, within bounds
  # on which the traced block may rely.
  Dim = Struct.new(:name, :min, :max) do
    def initialize(name, min: 1, max: 2**40)
      super(name, min, max)
    end

    # The extents of the examples; other ones for another number.
    def examples(number)
      low = [min, 2].max
      count = [max - low + 1, 1000].min
      if count < WEFT_TRACE_EXAMPLES
        raise Error.new(INVALID_VALUE, "Dim: `#{name}` must have at least #{WEFT_TRACE_EXAMPLES} extents above 1; got #{min} to #{max}")
      end
      (low...low + count).to_a.sample(WEFT_TRACE_EXAMPLES, random: Random.new(number))
    end
  end

  # Runs the block once on placeholders for the inputs, and gives the graph of what it did. Arrays that it
  # reads from outside (weights) are captured: the graph sees later writes to them.
  #
  # `dynamic` names extents that are open, { 0 => { 0 => "batch" } } for axis 0 of input 0, or has a Dim in
  # place of the name: each call may have others. The block then runs for six examples of them, and must not
  # decide by them.
  def trace(*inputs, dynamic: {}, &block)
    places = dynamic.flat_map { |input, axes| axes.map { |axis, dim| [dim.is_a?(Dim) ? dim : Dim.new(dim.to_s), input, axis] } }
    dims = places.group_by(&:first).transform_values { |all| all.map { |place| place.drop(1) } }
    examples = [trace_example(inputs, dims, [], &block)]
    return examples.first if C.weft_function_is_example(examples.first.handle).zero?

    examples << trace_example(inputs, dims, examples, &block) while examples.size < WEFT_TRACE_EXAMPLES
    out = C.room
    C.check(C.weft_function_join(examples.map(&:handle).pack("J*"), examples.size, out))
    Function.own(C.taken(out))
  end

  # The function of one trace.
  def trace_example(inputs, dims, earlier)
    Tensor.all(inputs, "trace")
    shapes = inputs.map(&:shape)
    dims.each_with_index do |(dim, places), number|
      extent = dim.examples(number)[earlier.size]
      places.each { |input, axis| shapes[input][axis] = extent if shapes[input]&.at(axis) } # the library refuses others
    end
    types = inputs.zip(shapes).map { |x, shape| [C.weft_tensor_dtype(Tensor.of(x, "trace")), shape.size, *shape, *[0] * 16].take(18).pack("llq16") }
    placeholders = C.room(inputs.size)
    C.check(C.weft_trace_begin_types(types.join, inputs.size, placeholders))
    ended = false
    C.check(C.weft_trace_set_example(earlier.size, earlier.map(&:handle).pack("J*"), earlier.size))
    dims.each do |dim, places|
      of, axes = places.transpose
      C.check(C.weft_trace_add_dimension(dim.name, dim.min, dim.max, of.pack("J*"), axes.pack("l*"), of.size))
    end
    outputs = [yield(*placeholders.unpack("J#{inputs.size}").map { |handle| Tensor.own(handle) })].flatten
    out = C.room
    C.check(C.weft_trace_end(Tensor.all(outputs, "trace"), outputs.size, out))
    ended = true
    Function.own(C.taken(out))
  ensure
    C.weft_trace_abort if ended == false
  end
  private_class_method :trace_example

  # A traced graph.
  class Function < Owned
    def initialize(handle)
      super(handle, C.freeing("function"))
    end

    # Calls the graph through the plan for these shapes; gives all outputs.
    def call(*inputs)
      count = C.weft_function_outputs(handle)
      outs = C.room(count)
      C.check(C.weft_function_call(handle, Tensor.all(inputs, "call"), inputs.size, outs, count))
      outs.unpack("J#{count}").map { |one| Tensor.own(one) }
    end

    # The arrays that the block read from outside: weights, states and constants.
    def captures
      (0...C.weft_function_captures(handle)).map do |i|
        Tensor.own(C.weft_tensor_retain(C.weft_function_capture_at(handle, i)).to_i)
      end
    end

    # A text for people: "graph", "plan" or "arena".
    def text(what)
      out = C.room
      C.check(C.weft_function_get_text(handle, what, out))
      C.text(Fiddle::Pointer.new(C.taken(out)))
    end
  end

  # A .weft file that is being put together.
  class Writer < Owned
    public_class_method :new

    def initialize
      out = C.room
      C.check(C.weft_writer_create(out))
      @unnamed = []
      super(C.taken(out), C.freeing("writer"))
    end

    # Adds an entry point; `weights` names the arrays that the function captured, others are called
    # constant0 and so on.
    def add(entry, function, inputs:, outputs:, weights: {})
      Function.of(function, "Writer#add")
      wanted = [C.weft_function_inputs(function.handle), C.weft_function_outputs(function.handle)]
      unless [inputs.size, outputs.size] == wanted
        raise Error.new(INVALID_VALUE, "Writer#add: the function has #{wanted[0]} inputs and #{wanted[1]} outputs; " \
                                       "got #{inputs.size} and #{outputs.size} names")
      end
      names = function.captures.map { |capture| name_of(capture, weights) }
      lists = [inputs, outputs, names].map { |list| C.texts(list) }
      C.check(C.weft_writer_add_entry(handle, entry, function.handle, *lists.map(&:first)))
      self
    end

    def set_metadata(key, value)
      C.check(C.weft_writer_set_metadata(handle, key, value))
      self
    end

    # Writes the file in one step.
    def save(path)
      C.check(C.weft_writer_save(handle, path))
    end

    private

    def name_of(capture, weights)
      found = weights.find { |_, array| array.same?(capture) }
      return found.first if found

      place = @unnamed.index { |array| array.same?(capture) }
      place ||= @unnamed.push(capture).size - 1
      "constant#{place}"
    end
  end
end
