// A run of a plan in which memory is a list of bytes with the name of who wrote them last: every
// step must read what the plan's own order gives it to read, whatever order branches run in.
#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "doctest.h"
#include "executor/plan.h"

namespace weft::testing {

using executor::Place;
using executor::Plan;
using executor::Root;
using executor::Step;

class Simulation {
 public:
  // `residual_inputs`: as in PlanOptions.
  Simulation(const graph::Graph& graph, const Plan& plan, std::vector<int64_t> residual_inputs = {})
      : plan_(plan), graph_(graph), residual_inputs_(std::move(residual_inputs)) {}

  // One step after the other, in the plan's order.
  void run() {
    forget();
    for (size_t s = 0; s < plan_.steps.size(); ++s) {
      begin(s);
      end(s);
    }
  }

  // Branches of a group take turns at random, and a step of one may run while others do theirs.
  void run_interleaved(std::mt19937& random) {
    forget();
    size_t next = 0;
    for (const executor::Group& group : plan_.groups) {
      for (; next < group.starts.front(); ++next) {
        begin(next);
        end(next);
      }
      interleave(group, random);
      next = group.starts.back();
    }
    for (; next < plan_.steps.size(); ++next) {
      begin(next);
      end(next);
    }
  }

 private:
  using Memory = std::vector<int32_t>;
  static constexpr int32_t kNobody = -1;
  static constexpr int32_t kGiven = -2;  // the first residual; the others are below

  void forget() {
    arena_.assign(static_cast<size_t>(plan_.arena_bytes), kNobody);
    residual_.assign(1 << 20, kNobody);
    for (size_t i = 0; i < residual_inputs_.size(); ++i)
      if (residual_inputs_[i] >= 0)
        std::fill_n(residual_.begin() + residual_inputs_[i], graph_.type(graph_.inputs[i]).bytes(),
                    kGiven - static_cast<int32_t>(i));
    outputs_.resize(plan_.outputs);
    for (size_t i = 0; i < plan_.outputs; ++i)
      outputs_[i].assign(static_cast<size_t>(graph_.type(graph_.outputs[i]).bytes()), kNobody);
  }

  void interleave(const executor::Group& group, std::mt19937& random) {
    std::vector<size_t> at(group.starts.begin(), group.starts.end() - 1);
    std::vector<bool> begun(at.size(), false);
    const auto is_done = [&](size_t b) { return at[b] == group.starts[b + 1]; };
    for (;;) {
      std::vector<size_t> left;
      for (size_t b = 0; b < at.size(); ++b)
        if (!is_done(b)) left.push_back(b);
      if (left.empty()) return;
      const size_t branch = left[random() % left.size()];
      if (begun[branch])
        end(at[branch]++);
      else
        begin(at[branch]);
      begun[branch] = !begun[branch];
    }
  }

  void begin(size_t s) {
    const Step& step = plan_.steps[s];
    check_reads(s);
    if (step.scratch_bytes == 0) return;
    REQUIRE(step.scratch_offset + step.scratch_bytes <= plan_.arena_bytes);
    std::fill_n(arena_.begin() + step.scratch_offset, step.scratch_bytes, scratch_name(s));
  }

  void end(size_t s) {
    const Step& step = plan_.steps[s];
    check_reads(s);
    CHECK(holds(arena_, step.scratch_offset, step.scratch_bytes, scratch_name(s)));
    for (size_t i = 0; i < step.out.size(); ++i) write(step.out[i], name(s, i));
    for (size_t i = 0; i < step.out.size(); ++i) {  // no output of the step lies over another
      const Place& out = step.out[i];
      CHECK(holds(memory(out), out.offset, bytes_of(out), name(s, i)));
    }
  }

  static int32_t name(size_t step, size_t output) {
    return static_cast<int32_t>(step * 16 + output % 15);
  }
  static int32_t scratch_name(size_t step) { return name(step, 0) + 15; }
  static int64_t bytes_of(const Place& place) {
    return place.shape.elements() * size_of(place.dtype);
  }
  static bool holds(const Memory& memory, int64_t offset, int64_t bytes, int32_t who) {
    const auto from = memory.begin() + offset;
    return std::all_of(from, from + bytes, [&](int32_t byte) { return byte == who; });
  }
  Memory& memory(const Place& place) {
    if (place.root == Root::kOutput) return outputs_[static_cast<size_t>(place.index)];
    return place.root == Root::kArena ? arena_ : residual_;
  }

  void write(const Place& out, int32_t who) {
    CHECK(out.root != Root::kInput);
    CHECK(out.root != Root::kConstant);
    CHECK(out.dense());
    Memory& bytes = memory(out);
    REQUIRE(out.offset + bytes_of(out) <= static_cast<int64_t>(bytes.size()));
    std::fill_n(bytes.begin() + out.offset, bytes_of(out), who);
  }

  void check_reads(size_t s) {
    for (size_t i = 0; i < plan_.steps[s].in.size(); ++i) check_read(plan_.steps[s].in[i], s, i);
  }

  // Who wrote it is who did when the steps ran one after the other for the first time. A joined
  // array has several writers: what each of them wrote is still whole.
  void check_read(const Place& in, size_t step, size_t operand) {
    if (in.shape.rank() < 0 || in.root == Root::kInput || in.root == Root::kConstant) return;
    if (in.shape.elements() == 0) return;
    const Memory& bytes = memory(in);
    int64_t low = 0, high = 0;
    for (int axis = 0; axis < in.shape.rank(); ++axis) {
      const int64_t reach = (in.shape[axis] - 1) * in.strides[axis];
      (reach < 0 ? low : high) += reach;
    }
    const int64_t size = size_of(in.dtype);
    const auto from = bytes.begin() + in.offset + low * size;
    const Memory found(from, from + (high - low + 1) * size);
    CHECK(writers_.try_emplace({step, operand}, found).first->second == found);
    const std::set<int32_t> names(found.begin(), found.end());
    CHECK(!names.contains(kNobody));
    for (const int32_t who : names) {
      if (who <= kGiven && names.size() == 1) continue;
      const Place* out = written_by(who);
      CHECK(out);
      if (!out || names.size() == 1) continue;
      CHECK(holds(memory(*out), out->offset, bytes_of(*out), who));
    }
  }

  // The place that a name stands for; null: scratch.
  const Place* written_by(int32_t who) const {
    if (who < 0 || who % 16 == 15) return nullptr;
    const Step& step = plan_.steps[static_cast<size_t>(who / 16)];
    for (size_t i = 0; i < step.out.size(); ++i)
      if (name(static_cast<size_t>(who / 16), i) == who) return &step.out[i];
    return nullptr;
  }

  const Plan& plan_;
  const graph::Graph& graph_;
  const std::vector<int64_t> residual_inputs_;
  Memory arena_, residual_;
  std::vector<Memory> outputs_;
  std::map<std::pair<size_t, size_t>, Memory> writers_;
};

}  // namespace weft::testing
