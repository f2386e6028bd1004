// The struct of what C changes, and its reset function. Members are sorted by the size of their
// elements, so that compilers add no padding and the header can tell the struct's bytes.
#include "c99/training/state.h"

#include <algorithm>

namespace weft::c99 {
namespace {

const model::NamedTensor& tensor_of(const model::Model& model, int32_t index) {
  return model.tensors()[static_cast<size_t>(index)];
}

int64_t element_bytes(const model::Model& model, int32_t index) {
  return size_of(tensor_of(model, index).tensor->dtype());
}

int64_t bytes_of(const Tensor& tensor) {
  return tensor.shape().elements() * size_of(tensor.dtype());
}

std::string reset_head(const State& state) {
  return "void " + state.name + "_reset(" + state.type() + " *state)";
}

}  // namespace

std::vector<int32_t> State::tensors() const {
  std::vector<int32_t> all;
  for (const Variable& variable : variables) all.push_back(variable.tensor);
  return all;
}

State state_of(const model::Model& model, std::vector<int32_t> tensors, const std::string& name) {
  State state;
  Names names(name);
  state.name = name;
  std::ranges::stable_sort(tensors, std::greater<>(),
                           [&](int32_t index) { return element_bytes(model, index); });
  for (const int32_t index : tensors) {
    state.variables.push_back(
        {index, names.make(tensor_of(model, index).name, Names::Use::kMember)});
    state.bytes += bytes_of(*tensor_of(model, index).tensor);
  }
  state.bytes = (state.bytes + 7) / 8 * 8;  // the alignment of the largest element
  return state;
}

Variables places_of(const model::Model& model, const State& state) {
  Variables places;
  for (const Variable& variable : state.variables) {
    // The address of a scalar needs `&`; an array is its own address.
    const bool is_scalar = tensor_of(model, variable.tensor).tensor->shape().rank() == 0;
    places[variable.tensor] = (is_scalar ? "&state->" : "state->") + variable.member;
  }
  return places;
}

std::string state_types(const model::Model& model, const State& state, const std::string& changer) {
  std::string text = "/* What " + changer +
                     " changes; the caller's, who may save it and bring it back as it is. */\n" +
                     state.type() + " {\n";
  for (const Variable& variable : state.variables) {
    const Tensor& tensor = *tensor_of(model, variable.tensor).tensor;
    text += "  " + std::string(type_name(tensor.dtype())) + " " + variable.member;
    if (tensor.shape().rank() > 0) text += "[" + std::to_string(tensor.shape().elements()) + "]";
    text += "; /* " + shape_text(tensor.shape()) + " */\n";
  }
  return text + "};\n\n/* As the file has it: before anything else that is given the state. */\n" +
         reset_head(state) + ";\n\n";
}

std::string reset_function(const model::Model& model, const State& state, Source& source) {
  std::string text = reset_head(state) + "\n{\n";
  for (const Variable& variable : state.variables) {
    const model::NamedTensor& named = tensor_of(model, variable.tensor);
    const Tensor& tensor = *named.tensor;
    const auto* const content = static_cast<const char*>(tensor.data());
    const std::string member = "state->" + variable.member;
    if (tensor.shape().rank() == 0) {
      text += "  " + member + " = " + literal(tensor.dtype(), content) + ";\n";
      // Contents of zeros (moments at the start) need no array in flash.
    } else if (std::all_of(content, content + bytes_of(tensor), [](char c) { return c == 0; })) {
      text += "  memset(" + member + ", 0, sizeof " + member + ");\n";
    } else {
      const std::string array =
          source.array("w_" + named.name, content, tensor.dtype(), tensor.shape(), content);
      text += "  memcpy(" + member + ", " + array + ", sizeof " + member + ");\n";
    }
  }
  return text + "}\n\n";
}

}  // namespace weft::c99
