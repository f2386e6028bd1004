// Runs the library on generated inputs and writes a main that does the same in C. The hard part is
// the tolerance of training: rounding decides some results there (see TestMain).
#include "c99/text/test_vector.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include "base/errors.h"
#include "base/real_text.h"
#include "c99/text/source.h"
#include "model/run/context.h"
#include "model/run/states.h"

namespace weft::c99 {
namespace {

// A multiplicative hash (Knuth, The Art of Computer Programming, vol. 3, section 6.4: 2^32 divided
// by the golden ratio) scatters the indices of elements.
uint32_t scattered(int64_t i) { return (static_cast<uint32_t>(i) + 1) * 2654435761u; }

// How many numbers an array is: a complex number is two.
int64_t numbers_of(const model::Port& port) {
  return port.type.shape.elements() * (is_complex(port.type.dtype) ? 2 : 1);
}

// The content of an input. Floats are multiples of 1/256 in [-1, 1), int8 takes all values, other
// integers are 0 or 1, because they often are numbers of rows. `variant`: 0, or a number of inputs
// that differ from these in the last digits of some elements.
std::vector<char> example(const model::Port& port, size_t input, size_t variant) {
  const DType dtype = part_of(port.type.dtype);
  const int64_t size = size_of(dtype);
  std::vector<char> bytes(static_cast<size_t>(port.type.bytes()));
  // The top 9 bits: 0 to 511.
  for (int64_t i = 0; i < numbers_of(port); ++i) {
    const uint32_t drawn = scattered(i + 4099 * static_cast<int64_t>(input)) >> 23;
    char* const to = bytes.data() + i * size;
    float real = (static_cast<float>(drawn) - 256) / 256;
    double wide = real;
    if (variant > 0 && (scattered(i * 3 + static_cast<int64_t>(variant)) >> 31) != 0) {
      real *= 1 + std::numeric_limits<float>::epsilon();
      wide *= 1 + std::numeric_limits<double>::epsilon();
    }
    if (dtype == DType::kFloat32)
      std::memcpy(to, &real, sizeof real);
    else if (dtype == DType::kFloat64)
      std::memcpy(to, &wide, sizeof wide);
    else
      *to = static_cast<char>(dtype == DType::kInt8 ? drawn : drawn & 1);
  }
  return bytes;
}

// The comparison in C. Equal infinities, and NaN and NaN, count as equal.
constexpr const char* kCompare = R"(
static double largest, scale;
static void compare(double wanted, double is)
{
  const int is_same = wanted == is || (wanted != wanted && is != is);
  const double difference = is_same ? 0 : fabs(is - wanted);
  if (fabs(wanted) > scale && fabs(wanted) < INFINITY) scale = fabs(wanted);
  if (!(difference <= largest)) largest = difference;
}
)";

// An array of the test vector.
std::string array_text(const char* name, const model::Port& port, const void* elements) {
  const DType dtype = port.type.dtype;
  std::string text = "static const " + std::string(type_name(dtype)) + " " + name + "[" +
                     std::to_string(std::max<int64_t>(1, port.type.shape.elements())) + "] = {\n";
  append_elements(text, dtype, elements, port.type.shape.elements());
  return text + "};\n";
}

// The verdict in C: the largest difference must be below `tolerance` times the largest value, or
// times `least`, plus `noise`.
constexpr const char* kTold =
    R"(static int told(int output, int count, double tolerance, double least, double noise)
{
  const int failed = !(largest <= tolerance * (scale > least ? scale : least) + noise);
  printf("%s: %d elements of output %d, largest difference %g of %g\n", NAME, count, output,
         largest, scale);
  largest = scale = 0;
  return failed;
}
)";

// Feeds one row, then three, two, one and so on, to test calls of several sizes. `arguments`: the
// image, then the outputs.
std::string feeding(const Program& program, const std::string& name, const std::string& arguments) {
  const std::string rows = std::to_string(program.fed_rows());
  const std::string row =
      std::to_string(program.ports.inputs[0].shape.elements() / program.fed_rows());
  const size_t first = std::min(arguments.find(','), arguments.size());
  return "  " + name + "_start();\n  for (int32_t row = 0, count = 1; row < " + rows +
         "; row += count, count = 1 + (count + 1) % 3) {\n    if (count > " + rows +
         " - row) count = " + rows + " - row;\n    failed = " + name + "_feed_rows(" +
         arguments.substr(0, first) + " + row * " + row + ", count" + arguments.substr(first) +
         ") != 0;\n  }\n";
}

