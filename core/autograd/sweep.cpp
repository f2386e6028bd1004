// The reverse sweep over the tape. Nodes are popped from a heap by sequence number, the greatest
// first, so every node is visited after all its users, without recursion. What users contribute to
// a node is added up before it is visited. One sweep takes time and memory in proportion to the
// nodes that it reaches, and a logarithm for the heap.
//
// Leaves are older than what uses them, so they would come last. Where somebody is told of
// gradients, a leaf is visited as soon as the last node that leads to it has been: its edges are
// counted first.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "autograd/released.h"
#include "autograd/tape.h"
#include "autograd/tape_recorder.h"
#include "base/errors.h"
#include "eager/builder.h"
#include "eager/call.h"
#include "eager/recorder.h"
#include "ops/row_sum.h"
#include "runtime/device.h"
#include "runtime/profile.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

using eager::EagerBuilder;

// Heads first, then `run`; a sweep is used once.
class Sweep {
 public:
  Sweep(bool retain, bool create_graph) : retain_(retain), create_graph_(create_graph) {}

  Status add_head(Tensor& head, Tensor* head_grad);
  Status add_head(const Edge& edge, const ops::Value& cotangent) {
    heads_.push_back(edge);
    return add(edge, cotangent);
  }
  // Keeps the sweep in one segment: nodes of others are not visited, what they would be given goes
  // to `leaving`.
  void stay_in(uint64_t segment, PoolVector<Leaving>& leaving) {
    segment_ = segment;
    leaving_ = &leaving;
  }
  // Asks for the cotangent of one output. A sweep with such questions delivers nothing to leaves.
  void want(const Edge& edge) { wanted_.push_back(edge); }
  Status run();
  ops::Value found(const Edge& edge) const;

 private:
  using Pending =
      std::unordered_map<TapeNode*, ops::Values, std::hash<TapeNode*>, std::equal_to<TapeNode*>,
                         PoolAllocator<std::pair<TapeNode* const, ops::Values>>>;
  // Of the standard heap, the greatest element comes first.
  static bool earlier(const Ref<TapeNode>& a, const Ref<TapeNode>& b) {
    return a->sequence() < b->sequence();
  }
  Status add(const Edge& edge, const ops::Value& cotangent);
  Status used_up(const Status& failure) const;
  ops::Value rebound(const ops::Value& cotangent);
  void make_dense(ops::Values& cotangents);
  Status deliver_to_watchers(const TapeNode& node, const ops::Values& cotangents);
  Status visit(TapeNode& node, ops::Values cotangents);
  void count_uses();
  void find_needed();
  bool is_needed(const TapeNode& node) const { return wanted_.empty() || needed_.contains(&node); }
  Status visit_complete_leaves(const TapeNode& node);
  bool ends_at(const TapeNode& node, const TapeNode& from) const {
    return leads_to_released(node, from) && (!leaving_ || from.segment() == segment_);
  }
  bool is_wanted(const TapeNode& node) const {
    return std::ranges::any_of(wanted_, [&](const Edge& e) { return e.node.get() == &node; });
  }

  const bool retain_;
  const bool create_graph_;
  EagerBuilder builder_;
  // Cotangents by node and output that have arrived so far; the heap has each of these nodes once.
  Pending pending_;
  PoolVector<Ref<TapeNode>> heap_;
  PoolVector<Edge> heads_;
  PoolVector<Edge> wanted_;
  PoolVector<std::pair<TapeNode*, ops::Values>> results_;
  // Kept alive until the sweep ends, when they give up what they saved.
  PoolVector<Ref<TapeNode>> visited_;
  uint64_t segment_ = 0;
  bool heads_are_used_up_ = false;
  bool is_cut_ = false;  // something released was left out, as a constant: that was checked
  bool has_reached_leaf_ = false;
  PoolVector<Leaving>* leaving_ = nullptr;
  // Of leaves that tell somebody: how many edges of nodes that were not visited lead to them.
  std::unordered_map<const TapeNode*, size_t> uses_;
  // Of a sweep with questions: nodes that are wanted, or depend on one that is.
  std::unordered_set<const TapeNode*> needed_;
};

// The same value on the sweep's builder. The builder of a rule is gone when the rule is done.
ops::Value Sweep::rebound(const ops::Value& cotangent) {
  if (!cotangent.is_rows()) return builder_.value(cotangent.tensor());
  auto* const sum = new ops::RowSum(ops::row_sum_of(cotangent).table);
  ops::Value value = ops::Value::of_rows(&builder_, Ref<Object>::adopt(sum));
  for (const ops::RowPart& part : ops::row_sum_of(cotangent).parts)
    sum->parts.push_back(
        {builder_.value(part.indices.tensor()), builder_.value(part.rows.tensor())});
  return value;
}

