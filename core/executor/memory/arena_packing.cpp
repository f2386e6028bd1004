// The heuristics of packing. Greedy placement in several orders (each buffer in the lowest gap
// between its placed neighbours), then improvement of the best order by moving what did not fit to
// the front. Buffers that do not conflict, even through others, are packed separately (components).
// Where there are too many conflicts to list, one pass in the order of time replaces all of this.
#include "executor/memory/arena_packing.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <numeric>
#include <queue>
#include <vector>

#include "weft_parts.h"

namespace weft::executor {
namespace {

// Orders that are tried first. A single one may need 1.4 times the bound; which one is best depends
// on the network.
constexpr int kOrders = 5;
// Limits of the improvement: changes of the order, and pairs of buffers looked at.
constexpr int kMaxImprovements = 400;
constexpr int64_t kMaxWork = 1'500'000;

// With more pairs of buffers that are alive together, the pairs are not listed: a gradient that
// recomputes a chain of 10,000 steps has 50 million.
constexpr int64_t kMaxPairs = int64_t{1} << 23;

const ArenaBuffer& at(std::span<const ArenaBuffer> buffers, int32_t i) {
  return buffers[static_cast<size_t>(i)];
}

// Indices of the buffers in the order in which they begin to be alive.
std::vector<int32_t> by_first_step(std::span<const ArenaBuffer> buffers) {
  std::vector<int32_t> order(buffers.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](int32_t i) { return at(buffers, i).first; });
  return order;
}

// By buffer: the last step at which a new buffer may conflict with it. A buffer that ends in a
// group may conflict with everything that other branches of the group begin later, so it counts as
// alive until the last step of the group that begins a buffer.
std::vector<int32_t> last_steps(std::span<const ArenaBuffer> buffers) {
  std::vector<int32_t> of_group, ends;
  for (const ArenaBuffer& b : buffers) {
    if (b.first_branch.group == BranchId::kNone) continue;
    const auto group = static_cast<size_t>(b.first_branch.group);
    if (of_group.size() <= group) of_group.resize(group + 1, 0);
    of_group[group] = std::max(of_group[group], b.first);
  }
  for (const ArenaBuffer& b : buffers) {
    const auto group = static_cast<size_t>(b.last_branch.group);
    const bool in_group = b.last_branch.group != BranchId::kNone && group < of_group.size();
    ends.push_back(in_group ? std::max(b.last, of_group[group]) : b.last);
  }
  return ends;
}

// The buffers that are alive while a sweep walks over the steps, each until its last step.
class Alive {
 public:
  // Calls `ended` for those that end before a step.
  // Removes the buffers whose last step is before `step`, and calls `ended` for each.
  template <class Ended>
  void end_before(int32_t step, const Ended& ended) {
    for (; !ends_.empty() && ends_.top().first < step; ends_.pop()) ended(ends_.top().second);
  }
  void add(int32_t buffer, int32_t last) { ends_.emplace(last, buffer); }
  size_t size() const { return ends_.size(); }

 private:
  using End = std::pair<int32_t, int32_t>;  // the step, the buffer
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;
};

// The conflict graph in compressed rows: the neighbours of buffer i are the entries of list_ from
// begin_[i] up to begin_[i + 1]. Empty buffers have none.
class Neighbours {
 public:
  // A sweep in the order of beginnings; `open` holds what may conflict with the buffer that begins.
  explicit Neighbours(std::span<const ArenaBuffer> buffers) : begin_(buffers.size() + 1, 0) {
    const std::vector<int32_t> ends = last_steps(buffers);
    std::vector<std::pair<int32_t, int32_t>> pairs;
    std::vector<int32_t> open;
    for (const int32_t i : by_first_step(buffers)) {
      const ArenaBuffer& buffer = at(buffers, i);
      if (buffer.bytes == 0) continue;
      std::erase_if(open, [&](int32_t k) { return ends[static_cast<size_t>(k)] < buffer.first; });
      for (const int32_t k : open)
        if (buffer.conflicts_with(at(buffers, k))) pairs.emplace_back(i, k);
      open.push_back(i);
    }
    for (const auto& [a, b] : pairs) {
      ++begin_[static_cast<size_t>(a) + 1];
      ++begin_[static_cast<size_t>(b) + 1];
    }
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    list_.resize(pairs.size() * 2);
    std::vector<size_t> next(begin_.begin(), begin_.end() - 1);
    for (const auto& [a, b] : pairs) {
      list_[next[static_cast<size_t>(a)]++] = b;
      list_[next[static_cast<size_t>(b)]++] = a;
    }
  }

