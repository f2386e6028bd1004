// Offsets in the arena: against all orders where there are few, and against the bound.
#include "executor/memory/arena_packing.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "doctest.h"

using namespace weft::executor;

namespace {

// Each buffer in the lowest gap between those before it; the end of the highest.
int64_t place_in_order(std::vector<ArenaBuffer>& buffers, const std::vector<size_t>& order) {
  int64_t top = 0;
  for (size_t k = 0; k < order.size(); ++k) {
    ArenaBuffer& own = buffers[order[k]];
    own.offset = 0;
    for (size_t tries = 0; tries < k; ++tries)  // up, over each that is in the way
      for (size_t i = 0; i < k; ++i) {
        const ArenaBuffer& other = buffers[order[i]];
        if (own.conflicts_with(other) && own.offset < other.offset + aligned(other.bytes) &&
            other.offset < own.offset + aligned(own.bytes))
          own.offset = other.offset + aligned(other.bytes);
      }
    top = std::max(top, own.offset + aligned(own.bytes));
  }
  return top;
}

// The lowest end of all orders: the order of the offsets of any placement gives one that is not
// higher.
int64_t min_of_all_orders(std::vector<ArenaBuffer> buffers) {
  std::vector<size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), 0);
  int64_t minimum = INT64_MAX;
  do {
    minimum = std::min(minimum, place_in_order(buffers, order));
  } while (std::ranges::next_permutation(order).found);
  return minimum;
}

// Steps, of which some runs are groups of branches, and buffers that live over them.
struct Case {
  std::vector<BranchId> branch_ids;
  std::vector<ArenaBuffer> buffers;
  int32_t groups = 0;

  Case(unsigned seed, size_t count, int32_t steps, int32_t longest, bool with_groups) {
    std::mt19937 random(seed);
    const auto pick = [&](int32_t below) {
      return static_cast<int32_t>(random() % static_cast<uint32_t>(below));
    };
    branch_ids.resize(static_cast<size_t>(steps));
    for (size_t s = 0; with_groups && s + 4 <= branch_ids.size(); s += 5, ++groups)
      for (size_t i = 0; i < 4; ++i) branch_ids[s + i] = {groups, i < 2 ? 0 : 1};
    for (size_t i = 0; i < count; ++i) {
      ArenaBuffer b;
      b.bytes = 1 + pick(600);
      b.first = pick(steps);
      b.last = std::min(steps - 1, b.first + pick(longest));
      b.first_branch = branch_ids[static_cast<size_t>(b.first)];
      b.last_branch = branch_ids[static_cast<size_t>(b.last)];
      if (b.first_branch.is_concurrent_with(b.last_branch))
        b.last_branch.branch = BranchId::kSeveral;
      buffers.push_back(b);
    }
  }

  int64_t bound() const {
    std::vector<int64_t> of_groups(static_cast<size_t>(groups));
    return live_bytes(buffers, branch_ids, of_groups);
  }
};

// Bytes of a run that one thread writes where the other one has written last, the run before
// included, if each writes one half of every buffer.
int64_t written_by_the_other(std::vector<ArenaBuffer> buffers, int64_t bytes) {
  std::ranges::stable_sort(buffers, {}, &ArenaBuffer::first);
  std::vector<int> owner(static_cast<size_t>(bytes), -1);
  int64_t count = 0;
  for (int run = 0; run < 2; ++run)
    for (const ArenaBuffer& b : buffers)
      for (int64_t i = 0; i < b.bytes; ++i) {
        int& own = owner[static_cast<size_t>(b.offset + i)];
        const int half = i < b.bytes / 2 ? 0 : 1;
        count += run == 1 && own != half;
        own = half;
      }
  return count;
}

void check_disjoint(const Case& c, int64_t bytes) {
  int64_t top = 0;
  for (size_t i = 0; i < c.buffers.size(); ++i) {
    const ArenaBuffer& a = c.buffers[i];
    top = std::max(top, a.offset + aligned(a.bytes));
    for (size_t k = 0; k < i; ++k) {
      const ArenaBuffer& b = c.buffers[k];
      if (!a.conflicts_with(b)) continue;
      const bool are_disjoint =
          a.offset + aligned(a.bytes) <= b.offset || b.offset + aligned(b.bytes) <= a.offset;
      CHECK(are_disjoint);
    }
  }
  CHECK(top == bytes);
}

}  // namespace

