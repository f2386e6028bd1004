# frozen_string_literal: true

# What each `misuse` case of bindings/conformance means in Ruby.
require "pathname"

module Misuse
  WIDE = "für-😀-𝒙"
  DENSE = File.join(FOLDER, "models/dense.weft")
  X = [[0, 1, 2], [3, 4, 5]].freeze

  module_function

  # Asks that the body raises an error of Ruby, with these parts in its text.
  def refuse(*parts, status: nil)
    yield
  rescue Weft::Error, ArgumentError, TypeError, RangeError, NoMethodError => e
    must(status.nil? || (e.is_a?(Weft::Error) && e.status == status), "status: #{e.inspect}")
    parts.each { |part| must e.message.include?(part), e.message }
  else
    raise "nothing was refused"
  end

  def dense
    Weft::Model.load(DENSE)
  end

  def run(model)
    model.context.set_input(:x, X).run.output.to_a
  end

  # A file whose names are all wide.
  def wide_file(dir)
    w = Weft.tensor([[1, 2], [3, 4]])
    traced = Weft.trace(Weft.zeros([1, 2])) { |x| x.matmul(w) }
    path = File.join(dir, "#{WIDE}.weft")
    writer = Weft::Writer.new.add(WIDE, traced, inputs: ["in#{WIDE}"], outputs: ["out#{WIDE}"], weights: { "w#{WIDE}" => w })
    writer.set_metadata("key#{WIDE}", WIDE).save(path)
    path
  end

  # GC.compact alone would not move what is made during a call.
  def collector
    GC.auto_compact = true
    x = Weft.tensor([[1, 2], [3, 4]])
    y = Weft.zeros([2, 2])
    wanted = run(dense)
    GC.stress = true
    2.times do
      must Weft::Ops.reshape(x, [4, 1]).to_a == [[1], [2], [3], [4]], "a list"
      must Weft::Ops.einsum([x, x], "ij,jk->ik").to_a == [[7, 10], [15, 22]], "a text"
      must Weft::Ops.concatenate([x, y], axis: 1).to_a == [[1, 2, 0, 0], [3, 4, 0, 0]], "arrays"
      must run(dense) == wanted, "a model"
    end
    leaf = Weft.tensor([1, 2]).attach_grad
    Weft.record { (leaf * leaf).sum }.backward
    must leaf.grad.to_a == [2, 4], "a gradient"
    Dir.mktmpdir do |dir|
      Weft.save(File.join(dir, "a"), { "first" => x, "second" => y })
      must Weft.load(File.join(dir, "a")).keys == %w[first second], "names"
      must Weft::Model.load(wide_file(dir)).entries == [WIDE], "names of a file"
    end
  ensure
    GC.stress = false
    GC.auto_compact = false
  end

  def kept_memory
    wanted = run(dense)
    bytes = File.binread(DENSE)
    model = Weft::Model.from_bytes(bytes)
    bytes.replace("\0" * bytes.bytesize)
    numbers = X.flatten
    content = Weft.tensor(X).bytes
    array = Weft.from_bytes("float32", [2, 3], content)
    context = model.context.set_input(:x, array)
    other = model.context.set_input(:x, numbers)
    [content, numbers].each { |one| one.replace(one.class.new) }
    array.release
    model.release
    GC.start
    must context.run.output.to_a == wanted && other.run.output.to_a == wanted, "other numbers"
  end

  def released
    x = Weft.tensor([1, 2]).attach_grad
    traced = Weft.trace(Weft.zeros([2])) { |given| given + given }
    model = dense
    context = model.context
    writer = Weft::Writer.new
    [x, traced, model, context, writer].each { |one| 2.times { one.release } }
    [-> { x + 1 }, -> { x + x }, -> { x.to_a }, -> { x.dtype }, -> { x.shape }, -> { x.size }, -> { x.item }, -> { x.grad },
     -> { x.backward }, -> { x.same?(x) }, -> { x.detach }, -> { x.wait }, -> { x.attach_grad }, -> { x.bytes },
     -> { Weft::Ops.concatenate([x, x]) }, -> { Weft.grad(x, [x]) }, -> { Weft.save("/nowhere", { "x" => x }) },
     -> { Weft.trace(x) { |y| y } }, -> { dense.context.set_input(:x, x) },
     -> { Weft::Operator.named("abs").call_named([Weft.zeros([2])], {}, into: [x]) },
     -> { traced.call(Weft.zeros([2])) }, -> { traced.captures }, -> { traced.text("graph") },
     -> { Weft::Writer.new.add("a", traced, inputs: ["x"], outputs: ["y"]) },
     -> { model.context }, -> { model.entries }, -> { model.weights }, -> { model.metadata("k") },
     -> { context.run }, -> { context.inputs }, -> { context.output }, -> { context.set_input(:x, X) },
     -> { context.reset }, -> { context.save("/nowhere") }, -> { context.state },
     -> { writer.save("/nowhere") }, -> { writer.set_metadata("a", "b") }].each do |use|
      refuse("was released", status: Weft::INVALID_STATE, &use)
    end
    refuse("is a reference") { Weft.zeros([2]).dup }
    refuse("is a reference") { model.clone }
  end

  def wrong_kind
    x = Weft.tensor([1, 2])
    function = Weft.trace(x) { |y| y }
    [7, nil, "x", dense, function, Object.new].each do |wrong|
      [-> { Weft::Ops.matmul(x, [wrong]) }, -> { Weft::Ops.concatenate([x, wrong]) }, -> { Weft.grad(x, [wrong]) },
       -> { Weft.grad(wrong, [x]) }, -> { x.same?(wrong) }, -> { Weft.save("/nowhere", { "x" => wrong }) },
       -> { Weft.trace(wrong) { |y| y } }, -> { Weft.trace(x) { wrong } }, -> { function.call(wrong) },
       -> { Weft::Operator.named("abs").call_named([x], {}, into: [wrong]) },
       -> { Weft::Tensor.new(wrong) }, -> { Weft::Model.new(wrong) }].each { |use| refuse(&use) }
    end
    refuse("expected a Weft::Function") { Weft::Writer.new.add("a", dense, inputs: [], outputs: []) }
    refuse { Weft::Model.from_bytes(7) }
    refuse("expected a Weft::Tensor") { Weft::Model.load(File.join(FOLDER, "models/counter.weft")).context.set_state(0, dense) }
  end

  def number_as_text
    model = dense
    [42, 4.5, [1], true].each do |wrong|
      [-> { Weft::Model.load(wrong) }, -> { Weft.load(wrong) }, -> { Weft.save(wrong, { "x" => Weft.zeros([1]) }) },
       -> { model.context(wrong) }, -> { model.context.save(wrong) }, -> { model.metadata(wrong) },
       -> { Weft::Operator.named(wrong) }, -> { Weft::Writer.new.save(wrong) }, -> { Weft::Writer.new.set_metadata(wrong, "a") },
       -> { Weft::Writer.new.set_metadata("a", wrong) }, -> { Weft.save("/nowhere", { wrong => Weft.zeros([1]) }) },
       -> { Weft.trace(Weft.zeros([2])) { |x| x }.text(wrong) }].each { |use| refuse("must be a text", &use) }
    end
    must Weft::Model.load(Pathname.new(DENSE)).entries == ["forward"], "a Pathname"
  end

  def nul_in_text
    x = Weft.zeros([1])
    model = dense
    Dir.mktmpdir do |dir|
      whole = File.join(dir, "a")
      cut = "#{whole}\0b"
      File.write(whole, "untouched")
      traced = Weft.trace(Weft.zeros([2])) { |given| given }
      name = "x\0y"
      [-> { Weft::Model.load("#{DENSE}\0b") }, -> { Weft.load(cut) }, -> { Weft.save(cut, { "x" => x }) },
       -> { Weft.save(File.join(dir, "n"), { name => x }) }, -> { model.context("forward\0x") }, -> { model.context.save(cut) },
       -> { model.metadata(name) }, -> { Weft::Operator.named("abs\0x") }, -> { Weft::Writer.new.save(cut) },
       -> { Weft::Writer.new.set_metadata(name, "a") }, -> { Weft::Writer.new.add("a", traced, inputs: [name], outputs: ["y"]) },
       -> { Weft.zeros([1], dtype: "float32\0") }].each { |use| refuse("NUL", &use) }
      must File.read(whole) == "untouched" && Dir.children(dir) == ["a"], "a file was written"
    end
  end

  def wide_text
    Dir.mktmpdir do |dir|
      context = Weft::Model.load(path = wide_file(dir)).context(WIDE)
      must Dir.children(dir) == [File.basename(path)], "the file's name"
      must context.inputs[0].name == "in#{WIDE}" && context.outputs[0].name == "out#{WIDE}", "names of ports"
      must context.set_input("in#{WIDE}", [[1, 1]]).run.output.to_a == [[4, 6]], "numbers"
      model = Weft::Model.load(path)
      must model.metadata("key#{WIDE}") == WIDE && model.weights.keys == ["w#{WIDE}"], "texts"
      Weft.save(File.join(dir, "#{WIDE}.safetensors"), { WIDE => Weft.zeros([1]) })
      must Weft.load(File.join(dir, "#{WIDE}.safetensors")).keys == [WIDE], "names of arrays"
    end
    refuse(WIDE) { Weft::Model.load("/nowhere/#{WIDE}") }
    refuse(WIDE) { dense.context(WIDE) }
    refuse(WIDE) { dense.context(WIDE.encode("UTF-16LE")) }
    refuse(WIDE) { Weft::Operator.named(WIDE) }
  end

  def invalid_text
    Dir.mktmpdir do |dir|
      path = "#{dir}/\xff.weft".b # names of files are bytes here
      File.binwrite(path, File.binread(DENSE))
      must run(Weft::Model.load(path)) == run(dense), "a path of bytes"
      traced = Weft.trace(Weft.zeros([2])) { |x| x + x }
      refuse { Weft::Writer.new.add("a", traced, inputs: ["\xff"], outputs: ["y"]).save(File.join(dir, "a")) }
      refuse("UTF-8") { Weft.save(File.join(dir, "a"), { "\xff" => Weft.zeros([1]) }) }
      must Dir.children(dir).size == 1, "a file was written"
    end
    refuse { dense.context("for\xffward") }
  end

  def cyclic_list
    a = [1]
    a << a
    b = []
    b << b
    [a, b].each do |list|
      refuse { Weft.tensor(list) }
      refuse { Weft.tensor([list]) }
      refuse { dense.context.set_input(:x, list) }
      refuse { Weft::Ops.reshape(Weft.zeros([1]), list) }
    end
  end

  def ragged_list
    [[[1, 2], [3, 4, 5], [6]], [[1, 2], 3, 4, 5], [1, [2, 3], 4], [[[1], [2]], [3, 4]]].each { |rows| refuse("different") { Weft.tensor(rows) } }
  end

  def wrong_elements
    context = dense.context
    refuse("float32", "int32") { context.set_input(:x, Weft.zeros([2, 3], dtype: "int32")) }
    refuse { context.set_input(:x, [1, 2, 3]) }
    refuse { context.set_input(:x, []) }
    refuse("must have shape (2, 3)") { context.set_input(:x, Weft.zeros([0, 3])) }
    refuse { context.set_input(9, X) }
    refuse { context.set_input(-1, X) }
    counter = Weft::Model.load(File.join(FOLDER, "models/counter.weft")).context
    refuse("int32") { counter.set_state(0, Weft.zeros([2], dtype: "int32")) }
    refuse { counter.set_state(0, Weft.zeros([1, 2])) }
    refuse("16 bytes; got 3") { Weft.from_bytes("float32", [4], "abc") }
    refuse { Weft.from_bytes("float32", [-2, -2], "\0" * 16) }
    must Weft.tensor([]).to_a == [] && Weft.zeros([0, 3]).shape == [0, 3] && Weft.tensor([[], []]).shape == [2, 0], "empty arrays"
    turned = Weft::Ops.transpose(Weft.tensor(X))
    must turned.to_a == X.transpose && turned.bytes == Weft.tensor(X.transpose).bytes, "turned"
    must Weft.tensor(X.map(&:freeze).freeze).to_a == X, "frozen"
    must Weft.tensor([0, 1, true, false, nil], dtype: "bool").to_a == [false, true, true, false, false], "bools"
  end

  def wide_integers
    { "int64" => [9_007_199_254_740_993, -(2**63), 2**63 - 1], "uint64" => [9_007_199_254_740_993, 2**64 - 1] }.each do |dtype, numbers|
      must Weft.tensor(numbers, dtype: dtype).to_a == numbers, "elements of #{dtype}"
      numbers.each do |number|
        x = Weft.tensor([number], dtype: dtype)
        must x.item == number, "item"
        must (Weft.zeros([1], dtype: dtype) + number).to_a == [number], "an operand #{number}"
        must Weft::Ops.equal(x, number).to_a == [true], "a comparison"
      end
    end
    refuse { Weft.tensor([2**63], dtype: "int64") }
    refuse { Weft.tensor([-1], dtype: "uint64") }
    refuse { Weft.zeros([1], dtype: "int64") + 2**64 }
  end

  def no_integer
    x = Weft.zeros([4])
    [2.5, Float::NAN, Float::INFINITY, 2**64, "2", nil].each do |wrong|
      refuse { Weft.zeros([wrong]) }
      refuse { Weft.from_bytes("float32", [wrong], "") }
      refuse { Weft::Ops.reshape(x, [wrong]) }
      refuse { Weft::Model.load(File.join(FOLDER, "models/open.weft")).context.set_input_shape(:x, [wrong, 3]) }
      refuse { Weft::Ops.sum(x, axis: wrong) } unless wrong.nil? # nil leaves it out
    end
    [Float::NAN, Float::INFINITY, 2**31, -(2**31) - 1].each { |wrong| refuse { Weft.tensor([wrong], dtype: "int32") } }
    refuse { Weft.tensor([256], dtype: "uint8") }
  end

  def unset_input
    refuse("`x`", status: Weft::INVALID_STATE) { dense.context.run }
    context = dense.context.set_input(:x, X)
    must context.run.output.to_a == context.run.output.to_a, "it is bound until it is bound again"
    open = Weft::Model.load(File.join(FOLDER, "models/open.weft")).context.set_input(:x, X)
    open.run
    refuse("`x`") { open.set_input_shape(:x, [3, 3]).run } # another shape unbinds
  end
end
