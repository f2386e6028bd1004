// Random programs of reads, writes and failures give what the same program gives one by one.
// WEFT_TEST_OPERATIONS: how many operations in all (by default few, `make test-full` a million).
#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "core/runtime/queue_device.h"
#include "doctest.h"
#include "runtime/engine/engine.h"

using namespace weft;

namespace {

constexpr int kCells = 24;
constexpr int kDevices = 2;

int operations() {
  const char* text = std::getenv("WEFT_TEST_OPERATIONS");
  return text ? std::atoi(text) : 20000;
}

struct Step {
  std::vector<int> reads;
  std::vector<int> writes;
  bool reads_targets;  // a write of a part
  bool fails;
  bool pushed;
  bool long_running;
  int priority;
  int device;  // whose queue does it; -1: none
  uint64_t salt;
};

Step random_step(std::mt19937& random, int first_cell, int cells) {
  std::vector<int> order(static_cast<size_t>(cells));
  for (int i = 0; i < cells; ++i) order[static_cast<size_t>(i)] = first_cell + i;
  std::shuffle(order.begin(), order.end(), random);
  const auto writes = static_cast<std::ptrdiff_t>(1 + (random() % 8 == 0));
  const auto reads = static_cast<std::ptrdiff_t>(random() % 4);
  return {{order.begin() + writes, order.begin() + writes + reads},
          {order.begin(), order.begin() + writes},
          random() % 2 == 0,
          random() % 500 == 0,
          random() % 3 != 0,
          random() % 4 == 0,
          static_cast<int>(random() % 3),
          static_cast<int>(random() % 6) - (6 - kDevices),
          random()};
}

using Cells = std::array<uint64_t, kCells>;

void apply(const Step& step, const std::function<uint64_t&(int)>& cell) {
  uint64_t mixed = step.salt;
  for (int read : step.reads) mixed = mixed * 1000003 + cell(read);
  for (int write : step.writes) {
    uint64_t& target = cell(write);
    target = (step.reads_targets ? target * 31 : 0) + mixed + static_cast<uint64_t>(write);
  }
}

// What the program means: one operation after the other.
struct Reference {
  Cells cells{};
  std::array<bool, kCells> poisoned{};

  void run(const Step& step) {
    bool bad = step.fails;
    for (int read : step.reads) bad |= poisoned[static_cast<size_t>(read)];
    if (step.reads_targets)
      for (int write : step.writes) bad |= poisoned[static_cast<size_t>(write)];
    if (!bad) apply(step, [&](int i) -> uint64_t& { return cells[static_cast<size_t>(i)]; });
    if (!bad || step.pushed || step.device >= 0)
      for (int write : step.writes) poisoned[static_cast<size_t>(write)] = bad;
  }
};

Status do_step(const Step& step, const std::vector<Ref<Storage>>& storages) {
  if (step.fails) return errors::invalid_value("stress", "fails on purpose");
  apply(step, [&](int i) -> uint64_t& {
    return *reinterpret_cast<uint64_t*>(storages[static_cast<size_t>(i)]->data());
  });
  return {};
}

class StepTask final : public Task {
 public:
  StepTask(Step step, const std::vector<Ref<Storage>>& storages)
      : step_(std::move(step)), storages_(storages) {}
  Status run() override { return do_step(step_, storages_); }

 private:
  Step step_;
  const std::vector<Ref<Storage>>& storages_;
};

// Fails in the queue, not on the way into it.
class QueueTask final : public Task {
 public:
  QueueTask(QueueDevice& device, Step step, const std::vector<Ref<Storage>>& storages)
      : device_(device), step_(std::move(step)), storages_(storages) {}
  Status run() override {
    device_.put([step = step_, &storages = storages_] { return do_step(step, storages); });
    return {};
  }

 private:
  QueueDevice& device_;
  Step step_;
  const std::vector<Ref<Storage>>& storages_;
};

using Devices = std::array<std::unique_ptr<QueueDevice>, kDevices>;

void run_through_engine(const Step& step, const std::vector<Ref<Storage>>& storages,
                        const Devices& devices) {
  std::vector<Storage*> reads, writes;
  for (int read : step.reads) reads.push_back(storages[static_cast<size_t>(read)].get());
  for (int write : step.writes) writes.push_back(storages[static_cast<size_t>(write)].get());
  if (step.reads_targets) reads.insert(reads.end(), writes.begin(), writes.end());
  if (step.device >= 0) {
    QueueDevice& device = *devices[static_cast<size_t>(step.device)];
    static_cast<void>(
        engine_submit(reads, writes, device, std::make_unique<QueueTask>(device, step, storages)));
    return;
  }
  auto task = std::make_unique<StepTask>(step, storages);
  if (step.pushed)
    static_cast<void>(engine_push(reads, writes, std::move(task), step.priority));
  else
    static_cast<void>(engine_run(reads, writes, step.long_running, [&] { return task->run(); }));
}

}  // namespace

TEST_CASE("random programs equal their serial order") {
  constexpr int kThreads = 3;
  constexpr int kOwn = kCells / kThreads;  // each thread's program has cells of its own
  const Devices devices = {std::make_unique<QueueDevice>(0), std::make_unique<QueueDevice>(1)};
  const std::string policy_before(engine_policy_name());
  for (const char* policy : {"inline", "serial", "async"}) {
    CHECK(set_engine_policy(policy).ok());
    std::vector<Ref<Storage>> storages;
    for (int i = 0; i < kCells; ++i) {
      storages.push_back(Storage::allocate(8).take());
      *reinterpret_cast<uint64_t*>(storages.back()->data()) = 0;
    }
    std::vector<Reference> references(kThreads);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread)
      threads.emplace_back([&, thread] {
        std::mt19937 random(static_cast<uint32_t>(thread) + 7);
        for (int i = operations() / (3 * kThreads); i > 0; --i) {
          const Step step = random_step(random, thread * kOwn, kOwn);
          references[static_cast<size_t>(thread)].run(step);
          run_through_engine(step, storages, devices);
          if (random() % 200 == 0)
            static_cast<void>(
                engine_wait(*storages[static_cast<size_t>(thread * kOwn) + random() % kOwn]));
        }
      });
    for (std::thread& thread : threads) thread.join();
    static_cast<void>(engine_wait_all());
    int different = 0;
    for (int i = 0; i < kCells; ++i) {
      const auto cell = static_cast<size_t>(i);
      const Reference& expected = references[static_cast<size_t>(i / kOwn)];
      const bool poisoned = !wait_to_read(*storages[cell]).ok();
      different += poisoned != expected.poisoned[cell];
      different +=
          !poisoned && *reinterpret_cast<uint64_t*>(storages[cell]->data()) != expected.cells[cell];
      different += (storages[cell]->busy.load() != 0) != poisoned;
    }
    CHECK(different == 0);
  }
  CHECK(set_engine_policy(policy_before).ok());
  static_cast<void>(engine_wait_all());
  stop_engine();  // nobody waits for the devices any more
}