// Sums of rows become arrays, for rules and callers, who do not know them.
void Sweep::make_dense(ops::Values& cotangents) {
  for (ops::Value& cotangent : cotangents)
    if (cotangent.is_rows()) cotangent = ops::dense(cotangent);
}

// Adds a contribution; the first one puts the node on the heap.
Status Sweep::add(const Edge& edge, const ops::Value& cotangent) {
  if (leaving_ && edge.node->segment() != segment_) {
    leaving_->push_back({edge, rebound(cotangent)});
    return builder_.status();
  }
  auto [entry, is_new] = pending_.try_emplace(edge.node.get());
  if (is_new) {
    entry->second.resize(edge.node->output_count());
    heap_.push_back(edge.node);
    std::ranges::push_heap(heap_, earlier);
  }
  ops::accumulate(entry->second[edge.output], rebound(cotangent));
  return builder_.status();
}

// A head without a gradient of its own gets ones, as a scalar loss does.
Status Sweep::add_head(Tensor& head, Tensor* head_grad) {
  const Edge edge = producer(head);
  WEFT_TRY(check_head(head, static_cast<bool>(edge), head_grad));
  heads_are_used_up_ = heads_are_used_up_ || edge.node->is_used_up();
  if (edge.node->forgets() && edge.node->is_used_up()) return released_below_head(*edge.node);
  ops::Value cotangent;
  if (head_grad) {
    cotangent = ops::cast(builder_.value(Ref<Tensor>(head_grad)), head.dtype());
  } else {
    // Written rather than made by an operator: a planned step in steady state allocates nothing.
    WEFT_ASSIGN(Ref<Tensor> ones, Tensor::create(head.dtype(), head.shape(), head.device()));
    WEFT_TRY(eager::write(*ones, ops::Argument::of_int(1)));
    cotangent = builder_.value(std::move(ones));
  }
  WEFT_TRY(builder_.status());
  return add_head(edge, cotangent);
}

// Says what to do about a node that was used up. Either the same was differentiated twice, or new
// work goes on from results of an earlier step.
Status Sweep::used_up(const Status& failure) const {
  if (failure.code() != StatusCode::kInvalidState) return failure;
  return Status(
      failure.code(),
      failure.message() +
          (heads_are_used_up_ ? "; pass retain_graph=True to that one"
                              : "; detach what a step passes to the next one, such as the state of "
                                "a recurrent layer: "
                                "`state = state.detach()`; or pass retain_graph=True to that one"));
}

// The gradients of results that asked for them.
Status Sweep::deliver_to_watchers(const TapeNode& node, const ops::Values& cotangents) {
  for (uint32_t output = 0; output < cotangents.size(); ++output) {
    LeafNode* const leaf = node.watcher(output);
    if (leaf && cotangents[output]) WEFT_TRY(leaf->deliver(cotangents[output]));
  }
  return {};
}

// One node: its cotangents become those of its inputs, or, at a leaf, its gradient. Only a leaf
// that asked for rows gets them; rules and callers see arrays.
Status Sweep::visit(TapeNode& node, ops::Values cotangents) {
  LeafNode* const leaf = node.is_leaf() ? static_cast<LeafNode*>(&node) : nullptr;
  if (!leaf || !leaf->rows() || !wanted_.empty()) make_dense(cotangents);
  WEFT_TRY(builder_.status());
  if (is_wanted(node)) results_.emplace_back(&node, cotangents);
  if (node.is_watched() && wanted_.empty()) WEFT_TRY(deliver_to_watchers(node, cotangents));
  has_reached_leaf_ |= leaf != nullptr;
  if (leaf) {
    if (!wanted_.empty() || !cotangents[0]) return {};
    WEFT_TRY(leaf->deliver(std::move(cotangents[0])));
    return leaf->told();
  }
  // What a rule makes of nothing, such as a constant, goes to the device of its cotangents.
  const auto given = std::ranges::find_if(cotangents, [](const ops::Value& c) { return bool(c); });
  const DeviceScope there(given == cotangents.end() ? thread_state().device
                                                    : given->tensor()->device());
  Result<ops::Values> gradients = node.backward(cotangents, retain_ || create_graph_);
  if (!gradients.ok()) return node.is_used_up() ? used_up(gradients.status()) : gradients.status();
  const ops::Values& inputs = gradients.value();
  const auto edges = node.edges();
  for (size_t i = 0; i < edges.size() && i < inputs.size(); ++i) {
    if (!edges[i] || !inputs[i] || !is_needed(*edges[i].node)) continue;
    if (!ends_at(node, *edges[i].node)) {
      WEFT_TRY(add(edges[i], inputs[i]));
      continue;
    }
    if (!std::exchange(is_cut_, true)) WEFT_TRY(check_released(heads_, wanted_));
  }
  return {};
}

