// The beam search of order.h. A Set is a state of the search: steps that have run, with the lowest
// peak known for them. Sets keep their ready steps with the bytes that each would add, so that
// expanding a set costs little.
#include "executor/plan/order.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>

namespace weft::executor {
namespace {

// Limits of the work. The beam width is kMaxSets / (steps + 1), kept between the two widths below:
// a larger width finds better orders and takes longer.
constexpr size_t kMaxSets = 12000;
constexpr size_t kWidest = 48;
constexpr size_t kNarrowest = 4;
// Graphs with more steps than this are not searched at all.
constexpr size_t kLongest = 6000;
// With more steps than kFewSteps, a gain below 1/kMinGain of the peak is not searched for. Else,
// for example, preparing many weights, where one decides the peak, would search for seconds to save
// some kilobytes.
constexpr size_t kFewSteps = 64;
constexpr int64_t kMinGain = 256;

// The steps and values of a problem, with the reverse relations that the search asks for.
class Steps {
 public:
  Steps(std::span<const OrderStep> steps, std::span<const OrderValue> values)
      : steps_(steps),
        values_(values),
        readers_(values.size()),
        writers_(values.size()),
        next_(steps.size()) {
    for (size_t s = 0; s < steps.size(); ++s) {
      for (const int32_t v : steps[s].writes)
        writers_[static_cast<size_t>(v)].push_back(static_cast<int32_t>(s));
      for (const int32_t v : steps[s].reads)
        readers_[static_cast<size_t>(v)].push_back(static_cast<int32_t>(s));
      for (const int32_t earlier : steps[s].after)
        next_[static_cast<size_t>(earlier)].push_back(static_cast<int32_t>(s));
    }
  }

  size_t count() const { return steps_.size(); }
  const OrderStep& operator[](int32_t s) const { return steps_[static_cast<size_t>(s)]; }
  int64_t bytes(int32_t v) const { return values_[static_cast<size_t>(v)].bytes; }
  bool stays(int32_t v) const { return values_[static_cast<size_t>(v)].stays; }
  std::span<const int32_t> readers(int32_t v) const { return readers_[static_cast<size_t>(v)]; }
  std::span<const int32_t> writers(int32_t v) const { return writers_[static_cast<size_t>(v)]; }
  std::span<const int32_t> next(int32_t s) const { return next_[static_cast<size_t>(s)]; }

  // A lower bound for every order: what one step needs while it runs.
  int64_t min_peak() const {
    int64_t minimum = 0;
    for (const OrderStep& step : steps_) {
      int64_t here = step.scratch;
      for (const int32_t v : step.reads) here += bytes(v);
      for (const int32_t v : step.writes) here += bytes(v);
      for (const int32_t v : step.reuses) here -= bytes(v);
      minimum = std::max(minimum, here);
    }
    return minimum;
  }

 private:
  std::span<const OrderStep> steps_;
  std::span<const OrderValue> values_;
  std::vector<std::vector<int32_t>> readers_, writers_;  // by value
  std::vector<std::vector<int32_t>> next_;               // by step: the steps that wait for it
};

// How a set was reached: the step that ran last, and the trail before it (-1: the empty set). Sets
// share their trails, so a set is small.
struct Trail {
  int32_t before;
  int32_t step;
};

// Bytes of one step: alive while it runs, and alive after it. As an addition these may be negative.
struct Needs {
  int64_t during;
  int64_t behind;
};

// A step that may run next, with the bytes that it would add to those alive now. The addition
// changes only when a step runs that reads or writes one of the same values.
struct Ready {
  int32_t step;
  Needs adds;
};

// What all sets of a search share. `marks` with its `round` is a set of steps that is emptied by
// counting the round up.
struct Shared {
  explicit Shared(const Steps& steps) : marks(steps.count(), 0) {}
  std::vector<Trail> trails;
  std::vector<uint32_t> marks;  // by step: the last round that touched it
  uint32_t round = 0;
};

// Steps that have run, with the best peak that is known for them.
class Set {
 public:
  explicit Set(const Steps& steps) : steps_(&steps), done_((steps.count() + 63) / 64, 0) {
    for (size_t s = 0; s < steps.count(); ++s)
      if (steps[static_cast<int32_t>(s)].after.empty()) add_ready(static_cast<int32_t>(s));
  }

  // The steps that may run next; bytes alive now; the peak so far; how the set was reached; its
  // size; and a hash of its steps that does not depend on their order.
  std::vector<Ready> ready;
  int64_t live = 0, peak = 0;
  int32_t trail = -1;
  uint32_t count = 0;
  uint64_t hash = 0;

