// The search for groups of branches: a dynamic program over the first step of a group, with a
// union-find structure that tells which steps of a candidate belong together.
#include "executor/plan/branches.h"

#include <algorithm>
#include <array>
#include <bit>

namespace weft::executor {
namespace {

// The machine of the model: one core of an ordinary processor, in operations and bytes per second,
// and the overheads in seconds. Only ratios matter: of the two rates, and of a kernel's time to the
// overheads. Larger overheads give fewer groups. The numbers are the same on every machine, so that
// plans are, too.
constexpr double kFlops = 50e9;
constexpr double kBytes = 20e9;
constexpr double kStep = 0.2e-6;  // overhead of one step
constexpr double kSplit = 2e-6;   // of splitting a kernel over threads
constexpr double kGroup = 5e-6;   // of beginning and ending a group
// A group has to save this much, and this share of the time without it, to be worth the memory that
// it adds.
constexpr double kMin = 10e-6;
constexpr double kMinShare = 0.1;

// A branch gets a power of two of threads. Level k stands for 2^k threads: 1, 2, 4 … 128.
constexpr int kLevels = 8;
using Times = std::array<double, kLevels>;

// The time of a step on so many threads. Splitting does not help beyond the number of its pieces.
double time_of(const BranchStep& step, int64_t threads) {
  const int64_t used = std::min(threads, step.pieces);
  return kStep + step.seconds / static_cast<double>(used) + (used > 1 ? kSplit : 0);
}

int log2_floor(int x) { return static_cast<int>(std::bit_width(static_cast<uint32_t>(x))) - 1; }

int level_of(int threads) { return std::min(kLevels - 1, log2_floor(threads)); }

// The connected components of a growing sequence of steps [begin, end): steps that depend on each
// other directly or through others are in one component, so components may run at the same time.
// Adding a step costs about the number of its dependencies (union-find with path halving).
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

  // Begins a new sequence at `begin`; its first add() has to be that step.
  void restart(int32_t begin) {
    begin_ = begin;
    count_ = 0;
    together_ = 0;
    total_ = maximum_ = {};
  }

  // Appends the next step and merges it with the components that it reads from.
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

  // The root of the step's component. Path halving: each visited step is linked to its grandparent.
  int32_t find(int32_t step) {
    while (parent_[static_cast<size_t>(step)] != step) {
      int32_t& parent = parent_[static_cast<size_t>(step)];
      step = parent = parent_[static_cast<size_t>(parent)];
    }
    return step;
  }

  // What a group of these steps would save, and in which form.
  struct Gain {
    double seconds = 0;
    int branches = 0;
    int share = 1;
  };
  // The best number of branches: as many as there are components or threads, then powers of two. A
  // group takes as long as its longest component or its average branch, whichever is longer. Which
  // component goes to which branch is decided later (make_group), so this is a lower estimate of
  // its time.
  Gain gain() const {
    Gain best;
    const int maximum = std::min(count_, threads_);
    for (int branches = maximum; branches >= 2;
         branches = branches == maximum ? below(maximum) : branches / 2) {
      const int level = level_of(threads_ / branches);
      const double concurrent =
          std::max(maximum_[at(level)], total_[at(level)] / branches) + kGroup;
      const double saved = together_ - concurrent;
      if (saved < std::max(kMin, kMinShare * together_) || saved <= best.seconds) continue;
      best = {saved, branches, 1 << level};
    }
    return best;
  }

  // The time of a component on `share` threads.
  double seconds(int32_t root, int share) const {
    return times_[static_cast<size_t>(root)][at(level_of(share))];
  }
  int count() const { return count_; }

 private:
  static size_t at(int level) { return static_cast<size_t>(level); }
  // The largest power of two below `branches`.
  static int below(int branches) { return 1 << log2_floor(branches - 1); }

  // Joins two components. Their steps now run one after the other, so their times add up.
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
  const int levels_;  // levels that a branch can use where there are two branches or more
  int32_t begin_ = 0;
  std::vector<int32_t> parent_;   // union-find, by step; roots are their own parents
  std::vector<Times> alone_;      // by step and level
  std::vector<double> with_all_;  // by step: the time with all threads
  std::vector<Times> times_;      // by root of a component: the sum of its steps
  int count_ = 0;
  double together_ = 0;        // time of the sequence without a group, with all threads
  Times total_{}, maximum_{};  // by level: the sum over components, and the longest one
};

// Assigns the components to branches, the longest component first, each to the branch with the
// least work so far (longest processing time first).
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

// The longest group that is tried, in steps. It falls with the length of the program, so that the
// search stays linear.
int32_t window(size_t steps) {
  return static_cast<int32_t>(std::clamp<size_t>((size_t{1} << 18) / (steps + 1), 64, 1024));
}

}  // namespace

double seconds_of(const ops::Cost& cost) {
  return std::max(cost.flops / kFlops, cost.bytes / kBytes);
}

// The set of disjoint groups that saves most in total. It is a dynamic program from the end to the
// start: choices[begin] is the best that the steps from `begin` on can save. Components are found
// anew for each start, and the search stops at the first step that keeps its order.
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