  std::span<const int32_t> of(int32_t i) const {
    const auto at = static_cast<size_t>(i);
    return std::span(list_).subspan(begin_[at], begin_[at + 1] - begin_[at]);
  }

 private:
  std::vector<size_t> begin_;
  std::vector<int32_t> list_;
};

// Greedy placement of some of the buffers in a given order. It remembers its work, so that callers
// can limit it.
class Greedy {
 public:
  Greedy(std::span<const ArenaBuffer> buffers, const Neighbours& neighbours)
      : buffers_(buffers), neighbours_(neighbours), offsets_(buffers.size(), -1) {}

  // Returns the end of the highest buffer; or `below` as soon as one would not end below that, and
  // then `stuck` is its position in the order.
  int64_t place(std::span<const int32_t> order, int64_t below, size_t& stuck) {
    for (const int32_t i : order) offsets_[static_cast<size_t>(i)] = -1;
    int64_t top = 0;
    for (size_t k = 0; k < order.size(); ++k) {
      const int32_t i = order[k];
      const int64_t bytes = aligned(buffers_[static_cast<size_t>(i)].bytes);
      const int64_t offset = lowest_gap(i, bytes);
      if (offset + bytes >= below) {
        stuck = k;
        return below;
      }
      offsets_[static_cast<size_t>(i)] = offset;
      top = std::max(top, offset + bytes);
    }
    return top;
  }

  int64_t offset(int32_t i) const { return offsets_[static_cast<size_t>(i)]; }
  int64_t work() const { return work_; }

 private:
  // The lowest offset at which the buffer shares no bytes with its placed neighbours.
  int64_t lowest_gap(int32_t i, int64_t bytes) {
    taken_.clear();
    for (const int32_t other : neighbours_.of(i)) {
      const int64_t begin = offsets_[static_cast<size_t>(other)];
      if (begin >= 0)
        taken_.emplace_back(begin, begin + aligned(buffers_[static_cast<size_t>(other)].bytes));
    }
    work_ += static_cast<int64_t>(neighbours_.of(i).size() + taken_.size());
    std::ranges::sort(taken_);
    int64_t at = 0;
    for (const auto& [begin, end] : taken_) {
      if (begin - at >= bytes) break;
      at = std::max(at, end);
    }
    return at;
  }

  std::span<const ArenaBuffer> buffers_;
  const Neighbours& neighbours_;
  std::vector<int64_t> offsets_;                    // -1: not placed
  std::vector<std::pair<int64_t, int64_t>> taken_;  // begin and end of placed neighbours; reused
  int64_t work_ = 0;                                // neighbours looked at so far
};

// The sort key of one of the kOrders orders; a larger key is placed first. In turn: bytes times
// life, bytes, life, earliest first, latest end first.
double key(const ArenaBuffer& b, int order) {
  const auto bytes = static_cast<double>(b.bytes), life = static_cast<double>(b.last - b.first + 1);
  switch (order) {
    case 0: return bytes * life;
    case 1: return bytes;
    case 2: return life;
    case 3: return -b.first;
    default: return b.last;
  }
}

// A connected component of the conflict graph: buffers that conflict with each other, directly or
// through others. Buffers of two components may share bytes, so each component is packed from
// offset 0.
class Component {
 public:
  Component(std::span<ArenaBuffer> buffers, Greedy& greedy, std::vector<int32_t> members)
      : buffers_(buffers), greedy_(greedy), order_(std::move(members)) {}

  // Stops at `enough` bytes, because other components or the bound need as many anyway.
  ArenaPacking pack(int64_t enough) {
    try_orders(enough);
    if (best_ <= enough) return {best_, true};
    if (order_.size() <= kMaxExact && search(enough)) return {best_, true};
    improve(enough);
    return {best_, best_ <= enough};
  }

 private:
  const ArenaBuffer& buffer(int32_t i) const { return buffers_[static_cast<size_t>(i)]; }

