// A run of a plan in which memory holds, for every byte, the name of who wrote it last: every
// step must read what the plan's own order gives it to read, whatever order branches run in.
#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "doctest.h"
#include "executor/plan/make_plan.h"

namespace weft::testing {

using executor::Location;
using executor::MemoryRoot;
using executor::Plan;
using executor::PlanStep;

// Bytes and who wrote them last, as runs of one writer: steps write thousands of bytes in one
// piece, and a sanitizer's builds take a hundred times as long for each of them.
class WrittenBytes {
 public:
  using Writer = int32_t;
  struct Run {
    int64_t bytes;
    Writer writer;
    bool operator==(const Run&) const = default;
  };

  explicit WrittenBytes(int64_t size = 0, Writer writer = 0) : size_(size) { runs_[0] = writer; }

  void fill(int64_t from, int64_t bytes, Writer writer) {
    if (bytes == 0) return;
    REQUIRE(from >= 0);
    REQUIRE(from + bytes <= size_);
    split(from);
    split(from + bytes);
    runs_.erase(runs_.find(from), runs_.lower_bound(from + bytes));
    runs_[from] = writer;
  }

  // Neighbouring runs have different writers.
  std::vector<Run> read(int64_t from, int64_t bytes) const {
    std::vector<Run> read;
    if (bytes == 0) return read;
    REQUIRE(from >= 0);
    REQUIRE(from + bytes <= size_);
    const int64_t end = from + bytes;
    for (auto run = std::prev(runs_.upper_bound(from)); from < end; ++run) {
      const auto next = std::next(run);
      const int64_t until = next == runs_.end() ? end : std::min(end, next->first);
      if (!read.empty() && read.back().writer == run->second)
        read.back().bytes += until - from;
      else
        read.push_back({until - from, run->second});
      from = until;
    }
    return read;
  }

 private:
  // Lets a run begin at this byte, unless memory ends there.
  void split(int64_t at) {
    if (at < size_) runs_.try_emplace(at, std::prev(runs_.upper_bound(at))->second);
  }

  int64_t size_;
  std::map<int64_t, Writer> runs_;  // by first byte
};

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
    for (const executor::ParallelGroup& group : plan_.groups) {
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
  using Runs = std::vector<WrittenBytes::Run>;
  static constexpr int32_t kNobody = -1;
  static constexpr int32_t kGiven = -2;  // the first residual; the others are below

  void forget() {
    arena_ = WrittenBytes(plan_.arena_bytes, kNobody);
    residual_ = WrittenBytes(1 << 20, kNobody);
    for (size_t i = 0; i < residual_inputs_.size(); ++i)
      if (residual_inputs_[i] >= 0)
        residual_.fill(residual_inputs_[i], graph_.type(graph_.inputs[i]).bytes(),
                       kGiven - static_cast<int32_t>(i));
    outputs_.clear();
    for (size_t i = 0; i < plan_.outputs; ++i)
      outputs_.emplace_back(graph_.type(graph_.outputs[i]).bytes(), kNobody);
  }

  void interleave(const executor::ParallelGroup& group, std::mt19937& random) {
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
    const PlanStep& step = plan_.steps[s];
    check_reads(s);
    if (step.scratch_bytes == 0) return;
    arena_.fill(step.scratch_offset, step.scratch_bytes, scratch_name(s));
  }

  void end(size_t s) {
    const PlanStep& step = plan_.steps[s];
    check_reads(s);
    CHECK(holds(arena_, step.scratch_offset, step.scratch_bytes, scratch_name(s)));
    for (size_t i = 0; i < step.out.size(); ++i) write(step.out[i], name(s, i));
    for (size_t i = 0; i < step.out.size(); ++i) {  // no output of the step lies over another
      const Location& out = step.out[i];
      CHECK(holds(memory(out), out.offset, bytes_of(out), name(s, i)));
    }
  }

  static int32_t name(size_t step, size_t output) {
    return static_cast<int32_t>(step * 16 + output % 15);
  }
  static int32_t scratch_name(size_t step) { return name(step, 0) + 15; }
  static int64_t bytes_of(const Location& place) {
    return place.shape.elements() * size_of(place.dtype);
  }
  static bool holds(const WrittenBytes& memory, int64_t offset, int64_t bytes, int32_t who) {
    const Runs runs = memory.read(offset, bytes);
    return std::ranges::all_of(runs, [&](const auto& run) { return run.writer == who; });
  }
  WrittenBytes& memory(const Location& place) {
    if (place.root == MemoryRoot::kOutput) return outputs_[static_cast<size_t>(place.index)];
    return place.root == MemoryRoot::kArena ? arena_ : residual_;
  }

  void write(const Location& out, int32_t who) {
    CHECK(out.root != MemoryRoot::kInput);
    CHECK(out.root != MemoryRoot::kConstant);
    CHECK(out.dense());
    memory(out).fill(out.offset, bytes_of(out), who);
  }

  void check_reads(size_t s) {
    for (size_t i = 0; i < plan_.steps[s].in.size(); ++i) check_read(plan_.steps[s].in[i], s, i);
  }

  // Who wrote it is who did when the steps ran one after the other for the first time. A joined
  // array has several writers: what each of them wrote is still whole.
  void check_read(const Location& in, size_t step, size_t operand) {
    if (in.shape.rank() < 0 || in.root == MemoryRoot::kInput || in.root == MemoryRoot::kConstant)
      return;
    if (in.shape.elements() == 0) return;
    int64_t low = 0, high = 0;
    for (int axis = 0; axis < in.shape.rank(); ++axis) {
      const int64_t reach = (in.shape[axis] - 1) * in.strides[axis];
      (reach < 0 ? low : high) += reach;
    }
    const int64_t size = size_of(in.dtype);
    const Runs found = memory(in).read(in.offset + low * size, (high - low + 1) * size);
    CHECK(writers_.try_emplace({step, operand}, found).first->second == found);
    std::set<int32_t> names;
    for (const auto& run : found) names.insert(run.writer);
    CHECK(!names.contains(kNobody));
    for (const int32_t who : names) {
      if (who <= kGiven && names.size() == 1) continue;
      const Location* out = written_by(who);
      CHECK(out);
      if (!out || names.size() == 1) continue;
      CHECK(holds(memory(*out), out->offset, bytes_of(*out), who));
    }
  }

  // The place that a name stands for; null: scratch.
  const Location* written_by(int32_t who) const {
    if (who < 0 || who % 16 == 15) return nullptr;
    const PlanStep& step = plan_.steps[static_cast<size_t>(who / 16)];
    for (size_t i = 0; i < step.out.size(); ++i)
      if (name(static_cast<size_t>(who / 16), i) == who) return &step.out[i];
    return nullptr;
  }

  const Plan& plan_;
  const graph::Graph& graph_;
  const std::vector<int64_t> residual_inputs_;
  WrittenBytes arena_, residual_;
  std::vector<WrittenBytes> outputs_;
  std::map<std::pair<size_t, size_t>, Runs> writers_;
};

}  // namespace weft::testing
