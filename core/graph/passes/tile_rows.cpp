// Law: nodes that make rows of images from rows, where only the last one's result is read outside,
// become a loop over row tiles. Every row is made by the same kernel from the same rows as before,
// so all bits stay.
//
// There are two reasons. For speed: what lies between the layers of an inverted residual (Sandler
// et al., "MobileNetV2", 2018) is large and costs little arithmetic. Rows of it stay in the
// second-level cache of the core that made them; layer by layer they would come from the other
// core's cache, at a tenth of the speed, or from memory. For memory: line buffers replace whole
// images (Alwani et al., "Fused-Layer CNN Accelerators", 2016) in the part of the network where
// most bytes are alive.
#include <algorithm>
#include <array>
#include <optional>

#include "graph/partition/row_tiles.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

// Nodes of a body: a limit for the time of the search.
constexpr size_t kMaxNodes = 64;
constexpr size_t kMaxNodesForSpeed = 8;
// Bytes of line buffers and weights that stay in a core's second-level cache beside other data.
constexpr int64_t kCachedBytes = 640 * 1024;
// A loop for speed may take this share of the bytes that are alive without row tiles.
constexpr double kMaxMemory = 1.2;
// Bytes of a value that does not stay in the caches of two cores, and so goes to memory and back.
constexpr int64_t kLargeBytes = 1024 * 1024;
// The cost model: operations and bytes per second of one core, and seconds of a call. Only ratios
// matter.
constexpr double kFlops = 150e9;
constexpr double kBytes = 20e9;
constexpr double kSecondsOfCall = 0.5e-6;
// The moves that are saved must take at least this share of the time of the arithmetic.
constexpr double kMinGain = 0.1;
// The gain is estimated for so many threads, so that a graph is the same for any number.
constexpr int64_t kSections = 2;
// Heights of row tiles that are tried, the largest first: it has the fewest calls.
constexpr std::array<int64_t, 4> kRows = {16, 8, 4, 2};

// The positions of consecutive nodes that make rows (makers).
struct Stretch {
  size_t begin = 0, end = 0;
  int64_t rows = 0;  // rows at a time; 0: no row tiles
};

// Chooses the stretches of one graph and writes them as loops.
class Former {
 public:
  // Finds the makers. A graph with too many rows has none, because loops are planned row by row.
  Former(const Graph& graph, const PassContext& context) : graph_(graph), context_(context) {
    std::vector<int32_t> position(graph.nodes.size(), -1);
    Checked rows = 0;
    for (size_t n = 0; n < graph.nodes.size(); ++n) {
      if (!can_make_rows(graph, graph.nodes[n], context.windows)) continue;
      position[n] = static_cast<int32_t>(makers_.size());
      makers_.push_back(static_cast<int32_t>(n));
      rows = rows + height_of(graph, graph.nodes[n], context.windows);
    }
    if (rows.value() > kMaxRows) {
      makers_.clear();
      std::ranges::fill(position, -1);
    }
    rules_.resize(makers_.size());
    find_readers(position);
    find_alive();
  }

