#include "executor/order.h"

#include <algorithm>
#include <memory>

namespace weft::executor {
namespace {

// Sets of steps looked at: what bounds the time.
constexpr size_t kMostSets = 12000;
constexpr size_t kWidest = 48;
constexpr size_t kNarrowest = 4;
constexpr size_t kLongest = 6000;  // steps of a graph that is searched at all

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

  // What every order needs while a step runs.
  int64_t least_peak() const {
    int64_t least = 0;
    for (const OrderStep& step : steps_) {
      int64_t here = step.scratch;
      for (const int32_t v : step.reads) here += bytes(v);
      for (const int32_t v : step.writes) here += bytes(v);
      for (const int32_t v : step.reuses) here -= bytes(v);
      least = std::max(least, here);
    }
    return least;
  }

 private:
  std::span<const OrderStep> steps_;
  std::span<const OrderValue> values_;
  std::vector<std::vector<int32_t>> readers_, writers_;  // by value
  std::vector<std::vector<int32_t>> next_;               // by step: those that wait for it
};

// How a set was reached: the step that ran last, and how the set before it was.
struct Trail {
  int32_t before;
  int32_t step;
};

struct Needs {
  int64_t during;  // bytes alive while a step runs
  int64_t behind;  // and when it has
};

// Steps that have run, and what is known of the best way to have run them.
class Set {
 public:
  explicit Set(const Steps& steps) : steps_(&steps), done_((steps.count() + 63) / 64, 0) {
    for (size_t s = 0; s < steps.count(); ++s)
      if (steps[static_cast<int32_t>(s)].after.empty()) ready.push_back(static_cast<int32_t>(s));
  }

  std::vector<int32_t> ready;  // steps that may run next
  int64_t live = 0, peak = 0;
  int32_t trail = -1;
  uint32_t count = 0;
  uint64_t hash = 0;

  bool same_steps(const Set& other) const { return hash == other.hash && done_ == other.done_; }
  bool better(const Set& other) const {
    return peak != other.peak ? peak < other.peak : live < other.live;
  }

  Needs needs(int32_t s) const {
    const OrderStep& step = (*steps_)[s];
    Needs needs{live + step.scratch, live};
    for (const int32_t v : step.writes) {
      if (is_begun(v)) continue;
      needs.during += steps_->bytes(v);
      if (steps_->stays(v) || !steps_->readers(v).empty()) needs.behind += steps_->bytes(v);
    }
    for (const int32_t v : step.reads)
      if (dies(v, s)) needs.behind -= steps_->bytes(v);
    for (const int32_t v : step.reuses)
      if (dies(v, s)) needs.during -= steps_->bytes(v);
    return needs;
  }

  void run(int32_t s, std::vector<Trail>& trails) {
    const Needs now = needs(s);
    peak = std::max(peak, now.during);
    live = now.behind;
    done_[static_cast<size_t>(s) / 64] |= uint64_t{1} << (s % 64);
    hash += mixed(static_cast<uint64_t>(s));
    trails.push_back({trail, s});
    trail = static_cast<int32_t>(trails.size()) - 1;
    ++count;
    std::erase(ready, s);
    for (const int32_t next : steps_->next(s))
      if (!is_done(next) && std::ranges::find(ready, next) == ready.end() &&
          std::ranges::all_of((*steps_)[next].after, [&](int32_t k) { return is_done(k); }))
        ready.push_back(next);
  }

  // Runs what costs nothing.
  void settle(std::vector<Trail>& trails) {
    for (size_t k = 0; k < ready.size();) {
      const Needs now = needs(ready[k]);
      if (now.during > peak || now.behind > live) {
        ++k;
        continue;
      }
      run(ready[k], trails);
      k = 0;
    }
  }

 private:
  bool is_done(int32_t s) const { return (done_[static_cast<size_t>(s) / 64] >> (s % 64)) & 1; }
  bool is_begun(int32_t v) const {
    return std::ranges::any_of(steps_->writers(v), [&](int32_t s) { return is_done(s); });
  }
  bool dies(int32_t v, int32_t at) const {
    const auto is_over = [&](int32_t s) { return s == at || is_done(s); };
    return !steps_->stays(v) && std::ranges::all_of(steps_->readers(v), is_over) &&
           std::ranges::all_of(steps_->writers(v), is_over);
  }
  static uint64_t mixed(uint64_t x) {  // the finisher of SplitMix64
    x = (x + 1) * 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  const Steps* steps_;
  std::vector<uint64_t> done_;  // a bit a step
};

// The best sets of as many steps, the best first.
class Level {
 public:
  bool takes(int64_t peak, int64_t live, size_t width) const {
    if (sets_.size() < width) return true;
    const Set& last = *sets_.back();
    return peak != last.peak ? peak < last.peak : live < last.live;
  }
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

class Search {
 public:
  explicit Search(const Steps& steps) : steps_(steps), levels_(steps.count() + 1) {}

  // The last step of the best order below `best`, as a trail; -1 if there is none.
  int32_t run(int64_t best) {
    best_ = best;
    const int64_t least = steps_.least_peak();
    width_ = std::clamp(kMostSets / (steps_.count() + 1), kNarrowest, kWidest);
    offer(std::make_unique<Set>(steps_));
    for (size_t level = 0; level < levels_.size() && best_ > least; ++level)
      for (const auto& set : levels_[level].take()) expand(*set);
    return found_;
  }

  std::vector<int32_t> order(int32_t trail) const {
    std::vector<int32_t> result;
    for (; trail >= 0; trail = trails_[static_cast<size_t>(trail)].before)
      result.push_back(trails_[static_cast<size_t>(trail)].step);
    std::ranges::reverse(result);
    return result;
  }

 private:
  void expand(const Set& set) {
    for (const int32_t s : set.ready) {
      const Needs needs = set.needs(s);
      const int64_t peak = std::max(set.peak, needs.during);
      if (peak >= best_ || !levels_[set.count + 1].takes(peak, needs.behind, width_)) continue;
      auto next = std::make_unique<Set>(set);
      next->run(s, trails_);
      offer(std::move(next));
    }
  }

  void offer(std::unique_ptr<Set> set) {
    set->settle(trails_);
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
  std::vector<Trail> trails_;
  size_t width_ = kNarrowest;
  int64_t best_ = 0;
  int32_t found_ = -1;
};

}  // namespace

int64_t peak_of(std::span<const OrderStep> steps, std::span<const OrderValue> values) {
  const Steps all(steps, values);
  Set set(all);
  std::vector<Trail> trails;
  for (size_t s = 0; s < steps.size(); ++s) set.run(static_cast<int32_t>(s), trails);
  return set.peak;
}

std::vector<int32_t> find_order(std::span<const OrderStep> steps,
                                std::span<const OrderValue> values) {
  const Steps all(steps, values);
  const int64_t given = peak_of(steps, values);
  if (steps.size() > kLongest || given <= all.least_peak()) return {};
  Search search(all);
  const int32_t found = search.run(given);
  return found < 0 ? std::vector<int32_t>() : search.order(found);
}

}  // namespace weft::executor
