// Conditions, fingerprints and the checks of saved plans. place_as_saved sorts buffers by offset,
// so that it compares only buffers that share bytes.
#include "executor/plan/saved_plan.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "base/errors.h"
#include "graph/ir/control.h"
#include "graph/ir/text.h"
#include "kernels/isa/isa.h"
#include "weft_parts.h"

namespace weft::executor {

using graph::Graph;
using graph::Node;
using graph::Operand;

namespace {

std::string name_of_node(const Graph& graph, int32_t n) {
  const Node& node = graph.nodes[static_cast<size_t>(n)];
  const std::string op = node.op ? node.op->name : "region";
  const std::string id = node.outputs.empty() ? "" : "value " + std::to_string(node.outputs[0]);
  return id + " (`" + op + "`)";
}

std::string name_of_buffer(const ArenaBuffer& buffer, std::span<const std::string> names) {
  const auto step = static_cast<size_t>(std::max(buffer.first, 0));
  return "the value of step " + std::to_string(step) + " (`" + names[step] + "`)";
}

}  // namespace

// A build without passes and control flow runs packed graphs, which have one plan each; the file
// itself then says that the plan belongs to the graph, and no fingerprint is needed.
constexpr bool kComparesGraphs = WEFT_KEEPS_passes || WEFT_KEEPS_control;

const SavedPlan* SavedPlans::find(std::string_view graph) const {
  if (notes) return nullptr;
  if constexpr (!kComparesGraphs) return plans.empty() ? nullptr : &plans.back();
  const auto found = std::ranges::find(plans, graph, &SavedPlan::graph);
  return found == plans.end() ? nullptr : &*found;
}

namespace {

// The conditions that begin with the release. An empty selection of passes adds nothing.
std::string of_release(const std::string& more, const graph::PassSelection& selection) {
  const std::string passes =
      selection.text().empty() ? std::string() : ", passes " + std::string(selection.text());
  return "weft " + std::string(WEFT_RELEASE) + more + passes;
}

}  // namespace

std::string graph_conditions(const graph::PassSelection& selection) {
  return of_release("", selection);
}

std::string plan_conditions(int threads, const graph::PassSelection& selection) {
  return of_release(", " + kernels::instructions() + ", " + std::to_string(threads) +
                        (threads == 1 ? " thread" : " threads"),
                    selection);
}

// FNV-1a, 64 bits, of the text form without the contents of constants.
std::string fingerprint(const Graph& graph) {
  if constexpr (!kComparesGraphs) return {};
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : graph::print(graph, {.largest_constant = 0}))
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

Status check_order(std::string_view where, const Graph& graph, std::span<const int32_t> order) {
  if (order.size() != graph.nodes.size())
    return errors::io(where, "the saved plan does not fit its graph: its order has ", order.size(),
                      " nodes; the graph has ", graph.nodes.size());
  std::vector<bool> placed(graph.nodes.size(), false);
  // Nodes with effects, and those that call the host, keep the order that they have in the graph.
  int32_t last_on_caller = -1;
  for (const int32_t n : order) {
    if (n < 0 || static_cast<size_t>(n) >= placed.size() || placed[static_cast<size_t>(n)])
      return errors::io(where, "the saved plan does not fit its graph: its order has node ", n,
                        ", which the graph lacks or which occurs twice");
    const Node& node = graph.nodes[static_cast<size_t>(n)];
    for (const Operand& operand : node.operands) {
      const Node* const producer = operand.is_value() ? graph.producer(operand.value) : nullptr;
      const auto made = producer ? static_cast<int32_t>(producer - graph.nodes.data()) : n;
      if (made != n && !placed[static_cast<size_t>(made)])
        return errors::io(where, "the saved plan does not fit its graph: ", name_of_node(graph, n),
                          " comes before ", name_of_node(graph, made), ", which it reads");
    }
    placed[static_cast<size_t>(n)] = true;
    if (node.effect < 0 && !graph::runs_on_caller(graph, node)) continue;
    if (n < last_on_caller)
      return errors::io(where, "the saved plan does not fit its graph: ", name_of_node(graph, n),
                        " comes after a later node that runs on the caller's thread");
    last_on_caller = n;
  }
  return {};
}

Status place_as_saved(std::string_view where, const SavedPlan& saved,
                      std::span<ArenaBuffer> buffers, std::span<const std::string> names,
                      bool is_exact) {
  if (saved.offsets.size() != buffers.size())
    return errors::io(where, "the saved plan does not fit its graph: it has offsets of ",
                      saved.offsets.size(), " values; the graph has ", buffers.size());
  int64_t end = 0;
  for (size_t i = 0; i < buffers.size(); ++i) {
    const int64_t offset = saved.offsets[i];
    if (offset < 0 || offset % static_cast<int64_t>(kAlignment) != 0 ||
        offset > saved.arena_bytes || aligned(buffers[i].bytes) > saved.arena_bytes - offset)
      return errors::io(
          where, "the saved plan does not fit its graph: ", name_of_buffer(buffers[i], names),
          " of ", buffers[i].bytes, " bytes must lie in the arena of ", saved.arena_bytes,
          " bytes; got offset ", offset);
    buffers[i].offset = offset;
    end = std::max(end, offset + aligned(buffers[i].bytes));
  }
  if (is_exact && end != saved.arena_bytes)
    return errors::io(where, "the saved plan does not fit its graph: its arena must have ", end,
                      " bytes; got ", saved.arena_bytes);
  // Sweep over the buffers by offset: only those that begin before this one ends share bytes with
  // it.
  std::vector<size_t> by_offset(buffers.size());
  std::iota(by_offset.begin(), by_offset.end(), size_t{0});
  std::ranges::sort(by_offset, {}, [&](size_t i) { return buffers[i].offset; });
  for (size_t i = 0; i < by_offset.size(); ++i) {
    const ArenaBuffer& one = buffers[by_offset[i]];
    for (size_t k = i + 1; k < by_offset.size(); ++k) {
      const ArenaBuffer& other = buffers[by_offset[k]];
      if (other.offset >= one.offset + one.bytes) break;
      if (other.bytes > 0 && one.conflicts_with(other))
        return errors::io(where,
                          "the saved plan does not fit its graph: ", name_of_buffer(one, names),
                          " at ", one.offset, " and ", name_of_buffer(other, names), " at ",
                          other.offset, " share bytes while both are in use");
    }
  }
  return {};
}

}  // namespace weft::executor
