// Saved decisions of plans: the same plan again, and no wrong result whatever they say.
#include "executor/plan/saved_plan.h"

#include <algorithm>
#include <random>

#include "core/executor/graph_testing.h"
#include "core/executor/plan_simulation.h"
#include "executor/plan/make_plan.h"

using namespace weft;
using namespace weft::testing;
using executor::make_plan;
using executor::Plan;
using executor::PlanOptions;
using executor::SavedPlan;
using executor::SavedPlans;

namespace {

Ref<SavedPlans> noted(const Graph& graph, PlanOptions options, Plan& plan) {
  Ref<SavedPlans> saved = Ref<SavedPlans>::adopt(new SavedPlans);
  saved->where = "load: entry `forward`";
  saved->notes = true;
  options.saved = saved.get();
  Result<Plan> made = make_plan(graph, options);
  REQUIRE_MESSAGE(made.ok(), made.status().message());
  plan = made.take();
  saved->notes = false;
  return saved;
}

void check_same(const Plan& one, const Plan& other) {
  CHECK(one.arena_bytes == other.arena_bytes);
  CHECK(one.added_bytes == other.added_bytes);
  CHECK(one.groups.size() == other.groups.size());
  REQUIRE(one.steps.size() == other.steps.size());
  for (size_t s = 0; s < one.steps.size(); ++s) {
    CHECK(one.steps[s].name == other.steps[s].name);
    CHECK(one.steps[s].scratch_offset == other.steps[s].scratch_offset);
    for (size_t i = 0; i < one.steps[s].out.size(); ++i)
      CHECK(one.steps[s].out[i].offset == other.steps[s].out[i].offset);
  }
}

PlanOptions on_threads(int threads) {
  PlanOptions options;
  options.threads = threads;
  return options;
}

}  // namespace

TEST_CASE("a saved plan places a graph as it was placed") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Graph graph = random_graph(seed, 20);
    PlanOptions options = on_threads(seed % 2 ? 1 : 4);
    Plan plan;
    const Ref<SavedPlans> saved = noted(graph, options, plan);
    REQUIRE(saved->plans.size() == 1);
    options.saved = saved.get();
    const Result<Plan> again = make_plan(graph, options);
    REQUIRE_MESSAGE(again.ok(), again.status().message());
    check_same(plan, again.value());
  }
}

TEST_CASE("a saved plan that was changed is refused or gives a sound plan") {
  int refused = 0, sound = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    const Graph graph = random_graph(seed, 20);
    PlanOptions options = on_threads(1);
    Plan plan;
    const Ref<SavedPlans> saved = noted(graph, options, plan);
    options.saved = saved.get();
    const SavedPlan whole = saved->plans[0];
    std::mt19937 random(seed);
    for (int change = 0; change < 8; ++change) {
      SavedPlan& changed = saved->plans[0];
      changed = whole;
      if (changed.order.empty())
        for (size_t n = 0; n < graph.nodes.size(); ++n)
          changed.order.push_back(static_cast<int32_t>(n));
      if (change % 2 == 0 || changed.offsets.size() < 2) {
        std::swap(changed.order[random() % changed.order.size()],
                  changed.order[random() % changed.order.size()]);
      } else {
        changed.offsets[random() % changed.offsets.size()] =
            changed.offsets[random() % changed.offsets.size()];
      }
      const Result<Plan> found = make_plan(graph, options);
      if (!found.ok()) {
        ++refused;
        CHECK(found.status().message().starts_with("load: entry `forward`: the saved plan does"));
        continue;
      }
      ++sound;
      Simulation(graph, found.value()).run();
    }
  }
  CHECK(refused > 0);
  CHECK(sound > 0);
}

TEST_CASE("a plan of another graph is not found, and one is made") {
  const Graph graph = random_graph(1, 20), other = random_graph(2, 20);
  PlanOptions options = on_threads(1);
  Plan plan;
  const Ref<SavedPlans> saved = noted(graph, options, plan);
  CHECK(executor::fingerprint(graph) != executor::fingerprint(other));
  CHECK(saved->find(executor::fingerprint(other)) == nullptr);
  const Result<Plan> without = make_plan(other, options);
  options.saved = saved.get();
  const Result<Plan> with = make_plan(other, options);
  REQUIRE(with.ok());
  check_same(without.value(), with.value());
}