// Goes over all that the heads depend on. A node that no cotangent reaches is counted, too; the
// leaves behind it are visited at the end, as all others would be.
void Sweep::count_uses() {
  PoolVector<const TapeNode*> open;
  std::unordered_set<const TapeNode*> seen;
  for (const Edge& head : heads_)
    if (seen.insert(head.node.get()).second) open.push_back(head.node.get());
  while (!open.empty()) {
    const TapeNode* const node = open.back();
    open.pop_back();
    for (const Edge& edge : node->edges()) {
      if (!edge || ends_at(*node, *edge.node)) continue;
      const TapeNode* const from = edge.node.get();
      if (!from->is_leaf()) {
        if (seen.insert(from).second) open.push_back(from);
      } else if (static_cast<const LeafNode*>(from)->is_told()) {
        ++uses_[from];
      }
    }
  }
}

// No other node is asked: its rule may be costly, have no gradient, or lead back to this sweep.
// Released nodes count, too, because what is wanted behind one is an error.
void Sweep::find_needed() {
  PoolVector<const TapeNode*> all;
  std::unordered_set<const TapeNode*> seen;
  for (const Edge& want : wanted_) needed_.insert(want.node.get());
  for (const Edge& head : heads_)
    if (seen.insert(head.node.get()).second) all.push_back(head.node.get());
  for (size_t i = 0; i < all.size(); ++i)
    for (const Edge& edge : all[i]->edges())
      if (edge && seen.insert(edge.node.get()).second) all.push_back(edge.node.get());
  std::ranges::sort(all, {}, [](const TapeNode* node) { return node->sequence(); });
  for (const TapeNode* const node : all)
    if (std::ranges::any_of(node->edges(), [&](const Edge& edge) {
          return edge && needed_.contains(edge.node.get());
        }))
      needed_.insert(node);
}

// Leaves that only this node, which has been visited, was missing for. They stay on the heap, with
// nothing pending.
Status Sweep::visit_complete_leaves(const TapeNode& node) {
  for (const Edge& edge : node.edges()) {
    if (!edge || ends_at(node, *edge.node)) continue;
    const auto uses = uses_.find(edge.node.get());
    if (uses == uses_.end() || --uses->second > 0) continue;
    const auto entry = pending_.find(edge.node.get());
    if (entry == pending_.end()) continue;
    ops::Values cotangents = std::move(entry->second);
    pending_.erase(entry);
    WEFT_TRY(visit(*edge.node, std::move(cotangents)));
  }
  return {};
}

Status Sweep::run() {
  const ProfileScope scope(ProfileKind::kBackward, "backward");
  if (told_leaves.load(std::memory_order_relaxed) && wanted_.empty() && !leaving_) count_uses();
  if (!wanted_.empty()) find_needed();
  while (!heap_.empty()) {
    std::ranges::pop_heap(heap_, earlier);
    const Ref<TapeNode> node = std::move(heap_.back());
    heap_.pop_back();
    const auto entry = pending_.find(node.get());
    if (entry == pending_.end()) continue;  // a leaf that was complete early
    ops::Values cotangents = std::move(entry->second);
    pending_.erase(entry);
    WEFT_TRY(visit(*node, std::move(cotangents)));
    if (!uses_.empty()) WEFT_TRY(visit_complete_leaves(*node));
    if (!retain_ && !node->is_leaf()) visited_.push_back(node);
  }
  if (is_cut_ && !has_reached_leaf_ && wanted_.empty())
    return errors::invalid_state("backward",
                                 "an earlier backward released all that the heads depend on; pass "
                                 "retain_graph=True to that one");
  // Only now: with create_graph, rules still read what nodes saved while the sweep runs.
  const uint64_t time = visited_.empty() ? 0 : releases.fetch_add(1) + 1;
  for (const Ref<TapeNode>& node : visited_) node->use_up(time);
  return {};
}

// The cotangent that `want` asked for; none where no head depends on that output.
ops::Value Sweep::found(const Edge& edge) const {
  for (const auto& [node, cotangents] : results_)
    if (node == edge.node.get()) return cotangents[edge.output];
  return {};
}