  // Places in this order and keeps the offsets if they are better than the best so far.
  bool place(std::span<const int32_t> order, size_t& stuck) {
    const int64_t top = greedy_.place(order, best_, stuck);
    if (top >= best_) return false;
    best_ = top;
    for (const int32_t i : order) buffers_[static_cast<size_t>(i)].offset = greedy_.offset(i);
    return true;
  }

  void try_orders(int64_t enough) {
    std::vector<int32_t> order = order_;
    size_t stuck = 0;
    for (int k = 0; k < kOrders && best_ > enough; ++k) {
      std::ranges::stable_sort(order, [&](int32_t a, int32_t b) {
        const double of_a = key(buffer(a), k), of_b = key(buffer(b), k);
        return of_a != of_b ? of_a > of_b : buffer(a).bytes > buffer(b).bytes;
      });
      if (place(order, stuck)) order_ = order;
    }
  }

  // The exact search, starting from the best offsets so far. True: nothing better exists.
  bool search(int64_t enough) {
    std::vector<ArenaBuffer*> all;
    for (const int32_t i : order_) all.push_back(&buffers_[static_cast<size_t>(i)]);
    bool finished = false;
    best_ = pack_exactly(all, best_, enough, finished);
    return finished;
  }

  // A buffer that does not fit below the best arena moves forward in the order: to the very front,
  // or, at random in one of four cases, to some place before its own. The random numbers are a
  // fixed sequence (a linear congruential generator), so results repeat.
  void improve(int64_t enough) {
    const int64_t maximum = greedy_.work() + kMaxWork;
    std::vector<int32_t> order = order_;
    uint32_t noise = 1;
    for (int k = 0; k < kMaxImprovements && best_ > enough && greedy_.work() < maximum; ++k) {
      size_t stuck = 0;
      if (place(order, stuck)) continue;
      noise = noise * 1664525u + 1013904223u;
      size_t to = 0;
      if (stuck > 0 && (noise >> 30) == 0) to = (noise >> 8) % stuck;
      std::rotate(order.begin() + static_cast<std::ptrdiff_t>(to),
                  order.begin() + static_cast<std::ptrdiff_t>(stuck),
                  order.begin() + static_cast<std::ptrdiff_t>(stuck) + 1);
    }
  }

