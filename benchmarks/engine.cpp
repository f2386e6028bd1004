// What the engine costs an operation: nothing pending, ordered and run by the caller, queued to a
// thread of the engine. Nanoseconds, the best of several runs.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "runtime/engine/engine.h"

using namespace weft;

namespace {

constexpr int kOperations = 100000;
constexpr int kRuns = 7;

double now() {
  using Nanoseconds = std::chrono::duration<double, std::nano>;
  return Nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class F>
double best_of_runs(F operation) {
  double best = 1e18;
  for (int run = 0; run < kRuns; ++run) {
    const double start = now();
    for (int i = 0; i < kOperations; ++i) operation();
    static_cast<void>(engine_wait_all());
    best = std::min(best, (now() - start) / kOperations);
  }
  return best;
}

struct Nothing final : Task {
  Status run() override { return {}; }
};

}  // namespace

int main() {
  const Ref<Storage> a = Storage::allocate(64).take();
  const Ref<Storage> b = Storage::allocate(64).take();
  const Ref<Storage> c = Storage::allocate(64).take();
  Storage* const reads[] = {a.get(), b.get()};
  Storage* const writes[] = {c.get()};
  const auto nothing = [] { return Status(); };
  int64_t busy = 0;
  const double check = best_of_runs([&] {
    for (Storage* storage : reads) busy += storage->busy.load(std::memory_order_acquire) != 0;
    busy += writes[0]->busy.load(std::memory_order_acquire) != 0;
  });
  const double idle =
      best_of_runs([&] { busy += !engine_run(reads, writes, false, nothing).ok(); });
  const double ordered =
      best_of_runs([&] { busy += !engine_run(reads, writes, true, nothing).ok(); });
  const double queued =
      best_of_runs([&] { busy += !engine_push(reads, writes, std::make_unique<Nothing>()).ok(); });
  std::printf("engine: two arrays read, one written (policy %s)\n",
              std::string(engine_policy_name()).c_str());
  std::printf("  nothing pending, the check alone  %7.2f ns   (aim: at most 1)\n", check);
  std::printf("  nothing pending, through the call %7.2f ns\n", idle);
  std::printf("  ordered, run by the caller        %7.1f ns   (aim: at most 60)\n", ordered);
  std::printf("  queued to a thread                %7.1f ns   (aim: at most 700)\n", queued);
  return busy == 0 ? 0 : 1;
}