// The context of an entry, the inputs that are bound to it, and their names in the text.
struct Known {
  Ref<model::Context> context;
  std::vector<std::vector<char>> contents;
  std::vector<std::string> inputs;
};

// Makes the calls with the library, on states of its own.
class Reference {
 public:
  // `variant` is that of `example`; `variables` are the tensors that the C changes.
  Reference(const model::Model& model, const std::vector<int32_t>& variables, size_t variant)
      : model_(model),
        states_(model::States::create(Ref<model::Model>(const_cast<model::Model*>(&model)))),
        variables_(variables),
        variant_(variant) {}

  Result<Known*> run(const TestCall& call) {
    Known& known = known_[call.entry->name];
    if (!known.context) {
      WEFT_ASSIGN(known.context, model::Context::create(states_, call.entry->name, nullptr, 0));
      for (size_t i = 0; i < call.entry->inputs.size(); ++i)
        if (known.context->entry().inputs[i].is_open())
          WEFT_TRY(known.context->set_input_shape(i, call.entry->inputs[i].type.shape));
      for (size_t i = 0; i < call.entry->inputs.size(); ++i) {
        known.inputs.push_back("input" + std::to_string(inputs_));
        known.contents.push_back(example(call.entry->inputs[i], inputs_++, variant_));
        WEFT_TRY(known.context->bind_input(i, known.contents[i].data(), known.contents[i].size()));
      }
    }
    // The library's training step changes more than the C does: set that back.
    keep_constants();
    WEFT_TRY(known.context->run());
    restore_constants();
    return &known;
  }

 private:
  // Remembers the first contents of states that the C has as constants.
  void keep_constants() {
    const std::span<const model::NamedTensor> tensors = model_.tensors();
    for (size_t i = 0; i < tensors.size(); ++i) {
      const auto index = static_cast<int32_t>(i);
      const char* const memory = static_cast<const char*>(states_->find(index));
      if (!memory || std::ranges::count(variables_, index) > 0 || constants_.contains(index))
        continue;
      const Tensor& tensor = *tensors[i].tensor;
      const int64_t bytes = tensor.shape().elements() * size_of(tensor.dtype());
      constants_[index] = std::vector<char>(memory, memory + bytes);
    }
  }
  void restore_constants() {
    for (const auto& [index, content] : constants_)
      std::ranges::copy(content, static_cast<char*>(states_->find(index)));
  }

  const model::Model& model_;
  Ref<model::States> states_;
  const std::vector<int32_t>& variables_;
  const size_t variant_;
  std::map<int32_t, std::vector<char>> constants_;  // their first contents, by tensor
  std::map<std::string, Known> known_;
  size_t inputs_ = 0;
};

template <class T>
double largest_difference(const void* a, const void* b, int64_t count) {
  double maximum = 0;
  for (int64_t i = 0; i < count; ++i) {
    const auto x = static_cast<double>(static_cast<const T*>(a)[i]);
    const auto y = static_cast<double>(static_cast<const T*>(b)[i]);
    if (std::isfinite(x - y)) maximum = std::max(maximum, std::abs(x - y));
  }
  return maximum;
}

// Builds the main. With training there are results that rounding decides: a gradient that is 0 in
// exact arithmetic (that of a bias before a batch norm) is some tiny number in floats, and an
// optimizer that normalizes gradients makes a step of full size from it. So the library also runs
// on inputs that differ in their last digits, and what these runs change may differ in C as much.
class TestMain {
 public:
  static constexpr size_t kVariants = 6;
  static constexpr double kMargin = 4;  // of the largest change that the variants showed

  TestMain(const model::Model& model, std::string name, const std::vector<int32_t>& variables,
           bool trains)
      : name_(std::move(name)) {
    for (size_t variant = 0; variant <= (trains ? kVariants : 0); ++variant)
      references_.push_back(std::make_unique<Reference>(model, variables, variant));
  }