  std::span<ArenaBuffer> buffers_;
  Greedy& greedy_;
  std::vector<int32_t> order_;  // of the best placement
  int64_t best_ = INT64_MAX;
};

// The components of the conflict graph, by breadth-first search.
std::vector<std::vector<int32_t>> components(std::span<const ArenaBuffer> buffers,
                                             const Neighbours& neighbours) {
  std::vector<std::vector<int32_t>> result;
  std::vector<bool> visited(buffers.size(), false);
  for (size_t first = 0; first < buffers.size(); ++first) {
    if (visited[first] || buffers[first].bytes == 0) continue;
    std::vector<int32_t> members{static_cast<int32_t>(first)};
    visited[first] = true;
    for (size_t k = 0; k < members.size(); ++k)
      for (const int32_t other : neighbours.of(members[k])) {
        if (visited[static_cast<size_t>(other)]) continue;
        visited[static_cast<size_t>(other)] = true;
        members.push_back(other);
      }
    std::ranges::sort(members);
    result.push_back(std::move(members));
  }
  return result;
}

// The packing of builds without a search: the largest buffers first, each in the lowest gap. It is
// used where a saved plan, which was searched for, does not fit.
[[maybe_unused]] ArenaPacking pack_once(std::span<ArenaBuffer> buffers) {
  std::vector<ArenaBuffer*> placed;
  for (ArenaBuffer& buffer : buffers) placed.push_back(&buffer);
  const auto comes_before = [](const ArenaBuffer* a, const ArenaBuffer* b) {
    return a->bytes != b->bytes ? a->bytes > b->bytes : a < b;
  };
  // A heap sort, because other sorts are larger, and this is for small libraries.
  std::ranges::make_heap(placed, comes_before);
  std::ranges::sort_heap(placed, comes_before);
  int64_t top = 0;
  for (size_t i = 0; i < placed.size(); ++i) {
    ArenaBuffer& own = *placed[i];
    own.offset = 0;
    const int64_t bytes = aligned(own.bytes);
    const auto is_in_the_way = [&](const ArenaBuffer* other) {
      return other->bytes > 0 && own.conflicts_with(*other) && other->offset < own.offset + bytes &&
             own.offset < other->offset + aligned(other->bytes);
    };
    for (size_t k = 0; bytes > 0 && k < i; ++k) {
      if (!is_in_the_way(placed[k])) continue;
      own.offset = placed[k]->offset + aligned(placed[k]->bytes);
      k = SIZE_MAX;  // from the first again
    }
    top = std::max(top, own.offset + bytes);
  }
  return {top, false};
}

// How many pairs may conflict, in O(n log n) and without listing them.
int64_t count_pairs(std::span<const ArenaBuffer> buffers) {
  const std::vector<int32_t> ends = last_steps(buffers);
  Alive alive;
  int64_t pairs = 0;
  for (const int32_t i : by_first_step(buffers)) {
    if (at(buffers, i).bytes == 0) continue;
    alive.end_before(at(buffers, i).first, [](int32_t) {});
    pairs += static_cast<int64_t>(alive.size());
    alive.add(i, ends[static_cast<size_t>(i)]);
  }
  return pairs;
}

// The free intervals of the arena, by their begin; the last one has no end.
class Gaps {
 public:
  // Takes bytes from the lowest gap that is large enough.
  int64_t take(int64_t bytes) {
    auto gap = gaps_.begin();
    while (gap->second - gap->first < bytes) ++gap;
    const auto [begin, end] = *gap;
    gaps_.erase(gap);
    if (begin + bytes < end) gaps_.emplace(begin + bytes, end);
    return begin;
  }
  // Returns an interval and merges it with the gaps on both sides.
  void give_back(int64_t begin, int64_t end) {
    auto next = gaps_.lower_bound(begin);
    if (next != gaps_.end() && next->first == end) {
      end = next->second;
      next = gaps_.erase(next);
    }
    if (next != gaps_.begin() && std::prev(next)->second == begin) {
      std::prev(next)->second = end;
      return;
    }
    gaps_.emplace_hint(next, begin, end);
  }

 private:
  std::map<int64_t, int64_t> gaps_{{0, INT64_MAX}};
};

// Places buffers as they begin, each in the lowest gap between those that are alive: O(n log n)
// with few gaps. It takes no account of sizes, so other heuristics usually find a smaller arena.
ArenaPacking pack_in_time(std::span<ArenaBuffer> buffers) {
  const std::vector<int32_t> ends = last_steps(buffers);
  Alive alive;
  Gaps gaps;
  int64_t top = 0;
  for (const int32_t i : by_first_step(buffers)) {
    ArenaBuffer& own = buffers[static_cast<size_t>(i)];
    if (own.bytes == 0) continue;
    alive.end_before(own.first, [&](int32_t ended) {
      const ArenaBuffer& other = at(buffers, ended);
      gaps.give_back(other.offset, other.offset + aligned(other.bytes));
    });
    own.offset = gaps.take(aligned(own.bytes));
    top = std::max(top, own.offset + aligned(own.bytes));
    alive.add(i, ends[static_cast<size_t>(i)]);
  }
  return {top, false};
}

}  // namespace

ArenaPacking pack(std::span<ArenaBuffer> buffers, int64_t bound) {
  if constexpr (!WEFT_KEEPS_search) return pack_once(buffers);
  for (ArenaBuffer& buffer : buffers) buffer.offset = 0;
  if (count_pairs(buffers) > kMaxPairs) {
    const ArenaPacking packing = pack_in_time(buffers);
    return {packing.bytes, packing.bytes <= bound};
  }
  const Neighbours neighbours(buffers);
  Greedy greedy(buffers, neighbours);
  ArenaPacking whole{0, true};
  // A component needs no fewer bytes than the largest one before it: its search may stop there.
  for (std::vector<int32_t>& members : components(buffers, neighbours)) {
    const ArenaPacking own =
        Component(buffers, greedy, std::move(members)).pack(std::max(bound, whole.bytes));
    if (own.bytes > whole.bytes) whole = own;
  }
  if (whole.bytes <= bound) whole.proven = true;
  return whole;
}

}  // namespace weft::executor