// Also inside a trace: the same texts for the same mistakes.
Status check_heads(std::span<Tensor* const> heads, std::span<Tensor* const> head_grads) {
  if (heads.empty()) return errors::invalid_value("backward", "`heads` must not be empty");
  if (!head_grads.empty() && head_grads.size() != heads.size())
    return errors::invalid_value("backward", "`head_grads` must have one entry per head, ",
                                 heads.size(), "; got ", head_grads.size());
  return {};
}

Status add_heads(Sweep& sweep, std::span<Tensor* const> heads,
                 std::span<Tensor* const> head_grads) {
  for (size_t i = 0; i < heads.size(); ++i)
    WEFT_TRY(sweep.add_head(*heads[i], head_grads.empty() ? nullptr : head_grads[i]));
  return {};
}

}  // namespace

Status no_history_of_variable(size_t index) {
  return errors::invalid_state("grad", "variable ", index,
                               " has no history; call attach_grad() on it first");
}

// Refuses what has no gradient with the reason. Tape and trace share it, so both say the same.
Status check_head(const Tensor& head, bool recorded, const Tensor* head_grad) {
  if (!recorded && !is_inexact(head.dtype()))
    return errors::invalid_type("backward", "the head must have a floating dtype; got ",
                                head.dtype(),
                                ": results of argmax, comparisons and casts to integers have no "
                                "gradient");
  if (!recorded)
    return errors::invalid_state("backward",
                                 "the head has no history: it was not computed inside "
                                 "autograd.record() from arrays with attach_grad()");
  if (head_grad && head_grad->shape() != head.shape())
    return errors::invalid_value("backward", "`head_grads` must have the head's shape ",
                                 head.shape(), "; got ", head_grad->shape());
  const bool traced = head.box().traced() || (head_grad && head_grad->box().traced());
  if (head_grad && !traced && head_grad->device() != head.device())
    return errors::invalid_value("backward", "`head_grads` must be on the head's device ",
                                 name_of(head.device()), "; got one on ",
                                 name_of(head_grad->device()));
  return {};
}

// The sweep itself is not recorded.
Status backward(std::span<Tensor* const> heads, std::span<Tensor* const> head_grads, bool retain) {
  WEFT_TRY(check_heads(heads, head_grads));
  ModeScope plain(0, kRecording);
  if (thread_state().modes & kTracing) return thread_state().trace->backward(heads, head_grads);
  Sweep sweep(retain, false);
  WEFT_TRY(add_heads(sweep, heads, head_grads));
  return sweep.run();
}

Status backward_within(uint64_t segment, std::span<const Edge> heads, const ops::Values& cotangents,
                       bool create_graph, PoolVector<Leaving>& leaving) {
  // What is differentiated again keeps what its nodes saved.
  Sweep sweep(create_graph, create_graph);
  sweep.stay_in(segment, leaving);
  for (size_t i = 0; i < heads.size(); ++i)
    if (cotangents[i]) WEFT_TRY(sweep.add_head(heads[i], cotangents[i]));
  return sweep.run();
}

// Cotangents of the variables are noted when the sweep visits the nodes that made these.
Result<std::vector<Ref<Tensor>>> grad(std::span<Tensor* const> heads,
                                      std::span<Tensor* const> head_grads,
                                      std::span<Tensor* const> variables, bool retain,
                                      bool create_graph) {
  WEFT_TRY(check_heads(heads, head_grads));
  if (variables.empty()) return errors::invalid_value("grad", "`variables` must not be empty");
  const uint32_t recording = kRecording;
  if (create_graph) attach_tape();
  ModeScope mode(create_graph ? recording : 0, create_graph ? 0 : recording);
  if (thread_state().modes & kTracing)
    return thread_state().trace->grad(heads, head_grads, variables);
  Sweep sweep(retain || create_graph, create_graph);
  PoolVector<Edge> edges;
  for (Tensor* variable : variables) {
    edges.push_back(producer(*variable));
    if (!edges.back()) return no_history_of_variable(edges.size() - 1);
    sweep.want(edges.back());
  }
  WEFT_TRY(add_heads(sweep, heads, head_grads));
  WEFT_TRY(sweep.run());
  std::vector<Ref<Tensor>> result;
  EagerBuilder builder;
  for (size_t i = 0; i < variables.size(); ++i) {
    ops::Value found = sweep.found(edges[i]);
    if (!found)
      // The heads do not depend on this variable.
      found = ops::zeros(ops::Value(&builder, ops::Argument::of_int(0)),
                         {variables[i]->dtype(), variables[i]->shape()});
    WEFT_TRY(builder.status());
    result.push_back(found.tensor());
  }
  return result;
}

}  // namespace weft::autograd