TEST_CASE("few buffers get the least bytes that any order gives, and it is proven") {
  int above_bound = 0;
  for (unsigned seed = 0; seed < 600; ++seed) {
    Case c(seed, 2 + seed % 6, 3 + static_cast<int32_t>(seed % 11), 6, seed % 2 == 1);
    const int64_t bound = c.bound();
    const ArenaPacking packing = pack(c.buffers, bound);
    CHECK_MESSAGE(packing.bytes == min_of_all_orders(c.buffers), "seed " << seed);
    CHECK(packing.proven);
    CHECK(packing.bytes >= bound);
    above_bound += packing.bytes > bound;
    check_disjoint(c, packing.bytes);
  }
  CHECK(above_bound > 0);  // where the bound is not reached the search has proven it
}

TEST_CASE("the exact search finds what all orders give, from any start") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    Case c(seed, 7, 8, 5, seed % 2 == 1);
    const int64_t minimum = min_of_all_orders(c.buffers);
    std::vector<ArenaBuffer*> all;
    for (ArenaBuffer& b : c.buffers) all.push_back(&b);
    bool finished = false;
    CHECK(pack_exactly(all, INT64_MAX, 0, finished) == minimum);
    CHECK(finished);
    check_disjoint(c, minimum);
    CHECK(pack_exactly(all, minimum, 0, finished) == minimum);  // there is none below
  }
}

TEST_CASE("many buffers come close to the bound") {
  for (unsigned seed = 0; seed < 30; ++seed) {
    const size_t count = 20 + seed * 10;
    Case c(seed, count, static_cast<int32_t>(count), 8, seed % 2 == 1);
    const int64_t bound = c.bound();
    const ArenaPacking packing = pack(c.buffers, bound);
    CHECK(packing.bytes >= bound);
    // Branches wait for their group only: what they conflict with is no longer a row of intervals.
    CHECK(packing.bytes <= bound * (c.groups ? 125 : 105) / 100);
    check_disjoint(c, packing.bytes);
  }
}

TEST_CASE("buffers settle within their arena, where fewer bytes change hands") {
  int64_t before = 0, after = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    Case c(seed, 40, 40, 4, seed % 2 == 1);
    std::vector<size_t> order(c.buffers.size());
    std::iota(order.begin(), order.end(), 0);
    for (ArenaBuffer& b : c.buffers) b.bytes *= 128;
    const int64_t arena = place_in_order(c.buffers, order);
    before += written_by_the_other(c.buffers, arena);
    settle_halves(c.buffers, arena);
    after += written_by_the_other(c.buffers, arena);
    check_disjoint(c, arena);
  }
  CHECK(before > 0);
  CHECK(after * 4 < before * 3);
}

TEST_CASE("buffers without bytes and no buffers need no arena") {
  std::vector<ArenaBuffer> none(3);
  CHECK(pack(none, 0).bytes == 0);
  CHECK(pack(std::span<ArenaBuffer>(), 0).proven);
}

TEST_CASE(
    "buffers whose pairs are too many to list have offsets of their own, close to the bound") {
  // A chain that is computed again: all of it is alive when its gradient begins to read it.
  constexpr int32_t kSteps = 4300;
  std::mt19937 random(3);
  std::vector<ArenaBuffer> buffers;
  for (int32_t i = 0; i < kSteps; ++i) {
    ArenaBuffer b;
    b.bytes = i % 97 == 0 ? 0 : static_cast<int64_t>(1 + random() % 300);
    b.first = i;
    b.last = 2 * kSteps - i;
    if (i % 5 == 0) {  // in a group of branches, which have no order
      b.first_branch = b.last_branch = {i / 100, (i / 5) % 2};
    }
    buffers.push_back(b);
    ArenaBuffer passing = b;
    passing.first = passing.last = 2 * kSteps + 1 + i;
    passing.first_branch = passing.last_branch = {};
    buffers.push_back(passing);
  }
  int64_t alive = 0;
  for (size_t i = 0; i < buffers.size(); i += 2) alive += aligned(buffers[i].bytes);
  const ArenaPacking packing = pack(buffers, 0);
  CHECK(packing.bytes == alive);  // nothing ends before all have begun
  size_t overlaps = 0;
  for (size_t i = 0; i < buffers.size(); ++i) {
    const ArenaBuffer& a = buffers[i];
    CHECK(a.offset + aligned(a.bytes) <= packing.bytes);
    for (size_t k = 0; k < i; ++k) {
      const ArenaBuffer& b = buffers[k];
      overlaps += a.bytes > 0 && b.bytes > 0 && a.conflicts_with(b) &&
                  a.offset < b.offset + aligned(b.bytes) && b.offset < a.offset + aligned(a.bytes);
    }
  }
  CHECK(overlaps == 0);
}
