# frozen_string_literal: true

# All cases of bindings/conformance, then what cases cannot say: threads, leaks, released objects.
require "tmpdir"
require "weft"

FOLDER = File.expand_path("../../conformance", __dir__)
require_relative "misuse"

Case = Struct.new(:kind, :name, :lines) do
  def of(word)
    lines.select { |line| line.first == word }.map { |line| line.drop(1) }
  end
end

def must(holds, text)
  raise text unless holds
end

def numbers(word)
  word == "-" ? [] : word.split(",").map(&:to_i)
end

def text_of(word)
  word == "-" ? "" : word.gsub(/%(\h\h)/) { $1.hex.chr }.force_encoding("UTF-8")
end

def bytes_of(word)
  word == "-" ? "".b : [word].pack("H*")
end

def array_of(words)
  Weft.from_bytes(words[0], numbers(words[1]), bytes_of(words[2]))
end

def reals(x)
  x.flat.flat_map { |value| value.is_a?(Complex) ? value.rect : [value] }
end

# Compares an array with `DTYPE SHAPE TOLERANCE HEX`.
def expect(found, words)
  must found.dtype == words[0], "dtype #{found.dtype}"
  must found.shape == numbers(words[1]), "shape #{found.shape}"
  t = words[2].to_f
  return must(found.bytes == bytes_of(words[3]), "other bytes") if t.zero?

  reals(found).zip(reals(array_of(words.values_at(0, 1, 3)))) do |x, y|
    near = x == y || (x.to_f.nan? && y.to_f.nan?) || (x - y).abs <= t + t * y.abs
    must near, "#{x} is not #{y}"
  end
end

def attribute_of(words)
  case words[0]
  when "int" then words[1].to_i
  when "float" then words[1].to_f
  when "bool" then words[1] == "1"
  when "ints" then numbers(words[1])
  when "none" then Weft::NONE
  else text_of(words[1])
  end
end

def run_call(one)
  inputs, leaves, attributes, list = [], [], {}, nil
  one.lines.each do |word, *rest|
    case word
    when "list" then inputs << (list = [])
    when "absent" then inputs << nil
    when "attribute" then attributes[rest[0]] = attribute_of(rest.drop(1))
    when "array", "leaf"
      x = array_of(rest)
      leaves << x.attach_grad if word == "leaf"
      (list || inputs) << x
    end
  end
  call = -> { Weft::Operator.named(one.of("call")[0][0]).call_named(inputs, attributes) }
  [one.kind == "gradient" ? Weft.record(&call) : call.call, leaves]
end

# A file's model; from bytes in memory, which are overwritten then.
def load_model(kind, file)
  path = File.join(FOLDER, "models", file)
  return Weft::Model.load(path) unless kind == "memory"

  bytes = File.binread(path)
  model = Weft::Model.from_bytes(bytes)
  bytes.replace("\0" * bytes.bytesize)
  model
end

def run_model(one)
  context = nil
  one.lines.each do |word, *rest|
    index = rest[0].to_i
    case word
    when "model" then context = load_model(one.kind, rest[0]).context(rest[1])
    when "shape" then context.set_input_shape(index, numbers(rest[1]))
    when "input" then context.set_input(index, array_of(rest.drop(1)))
    when "flat" then context.set_input(index, array_of(rest.drop(1)).flat)
    when "run" then context.run
    when "reset" then context.reset
    when "output" then expect(context.output(index), rest.drop(1))
    when "state" then expect(context.state(index), rest.drop(1))
    end
  end
end

def refused(one)
  yield
rescue Weft::Error => e
  must e.status == one.of("status")[0][0].to_i, "#{e.status}: #{e.message}"
  one.of("says").each { |words| must e.message.include?(text_of(words[0])), e.message }
else
  raise "nothing was refused"
end

def check(one)
  case one.kind
  when "memory" then one.of("status").empty? ? run_model(one) : refused(one) { run_model(one) }
  when "model", "shaped" then run_model(one)
  when "refusal", "misshapen" then refused(one) { run_model(one) }
  when "failure" then refused(one) { run_call(one) }
  when "misuse" then Misuse.public_send(one.name.tr("-", "_"))
  else
    results, leaves = run_call(one)
    one.of("result").each_with_index { |words, i| expect(results[i], words) }
    results[0].backward if one.kind == "gradient"
    one.of("gradient").each_with_index { |words, i| expect(leaves[i].grad, words) }
  end
end

