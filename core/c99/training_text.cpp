#include <algorithm>
#include <cstdio>

#include "c99/training.h"

namespace weft::c99 {
namespace {

const model::NamedTensor& tensor_of(const model::Model& model, const Variable& variable) {
  return model.tensors()[static_cast<size_t>(variable.tensor)];
}

// Names in lines of a comment.
std::string listed(const std::vector<std::string>& names) {
  constexpr size_t kColumns = 90;
  std::string text, line = " *   trains ";
  for (const std::string& name : names) {
    if (line.size() + name.size() > kColumns) {
      text += line + "\n";
      line = " *          ";
    }
    line += " " + name + (&name == &names.back() ? "" : ",");
  }
  return text + line + "\n";
}

std::string figures_of(const Training& training, const Source& step) {
  char work[32];
  std::snprintf(work, sizeof work, "%.0f", step.multiply_adds());
  return " *           " + std::string(work) + " multiply-adds a training step\n *   state   " +
         std::to_string(training.state_bytes) + " bytes, of the caller's memory\n" +
         listed(training.trained) + " *           " + std::to_string(training.trained.size()) +
         " of " + std::to_string(training.parameters) + " parameters that it could\n";
}

std::string state_struct(const model::Model& model, const Training& training) {
  std::string text = "struct " + training.name + "_state {\n";
  for (const Variable& variable : training.variables) {
    const Tensor& tensor = *tensor_of(model, variable).tensor;
    text += "  " + std::string(type_name(tensor.dtype())) + " " + variable.member;
    if (tensor.shape().rank() > 0) text += "[" + std::to_string(tensor.shape().elements()) + "]";
    text += "; /* " + shape_text(tensor.shape()) + " */\n";
  }
  return text + "};\n";
}

// Gives variables the file's contents; their arrays go to `source`.
std::string reset_body(const model::Model& model, const Training& training, Source& source) {
  std::string text;
  for (const Variable& variable : training.variables) {
    const model::NamedTensor& named = tensor_of(model, variable);
    const Tensor& tensor = *named.tensor;
    const auto* const content = static_cast<const char*>(tensor.data());
    const int64_t bytes = tensor.shape().elements() * size_of(tensor.dtype());
    const std::string member = "state->" + variable.member;
    if (tensor.shape().rank() == 0) {
      text += "  " + member + " = " + literal(tensor.dtype(), content) + ";\n";
    } else if (std::all_of(content, content + bytes, [](char c) { return c == 0; })) {
      text += "  memset(" + member + ", 0, sizeof " + member + ");\n";
    } else {
      const std::string array =
          source.array("w_" + named.name, content, tensor.dtype(), tensor.shape(), content);
      text += "  memcpy(" + member + ", " + array + ", sizeof " + member + ");\n";
    }
  }
  return text;
}

}  // namespace

Additions additions_of(const model::Model& model, const Training& training, Source& step) {
  const std::string function = training.name + "_train";
  const std::string parameters = parameters_of(training.step);
  const std::string head = "void " + function + "(" + parameters + ")";
  const std::string reset = "void " + training.name + "_reset(" + training.step.state + ")";
  Additions more;
  more.figures = figures_of(training, step);
  more.types =
      "/* What training changes; the caller's, who may save it and bring it back as it is. */\n" +
      state_struct(model, training) +
      "\n/* As the file has it: before anything else that is given the state. */\n" + reset +
      ";\n\n";
  more.declarations = "/* Trains on one batch: changes the state.\n" + ports_text(training.step) +
                      " */\n" + head + ";\n\n";
  more.declarations_in = "void " + function + "_in(void *arena" + behind(parameters) + ");\n";
  more.steps = step.functions();
  more.buffers = step.buffers();
  more.functions = in_arena_text(training.step, step, function) + reset + "\n{\n" +
                   reset_body(model, training, step) + "}\n\n";
  const std::string arena = training.arena_bytes() > 0 ? training.name + "_arena.bytes" : "0";
  more.static_functions = "\n" + head + "\n{\n  " + function + "_in(" + arena +
                          behind(arguments_of(training.step)) + ");\n}\n";
  return more;
}

}  // namespace weft::c99
