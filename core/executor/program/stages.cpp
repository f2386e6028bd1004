// The split of a graph with sizes into stages, and the cache of their programs. A node's stage is
// the latest of three: those of its operands, one past that of each size its shapes depend on, and
// for an effect that of the effect before it.
#include "executor/program/stages.h"

#include <algorithm>
#include <map>

#include "base/errors.h"
#include "executor/program/program.h"
#include "graph/ir/control.h"

namespace weft::executor {

using graph::Graph;
using graph::Node;
using graph::Operand;
using graph::Origin;
using graph::ValueId;

// Splits the graph in two walks: the first finds the stage of each node, the second copies the
// nodes.
class StageSplitter {
 public:
  StageSplitter(const Graph& graph, Stages& stages, const std::vector<bool>& frozen)
      : graph_(graph), result_(stages), frozen_(frozen) {
    frozen_.resize(graph.inputs.size(), false);
    // Only the last stage shows that the graph writes a state, but it is so for all.
    for (const graph::StatePair& state : graph.states)
      frozen_[static_cast<size_t>(state.input)] = false;
  }

  Status run() {
    find_stages();
    result_.stages_.resize(static_cast<size_t>(last_) + 1);
    maps_.resize(result_.stages_.size());
    outputs_.resize(result_.stages_.size());
    for (Stage& stage : result_.stages_) stage.graph.ordinals = graph_.ordinals;
    for (size_t n = 0; n < graph_.nodes.size(); ++n) WEFT_TRY(copy_node(n));
    for (size_t k = 0; k < graph_.sizes.size(); ++k) {
      result_.bounds_.push_back(graph_.sizes[k].bound);
      if (graph_.sizes[k].is_dimension()) continue;
      const int32_t stage = size_stage_[k];
      WEFT_ASSIGN(const int32_t index, output_of(stage, graph_.sizes[k].value));
      at(stage).sizes.emplace_back(static_cast<int32_t>(k), index);
    }
    WEFT_TRY(place_outputs());
    for (Stage& stage : result_.stages_)
      stage.may_run_eagerly =
          !stage.graph.sized.empty() && stage.graph.states.empty() && stage.graph.effects == 0 &&
          std::ranges::none_of(stage.graph.nodes,
                               [](const Node& node) { return !node.op || node.op->is_random; });
    return {};
  }

 private:
  Stage& at(int32_t stage) { return result_.stages_[static_cast<size_t>(stage)]; }
  int32_t& stage_of(ValueId id) { return value_stage_[static_cast<size_t>(id)]; }

  // Nodes are in topological order and sizes are computed before they are used, so one walk is
  // enough.
  void find_stages() {
    value_stage_.assign(graph_.values.size(), 0);
    for (const graph::Size& size : graph_.sizes)
      size_stage_.push_back(size.is_dimension() ? kBefore : 0);
    std::multimap<ValueId, size_t> sizes_of;  // by the value that they are
    for (size_t k = 0; k < graph_.sizes.size(); ++k)
      if (!graph_.sizes[k].is_dimension()) sizes_of.emplace(graph_.sizes[k].value, k);
    size_t next = 0;
    int32_t effect = 0;
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      int32_t stage = node.effect >= 0 ? effect : 0;
      for (const Operand& operand : node.operands)
        if (operand.is_value()) stage = std::max(stage, stage_of(operand.value));
      for (; next < graph_.sized.size() && graph_.sized[next].node == static_cast<int32_t>(n);
           ++next)
        for (const graph::Term& term : graph_.sized[next].number.terms)
          term.each_size([&](int32_t size) {
            stage = std::max(stage, size_stage_[static_cast<size_t>(size)] + 1);
          });
      for (const int32_t size : graph::sizes_in_bodies(graph_, node))
        stage = std::max(stage, size_stage_[static_cast<size_t>(size)] + 1);
      for (const ValueId id : node.outputs) {
        stage_of(id) = stage;
        for (auto [at, end] = sizes_of.equal_range(id); at != end; ++at)
          size_stage_[at->second] = stage;
      }
      node_stage_.push_back(stage);
      if (node.effect >= 0) effect = stage;
      last_ = std::max(last_, stage);
    }
  }

  // Copies a node into its stage. Its operands become inputs of the stage where others compute
  // them.
  Status copy_node(size_t n) {
    const int32_t stage = node_stage_[n];
    Graph& to = at(stage).graph;
    Node node = graph_.nodes[n];
    for (Operand& operand : node.operands) {
      if (!operand.is_value()) continue;
      WEFT_ASSIGN(operand.value, use(stage, operand.value));
    }
    node.effect = -1;    // the stage numbers its effects itself
    node.clone_of = -1;  // it only matters to passes that merge nodes, which run later
    if (node.line >= 0) node.line = to.add_line(graph_.lines[static_cast<size_t>(node.line)]);
    if (node.region >= 0)
      node.region = to.add_region(graph_.regions[static_cast<size_t>(node.region)]);
    std::vector<graph::TensorType> types;
    for (const ValueId id : node.outputs) types.push_back(graph_.type(id));
    const std::vector<ValueId> old = node.outputs;
    const int32_t index = to.add_node(std::move(node), types);
    for (size_t i = 0; i < old.size(); ++i)
      map(stage)[old[i]] = to.nodes[static_cast<size_t>(index)].outputs[i];
    for (; next_sized_ < graph_.sized.size() &&
           graph_.sized[next_sized_].node == static_cast<int32_t>(n);
         ++next_sized_) {
      to.sized.push_back(graph_.sized[next_sized_]);
      to.sized.back().node = index;
    }
    return {};
  }