cases = []
File.foreach(File.join(FOLDER, "cases.txt"), chomp: true) do |line|
  words = line.split(" ")
  if words[0] == "case" then cases << Case.new(words[1], words[2], [])
  elsif !%w[end #].include?(words[0]) then cases.last.lines << words
  end
end
must cases.size > 500, "there are only #{cases.size} cases"
failed = cases.filter_map do |one|
  check(one)
  nil
rescue StandardError => e
  "#{one.kind} #{one.name}: #{e.message}"
end
abort failed.join("\n") unless failed.empty?
puts "#{cases.size} cases"

model = Weft::Model.load(File.join(FOLDER, "models/dense.weft"))
run = -> { model.context.set_input(:x, [[0, 1, 2], [3, 4, 5]]).run.output.to_a }
wanted = run.call
threads = Array.new(4) { Thread.new { Array.new(50) { run.call }.all? { |found| found == wanted } } }
must threads.all?(&:value), "threads got other numbers"

# What is from memory outlives the model: a context, and weights.
kept = File.open(File.join(FOLDER, "models/dense.weft"), "rb") do |file|
  loaded = Weft::Model.from_bytes(file)
  [loaded.context, loaded.weights].tap { loaded.release }
end
GC.start
must kept[0].set_input(:x, [[0, 1, 2], [3, 4, 5]]).run.output.to_a == wanted, "a context without its model"
must kept[1].transform_values(&:to_a) == model.weights.transform_values(&:to_a), "weights without their model"

def says(text)
  yield
rescue Weft::Error => e
  must e.message.include?(text), e.message
else
  raise "nothing said #{text}"
end

# One trace for batches of any size gives what the operators give, in a file, too.
w = Weft.tensor([[1, -2], [3, 0.5], [2, -1]])
body = lambda do |given, bias|
  y = Weft::Ops.matmul(given, w) + bias
  [Weft::Ops.softmax(y), Weft::Ops.reshape(y, [2 * given.shape[0]])]
end
zeros = ->(rows) { [Weft.zeros([rows, 3]), Weft.zeros([rows, 2])] }
batch = Weft::Dim.new("batch", max: 64)
traced = Weft.trace(*zeros.call(4), dynamic: { 0 => { 0 => batch }, 1 => { 0 => batch } }, &body)
Dir.mktmpdir do |dir|
  path = File.join(dir, "open.weft")
  Weft::Writer.new.add("forward", traced, inputs: %w[x bias], outputs: %w[scores flat], weights: { "w" => w }).save(path)
  context = Weft::Model.load(path).context
  must context.inputs[0].shape == [-1, 3], "the file's shape"
  [1, 5].each do |rows|
    given = [Weft::Ops.uniform([rows, 3], "float32"), zeros.call(rows)[1]]
    context.set_input(:x, given[0]).set_input(:bias, given[1]).run
    body.call(*given).zip(traced.call(*given), [context.output(0), context.output(1)]).each do |wanted, *found|
      found.each do |one|
        must one.shape == wanted.shape, "#{one.shape} is not #{wanted.shape}"
        must one.flat.zip(wanted.flat).all? { |a, b| (a - b).abs < 1e-6 }, "#{one} is not #{wanted}"
      end
    end
  end
end
says("batch") { traced.call(*zeros.call(65)) }
says("axis 7 of input 0") { Weft.trace(*zeros.call(4), dynamic: { 0 => { 7 => "n" } }, &body) }
says("at least 6 extents") { Weft.trace(*zeros.call(4), dynamic: { 0 => { 0 => Weft::Dim.new("n", max: 6) } }, &body) }

x = Weft.tensor([1, 2, 3, 4])
step = -> { (x + x).release }
step.call
GC.start
once = Weft.live_bytes
100_000.times { step.call }
must Weft.live_bytes <= once, "bytes in use: #{once}, then #{Weft.live_bytes}"

says("`axs`; there are: axis") { Weft::Operator.named("softmax").call_named([x], { axs: 1 }) }
says("softmax: `data` must be a Weft::Tensor") { Weft::Ops.softmax(Object.new) }
says("has 4 elements; got 3") { Weft.tensor([1, 2, 3], shape: [2, 2]) }
says("no input `y`; there are: x") { model.context.set_input(:y, [1]) }
context = model.context
says("must have shape (2, 3)") { context.set_input(:x, [[0, 1], [2, 3], [4, 5]]) }
must context.set_input(:x, [0, 1, 2, 3, 4, 5]).run.output.to_a == wanted, "a flat array"
open = Weft::Model.load(File.join(FOLDER, "models/open.weft")).context
must open.set_input(:x, [[0, 1, 2], [3, 4, 5]]).run.output.to_a == wanted, "an open batch"
must open.set_input(:x, [3, 4, 5]).run.output.to_a == wanted.last(1), "a batch of one"
x.release
says("was released") { x + 1 }
context = model.context
context.release
says("was released") { context.run }
puts "passed"
