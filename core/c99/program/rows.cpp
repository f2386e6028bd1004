// Which operators make rows from rows, and the graph for an input that is fed by rows.
#include "c99/program/rows.h"

#include <algorithm>

#include "base/errors.h"
#include "c99/int8/int8_layer.h"
#include "c99/program/emitter.h"
#include "ops/problems/pooling_problem.h"
#include "ops/registry.h"

namespace weft::c99 {
namespace {

using graph::Graph;
using graph::Node;
using graph::RowWindow;
using ops::TensorType;

constexpr int kRows = 1;           // the axis of rows in an image (N, H, W, C)
constexpr uint32_t kResidual = 5;  // the operand of an int8 layer that it adds to its sums

// One image of which every extent fits the int16 of struct weft_band.
bool is_image(const Shape& shape) {
  return shape.rank() == 4 && shape[0] == 1 && shape.elements() > 0 &&
         std::ranges::all_of(shape, [](int64_t extent) { return extent <= INT16_MAX; });
}

// A row of a convolution reads kernel_height rows, `dilation` apart. Row r of a residual is read
// for row r; so is that of the image if the kernel is one row high and the height stays.
std::optional<RowWindow> window_of_layer(const ops::SlotTypes& types) {
  if (!is_image(types.in[0].shape)) return {};
  const kernels::Convolution s = int8_shape(types);
  RowWindow window{
      kRows, s.stride_height, s.pad_top, (s.kernel_height - 1) * s.dilation_height + 1, 0, false};
  if (window.extent == 1 && window.stride == 1 && s.out_height == s.in_height) window.same = 1;
  if (types.in.size() > kResidual && types.in[kResidual].shape.rank() >= 0)
    window.same |= 1u << kResidual;
  // The kernel itself says whether its result may lie over the image.
  const Result<executor::TargetKernel> kernel = find_emitter(types.op.name)->kernel(types);
  if (kernel.ok())
    window.overwrites = std::ranges::any_of(
        kernel.value().over, [](const executor::Over& over) { return over.operand == 0; });
  return window;
}

// A pooling over all rows at once makes nothing from single rows.
std::optional<RowWindow> window_of_pooling(const ops::SlotTypes& types) {
  const ops::AttributeReader a = types.op.reader(types.attributes);
  const Shape& x = types.in[0].shape;
  if (!a.flag("channels_last") || !is_image(x)) return {};
  const auto p = ops::pooling_problem(a, DType::kInt8, {x[0], x[3], x[1], x[2]});
  if (!p.ok()) return {};
  const int64_t extent = (p.value().kernel_height - 1) * p.value().dilation_height + 1;
  if (extent >= p.value().in_height) return {};
  return RowWindow{kRows, p.value().stride_height, p.value().pad_top, extent, 0, false};
}

// Int8 layers with channels last.
bool is_layer(const std::string& op) {
  return op == "quantized_convolution_rows" || op == "quantized_convolution_groups" ||
         op == "quantized_depthwise";
}

bool has_channels_last(const Node& node) {
  if (!node.op) return false;
  if (is_layer(node.op->name)) return true;
  return node.op->name == "quantized_pooling" &&
         node.op->reader(node.attributes.view()).flag("channels_last");
}

// Does an operator with channels last read the value? Only then is axis 1 the rows.
bool is_read_by_places(const Graph& graph, graph::ValueId id) {
  return std::ranges::any_of(graph.nodes, [&](const Node& node) {
    return has_channels_last(node) && node.operands[0].value == id;
  });
}

// For the error: why the rows of an input cannot be fed, and what would help.
std::string why_not_fed(const Graph& graph, graph::ValueId fed) {
  const graph::TensorType& type = graph.type(fed);
  if (type.dtype != DType::kInt8)
    return "it is " + std::string(name_of(type.dtype)) +
           ", and only an int8 layer takes rows; quantize the network with `integers=True`";
  if (type.shape.rank() == 4 && type.shape[0] != 1)
    return "it has " + std::to_string(type.shape[0]) + " images; export the network with one";
  std::string readers;
  for (const Node& node : graph.nodes)
    if (node.op && std::ranges::any_of(node.operands, [&](const graph::Operand& operand) {
          return operand.is_value() && operand.value == fed;
        })) {
      const std::string words = words_for(node.op->name);
      if (readers.find(words) == std::string::npos)
        readers += (readers.empty() ? "" : " and ") + words;
    }
  if (readers.empty()) return "no operator reads it";
  return readers +
         " reads it first; only int8 convolutions and poolings of one image (1, H, W, C) take rows";
}

}  // namespace

std::optional<RowWindow> row_window(const Graph& graph, const Node& node) {
  if (!node.op || node.outputs.size() != 1 || !is_image(graph.type(node.outputs[0]).shape))
    return {};
  const std::string& op = node.op->name;
  const bool is_pooling = op == "quantized_pooling";
  if (is_layer(op) || is_pooling) {
    const std::vector<TensorType> in = graph::operand_types(graph, node).value();
    const TensorType& out = graph.type(node.outputs[0]);
    const ops::SlotTypes types{*node.op, in, {&out, 1}, node.attributes.view()};
    return is_pooling ? window_of_pooling(types) : window_of_layer(types);
  }
  // These work element by element, so row r follows from row r whatever the axes mean.
  if (op == "quantized_add") return RowWindow{kRows, 1, 0, 1, 3, true};
  if (op == "quantized_lookup") return RowWindow{kRows, 1, 0, 1, 1, true};
  if (op == "copy") return RowWindow{kRows, 1, 0, 1, 1, false};
  return {};
}

std::optional<RowWindow> row_window_of_calls(const Graph& graph, const Node& node) {
  std::optional<RowWindow> window = row_window(graph, node);
  // CMSIS-NN reads all of its input before the result may be written over it.
  if (window) window->overwrites = false;
  return window;
}

Result<Graph> with_fed_rows(const Graph& graph, size_t input, const std::string& name) {
  const graph::ValueId fed = graph.inputs[input];
  if (!is_image(graph.type(fed).shape) || !is_read_by_places(graph, fed))
    return errors::unsupported("compile", "rows of input `", name, "` of shape ",
                               graph.type(fed).shape, " cannot be fed: ", why_not_fed(graph, fed));
  Graph result = graph;
  result.nodes.clear();
  // The ids of values stay as they are; the copy gets the next free one. All readers of the input
  // read the copy instead, which is a node and so can be a step of the loop.
  const auto copied = static_cast<graph::ValueId>(result.values.size());
  graph::Value value = graph.values[static_cast<size_t>(fed)];
  value.origin = graph::Origin::kNode;
  value.index = 0;
  value.output = 0;
  value.name.clear();
  result.values.push_back(std::move(value));
  Node copy;
  copy.op = ops::find_op("copy");
  copy.operands = {graph::Operand::of_value(fed)};
  copy.outputs = {copied};
  result.nodes.push_back(std::move(copy));
  for (Node node : graph.nodes) {
    for (graph::Operand& operand : node.operands)
      if (operand.is_value() && operand.value == fed) operand.value = copied;
    for (const graph::ValueId id : node.outputs)
      result.values[static_cast<size_t>(id)].index = static_cast<int32_t>(result.nodes.size());
    result.nodes.push_back(std::move(node));
  }
  return result;
}

}  // namespace weft::c99
