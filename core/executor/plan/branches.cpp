#include "executor/plan/branches.h"

#include <algorithm>
#include <array>
#include <bit>

namespace weft::executor {
namespace {

// One core of a usual machine; only ratios matter, and times against those of threads below.
constexpr double kFlops = 50e9;
constexpr double kBytes = 20e9;
constexpr double kStep = 0.2e-6;  // a step's own
constexpr double kSplit = 2e-6;   // sharing a kernel
constexpr double kGroup = 5e-6;   // beginning and ending a group
constexpr double kMin = 10e-6;    // a group that saves less is not worth its memory
constexpr double kMinShare = 0.1;

constexpr int kLevels = 8;  // shares of 1, 2, 4 … 128 threads
using Times = std::array<double, kLevels>;

double time_of(const BranchStep& step, int64_t threads) {
  const int64_t used = std::min(threads, step.pieces);
  return kStep + step.seconds / static_cast<double>(used) + (used > 1 ? kSplit : 0);
}

int log2_floor(int x) { return static_cast<int>(std::bit_width(static_cast<uint32_t>(x))) - 1; }

int level_of(int threads) { return std::min(kLevels - 1, log2_floor(threads)); }

// The sets that a growing run of steps falls apart into.
class Components {
 public:
  Components(std::span<const BranchStep> steps, int threads)
      : steps_(steps),
        threads_(threads),
        levels_(level_of(threads / 2) + 1),
        parent_(steps.size()),
        alone_(steps.size()),
        with_all_(steps.size()),
        times_(steps.size()) {
    for (size_t s = 0; s < steps.size(); ++s) {
      for (int level = 0; level < levels_; ++level)
        alone_[s][at(level)] = time_of(steps[s], int64_t{1} << level);
      with_all_[s] = time_of(steps[s], threads_);
    }
  }

  void restart(int32_t begin) {
    begin_ = begin;
    count_ = 0;
    together_ = 0;
    total_ = maximum_ = {};
  }

  void add(int32_t step) {
    const BranchStep& own = steps_[static_cast<size_t>(step)];
    parent_[static_cast<size_t>(step)] = step;
    const Times& times = times_[static_cast<size_t>(step)] = alone_[static_cast<size_t>(step)];
    for (int level = 0; level < levels_; ++level) {
      total_[at(level)] += times[at(level)];
      maximum_[at(level)] = std::max(maximum_[at(level)], times[at(level)]);
    }
    together_ += with_all_[static_cast<size_t>(step)];
    ++count_;
    for (const int32_t earlier : own.after)
      if (earlier >= begin_) merge(find(earlier), find(step));
  }

  int32_t find(int32_t step) {
    while (parent_[static_cast<size_t>(step)] != step) {
      int32_t& parent = parent_[static_cast<size_t>(step)];
      step = parent = parent_[static_cast<size_t>(parent)];
    }
    return step;
  }

  struct Gain {
    double seconds = 0;
    int branches = 0;
    int share = 1;
  };
  // By the best number of branches; the sets are dealt out to these later.
  Gain gain() const {
    Gain best;
    const int maximum = std::min(count_, threads_);
    for (int branches = maximum; branches >= 2;
         branches = branches == maximum ? below(maximum) : branches / 2) {
      const int level = level_of(threads_ / branches);
      const double apart = std::max(maximum_[at(level)], total_[at(level)] / branches) + kGroup;
      const double saved = together_ - apart;
      if (saved < std::max(kMin, kMinShare * together_) || saved <= best.seconds) continue;
      best = {saved, branches, 1 << level};
    }
    return best;
  }

  double seconds(int32_t root, int share) const {
    return times_[static_cast<size_t>(root)][at(level_of(share))];
  }
  int count() const { return count_; }

 private:
  static size_t at(int level) { return static_cast<size_t>(level); }
  static int below(int branches) { return 1 << log2_floor(branches - 1); }

