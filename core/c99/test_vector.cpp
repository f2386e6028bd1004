#include "c99/test_vector.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>

#include "base/errors.h"
#include "c99/source.h"
#include "model/context.h"
#include "model/states.h"

namespace weft::c99 {
namespace {

// Knuth's multiplier scatters the elements' numbers.
uint32_t scattered(int64_t i) { return (static_cast<uint32_t>(i) + 1) * 2654435761u; }

// Floating: multiples of 1/256 in [-1, 1). int8: all values. Other integers are often numbers of
// rows: 0 or 1.
std::vector<char> example(const model::Port& port, size_t input) {
  const int64_t size = size_of(port.type.dtype);
  std::vector<char> bytes(static_cast<size_t>(port.type.bytes()));
  for (int64_t i = 0; i < port.type.shape.elements(); ++i) {
    const uint32_t drawn = scattered(i + 4099 * static_cast<int64_t>(input)) >> 23;
    char* const to = bytes.data() + i * size;
    const float real = (static_cast<float>(drawn) - 256) / 256;
    const double wide = real;
    if (port.type.dtype == DType::kFloat32)
      std::memcpy(to, &real, sizeof real);
    else if (port.type.dtype == DType::kFloat64)
      std::memcpy(to, &wide, sizeof wide);
    else
      *to = static_cast<char>(port.type.dtype == DType::kInt8 ? drawn : drawn & 1);
  }
  return bytes;
}

// Equal infinities, and NaN and NaN, do not differ.
constexpr const char* kCompare = R"(
static double largest, scale;
static void compare(double wanted, double is)
{
  const int is_same = wanted == is || (wanted != wanted && is != is);
  const double difference = is_same ? 0 : fabs(is - wanted);
  if (fabs(wanted) > scale && fabs(wanted) < HUGE_VAL) scale = fabs(wanted);
  if (!(difference <= largest)) largest = difference;
}
)";

std::string array_text(const char* name, const model::Port& port, const void* elements) {
  const DType dtype = port.type.dtype;
  std::string text = "static const " + std::string(type_name(dtype)) + " " + name + "[" +
                     std::to_string(std::max<int64_t>(1, port.type.shape.elements())) + "] = {\n";
  append_elements(text, dtype, elements, port.type.shape.elements());
  return text + "};\n";
}

constexpr const char* kTold =
    R"(static int told(int output, int count, double tolerance, double least)
{
  const int failed = !(largest <= tolerance * (scale > least ? scale : least));
  printf("%s: %d elements of output %d, largest difference %g of %g\n", NAME, count, output,
         largest, scale);
  largest = scale = 0;
  return failed;
}
)";

// One row, three, two and so on. `arguments`: the image, then outputs.
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

class TestMain {
 public:
  TestMain(const model::Model& model, std::string name, const std::vector<int32_t>& variables)
      : model_(model),
        states_(model::States::create(Ref<model::Model>(const_cast<model::Model*>(&model)))),
        name_(std::move(name)),
        variables_(variables) {}

  Status add(const TestCall& call) {
    const model::Entry& entry = *call.entry;
    const Program& program = *call.program;
    WEFT_ASSIGN(Known * known, inputs_of(call));
    keep_constants();
    WEFT_TRY(known->context->run());
    restore_constants();
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
      checks += check_text(entry.outputs[i], call.gives_loss);
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
  // An entry's context, which keeps its inputs bound, and the names of these in the text.
  struct Known {
    std::unique_ptr<model::Context> context;
    std::vector<std::vector<char>> contents;
    std::vector<std::string> inputs;
  };

  // States of the library that the C has as constants.
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

  Result<Known*> inputs_of(const TestCall& call) {
    Known& known = known_[call.entry->name];
    if (known.context) return &known;
    WEFT_ASSIGN(known.context, model::Context::create(states_, call.entry->name, nullptr, 0));
    for (size_t i = 0; i < call.entry->inputs.size(); ++i) {
      const model::Port& port = call.entry->inputs[i];
      known.inputs.push_back("input" + std::to_string(inputs_));
      known.contents.push_back(example(port, inputs_++));
      WEFT_TRY(known.context->bind_input(i, known.contents[i].data(), known.contents[i].size()));
      arrays_ += array_text(known.inputs[i].c_str(), port, known.contents[i].data());
    }
    return &known;
  }

  Status add_output(const Result<const void*>& data, const model::Port& port) {
    WEFT_TRY(data.status());
    const std::string number = std::to_string(outputs_);
    arrays_ += array_text(("expected" + number).c_str(), port, data.value());
    arrays_ += "static " + std::string(type_name(port.type.dtype)) + " output" + number + "[" +
               std::to_string(std::max<int64_t>(1, port.type.shape.elements())) + "];\n";
    return {};
  }

  // Integers are equal; sums of floats have another order.
  std::string check_text(const model::Port& port, bool is_loss) const {
    const std::string count = std::to_string(port.type.shape.elements());
    const std::string number = std::to_string(outputs_);
    return "  for (int32_t i = 0; i < " + count + "; ++i)\n    compare((double)expected" + number +
           "[i], (double)output" + number + "[i]);\n  failed |= told(" + number + ", " + count +
           ", " + (is_floating(port.type.dtype) ? "1e-4" : "0") + (is_loss ? ", 1" : ", 0") +
           ");\n";
  }

  const model::Model& model_;
  Ref<model::States> states_;
  std::string name_;
  const std::vector<int32_t>& variables_;
  std::map<int32_t, std::vector<char>> constants_;  // their first contents, by tensor
  std::map<std::string, Known> known_;
  size_t inputs_ = 0, outputs_ = 0;
  bool uses_state_ = false;
  std::string arrays_, body_;
};

}  // namespace

Result<std::string> test_main(const model::Model& model, const std::vector<TestCall>& calls,
                              const std::string& name, const std::vector<int32_t>& variables) {
  TestMain main(model, name, variables);
  for (const TestCall& call : calls) WEFT_TRY(main.add(call));
  return main.text();
}

}  // namespace weft::c99
