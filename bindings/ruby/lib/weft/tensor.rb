# frozen_string_literal: true

module Weft
  # How `pack` writes elements; float16 and others without a form come as bytes.
  FORMS = { "bool" => "C", "uint8" => "C", "int8" => "c", "uint16" => "S", "int16" => "s", "uint32" => "L",
            "int32" => "l", "uint64" => "Q", "int64" => "q", "float32" => "f", "float64" => "d" }.freeze

  # An array: a reference, which the collector gives back, or `release` at once.
  class Tensor < Owned
    FREE = C.freeing("tensor")

    def initialize(handle)
      super(handle, FREE)
    end

    # The name of the type of the elements.
    def dtype
      C.text(C.weft_dtype_name(C.weft_tensor_dtype(handle)))
    end

    # The extents.
    def shape
      rank = C.weft_tensor_rank(handle)
      rank.zero? ? [] : C.weft_tensor_shape(handle)[0, 8 * rank].unpack("q*")
    end

    # The number of elements.
    def size
      C.weft_tensor_elements(handle)
    end

    # The bytes of the elements, in row-major order.
    def bytes
      out = ("\0" * (size * C.weft_dtype_size(C.weft_tensor_dtype(handle)))).b
      C.check(C.weft_tensor_read(handle, out, out.bytesize))
      out
    end

    # The elements in row-major order: numbers, true and false, or Complex.
    def flat
      name = dtype
      if name.start_with?("complex")
        parts = bytes.unpack(name == "complex64" ? "f*" : "d*")
        return parts.each_slice(2).map { |real, imaginary| Complex(real, imaginary) }
      end
      return Ops.cast(self, "float32").flat unless FORMS.key?(name)

      numbers = bytes.unpack("#{FORMS[name]}*")
      name == "bool" ? numbers.map { |n| n == 1 } : numbers
    end

    # Nested arrays, or the only element where there is no axis.
    def to_a
      shape.drop(1).reverse.inject(flat) { |rows, extent| extent.zero? ? rows : rows.each_slice(extent).to_a }
    end

    # The only element.
    def item
      raise Error.new(INVALID_VALUE, "item: expected one element; got #{size}") unless size == 1

      flat.first
    end

    # Waits until the content is there.
    def wait
      C.check(C.weft_tensor_wait(handle))
      self
    end

    # Is a write through one array seen through the other?
    def same?(other)
      C.weft_tensor_shares_box(handle, Tensor.of(other, "same?")) == 1
    end

    # The same content without its history.
    def detach
      out = C.room
      C.check(C.weft_tensor_detach(handle, out))
      Tensor.own(C.taken(out))
    end

    # Makes the array a leaf with a gradient, which backward replaces.
    def attach_grad
      C.check(C.weft_tensor_attach_grad(handle, WEFT_GRAD_WRITE))
      self
    end

    # The gradient; nil where none is attached.
    def grad
      out = C.room
      C.check(C.weft_tensor_grad(handle, out))
      found = C.taken(out)
      found.zero? ? nil : Tensor.own(found)
    end

    # Computes the gradients of this array into the leaves.
    def backward
      C.check(C.weft_backward([handle].pack("J"), nil, 1, 0))
    end

    { :+ => "add", :- => "subtract", :* => "multiply", :/ => "divide", :** => "power" }.each do |sign, name|
      found = nil
      define_method(sign) do |other|
        operator = (found ||= Operator.named(name))
        other.is_a?(Tensor) ? operator.both(self, other) : operator.call([self, other]).first
      end
    end

    def -@
      Ops.negative(self)
    end

    # Lets numbers stand on the left: 2 * x.
    def coerce(number)
      [Scalar.new(number), self]
    end

    def matmul(other)
      Ops.matmul(self, other)
    end

    def sum(**options)
      Ops.sum(self, **options)
    end

    def mean(**options)
      Ops.mean(self, **options)
    end

    def reshape(*shape)
      Ops.reshape(self, shape.flatten)
    end

    # The part of `range` along an axis.
    def slice(range, axis: 0)
      extents = shape
      first, count = range.begin || 0, range.count
      unless axis.between?(0, extents.size - 1) && first >= 0 && first + count <= extents[axis]
        raise Error.new(INDEX_OUT_OF_RANGE, "slice: axis #{axis} of #{extents} has no part #{range}")
      end
      start = extents.map { 0 }
      start[axis], extents[axis] = first, count
      Ops.slice(self, start, extents, extents.map { 1 })
    end

    def inspect
      "#<Weft::Tensor #{dtype} #{shape} #{to_a}>"
    end

    # A number on the left of an operator.
    class Scalar
      def initialize(number)
        @number = number
      end

      { :+ => "add", :- => "subtract", :* => "multiply", :/ => "divide", :** => "power" }.each do |sign, name|
        define_method(sign) { |array| Operator.named(name).call([@number, array]).first }
      end
    end
  end

  module_function

  # The number of a dtype by its name.
  def dtype(name)
    out = C.room
    C.check(C.weft_dtype_find(name.to_s, out))
    out.unpack1("l")
  end

  # A new array from numbers or nested arrays; float32 unless `dtype` says otherwise.
  def tensor(elements, dtype: "float32", shape: nil)
    flat = [elements].flatten # refuses a list that contains itself
    nesting = rows_shape(elements)
    shape ||= nesting
    unless flat.size == shape.inject(1, :*)
      raise Error.new(INVALID_VALUE, "tensor: the shape #{shape} has #{shape.inject(1, :*)} elements; got #{flat.size}")
    end
    form = FORMS[dtype.to_s] or raise Error.new(INVALID_TYPE, "tensor: `dtype` must be one of #{FORMS.keys.join(', ')}; got #{dtype}")
    flat = flat.map { |x| x && x != 0 ? 1 : 0 } if dtype.to_s == "bool"
    check_range(flat, form, dtype) unless %w[f d].include?(form)
    from_bytes(dtype, shape, flat.pack("#{form}*"))
  end

  # The extents of nested arrays, whose rows must have one length.
  def rows_shape(elements)
    return [] unless elements.is_a?(Array)
    return [elements.size] unless elements.any?(Array)

    shapes = elements.map { |row| rows_shape(row) }.uniq
    raise Error.new(INVALID_VALUE, "tensor: rows have different shapes: #{shapes.first(2).join(' and ')}") if shapes.size > 1

    [elements.size, *shapes.first]
  end
  private_class_method :rows_shape

  # Refuses numbers that an integer dtype does not have; `pack` would wrap them.
  def check_range(flat, form, dtype)
    bits = 8 * [0].pack(form).bytesize
    range = form =~ /[a-z]/ ? (-(1 << (bits - 1))..(1 << (bits - 1)) - 1) : (0..(1 << bits) - 1)
    wrong = flat.index { |x| !(x.is_a?(Numeric) && range.cover?(x)) }
    raise Error.new(INVALID_VALUE, "tensor: #{dtype} has numbers of #{range}; got #{flat[wrong].inspect}") if wrong
  end
  private_class_method :check_range

  # An array from the bytes of its elements, in row-major order.
  def from_bytes(dtype, shape, bytes)
    code = self.dtype(dtype)
    extents = C.whole(shape, "from_bytes: `shape`")
    raise Error.new(INVALID_TYPE, "from_bytes: `bytes` must be a String; got #{bytes.class}") unless bytes.is_a?(String)

    wanted = shape.inject(C.weft_dtype_size(code), :*)
    unless bytes.bytesize == wanted
      raise Error.new(INVALID_VALUE, "from_bytes: #{dtype} of shape #{shape} has #{wanted} bytes; got #{bytes.bytesize}")
    end
    out = C.room
    C.check(C.weft_tensor_create(code, shape.size, extents, wanted.zero? ? nil : bytes, out))
    Tensor.own(C.taken(out))
  end

  # An array of zeros.
  def zeros(shape, dtype: "float32")
    out = C.room
    C.check(C.weft_tensor_create(self.dtype(dtype), shape.size, C.whole(shape, "zeros: `shape`"), nil, out))
    Tensor.own(C.taken(out))
  end

  # Writes named arrays to a safetensors file in one step.
  def save(path, arrays)
    names, _held = C.texts(arrays.keys)
    C.check(C.weft_tensors_save(path, names, Tensor.all(arrays.values, "save"), arrays.size, nil))
  end

  # Reads the arrays of a safetensors file by their names.
  def load(path)
    room = C.room
    C.check(C.weft_archive_load(path, room))
    archive = C.taken(room)
    (0...C.weft_archive_count(archive)).to_h do |i|
      one = C.room
      C.check(C.weft_archive_tensor(archive, i, one))
      [C.text(C.weft_archive_name_at(archive, i)), Tensor.own(C.taken(one))]
    end
  ensure
    C.weft_archive_release(archive) if archive
  end
end
