# frozen_string_literal: true

module Weft
  # Says that an attribute is none on purpose.
  NONE = Object.new.freeze

  # An operator by its name, registered ones too; the functions of Ops are made of it.
  class Operator
    @found = {}

    # Looks an operator up; an error names one that does not exist.
    def self.named(name)
      @found[C.letters(name)] ||= new(name)
    end

    def initialize(name)
      @name = name
      handle = C.room
      C.check(C.weft_op_find(name, handle))
      @op = C.taken(handle)
      info = [136].pack("J") + ("\0" * 128).b # weft_op_info
      C.check(C.weft_op_get_info(@op, info))
      @outputs, @inputs, attributes = info[68, 12].unpack("l3")
      first = Fiddle::Pointer.new(info[80, 8].unpack1("J"))
      # weft_argument_info has 48 bytes: name, doc, then its kind
      @arguments = (0...(@inputs + attributes)).map do |i|
        one = first + (48 * i)
        [C.text(Fiddle::Pointer.new(one[0, 8].unpack1("J"))), one[16, 4].unpack1("l")]
      end
    end

    # Calls the operator with arguments in the order of its schema; nil leaves one out. Gives all results.
    def call(given)
      held = []
      values = packed(given, held)
      count = @outputs
      if count.zero?
        counted = C.room
        C.check(C.weft_op_count_outputs(@op, values, given.size, counted))
        count = C.taken(counted)
      end
      outs = C.room(count)
      C.check(C.weft_invoke(@op, values, given.size, outs, count))
      outs.unpack("J#{count}").map { |handle| Tensor.own(handle) }
    end

    # The one result for two arrays.
    def both(x, y)
      room = Room.borrow
      room.fill(x.handle, y.handle)
      C.check(C::WEFT_INVOKE.call(@op, room.values, 2, room.out, 1))
      result = Tensor.own(room.taken)
      room.back
      result
    end

    # Calls the operator with attributes by the names of the registry: values, or NONE. With `into` the
    # results are written to these arrays.
    def call_named(inputs, attributes = {}, into: nil)
      given = inputs + [nil] * (@arguments.size - inputs.size)
      attributes.each do |name, value|
        place = @arguments.rindex { |known, _| known == name.to_s }
        unless place && place >= @inputs
          known = @arguments.drop(@inputs).map(&:first)
          raise Error.new(INVALID_TYPE, "#{@name}: there is no attribute `#{name}`; there are: " \
                                        "#{known.empty? ? 'none' : known.join(', ')}")
        end
        given[place] = value
      end
      return call(given) unless into

      held = []
      values = packed(given, held)
      C.check(C.weft_invoke(@op, values, given.size, Tensor.all(into, @name), into.size))
      nil
    end

    private

    # The arguments as an array of weft_value: a tag, a count, and 8 bytes. `held` keeps what they point at.
    def packed(given, held)
      if given.size > @arguments.size
        raise Error.new(INVALID_TYPE, "#{@name}: there are at most #{@arguments.size} arguments; got #{given.size}")
      end
      given.each_with_index.map { |value, i| packed_one(value, i, held) }.join
    end

    def packed_one(value, place, held)
      name, kind = @arguments[place]
      case value
      when nil then [WEFT_TAG_DEFAULT, 0, 0].pack("LLq")
      when NONE then [WEFT_TAG_NONE, 0, 0].pack("LLq")
      when Tensor
        held << value
        [WEFT_TAG_TENSOR, 0, value.handle].pack("LLQ")
      when true, false then [WEFT_TAG_BOOL, 0, value ? 1 : 0].pack("LLq")
      when Float then [WEFT_TAG_FLOAT, 0, value].pack("LLd")
      when Integer
        kind == WEFT_TAG_FLOAT ? [WEFT_TAG_FLOAT, 0, value.to_f].pack("LLd") : packed_whole(value, name)
      when Array then packed_list(value, name, held)
      when String, Symbol then packed_text(value.to_s, kind, held)
      else
        raise Error.new(INVALID_TYPE, "#{@name}: `#{name}` must be a Weft::Tensor, a number, a text or a list; " \
                                      "got a #{value.class}")
      end
    end

    def packed_whole(value, name)
      return [WEFT_TAG_INT, 0, value].pack("LLq") if value.bit_length <= 63
      return [WEFT_TAG_UNSIGNED, 0, value].pack("LLQ") if value.positive? && value.bit_length <= 64

      raise Error.new(INVALID_VALUE, "#{@name}: `#{name}` must be a number of 64 bits; got #{value}")
    end

    def packed_list(list, name, held)
      arrays = list.first.is_a?(Tensor)
      memory = C.copied(arrays ? Tensor.all(list, "#{@name}: `#{name}`") : C.whole(list, "#{@name}: `#{name}`"))
      held << memory << list
      [arrays ? WEFT_TAG_TENSORS : WEFT_TAG_INTS, list.size, memory.to_i].pack("LLQ")
    end

    def packed_text(text, kind, held)
      return [WEFT_TAG_DTYPE, 0, Weft.dtype(text)].pack("LLq") if kind == WEFT_TAG_DTYPE

      memory = C.copied(C.letters(text))
      held << memory
      [WEFT_TAG_STRING, memory.size, memory.to_i].pack("LLQ")
    end
  end
end