  uint64_t hash_with(int32_t s) const { return hash + mixed(static_cast<uint64_t>(s)); }
  bool same_steps(const Set& other) const { return hash == other.hash && done_ == other.done_; }
  // A lower peak wins, then fewer bytes alive.
  bool better(const Set& other) const {
    return peak != other.peak ? peak < other.peak : live < other.live;
  }

  Needs needs(const Ready& next) const {
    return {live + next.adds.during, live + next.adds.behind};
  }

  // Runs a ready step: the peak rises to what it needs, and the steps that waited for it become
  // ready.
  void run(Ready next, Shared& shared) {
    const int32_t s = next.step;
    const Needs now = needs(next);
    peak = std::max(peak, now.during);
    live = now.behind;
    done_[static_cast<size_t>(s) / 64] |= uint64_t{1} << (s % 64);
    hash = hash_with(s);
    shared.trails.push_back({trail, s});
    trail = static_cast<int32_t>(shared.trails.size()) - 1;
    ++count;
    std::erase_if(ready, [&](const Ready& r) { return r.step == s; });
    renew(s, shared);
    for (const int32_t other : steps_->next(s))
      if (!is_done(other) && std::ranges::find(ready, other, &Ready::step) == ready.end() &&
          std::ranges::all_of((*steps_)[other].after, [&](int32_t e) { return is_done(e); }))
        add_ready(other);
  }
  // Runs a step without looking whether it is ready.
  void run_step(int32_t s, Shared& shared) { run({s, added_by(s)}, shared); }

  // Runs every step that costs nothing: it does not raise the peak and leaves no more alive.
  void settle(Shared& shared) {
    for (size_t k = 0; k < ready.size();) {
      const Needs now = needs(ready[k]);
      if (now.during > peak || now.behind > live) {
        ++k;
        continue;
      }
      run(ready[k], shared);
      k = 0;
    }
  }

 private:
  void add_ready(int32_t s) { ready.push_back({s, added_by(s)}); }

  // What running `s` now would add. A result without readers is alive only during the step.
  Needs added_by(int32_t s) const {
    const OrderStep& step = (*steps_)[s];
    Needs adds{step.scratch, 0};
    for (const int32_t v : step.writes) {
      if (is_begun(v)) continue;
      adds.during += steps_->bytes(v);
      if (steps_->stays(v) || !steps_->readers(v).empty()) adds.behind += steps_->bytes(v);
    }
    for (const int32_t v : step.reads)
      if (dies(v, s)) adds.behind -= steps_->bytes(v);
    for (const int32_t v : step.reuses)
      if (dies(v, s)) adds.during -= steps_->bytes(v);
    return adds;
  }

  // After `s` has run, computes the additions of those ready steps anew that share a value with it.
  void renew(int32_t s, Shared& shared) {
    ++shared.round;
    const auto mark = [&](std::span<const int32_t> steps) {
      for (const int32_t other : steps) shared.marks[static_cast<size_t>(other)] = shared.round;
    };
    for (const std::vector<int32_t>* values : {&(*steps_)[s].reads, &(*steps_)[s].writes})
      for (const int32_t v : *values) {
        mark(steps_->readers(v));
        mark(steps_->writers(v));
      }
    for (Ready& r : ready)
      if (shared.marks[static_cast<size_t>(r.step)] == shared.round) r.adds = added_by(r.step);
  }

  bool is_done(int32_t s) const { return (done_[static_cast<size_t>(s) / 64] >> (s % 64)) & 1; }
  // Is the value alive because one of its writers has run?
  bool is_begun(int32_t v) const {
    return std::ranges::any_of(steps_->writers(v), [&](int32_t s) { return is_done(s); });
  }
  // Is `v` dead after step `at`: are all its readers and writers done, and does nothing need it
  // later?
  bool dies(int32_t v, int32_t at) const {
    const auto is_over = [&](int32_t s) { return s == at || is_done(s); };
    return !steps_->stays(v) && std::ranges::all_of(steps_->readers(v), is_over) &&
           std::ranges::all_of(steps_->writers(v), is_over);
  }
  // The output function of SplitMix64, so that the sum over steps is a good hash of a set.
  static uint64_t mixed(uint64_t x) {
    x = (x + 1) * 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  const Steps* steps_;
  std::vector<uint64_t> done_;  // a bit for each step
};

// The best sets with the same number of steps, the best first; at most `width` of them.
class Level {
 public:
  // Would a set with these figures be kept? Asked before the set is copied, which is the costly
  // part.
  bool takes(int64_t peak, int64_t live, size_t width) const {
    if (sets_.size() < width) return true;
    const Set& last = *sets_.back();
    return peak != last.peak ? peak < last.peak : live < last.live;
  }
  // Of two sets with the same steps the better one stays.
  void add(std::unique_ptr<Set> set, size_t width) {
    const auto same =
        std::ranges::find_if(sets_, [&](const auto& s) { return s->same_steps(*set); });
    if (same != sets_.end()) {
      if (!set->better(**same)) return;
      sets_.erase(same);
    }
    const auto at = std::ranges::find_if(sets_, [&](const auto& s) { return set->better(*s); });
    sets_.insert(at, std::move(set));
    if (sets_.size() > width) sets_.pop_back();
  }
  std::vector<std::unique_ptr<Set>> take() { return std::move(sets_); }

