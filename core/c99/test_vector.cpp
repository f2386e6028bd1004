#include "c99/test_vector.h"

#include <cstring>
#include <vector>

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

}  // namespace

Result<std::string> test_main(const model::Model& model, const model::Entry& entry,
                              const Program& program, const std::string& name) {
  WEFT_ASSIGN(auto context,
              model::Context::create(
                  model::States::create(Ref<model::Model>(const_cast<model::Model*>(&model))),
                  entry.name, nullptr, 0));
  std::vector<std::vector<char>> inputs;
  for (size_t i = 0; i < entry.inputs.size(); ++i) {
    inputs.push_back(example(entry.inputs[i], i));
    WEFT_TRY(context->bind_input(i, inputs[i].data(), inputs[i].size()));
  }
  WEFT_TRY(context->run());
  std::string text = "/* Runs " + name + " on one input; 0: as libweft does. */\n" +
                     "#include <math.h>\n#include <stdint.h>\n#include <stdio.h>\n#include "
                     "<string.h>\n\n#include \"" +
                     name + ".h\"\n\n";
  std::string arguments, checks, before, after;  // what moves ports of the arena
  for (size_t i = 0; i < entry.inputs.size(); ++i) {
    const std::string input = "input" + std::to_string(i);
    text += array_text(input.c_str(), entry.inputs[i], inputs[i].data());
    if (program.ports_in_arena)
      before += "  memcpy(" + name + "_" + program.ports.inputs[i].name + "(), " + input +
                ", sizeof " + input + ");\n";
    else
      arguments += (i ? ", " : "") + input;
  }
  for (size_t i = 0; i < entry.outputs.size(); ++i) {
    WEFT_ASSIGN(const void* data, context->output_data(i));
    const model::Port& port = entry.outputs[i];
    const std::string number = std::to_string(i), output = "output" + number;
    const std::string count = std::to_string(port.type.shape.elements());
    text += array_text(("expected" + number).c_str(), port, data);
    text += "static " + std::string(type_name(port.type.dtype)) + " " + output + "[" +
            std::to_string(std::max<int64_t>(1, port.type.shape.elements())) + "];\n";
    if (program.ports_in_arena)
      after += "  memcpy(" + output + ", " + name + "_" + program.ports.outputs[i].name +
               "(), sizeof " + output + ");\n";
    else
      arguments += (arguments.empty() ? "" : ", ") + output;
    // Integers are equal; sums of floats have another order.
    const char* const tolerance = is_floating(port.type.dtype) ? "1e-4" : "0";
    checks += "  for (int32_t i = 0; i < " + count + "; ++i)\n    compare((double)expected" +
              number + "[i], (double)" + output + "[i]);\n  failed |= told(" + number + ", " +
              count + ", " + tolerance + ");\n";
  }
  text += kCompare;
  text +=
      "static int told(int output, int count, double tolerance)\n{\n"
      "  const int failed = !(largest <= tolerance * scale);\n"
      "  printf(\"" +
      name +
      ": %d elements of output %d, largest difference %g of %g\\n\", count, "
      "output,\n         largest, scale);\n  largest = scale = 0;\n  return failed;\n}\n";
  text += "\nint main(void)\n{\n  int failed = 0;\n" + before + "  " + name + "_run(" + arguments +
          ");\n" + after + checks + "  return failed;\n}\n";
  return text;
}

}  // namespace weft::c99