  // A loop stands where its last node stood.
  Result<Graph> run() {
    const std::vector<Stretch> stretches = context_.tile_height > 0 ? smallest() : fastest();
    if (stretches.empty()) return graph_;
    GraphRewrite rewrite(graph_);
    std::vector<bool> inside(graph_.nodes.size(), false);
    std::vector<const Stretch*> ends(graph_.nodes.size(), nullptr);
    for (const Stretch& stretch : stretches) {
      for (size_t m = stretch.begin; m <= stretch.end; ++m)
        inside[static_cast<size_t>(makers_[m])] = true;
      ends[static_cast<size_t>(makers_[stretch.end])] = &stretch;
    }
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (ends[n]) add_region(*ends[n], rewrite);
      if (!inside[n]) rewrite.copy(graph_.nodes[n]);
    }
    return rewrite.finish();
  }

 private:
  // The m-th node that makes rows, and the type of its result.
  const Node& maker(size_t m) const { return graph_.nodes[static_cast<size_t>(makers_[m])]; }
  const TensorType& result(size_t m) const { return graph_.type(maker(m).outputs[0]); }

  // The rows that maker m reads; computed at the first use.
  const RowRule* rule(size_t m) {
    if (!rules_[m]) rules_[m].emplace(graph_, maker(m), context_.windows);
    return &*rules_[m];
  }

  // By maker: the last maker that reads its result, or SIZE_MAX if something else reads it; and the
  // first maker that may be in one loop with it, because it reads everything before that as a
  // whole.
  void find_readers(const std::vector<int32_t>& position) {
    last_reader_.assign(makers_.size(), 0);
    first_in_loop_.assign(makers_.size(), 0);
    const auto maker_of = [&](ValueId id) {
      const Value& value = graph_.values[static_cast<size_t>(id)];
      return value.origin == Origin::kNode ? position[static_cast<size_t>(value.index)] : -1;
    };
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      for (size_t i = 0; i < node.operands.size(); ++i) {
        const int32_t from = node.operands[i].is_value() ? maker_of(node.operands[i].value) : -1;
        if (from < 0) continue;
        size_t& last = last_reader_[static_cast<size_t>(from)];
        const auto own = static_cast<size_t>(position[n]);
        last = position[n] < 0 ? SIZE_MAX : std::max(last, own);
        if (position[n] >= 0 && !reads_rows(graph_, node, i, context_.windows))
          first_in_loop_[own] = std::max(first_in_loop_[own], static_cast<size_t>(from) + 1);
      }
    }
    for (const ValueId id : graph_.outputs)
      if (maker_of(id) >= 0) last_reader_[static_cast<size_t>(maker_of(id))] = SIZE_MAX;
  }

  // Do the value's bytes count among those alive?
  bool is_counted(ValueId id) const {
    const Value& value = graph_.values[static_cast<size_t>(id)];
    return value.origin == Origin::kNode ||
           (value.origin == Origin::kInput &&
            static_cast<size_t>(value.index) < context_.counted_inputs);
  }

  // By maker: bytes that earlier nodes computed and that it or a later node reads.
  void find_alive() {
    std::vector<int64_t> change(graph_.nodes.size() + 2, 0);
    std::vector<size_t>& last = last_read_;
    last.assign(graph_.values.size(), 0);
    for (size_t n = 0; n < graph_.nodes.size(); ++n)
      for (const Operand& operand : graph_.nodes[n].operands)
        if (operand.is_value()) last[static_cast<size_t>(operand.value)] = n;
    for (size_t n = 0; n < graph_.nodes.size(); ++n)
      for (const ValueId id : graph_.nodes[n].outputs) {
        if (last[static_cast<size_t>(id)] <= n) continue;
        change[n + 1] += graph_.type(id).bytes();
        change[last[static_cast<size_t>(id)] + 1] -= graph_.type(id).bytes();
      }
    int64_t alive = 0;
    for (size_t i = 0; i < std::min(context_.counted_inputs, graph_.inputs.size()); ++i) {
      const ValueId id = graph_.inputs[i];
      alive += graph_.type(id).bytes();
      change[last[static_cast<size_t>(id)] + 1] -= graph_.type(id).bytes();
    }
    size_t n = 0;
    for (const int32_t maker : makers_) {
      for (; n <= static_cast<size_t>(maker); ++n) alive += change[n];
      alive_.push_back(alive);
    }
  }

  // Calls use(end) for each stretch from `begin` on that can be one loop, until it returns false.
  template <class Use>
  void for_each_end(size_t begin, size_t maximum, const Use& use) const {
    size_t last = last_reader_[begin];
    const size_t end = std::min(makers_.size(), begin + maximum);
    for (size_t m = begin + 1; m < end; ++m) {
      if (last == SIZE_MAX || first_in_loop_[m] > begin ||
          maker(m).backward != maker(begin).backward ||
          result(m).shape[0] != result(begin).shape[0])
        return;
      if (last <= m && !use(m)) return;
      last = std::max(last, last_reader_[m]);
    }
  }

  // The rules of the makers in a stretch.
  std::vector<const RowRule*> rules_of(const Stretch& stretch) {
    std::vector<const RowRule*> rules;
    for (size_t m = stretch.begin; m <= stretch.end; ++m) rules.push_back(rule(m));
    return rules;
  }
  // Bytes of the line buffers of a loop over the stretch.
  int64_t ring_bytes(const Stretch& stretch) {
    const std::vector<const RowRule*> rules = rules_of(stretch);
    return schedule_row_tiles(graph_, nodes_of(stretch), rules, stretch.rows, 1).ring_bytes(rules);
  }
  // The nodes of a stretch.
  std::span<const int32_t> nodes_of(const Stretch& stretch) const {
    return std::span(makers_).subspan(stretch.begin, stretch.end - stretch.begin + 1);
  }

  // ---- for speed

  // The time of the kernels, by the cost model.
  double seconds_of_arithmetic(size_t begin, size_t end) {
    double work = 0;
    for (size_t m = begin; m <= end; ++m)
      work += rule(m)->work() * static_cast<double>(rule(m)->height());
    return work / kFlops;
  }
  // The time to move what lies between the nodes from one core's cache to the other's, or to memory
  // and back.
  double seconds_of_moves(size_t begin, size_t end) const {
    const int64_t images = result(end).shape[0];
    double bytes = 0;
    for (size_t m = begin; m < end; ++m) {
      const int64_t own = result(m).bytes();
      bytes += static_cast<double>(own / images > kLargeBytes ? 2 * own : own);
    }
    return bytes / kBytes;
  }
  // Bytes of operands that are read whole.
  int64_t weight_bytes(size_t begin, size_t end) {
    int64_t bytes = 0;
    for (size_t m = begin; m <= end; ++m)
      for (size_t i = 0; i < maker(m).operands.size(); ++i)
        if (maker(m).operands[i].is_value() && !rule(m)->reads_rows(i))
          bytes += graph_.type(maker(m).operands[i].value).bytes();
    return bytes;
  }

  // Bytes of results that are alive at a time if each node makes its whole result.
  double bytes_in_turn(size_t begin, size_t end) const {
    int64_t maximum = 0;
    for (size_t m = begin; m < end; ++m)
      maximum = std::max(maximum, result(m).bytes() + result(m + 1).bytes());
    return static_cast<double>(maximum);
  }

  // The time that a loop saves.
  struct Gain {
    double seconds = 0;
    std::optional<Stretch> stretch;
  };
  // The gain with the most rows at a time whose line buffers stay in the cache (with the weights,
  // if these are read again for each row tile) and take hardly more memory than whole images would.
  // Two threads take sections of an image, or an image each. What is lost: rows that both make,
  // waiting for each other, and the time of calls.
  Gain gain(size_t begin, size_t end) {
    for (size_t m = begin; m <= end; ++m)
      if (rule(m)->step() > 1) return {};  // Winograd's tiles want to be many at a time
    const double moves = seconds_of_moves(begin, end);
    const double arithmetic = seconds_of_arithmetic(begin, end);
    if (moves < kMinGain * arithmetic) return {};
    const int64_t images = result(end).shape[0], height = rule(end)->height();
    const int64_t sections = images > 1 ? 1 : kSections;
    const int64_t weights = weight_bytes(begin, end);
    const double max_bytes = kMaxMemory * bytes_in_turn(begin, end);
    for (const int64_t rows : kRows) {
      const Stretch stretch{begin, end, rows};
      const std::vector<const RowRule*> rules = rules_of(stretch);
      const RowTileSchedule schedule =
          schedule_row_tiles(graph_, nodes_of(stretch), rules, rows, sections);
      const int64_t read_again = sections * rows < height ? weights : 0;
      const int64_t rings = schedule.ring_bytes(rules);
      if (rings + read_again > kCachedBytes ||
          static_cast<double>(kSections * rings + result(end).bytes()) > max_bytes)
        continue;
      const double calls = static_cast<double>(images) * static_cast<double>(schedule.calls.size());
      const double lost = static_cast<double>(sections) * schedule.longest - 1;
      return {moves - lost * arithmetic - calls * kSecondsOfCall, stretch};
    }
    return {};
  }

  // The stretches that save most time in total: a dynamic program from the end to the start over
  // what the nodes from each one on can save.
  std::vector<Stretch> fastest() {
    struct Best {
      double saved = 0;
      std::optional<Stretch> first;
    };
    std::vector<Best> best(makers_.size() + 1);
    for (size_t begin = makers_.size(); begin-- > 0;) {
      best[begin] = {best[begin + 1].saved, {}};
      for_each_end(begin, kMaxNodesForSpeed, [&](size_t end) {
        const Gain own = gain(begin, end);
        if (own.seconds + best[end + 1].saved > best[begin].saved)
          best[begin] = {own.seconds + best[end + 1].saved, own.stretch};
        return true;
      });
    }
    std::vector<Stretch> result;
    for (size_t m = 0; m < makers_.size();) {
      if (best[m].first) result.push_back(*best[m].first);
      m = best[m].first ? best[m].first->end + 1 : m + 1;
    }
    return result;
  }

  // ---- for memory

  // Bytes alive while a node makes its whole result; the result may lie over an operand that dies
  // there.
  int64_t bytes_alone(size_t m) const {
    const int64_t bytes = alive_[m] + result(m).bytes();
    const std::optional<RowWindow> window =
        context_.windows ? context_.windows(graph_, maker(m)) : std::nullopt;
    if (!window || !window->overwrites || !maker(m).operands[0].is_value()) return bytes;
    return bytes - shared_bytes(maker(m).operands[0].value, m);
  }
  // Bytes of the result that may lie over `read`, if nothing reads that later.
  int64_t shared_bytes(ValueId read, size_t m) const {
    const bool is_last = last_read_[static_cast<size_t>(read)] <= static_cast<size_t>(makers_[m]);
    if (!is_last || !is_counted(read)) return 0;
    return std::min(graph_.type(read).bytes(), result(m).bytes());
  }
  // The same for a loop over row tiles, whose result may follow behind the rows that it reads.
  int64_t shared_by_loop(size_t begin, size_t end) const {
    if (!context_.windows || !maker(begin).operands[0].is_value()) return 0;
    return shared_bytes(maker(begin).operands[0].value, end);
  }

  // The stretches with the fewest bytes alive at the worst step, or with no more than are asked
  // for; of these, the ones with the fewest nodes in row tiles. A dynamic program from the end to
  // the start.
  std::vector<Stretch> smallest() {
    struct Best {
      int64_t bytes = 0;
      size_t nodes = 0;
      Stretch first;
    };
    std::vector<Best> best(makers_.size() + 1);
    for (size_t begin = makers_.size(); begin-- > 0;) {
      best[begin].bytes = INT64_MAX;
      const auto propose = [&](const Stretch& stretch, int64_t bytes) {
        const Best& rest = best[stretch.end + 1];
        const int64_t maximum = std::max({bytes, rest.bytes, context_.row_tile_bytes});
        const size_t nodes = rest.nodes + (stretch.rows ? stretch.end - stretch.begin + 1 : 0);
        if (maximum < best[begin].bytes ||
            (maximum == best[begin].bytes && nodes < best[begin].nodes))
          best[begin] = {maximum, nodes, stretch};
      };
      if (begin > 0 || !context_.begins_in_row_tiles)
        propose({begin, begin, 0}, bytes_alone(begin));
      for_each_end(begin, kMaxNodes, [&](size_t end) {
        const Stretch stretch{begin, end, context_.tile_height};
        const int64_t whole = alive_[begin] + result(end).bytes() - shared_by_loop(begin, end);
        if (std::max(whole, best[end + 1].bytes) >= best[begin].bytes) return true;
        const int64_t rings = ring_bytes(stretch);
        propose(stretch, whole + rings);
        // A longer stretch has no smaller line buffers.
        return alive_[begin] + rings < best[begin].bytes;
      });
    }
    std::vector<Stretch> result;
    for (size_t m = 0; m < makers_.size(); m = best[m].first.end + 1)
      if (best[m].first.rows) result.push_back(best[m].first);
    return result;
  }

  // ---- writing

  // The node of the loop; the stretch becomes its body, with everything from outside as an input.
  void add_region(const Stretch& stretch, GraphRewrite& rewrite) const {
    GraphRewrite inner(graph_, GraphRewrite::Inputs::kNone);
    Node node;
    std::vector<bool> known(graph_.values.size(), false);
    for (const int32_t n : nodes_of(stretch)) {
      const Node& own = graph_.nodes[static_cast<size_t>(n)];
      for (const Operand& operand : own.operands) {
        if (!operand.is_value() || known[static_cast<size_t>(operand.value)]) continue;
        known[static_cast<size_t>(operand.value)] = true;
        inner.take_input(operand.value);
        node.operands.push_back(Operand::of_value(rewrite.map(operand.value)));
      }
      inner.copy(own);
      known[static_cast<size_t>(own.outputs[0])] = true;
    }
    const ValueId last = maker(stretch.end).outputs[0];
    Graph body = std::move(inner.graph());
    body.outputs = {body.nodes.back().outputs[0]};
    Region region{RegionKind::kRowTiles, std::make_shared<const Graph>(std::move(body))};
    region.loop.maximum = stretch.rows;
    region.windows = context_.windows;
    node.region = rewrite.graph().add_region(std::move(region));
    node.line = maker(stretch.end).line;
    node.backward = maker(stretch.end).backward;
    const TensorType type = graph_.type(last);
    const int32_t index = rewrite.graph().add_node(std::move(node), {&type, 1});
    const ValueId id = rewrite.graph().nodes[static_cast<size_t>(index)].outputs[0];
    rewrite.graph().values[static_cast<size_t>(id)].name =
        graph_.values[static_cast<size_t>(last)].name;
    rewrite.set(last, id);
  }

  const Graph& graph_;
  const PassContext& context_;
  std::vector<int32_t> makers_;  // nodes that make rows, in the graph's order
  std::vector<size_t> last_reader_, first_in_loop_;
  std::vector<int64_t> alive_;                 // by maker
  std::vector<size_t> last_read_;              // by value: the last node that reads it
  std::vector<std::optional<RowRule>> rules_;  // by maker, once asked for
};

}  // namespace

WEFT_PASS(190, tile_rows, kExact, kAfterSplit) { return Former(graph, context).run(); }

}  // namespace weft::graph