  std::map<ValueId, ValueId>& map(int32_t stage) { return maps_[static_cast<size_t>(stage)]; }

  // The id, in a stage, of a value of the whole graph. A value from elsewhere becomes a constant or
  // an input of the stage.
  Result<ValueId> use(int32_t stage, ValueId id) {
    const auto found = map(stage).find(id);
    if (found != map(stage).end()) return found->second;
    const graph::Value& value = graph_.values[static_cast<size_t>(id)];
    Stage& to = at(stage);
    ValueId own = graph::kNoValue;
    if (value.origin == Origin::kConstant) {
      const auto& constant = graph_.constants[static_cast<size_t>(value.index)];
      WEFT_ASSIGN(own, to.graph.add_constant(constant.content, value.name));
    } else {
      Source source{-1, value.index};
      if (value.origin == Origin::kNode) {
        source.stage = stage_of(id);
        WEFT_ASSIGN(source.index, output_of(source.stage, id));
      }
      own = to.graph.add_input(value.type, value.origin == Origin::kInput ? value.name : "");
      to.inputs.push_back(source);
      to.frozen.push_back(source.stage < 0 && frozen_[static_cast<size_t>(source.index)]);
    }
    map(stage).emplace(id, own);
    return own;
  }

  // The index of the stage's output that is this value; the output is added if there is none.
  Result<int32_t> output_of(int32_t stage, ValueId id) {
    WEFT_ASSIGN(const ValueId own, use(stage, id));
    std::vector<ValueId>& outputs = at(stage).graph.outputs;
    const auto [found, is_new] =
        outputs_[static_cast<size_t>(stage)].emplace(own, static_cast<int32_t>(outputs.size()));
    if (is_new) outputs.push_back(own);
    return found->second;
  }

  // New contents of states leave the last stage, behind its other outputs. So do outputs that no
  // node computes.
  Status place_outputs() {
    result_.outputs_.resize(graph_.outputs.size());
    std::vector<bool> is_state(graph_.outputs.size(), false);
    for (const graph::StatePair& state : graph_.states)
      is_state[static_cast<size_t>(state.output)] = true;
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
      if (is_state[i]) continue;
      const ValueId id = graph_.outputs[i];
      const int32_t stage = graph_.producer(id) ? stage_of(id) : last_;
      WEFT_ASSIGN(const int32_t index, output_of(stage, id));
      result_.outputs_[i] = {stage, index};
    }
    for (const graph::StatePair& state : graph_.states) {
      const auto i = static_cast<size_t>(state.output);
      WEFT_ASSIGN(const int32_t index, place_state(state, graph_.outputs[i]));
      result_.outputs_[i] = {last_, index};
    }
    return {};
  }

  // Pairs the state's input with an output of its own: a value may be the content of several
  // states.
  Result<int32_t> place_state(const graph::StatePair& state, ValueId id) {
    Graph& to = at(last_).graph;
    WEFT_ASSIGN(const ValueId content, use(last_, id));
    WEFT_ASSIGN(const ValueId old, use(last_, graph_.inputs[static_cast<size_t>(state.input)]));
    const auto index = static_cast<int32_t>(to.outputs.size());
    to.outputs.push_back(content);  // an output of its own: each is paired once
    to.states.push_back({to.values[static_cast<size_t>(old)].index, index});
    return index;
  }

  static constexpr int32_t kBefore = -1;  // a dimension: known before the first stage

  const Graph& graph_;
  Stages& result_;
  std::vector<bool> frozen_;  // by input of the graph
  std::vector<int32_t> value_stage_, node_stage_, size_stage_;
  // By stage: value of the graph to value of the stage.
  std::vector<std::map<ValueId, ValueId>> maps_;
  std::vector<std::map<ValueId, int32_t>> outputs_;  // by stage: its value to its output
  size_t next_sized_ = 0;                            // position in graph_.sized
  int32_t last_ = 0;                                 // the last stage
};

Result<std::unique_ptr<Stages>> Stages::split(const Graph& graph, graph::PassSelection selection,
                                              const std::vector<bool>& frozen) {
  std::unique_ptr<Stages> stages(new Stages(std::move(selection)));
  WEFT_TRY(StageSplitter(graph, *stages, frozen).run());
  stages->entries_.resize(stages->stages_.size());
  return stages;
}

