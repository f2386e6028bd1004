// weft.h: what the tape has of an array, told node by node.
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

#include "autograd/history.h"
#include "guard.h"
#include "runtime/engine/transfer.h"

using namespace weft;

namespace {

using Numbers = std::unordered_map<const autograd::TapeNode*, int64_t>;

weft_history_place place_of(const autograd::Edge& edge, const Numbers& numbers) {
  if (!edge) return {-1, 0};
  return {numbers.at(edge.node.get()), edge.output};
}

// Tells one node. What it points to lives as long as the call.
Status tell(const autograd::TapeNode& node, const Numbers& numbers, weft_history_function call,
            void* context) {
  const std::string name(node.name());
  std::vector<weft_history_input> inputs;
  for (size_t i = 0; i < node.edges().size(); ++i) {
    weft_history_input input = {};
    input.place = place_of(node.edges()[i], numbers);
    const ops::Argument given = node.given(i);
    std::memcpy(&input.given, &given, sizeof given);
    inputs.push_back(input);
  }
  const std::span<const ops::Argument> attributes = node.attributes();
  const weft_history_node told = {
      name.c_str(),      reinterpret_cast<const weft_value*>(attributes.data()),
      attributes.size(), inputs.data(),
      inputs.size(),     node.output_count()};
  const Status before = thread_state().last_error;
  return c::of_callback(call(context, &told), before, "weft_tensor_history: the callback failed");
}

}  // namespace

extern "C" weft_status weft_tensor_history(const weft_tensor* tensors, size_t count,
                                           weft_history_function call, void* context,
                                           weft_history_place* places) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require_all("weft_tensor_history", "tensors", tensors, count));
    WEFT_TRY(c::require("weft_tensor_history",
                        {{"call", reinterpret_cast<const void*>(call)}, {"places", places}}));
    std::vector<autograd::Edge> heads;
    for (size_t i = 0; i < count; ++i) {
      if (c::tensor(tensors[i])->box().traced()) return traced_value_error("history");
      heads.push_back(autograd::producer(*c::tensor(tensors[i])));
    }
    Numbers numbers;
    for (const autograd::TapeNode* node : autograd::nodes_behind(heads)) {
      WEFT_TRY(tell(*node, numbers, call, context));
      const auto number = static_cast<int64_t>(numbers.size());
      numbers.emplace(node, number);
    }
    for (size_t i = 0; i < count; ++i) places[i] = place_of(heads[i], numbers);
    return {};
  });
}