  Status add(const TestCall& call) {
    const model::Entry& entry = *call.entry;
    const Program& program = *call.program;
    std::vector<Known*> every;
    for (const std::unique_ptr<Reference>& reference : references_) {
      WEFT_ASSIGN(Known * ran, reference->run(call));
      every.push_back(ran);
    }
    Known* const known = every[0];
    add_inputs(entry, *known);
    std::string arguments = program.state.empty() ? "" : "&state", checks;
    const auto pass = [&](const std::string& argument) {
      arguments += (arguments.empty() ? "" : ", ") + argument;
    };
    uses_state_ = uses_state_ || !program.state.empty();
    for (size_t i = 0; i < entry.inputs.size(); ++i) {
      const std::string& input = known->inputs[i];
      if (program.ports_in_arena && !program.feeds_rows)
        body_ += "  memcpy(" + name_ + "_" + program.ports.inputs[i].name + "(), " + input +
                 ", sizeof " + input + ");\n";
      else
        pass(input);
    }
    for (size_t i = 0; i < entry.outputs.size(); ++i, ++outputs_) {
      const std::string output = "output" + std::to_string(outputs_);
      WEFT_TRY(add_output(known->context->output_data(i), entry.outputs[i]));
      if (program.ports_in_arena)
        checks += "  memcpy(" + output + ", " + name_ + "_" + program.ports.outputs[i].name +
                  "(), sizeof " + output + ");\n";
      else
        pass(output);
      double noise = 0;
      for (const Known* const variant : every)
        noise = std::max(noise, moved(*known, *variant, i, entry.outputs[i]));
      checks += check_text(entry.outputs[i], call.gives_loss, kMargin * noise);
    }
    body_ += program.feeds_rows ? feeding(program, name_, arguments)
                                : "  " + call.function + "(" + arguments + ");\n";
    body_ += checks;
    return {};
  }

  std::string text() const {
    std::string text = "/* Runs " + name_ + " on one input; 0: as libweft does. */\n" +
                       "#include <math.h>\n#include <stdint.h>\n#include <stdio.h>\n#include "
                       "<string.h>\n\n#include \"" +
                       name_ + ".h\"\n\n#define NAME \"" + name_ + "\"\n\n" + arrays_;
    if (uses_state_) text += "static struct " + name_ + "_state state;\n";
    text += kCompare;
    text += kTold;
    text += "\nint main(void)\n{\n  int failed = 0;\n";
    if (uses_state_) text += "  " + name_ + "_reset(&state);\n";
    return text + body_ + "  return failed;\n}\n";
  }

 private:
  void add_inputs(const model::Entry& entry, const Known& known) {
    for (size_t i = 0; i < known.inputs.size(); ++i)
      if (named_.insert(known.inputs[i]).second)
        arrays_ += array_text(known.inputs[i].c_str(), entry.inputs[i], known.contents[i].data());
  }

  // How much an output of two runs differs.
  static double moved(Known& a, const Known& b, size_t output, const model::Port& port) {
    const int64_t count = numbers_of(port);
    const DType dtype = part_of(port.type.dtype);
    const Result<const void*> x = a.context->output_data(output),
                              y = b.context->output_data(output);
    if (&a == &b || !x.ok() || !y.ok()) return 0;
    if (dtype == DType::kFloat32) return largest_difference<float>(x.value(), y.value(), count);
    return dtype == DType::kFloat64 ? largest_difference<double>(x.value(), y.value(), count) : 0;
  }

  Status add_output(const Result<const void*>& data, const model::Port& port) {
    WEFT_TRY(data.status());
    const std::string number = std::to_string(outputs_);
    arrays_ += array_text(("expected" + number).c_str(), port, data.value());
    arrays_ += "static " + std::string(type_name(port.type.dtype)) + " output" + number + "[" +
               std::to_string(std::max<int64_t>(1, port.type.shape.elements())) + "];\n";
    return {};
  }

  // Integers must be equal. Floats may differ, because sums are added in another order in C.
  std::string check_text(const model::Port& port, bool is_loss, double noise) const {
    const std::string count = std::to_string(port.type.shape.elements());
    const std::string number = std::to_string(outputs_);
    std::string text = "  for (int32_t i = 0; i < " + count + "; ++i) {\n";
    for (const char* const part : {".re", ".im", ""})
      if (is_complex(port.type.dtype) == (*part != 0))
        text += "    compare((double)expected" + number + "[i]" + part + ", (double)output" +
                number + "[i]" + part + ");\n";
    return text + "  }\n  failed |= told(" + number + ", " + count + ", " +
           (is_inexact(port.type.dtype) ? "1e-4" : "0") + (is_loss ? ", 1" : ", 0") + ", " +
           text_of_real(noise) + ");\n";
  }

  std::string name_;
  std::vector<std::unique_ptr<Reference>> references_;  // the unchanged inputs first
  std::set<std::string> named_;
  size_t outputs_ = 0;
  bool uses_state_ = false;
  std::string arrays_, body_;
};

}  // namespace

Result<std::string> test_main(const model::Model& model, const std::vector<TestCall>& calls,
                              const std::string& name, const std::vector<int32_t>& variables) {
  const bool trains = std::ranges::any_of(calls, &TestCall::gives_loss);
  TestMain main(model, name, variables, trains);
  for (const TestCall& call : calls) WEFT_TRY(main.add(call));
  return main.text();
}

}  // namespace weft::c99