  void merge(int32_t a, int32_t b) {
    if (a == b) return;
    parent_[static_cast<size_t>(a)] = b;
    --count_;
    Times& times = times_[static_cast<size_t>(b)];
    for (int level = 0; level < levels_; ++level) {
      times[at(level)] += times_[static_cast<size_t>(a)][at(level)];
      maximum_[at(level)] = std::max(maximum_[at(level)], times[at(level)]);
    }
  }

  std::span<const BranchStep> steps_;
  const int threads_;
  const int levels_;  // that a branch of two or more can use
  int32_t begin_ = 0;
  std::vector<int32_t> parent_;
  std::vector<Times> alone_;      // by step
  std::vector<double> with_all_;  // by step
  std::vector<Times> times_;      // of the set, at its root
  int count_ = 0;
  double together_ = 0;  // one after the other, with all threads
  Times total_{}, maximum_{};
};

// Deals the sets out to the branches, the longest first, each to the branch that has least to do.
BranchGroup make_group(Components& sets, int32_t begin, int32_t end, const Components::Gain& gain) {
  BranchGroup group{begin, end, {}, gain.branches, gain.share, gain.seconds};
  std::vector<int32_t> roots;
  for (int32_t step = begin; step < end; ++step)
    if (sets.find(step) == step) roots.push_back(step);
  std::ranges::stable_sort(roots, [&](int32_t a, int32_t b) {
    return sets.seconds(a, gain.share) > sets.seconds(b, gain.share);
  });
  std::vector<double> load(static_cast<size_t>(gain.branches), 0);
  std::vector<int32_t> branch_of(static_cast<size_t>(end - begin));
  for (const int32_t root : roots) {
    const auto minimum = std::ranges::min_element(load);
    *minimum += sets.seconds(root, gain.share);
    branch_of[static_cast<size_t>(root - begin)] = static_cast<int32_t>(minimum - load.begin());
  }
  for (int32_t step = begin; step < end; ++step)
    group.branch.push_back(branch_of[static_cast<size_t>(sets.find(step) - begin)]);
  return group;
}

// Longest run looked at: what keeps the search of a long program linear.
int32_t window(size_t steps) {
  return static_cast<int32_t>(std::clamp<size_t>((size_t{1} << 18) / (steps + 1), 64, 1024));
}

}  // namespace

double seconds_of(const ops::Cost& cost) {
  return std::max(cost.flops / kFlops, cost.bytes / kBytes);
}

// The groups that together save most: from the end to the start, best(begin) is what the steps
// from `begin` on can save.
std::vector<BranchGroup> find_branches(std::span<const BranchStep> steps, int threads) {
  std::vector<BranchGroup> groups;
  const auto count = static_cast<int32_t>(steps.size());
  if (threads < 2 || count < 2) return groups;
  struct Choice {
    double saved = 0;
    int32_t end = 0;  // 0: no group begins here
    Components::Gain gain;
  };
  std::vector<Choice> choices(steps.size() + 1);
  Components sets(steps, threads);
  for (int32_t begin = count; begin-- > 0;) {
    Choice& choice = choices[static_cast<size_t>(begin)];
    choice.saved = choices[static_cast<size_t>(begin) + 1].saved;
    const int32_t last = std::min(count, begin + window(steps.size()));
    sets.restart(begin);
    for (int32_t end = begin; end < last && !steps[static_cast<size_t>(end)].keeps_order;) {
      sets.add(end++);
      const Components::Gain gain = sets.gain();
      const double saved = gain.seconds + choices[static_cast<size_t>(end)].saved;
      if (gain.branches > 1 && saved > choice.saved) choice = {saved, end, gain};
    }
  }
  for (int32_t begin = 0; begin < count;) {
    const Choice& choice = choices[static_cast<size_t>(begin)];
    if (choice.end == 0) {
      ++begin;
      continue;
    }
    sets.restart(begin);
    for (int32_t step = begin; step < choice.end; ++step) sets.add(step);
    groups.push_back(make_group(sets, begin, choice.end, choice.gain));
    begin = choice.end;
  }
  return groups;
}

}  // namespace weft::executor