 private:
  std::vector<std::unique_ptr<Set>> sets_;
};

// Level by level: expand the sets of a level, offer the results to the levels behind it. A result
// may land several levels on, because settle() runs steps.
class Search {
 public:
  explicit Search(const Steps& steps) : steps_(steps), levels_(steps.count() + 1), shared_(steps) {}

  // The last step of the best order whose peak is below `best`, as a trail; -1 if there is none.
  int32_t run(int64_t best) {
    best_ = best;
    const int64_t minimum = steps_.min_peak();
    width_ = std::clamp(kMaxSets / (steps_.count() + 1), kNarrowest, kWidest);
    offer(std::make_unique<Set>(steps_));
    for (size_t level = 0; level < levels_.size() && best_ > minimum; ++level) {
      reached_.clear();
      for (const auto& set : levels_[level].take()) expand(*set);
    }
    return found_;
  }

  // Follows the trail back to the first step.
  std::vector<int32_t> order(int32_t trail) const {
    std::vector<int32_t> result;
    for (; trail >= 0; trail = shared_.trails[static_cast<size_t>(trail)].before)
      result.push_back(shared_.trails[static_cast<size_t>(trail)].step);
    std::ranges::reverse(result);
    return result;
  }

 private:
  void expand(const Set& set) {
    for (size_t k = 0; k < set.ready.size(); ++k) {
      const Needs needs = set.needs(set.ready[k]);
      const int64_t peak = std::max(set.peak, needs.during);
      if (peak >= best_ || !levels_[set.count + 1].takes(peak, needs.behind, width_) ||
          !is_best(set.hash_with(set.ready[k].step), {peak, needs.behind}))
        continue;
      auto next = std::make_unique<Set>(set);
      next->run(set.ready[k], shared_);
      offer(std::move(next));
    }
  }

  // Was this set not reached equally well from another set of the level? Most sets are reached many
  // times, once for each order of their last steps.
  bool is_best(uint64_t hash, std::pair<int64_t, int64_t> peak_and_live) {
    const auto [found, is_new] = reached_.try_emplace(hash, peak_and_live);
    if (is_new) return true;
    if (peak_and_live >= found->second) return false;
    found->second = peak_and_live;
    return true;
  }

  // A complete order becomes the new best, and from then on bounds the search.
  void offer(std::unique_ptr<Set> set) {
    set->settle(shared_);
    if (set->count < steps_.count()) {
      Level& level = levels_[set->count];
      level.add(std::move(set), width_);
    } else if (set->peak < best_) {
      best_ = set->peak;
      found_ = set->trail;
    }
  }

  const Steps& steps_;
  std::vector<Level> levels_;  // by the number of steps that have run
  Shared shared_;
  // For the level that is being expanded: by hash of the set before settle(), its peak and the
  // bytes alive.
  std::unordered_map<uint64_t, std::pair<int64_t, int64_t>> reached_;
  size_t width_ = kNarrowest;
  int64_t best_ = 0;
  int32_t found_ = -1;
};

}  // namespace

int64_t peak_of(std::span<const OrderStep> steps, std::span<const OrderValue> values) {
  const Steps all(steps, values);
  Set set(all);
  Shared shared(all);
  for (size_t s = 0; s < steps.size(); ++s) set.run_step(static_cast<int32_t>(s), shared);
  return set.peak;
}

std::vector<int32_t> find_order(std::span<const OrderStep> steps,
                                std::span<const OrderValue> values, int64_t maximum) {
  const Steps all(steps, values);
  const int64_t below = std::min(peak_of(steps, values), maximum + 1);
  // No order can get below min_peak, so the gain is at most the distance to it.
  const int64_t gain = below - all.min_peak();
  const bool is_small = steps.size() > kFewSteps && gain < below / kMinGain;
  if (steps.size() > kLongest || gain <= 0 || is_small) return {};
  Search search(all);
  const int32_t found = search.run(below);
  return found < 0 ? std::vector<int32_t>() : search.order(found);
}

}  // namespace weft::executor
