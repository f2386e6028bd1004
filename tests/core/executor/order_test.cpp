// The order with the lowest peak: against all orders where there are few.
#include "executor/plan/order.h"

#include <algorithm>
#include <functional>
#include <random>
#include <vector>

#include "doctest.h"

using namespace weft::executor;

namespace {

struct Case {
  std::vector<OrderStep> steps;
  std::vector<OrderValue> values;  // value s is what step s writes
};

Case random_case(unsigned seed, int32_t count) {
  std::mt19937 random(seed);
  Case c;
  for (int32_t s = 0; s < count; ++s) {
    OrderStep step;
    step.writes = {s};
    step.scratch = random() % 4 == 0 ? 64 * static_cast<int64_t>(random() % 4) : 0;
    for (int32_t v = 0; v < s; ++v)
      if (random() % 4 == 0) step.reads.push_back(v);
    step.after = step.reads;
    c.values.push_back({64 * static_cast<int64_t>(random() % 8), random() % 8 == 0});
    for (const int32_t v : step.reads)
      if (step.reuses.empty() && c.values[static_cast<size_t>(v)].bytes == c.values.back().bytes &&
          random() % 2 == 0)
        step.reuses = {v};
    c.steps.push_back(step);
  }
  return c;
}

bool is_topological(const Case& c, const std::vector<int32_t>& order) {
  std::vector<bool> done(c.steps.size(), false);
  for (const int32_t s : order) {
    for (const int32_t earlier : c.steps[static_cast<size_t>(s)].after)
      if (!done[static_cast<size_t>(earlier)]) return false;
    done[static_cast<size_t>(s)] = true;
  }
  return order.size() == c.steps.size() && std::ranges::find(done, false) == done.end();
}

// The peak of an order, counted anew.
int64_t peak_of_order(const Case& c, const std::vector<int32_t>& order) {
  std::vector<size_t> readers(c.values.size(), 0);
  for (const OrderStep& step : c.steps)
    for (const int32_t v : step.reads) ++readers[static_cast<size_t>(v)];
  const auto dies = [&](int32_t v) {
    return readers[static_cast<size_t>(v)] == 0 && !c.values[static_cast<size_t>(v)].stays;
  };
  int64_t live = 0, peak = 0;
  for (const int32_t s : order) {
    const OrderStep& step = c.steps[static_cast<size_t>(s)];
    for (const int32_t v : step.reads) --readers[static_cast<size_t>(v)];
    for (const int32_t v : step.writes) live += c.values[static_cast<size_t>(v)].bytes;
    int64_t during = live + step.scratch;
    for (const int32_t v : step.reuses)
      if (dies(v)) during -= c.values[static_cast<size_t>(v)].bytes;
    peak = std::max(peak, during);
    for (const auto* side : {&step.reads, &step.writes})
      for (const int32_t v : *side)
        if (dies(v)) live -= c.values[static_cast<size_t>(v)].bytes;
  }
  return peak;
}

int64_t min_of_all_orders(const Case& c) {
  int64_t minimum = INT64_MAX;
  std::vector<int32_t> order;
  std::vector<bool> done(c.steps.size(), false);
  const std::function<void()> extend = [&] {
    if (order.size() == c.steps.size()) minimum = std::min(minimum, peak_of_order(c, order));
    for (size_t s = 0; s < c.steps.size(); ++s) {
      if (done[s] || !std::ranges::all_of(c.steps[s].after, [&](int32_t earlier) {
            return done[static_cast<size_t>(earlier)];
          }))
        continue;
      done[s] = true;
      order.push_back(static_cast<int32_t>(s));
      extend();
      order.pop_back();
      done[s] = false;
    }
  };
  extend();
  return minimum;
}

std::vector<int32_t> given_order(const Case& c) {
  std::vector<int32_t> order;
  for (size_t s = 0; s < c.steps.size(); ++s) order.push_back(static_cast<int32_t>(s));
  return order;
}

}  // namespace

TEST_CASE("of few steps the order with the lowest peak is found") {
  int better = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const Case c = random_case(seed, 3 + static_cast<int32_t>(seed % 5));
    const int64_t given = peak_of(c.steps, c.values), minimum = min_of_all_orders(c);
    CHECK(given == peak_of_order(c, given_order(c)));
    const std::vector<int32_t> order = find_order(c.steps, c.values);
    CHECK(order.empty() == (given == minimum));
    if (order.empty()) continue;
    ++better;
    CHECK(is_topological(c, order));
    CHECK(peak_of_order(c, order) == minimum);
  }
  CHECK(better > 50);
}

TEST_CASE("of many steps an order is topological, lower than the given one, and always the same") {
  int better = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Case c = random_case(1000 + seed, 150);
    const std::vector<int32_t> order = find_order(c.steps, c.values);
    CHECK(order == find_order(c.steps, c.values));
    if (order.empty()) continue;
    ++better;
    CHECK(is_topological(c, order));
    CHECK(peak_of_order(c, order) < peak_of(c.steps, c.values));
  }
  CHECK(better > 0);
}

TEST_CASE("an order within bytes that are enough is found, or none") {
  int met = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const Case c = random_case(seed, 3 + static_cast<int32_t>(seed % 5));
    const int64_t given = peak_of(c.steps, c.values), minimum = min_of_all_orders(c);
    CHECK(find_order(c.steps, c.values, minimum - 1).empty());
    const std::vector<int32_t> order = find_order(c.steps, c.values, (given + minimum) / 2);
    CHECK(order.empty() == (given == minimum));
    if (order.empty()) continue;
    ++met;
    CHECK(is_topological(c, order));
    CHECK(peak_of_order(c, order) <= (given + minimum) / 2);
  }
  CHECK(met > 50);
}

TEST_CASE("towers run one after another, and what is small waits") {
  // Four towers from one value: wide, wide, narrow. Level by level four wide values are alive.
  Case c;
  c.steps.push_back({{}, {}, {0}, {}, 0});
  c.values.push_back({64, false});
  std::vector<int32_t> ends;
  for (int layer = 0; layer < 3; ++layer)
    for (int32_t tower = 0; tower < 4; ++tower) {
      const auto own = static_cast<int32_t>(c.steps.size());
      const int32_t from = layer == 0 ? 0 : own - 4;
      c.steps.push_back({{from}, {from}, {own}, {}, 0});
      c.values.push_back({layer == 2 ? 64 : 6400, false});
      if (layer == 2) ends.push_back(own);
    }
  c.steps.push_back({ends, ends, {13}, {}, 0});
  c.values.push_back({64, true});
  CHECK(peak_of(c.steps, c.values) >= 4 * 6400);
  const std::vector<int32_t> order = find_order(c.steps, c.values);
  REQUIRE(is_topological(c, order));
  CHECK(peak_of_order(c, order) <= 2 * 6400 + 5 * 64);
}
