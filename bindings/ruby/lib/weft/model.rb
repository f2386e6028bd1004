# frozen_string_literal: true

module Weft
  # What an input, an output or a state is; an extent is -1 where a dimension is open.
  Port = Struct.new(:name, :dtype, :shape, :bytes)

  # A loaded .weft file.
  class Model < Owned
    # Maps a file.
    def self.load(path)
      out = C.room
      C.check(C.weft_model_load(path, out))
      own(C.taken(out))
    end

    # Reads a file that is in memory: a copy of a String, or of what an IO or a StringIO has left.
    def self.from_bytes(bytes)
      bytes = bytes.read if bytes.respond_to?(:read)
      raise Error.new(INVALID_TYPE, "from_bytes: expected a String or an IO; got #{bytes.class}") unless bytes.is_a?(String)

      file = C.copied(bytes)
      out = C.room
      C.check(C.weft_model_load_memory(file, bytes.bytesize, out))
      own(C.taken(out), file)
    end

    # What is in memory lives as long as the model and its contexts: the library reads it where it lies.
    def initialize(handle, file = nil)
      super(handle, C.freeing("model"))
      @file = file
    end

    # The names of the entry points.
    def entries
      (0...C.weft_model_entry_count(handle)).map { |i| C.text(C.weft_model_entry_name_at(handle, i)) }
    end

    # The weights by their names; copies, where the file is in memory.
    def weights
      (0...C.weft_model_tensor_count(handle)).to_h do |i|
        out = C.room
        C.check(C.weft_model_tensor(handle, i, out))
        array = Tensor.own(C.taken(out))
        array = Weft.from_bytes(array.dtype, array.shape, array.bytes) if @file
        [C.text(C.weft_model_tensor_name_at(handle, i)), array]
      end
    end

    # A text of the file; nil for an unknown key.
    def metadata(key)
      C.text(C.weft_model_metadata(handle, key))
    end

    # Memory and bindings to run an entry point.
    def context(entry = "forward")
      out = C.room
      C.check(C.weft_context_create(handle, entry, nil, 0, out))
      Context.own(C.taken(out), @file)
    end
  end

  # Runs one entry point. Inputs, outputs and states are named, or counted from 0.
  class Context < Owned
    def initialize(handle, file = nil)
      super(handle, C.freeing("context"))
      @memory = { file: file } # what is bound lives as long as the library may read it
    end

    { inputs: :input, outputs: :output, states: :state }.each do |plural, one|
      define_method(plural) do
        count = C.public_send(:"weft_context_#{plural}", handle)
        (0...count).map { |i| port(:"weft_context_get_#{one}", i) }
      end
    end

    # Sets the shape of an input with open dimensions.
    def set_input_shape(input, shape)
      place = place(:inputs, input)
      C.check(C.weft_context_set_input_shape(handle, place, C.whole(shape, "set_input_shape: `shape`"), shape.size))
      self
    end

    # Copies an array, or nested arrays of numbers, to an input, for all runs until it is set again. Its
    # extents set open dimensions. An array of numbers has no shape: it sets the first dimension if that alone
    # is open.
    def set_input(input, array)
      place = place(:inputs, input)
      port = port(:weft_context_get_input, place)
      is_flat = !array.is_a?(Tensor) && !Array(array).first.is_a?(Array)
      array = Weft.tensor(array, dtype: port.dtype) unless array.is_a?(Tensor)
      unless array.dtype == port.dtype
        raise Error.new(INVALID_TYPE, "set_input: `#{port.name}` is #{port.dtype}; got #{array.dtype}")
      end
      shape = is_flat ? flat_shape(place, port, array.size) : array.shape
      set_input_shape(place, shape) unless shape == port.shape # refuses another shape than the input's
      bytes = array.bytes
      memory = C.copied(bytes)
      C.check(C.weft_context_bind_input(handle, place, memory, bytes.bytesize))
      @memory[place] = memory
      self
    end

    # Runs the entry point.
    def run
      C.check(C.weft_context_run(handle))
      self
    end

    # A copy of an output after a run.
    def output(output = 0)
      place = place(:outputs, output)
      data = C.room
      C.check(C.weft_context_output_data(handle, place, data))
      port = port(:weft_context_get_output, place)
      bytes = port.bytes.zero? ? "".b : Fiddle::Pointer.new(C.taken(data))[0, port.bytes]
      Weft.from_bytes(port.dtype, port.shape, bytes)
    end

    # A copy of a state.
    def state(state = 0)
      place = place(:states, state)
      port = port(:weft_context_get_state, place)
      bytes = ("\0" * port.bytes).b
      C.check(C.weft_context_read_state(handle, place, bytes, port.bytes))
      Weft.from_bytes(port.dtype, port.shape, bytes)
    end

    # Writes a state.
    def set_state(state, array)
      Tensor.of(array, "set_state")
      place = place(:states, state)
      port = port(:weft_context_get_state, place)
      unless array.dtype == port.dtype && array.shape == port.shape
        raise Error.new(INVALID_TYPE, "set_state: `#{port.name}` is #{port.dtype} of shape #{port.shape}; got #{array.dtype} of #{array.shape}")
      end
      C.check(C.weft_context_write_state(handle, place, array.bytes, array.bytes.bytesize))
      self
    end

    # Sets all states back to what the file has.
    def reset
      C.check(C.weft_context_reset(handle))
      self
    end

    # Writes the model's file with the present states.
    def save(path)
      C.check(C.weft_context_save(handle, path))
    end

    private

    def port(get, index)
      raw = [40].pack("J") + ("\0" * 32).b # weft_port
      C.check(C.public_send(get, handle, index, raw))
      name, dtype, rank, shape, bytes = raw[8, 32].unpack("JllJJ")
      extents = rank.zero? ? [] : Fiddle::Pointer.new(shape)[0, 8 * rank].unpack("q*")
      Port.new(C.text(Fiddle::Pointer.new(name)), C.text(C.weft_dtype_name(dtype)), extents, bytes)
    end

    # The input's shape for elements that have none themselves.
    def flat_shape(place, port, count)
      rank = port.shape.size
      open = (0...rank).select { |i| port.shape[i].negative? || !C.weft_context_dimension_at(handle, place, i).null? }
      row = port.shape.drop(1).inject(1, :*)
      return port.shape unless open == [0] && row.positive? && (count % row).zero?

      [count / row, *port.shape.drop(1)]
    end

    def place(which, port)
      names = public_send(which).map(&:name)
      if port.is_a?(Integer)
        return port if port.between?(0, names.size - 1)

        raise Error.new(INDEX_OUT_OF_RANGE, "context: there are #{names.size} #{which}; got number #{port}")
      end
      names.index(port.to_s) or
        raise Error.new(NOT_FOUND, "context: there is no #{which.to_s.chomp('s')} `#{port}`; there are: #{names.join(', ')}")
    end
  end
end