// The entry moves to the front, so the last one is the least recently used.
Stages::Entry& Stages::entry(size_t stage, std::span<const graph::TensorType> inputs,
                             std::span<const int64_t> sizes, bool& is_new) {
  std::vector<Entry>& entries = entries_[stage];
  const auto found = std::ranges::find_if(entries, [&](const Entry& entry) {
    return std::ranges::equal(entry.sizes, sizes) && std::ranges::equal(entry.inputs, inputs);
  });
  is_new = found == entries.end();
  if (!is_new) {
    std::rotate(entries.begin(), found, found + 1);
  } else {
    if (entries.size() == kMaxPrograms) entries.pop_back();
    entries.insert(entries.begin(),
                   {{inputs.begin(), inputs.end()}, {sizes.begin(), sizes.end()}, {}});
  }
  return entries.front();
}

std::vector<Ref<Preparation>> Stages::preparations(size_t stage) const {
  std::vector<Ref<Preparation>> found;
  for (const Entry& entry : entries_[stage]) {
    if (!entry.program) continue;
    for (Ref<Preparation>& preparation : entry.program->preparations())
      if (std::ranges::find(found, preparation.get(), &Ref<Preparation>::get) == found.end())
        found.push_back(std::move(preparation));
  }
  return found;
}

Result<Ref<Program>> Stages::program(size_t stage, std::span<const graph::TensorType> inputs,
                                     std::span<const int64_t> sizes) {
  const std::lock_guard lock(mutex_);
  bool is_new;
  Entry& entry = this->entry(stage, inputs, sizes, is_new);
  if (!entry.program) {
    WEFT_ASSIGN(Graph graph, for_sizes(stages_[stage].graph, inputs, sizes));
    WEFT_ASSIGN(entry.program,
                Program::create(std::move(graph), selection_, stages_[stage].frozen));
    entry.program->share(preparations(stage));
    WEFT_TRY(entry.program->set_budget(budget_));
    entry.program->set_saved_plans(saved_);
  }
  return entry.program;
}

Result<Ref<Program>> Stages::program_if_met(size_t stage, std::span<const graph::TensorType> inputs,
                                            std::span<const int64_t> sizes) {
  if (stages_[stage].may_run_eagerly) {
    const std::lock_guard lock(mutex_);
    bool is_new;
    entry(stage, inputs, sizes, is_new);
    if (is_new && budget_ == 0) return Ref<Program>();
  }
  return program(stage, inputs, sizes);
}

void Stages::set_saved_plans(Ref<SavedPlans> plans) {
  const std::lock_guard lock(mutex_);
  saved_ = std::move(plans);
}

Status Stages::add_plans(std::span<const graph::TensorType> inputs, std::vector<int64_t> sizes,
                         SavedPlans& plans) {
  sizes.resize(this->sizes(), 0);
  std::vector<std::vector<graph::TensorType>> made;
  for (size_t i = 0; i < stages_.size(); ++i) {
    std::vector<graph::TensorType> types;
    for (const Source& source : stages_[i].inputs) {
      const auto index = static_cast<size_t>(source.index);
      types.push_back(source.stage < 0 ? inputs[index]
                                       : made[static_cast<size_t>(source.stage)][index]);
    }
    WEFT_ASSIGN(const Ref<Program> program, this->program(i, types, sizes));
    WEFT_ASSIGN(const Ref<SavedPlans> found, program->plans_to_save());
    for (SavedPlan& plan : found->plans)
      if (!plans.find(plan.graph)) plans.plans.push_back(std::move(plan));
    if (!stages_[i].sizes.empty()) return {};
    made.push_back(program->graph().output_types());
  }
  return {};
}

Status Stages::set_budget(int64_t bytes) {
  if (stages_.size() > 1 && bytes > 0)
    return errors::unsupported(
        "plan", "`memory` cannot be limited for a graph whose shapes depend on values: it runs in ",
        stages_.size(), " stages");
  const std::lock_guard lock(mutex_);
  budget_ = bytes;
  for (std::vector<Entry>& entries : entries_)
    for (Entry& entry : entries)
      if (entry.program) WEFT_TRY(entry.program->set_budget(bytes));
  return {};
}

Status Stages::check_size(int32_t size, std::span<const int64_t> sizes) const {
  const int64_t value = sizes[static_cast<size_t>(size)];
  const int64_t bound = graph::whole_number(bounds_[static_cast<size_t>(size)].evaluate(sizes));
  if (value >= 0 && value <= bound) return {};
  // What was traced cannot give this; a file may say anything of its bounds.
  return errors::io("function", "size ", size, " must be in [0, ", bound,
                    "], as the graph says; got ", value, ": the file of the graph is damaged");
}

std::vector<Ref<Program>> Stages::latest() const {
  const std::lock_guard lock(mutex_);
  std::vector<Ref<Program>> programs;
  for (const auto& entries : entries_)
    programs.push_back(entries.empty() ? Ref<Program>() : entries.front().program);
  return programs;
}

}  // namespace weft::executor
