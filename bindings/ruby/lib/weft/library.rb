# frozen_string_literal: true

module Weft
  # A call of the library that failed, with its status (a number of weft.h) and the library's text.
  class Error < StandardError
    attr_reader :status

    def initialize(status, text)
      @status = status
      super(text)
    end
  end

  INVALID_VALUE = 1
  NOT_FOUND = 4
  INVALID_TYPE = 6
  INDEX_OUT_OF_RANGE = 7
  INVALID_STATE = 10

  # The loaded library. Its folder is the environment variable WEFT_PREFIX, else what `weft --prefix` prints.
  module C
    def self.prefix
      ENV["WEFT_PREFIX"] || IO.popen(["weft", "--prefix"], &:read).strip
    rescue Errno::ENOENT
      raise LoadError, "libweft was not found: install Weft (`pip install .` in its tree), or set WEFT_PREFIX to the folder that has lib/"
    end

    LIBRARY = Fiddle.dlopen(File.join(prefix, "lib", "libweft.so"))
    FUNCTIONS.each do |name, (arguments, result, texts)|
      const_set(name.upcase, Fiddle::Function.new(LIBRARY[name.to_s], arguments, result))
      # A method with its own parameters, because a list of them takes longer.
      given = Array.new(arguments.size) { |i| "a#{i}" }
      passed = given.each_with_index.map { |one, i| texts.include?(i) ? "letters(#{one})" : one }
      module_eval("def self.#{name}(#{given.join(', ')}) = #{name.upcase}.call(#{passed.join(', ')})", __FILE__, __LINE__)
    end

    # The address of the function that frees a kind of object.
    def self.freeing(kind)
      LIBRARY["weft_#{kind}_release"]
    end

    module_function

    # Raises where a status is not OK; the text is that of this thread's failure.
    def check(status)
      raise Error.new(status, text(weft_last_error)) unless status.zero?
    end

    # Room for a handle or a pointer that a call gives; `taken` reads it.
    def room(count = 1)
      ("\0" * (8 * [count, 1].max)).b
    end

    def taken(room)
      room.unpack1("J")
    end

    # A text or a path as the library takes it: in UTF-8, where it would end at a NUL character and be another.
    def letters(given)
      given = given.to_path if given.respond_to?(:to_path)
      unless given.is_a?(String) || given.is_a?(Symbol) || given.nil?
        raise Error.new(INVALID_TYPE, "a name or a path must be a text; got #{given.inspect}, a #{given.class}")
      end
      return if given.nil?

      given = given.to_s
      given = given.encode(Encoding::UTF_8) unless [Encoding::UTF_8, Encoding::BINARY, Encoding::US_ASCII].include?(given.encoding)
      return given unless given.b.include?("\0")

      raise Error.new(INVALID_VALUE, "a name or a path must not have NUL characters; got #{given.inspect}")
    rescue EncodingError => e
      raise Error.new(INVALID_VALUE, "a name or a path must have a form in UTF-8; got #{given.inspect}: #{e.message}")
    end

    # Whole numbers as C's int64_t; fractions would be cut.
    def whole(numbers, name)
      wrong = Array(numbers).find { |number| !number.is_a?(Integer) || number.bit_length > 63 }
      return numbers.pack("q*") if wrong.nil? && numbers.is_a?(Array)

      raise Error.new(INVALID_TYPE, "#{name} must be an Array of whole numbers of 64 bits; got #{(wrong || numbers).inspect}")
    end

    # Bytes in memory that stays where it is: the collector may move what a String has.
    def copied(bytes)
      memory = Fiddle::Pointer.malloc([bytes.bytesize, 1].max, Fiddle::RUBY_FREE)
      memory[0, bytes.bytesize] = bytes
      memory
    end

    def text(pointer)
      pointer.null? ? nil : pointer.to_s.dup.force_encoding("UTF-8")
    end

    # Addresses of texts, as C's arrays of texts; keep what this gives as long as the call runs.
    def texts(names)
      held = names.map { |name| copied("#{letters(name)}\0") }
      [held.map(&:to_i).pack("J*"), held]
    end
  end

  # Room for the call of an operator of two arrays: the values, and behind them the result. A thread keeps one
  # for its next call. A call takes it away meanwhile, because a signal's handler may call in between.
  class Room
    OUT = 32 # two weft_value

    attr_reader :values, :out

    def self.borrow
      thread = Thread.current
      room = thread[:weft_room] || new
      thread[:weft_room] = nil
      room
    end

    # Gives it back.
    def back
      Thread.current[:weft_room] = self
    end

    def initialize
      @values = Fiddle::Pointer.malloc(OUT + 8, Fiddle::RUBY_FREE)
      @out = @values + OUT
    end

    # Fills it with two arrays and no result yet.
    def fill(x, y)
      @values[0, OUT + 8] = [WEFT_TAG_TENSOR, 0, x, WEFT_TAG_TENSOR, 0, y, 0].pack("LLQLLQQ")
    end

    def taken
      @out[0, 8].unpack1("J")
    end
  end

  # An object that owns a handle. It is given back by the collector, or by `release` at once: Fiddle's pointer
  # calls the library's function, which takes less time than a finalizer of Ruby.
  class Owned
    private_class_method :new # a number that is no handle would be taken for an address

    # The object of a handle that the library gave.
    def self.own(*given)
      new(*given)
    end

    # The handle of an object that must be of this class.
    def self.of(object, name)
      return object.handle if object.is_a?(self)

      raise Error.new(INVALID_TYPE, "#{name}: expected a #{self}; got #{object.class}")
    end

    # The handles of a list of such objects, as C has them.
    def self.all(objects, name)
      raise Error.new(INVALID_TYPE, "#{name}: expected an Array; got #{objects.class}") unless objects.is_a?(Array)

      objects.map { |object| of(object, name) }.pack("J*")
    end

    def initialize(handle, release)
      @handle = handle
      @owner = Fiddle::Pointer.new(handle, 0, release)
    end

    # The handle; an error where the object was released.
    def handle
      @handle or raise Error.new(INVALID_STATE, "the #{self.class.name} was released")
    end

    def initialize_copy(_other)
      raise TypeError, "a #{self.class.name} is a reference: dup and clone would free it twice; copy the elements by Weft.tensor(x.to_a)"
    end

    # Frees the object now; using it later is an error.
    def release
      return unless @handle

      @handle = nil
      @owner.call_free
    end
  end

  module_function

  # The version of the library, such as "0.1.0".
  def version
    C.text(C.weft_version)
  end

  # Sets the seed of the random operators.
  def seed(number)
    C.check(C.weft_random_seed(number))
  end

  # Sets how many threads may work on one call.
  def num_threads=(count)
    C.check(C.weft_set_num_threads(count))
  end

  # Bytes of arrays and of the library's objects that are in use.
  def live_bytes
    figures = [80].pack("J") + ("\0" * 72).b # weft_memory
    C.check(C.weft_memory_stats(figures, 0))
    figures.unpack("J2")[1]
  end
end
