// Order of reads and writes, poison, priorities, and waiting, under the policies and with several
// threads.
#include "runtime/engine/engine.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "doctest.h"
#include "runtime/engine/interrupt.h"

using namespace weft;

namespace {

Ref<Storage> storage() { return Storage::allocate(8).take(); }

template <class Work>
Status run(std::vector<Storage*> reads, std::vector<Storage*> writes, bool long_running,
           const Work& work) {
  return engine_run(reads, writes, long_running, work);
}

class FunctionTask final : public Task {
 public:
  explicit FunctionTask(std::function<Status()> work) : work_(std::move(work)) {}
  Status run() override { return work_(); }

 private:
  std::function<Status()> work_;
};

Status push(std::vector<Storage*> reads, std::vector<Storage*> writes, std::function<Status()> work,
            int priority = 0) {
  return engine_push(reads, writes, std::make_unique<FunctionTask>(std::move(work)), priority);
}

struct PolicyScope {
  explicit PolicyScope(const char* name) { CHECK(set_engine_policy(name).ok()); }
  ~PolicyScope() { CHECK(set_engine_policy(before).ok()); }
  const std::string before{engine_policy_name()};
};

// A person who interrupts the first wait that asks.
struct Interrupting {
  Interrupting() {
    asked = true;
    set_interrupt_hook([] { return asked.exchange(false); });
  }
  ~Interrupting() { set_interrupt_hook(nullptr); }
  static inline std::atomic<bool> asked;
};

// A task that holds a storage until it is let go.
struct Gate {
  explicit Gate(Storage* held) {
    CHECK(push({}, {held}, [this]() -> Status {
            while (!open) std::this_thread::yield();
            return {};
          }).ok());
  }
  ~Gate() { CHECK(open); }
  std::atomic<bool> open{false};
};

}  // namespace

TEST_CASE("long operations on one storage exclude each other as reads and writes do") {
  for (const char* policy : {"inline", "serial"}) {
    const PolicyScope scope(policy);
    const Ref<Storage> shared = storage();
    std::atomic<int> readers{0}, writers{0}, broken{0};
    int64_t total = 0;  // written by writers alone
    constexpr int kRounds = 200;
    const auto work = [&](int number) {
      for (int round = 0; round < kRounds; ++round) {
        const bool writes = (round + number) % 2 == 0;
        const Status status = writes ? run({}, {shared.get()}, true,
                                           [&]() -> Status {
                                             broken +=
                                                 writers.fetch_add(1) != 0 || readers.load() != 0;
                                             ++total;
                                             writers.fetch_sub(1);
                                             return {};
                                           })
                                     : run({shared.get()}, {}, true, [&]() -> Status {
                                         readers.fetch_add(1);
                                         broken += writers.load() != 0;
                                         readers.fetch_sub(1);
                                         return {};
                                       });
        broken += !status.ok();
      }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work, i);
    for (std::thread& thread : threads) thread.join();
    CHECK(broken == 0);
    CHECK(total == 4 * kRounds / 2);
    CHECK(shared->busy.load() == 0);
    CHECK(engine_wait_all().ok());
  }
}

TEST_CASE("a writer waits for a long operation that reads") {
  const PolicyScope scope("inline");
  const Ref<Storage> shared = storage();
  std::atomic<bool> inside{false}, may_end{false}, written{false};
  std::thread reader([&] {
    CHECK(run({shared.get()}, {}, true, [&]() -> Status {
            inside = true;
            while (!may_end) std::this_thread::yield();
            CHECK_FALSE(written.load());
            return {};
          }).ok());
  });
  while (!inside) std::this_thread::yield();
  CHECK(shared->busy.load() != 0);
  const int64_t waited = engine_stats().waited;
  std::thread writer([&] {
    CHECK(run({}, {shared.get()}, false, [&]() -> Status {
            written = true;
            return {};
          }).ok());
  });
  while (engine_stats().waited == waited && !written) std::this_thread::yield();
  CHECK_FALSE(written.load());
  may_end = true;
  reader.join();
  writer.join();
  CHECK(written.load());
}

TEST_CASE("the failure of a task is the content until it is overwritten") {
  const PolicyScope scope("inline");
  const Ref<Storage> a = storage(), b = storage();
  std::atomic<bool> ran{false};
  const Status failure = errors::invalid_value("test", "no content");
  CHECK(push({}, {a.get()}, [=] { return failure; }).ok());
  // It passes on to what would be computed from it, without running.
  CHECK(push({a.get()}, {b.get()}, [&]() -> Status {
          ran = true;
          return {};
        }).ok());
  CHECK(engine_wait(*b).message() == failure.message());
  CHECK(wait_to_read(*a).message() == failure.message());
  CHECK_FALSE(ran);
  // A caller's own work is given it, and leaves what it would have written as it is.
  const Ref<Storage> c = storage();
  CHECK_FALSE(run({b.get()}, {c.get()}, false, []() -> Status { return {}; }).ok());
  CHECK(wait_to_read(*c).ok());
  CHECK(run({}, {a.get()}, false, []() -> Status { return {}; }).ok());
  CHECK(wait_to_read(*a).ok());
  CHECK(run({a.get()}, {b.get()}, false, []() -> Status { return {}; }).ok());
  CHECK(wait_to_read(*b).ok());
  CHECK(engine_wait_all().ok());  // it has been seen
  CHECK(push({}, {a.get()}, [=] { return failure; }).ok());
  CHECK_FALSE(engine_wait_all().ok());
  CHECK(engine_wait_all().ok());
}

#if defined(__cpp_exceptions)
TEST_CASE("work that finds no memory fails and leaves the engine in order") {
  const PolicyScope scope("inline");
  const Ref<Storage> a = storage();
  const auto no_memory = []() -> Status { throw std::bad_alloc(); };
  CHECK(push({}, {a.get()}, no_memory).ok());
  CHECK(engine_wait(*a).code() == StatusCode::kOutOfMemory);
  CHECK(run({}, {a.get()}, true, no_memory).code() == StatusCode::kOutOfMemory);
  CHECK(run({}, {a.get()}, true, []() -> Status { return {}; }).ok());
  CHECK(wait_to_read(*a).ok());
  CHECK(engine_wait_all().ok());
}
#endif

TEST_CASE("a failing task names the line that pushed it") {
  const PolicyScope scope("inline");
  const Ref<Storage> a = storage();
  auto task =
      std::make_unique<FunctionTask>([] { return errors::invalid_value("test", "failed"); });
  task->origin = "train.py:12";
  Storage* writes[] = {a.get()};
  CHECK(engine_push({}, writes, std::move(task)).ok());
  const std::string message = engine_wait(*a).message();
  CHECK(message.find("failed; pushed at train.py:12") != std::string::npos);
  CHECK(engine_wait_all().ok());
}

TEST_CASE("of ready tasks the one of highest priority runs first") {
  const PolicyScope scope("inline");
  // Every thread of the engine is held until all tasks are there.
  std::atomic<bool> may_begin{false};
  std::vector<Ref<Storage>> gates;
  for (int i = 0; i < 64; ++i) {
    gates.push_back(storage());
    CHECK(push(
              {}, {gates.back().get()},
              [&]() -> Status {
                while (!may_begin) std::this_thread::yield();
                return {};
              },
              1000)
              .ok());
  }
  std::mutex mutex;
  std::vector<int> order;
  std::vector<Ref<Storage>> targets;
  for (int i = 0; i < 50; ++i) {
    targets.push_back(storage());
    const int priority = i % 5;
    CHECK(push(
              {}, {targets.back().get()},
              [&, priority]() -> Status {
                const std::lock_guard lock(mutex);
                order.push_back(priority);
                return {};
              },
              priority)
              .ok());
  }
  may_begin = true;
  CHECK(engine_wait_all().ok());
  REQUIRE(order.size() == 50);
  // Several threads take them in order and may note them a few places apart.
  int64_t misplaced = 0;
  for (int i = 0; i < 50; ++i) misplaced += order[static_cast<size_t>(i)] != 4 - i / 10;
  CHECK(misplaced <= 16);
}

TEST_CASE("the engine's threads end and start again") {
  const PolicyScope scope("inline");
  const Ref<Storage> a = storage();
  for (int round = 0; round < 3; ++round) {
    std::atomic<bool> ran{false};
    CHECK(push({}, {a.get()}, [&]() -> Status {
            ran = true;
            return {};
          }).ok());
    stop_engine();
    CHECK(ran);
  }
}

TEST_CASE("hooks are called round a wait, in pairs") {
  const PolicyScope scope("inline");
  static std::atomic<int> before, after;
  before = after = 0;
  const Ref<Storage> shared = storage();
  std::atomic<bool> inside{false};
  set_wait_hooks({[]() -> void* {
                    ++before;
                    return &before;
                  },
                  [](void* token) { after += token == &before; }});
  std::thread writer([&] {
    CHECK(run({}, {shared.get()}, true, [&]() -> Status {
            inside = true;
            while (before == 0) std::this_thread::yield();
            return {};
          }).ok());
  });
  while (!inside) std::this_thread::yield();
  CHECK(engine_wait(*shared).ok());
  writer.join();
  set_wait_hooks({});
  CHECK(before == 1);
  CHECK(after == 1);
}

TEST_CASE("an unknown policy is refused") {
  const EnginePolicy before = engine_policy();
  CHECK_FALSE(set_engine_policy("later").ok());
  CHECK(engine_policy() == before);
}

TEST_CASE("memory that tasks keep bounds what is outstanding") {
  const PolicyScope scope("inline");
  const Ref<Storage> shared = storage();
  std::atomic<int> done{0};
  for (int pushed = 0; pushed < 8; ++pushed) {
    auto task = std::make_unique<FunctionTask>([&]() -> Status {
      for (int turn = 0; turn < 100; ++turn) std::this_thread::yield();
      ++done;
      return {};
    });
    task->bytes = int64_t{600} << 20;
    Storage* const writes[] = {shared.get()};
    CHECK(engine_push({}, writes, std::move(task)).ok());
    CHECK(done >= pushed);  // two of them are too much
  }
  CHECK(engine_wait_all().ok());
}

TEST_CASE("a person ends the wait of work for pending input, and order holds") {
  const PolicyScope scope("inline");
  const Ref<Storage> input = storage(), output = storage();
  Gate gate(input.get());
  std::atomic<int> ran{0};
  {
    const Interrupting interrupting;
    const Status status = run({input.get()}, {output.get()}, false, [&]() -> Status {
      ++ran;
      return {};
    });
    CHECK(status.code() == StatusCode::kInterrupted);
  }
  // What comes later waits for what the given up one would have waited for.
  std::atomic<bool> early{false};
  CHECK(push({output.get()}, {}, [&]() -> Status {
          early = !gate.open;
          return {};
        }).ok());
  std::thread other([&] {
    CHECK(run({input.get()}, {output.get()}, true, [&]() -> Status {
            early = early || !gate.open;
            ++ran;
            return {};
          }).ok());
  });
  gate.open = true;
  other.join();
  CHECK(engine_wait_all().ok());  // the failure was told once
  CHECK(ran == 1);
  CHECK_FALSE(early);
  CHECK(input->busy.load() == 0);
  CHECK(output->busy.load() == 0);
}

TEST_CASE("work that was given up leaves the poison of its output as it was") {
  const PolicyScope scope("inline");
  const Ref<Storage> input = storage(), output = storage();
  CHECK(push({}, {output.get()}, [] { return errors::invalid_value("test", "spoiled"); }).ok());
  CHECK_FALSE(engine_wait(*output).ok());
  Gate gate(input.get());
  {
    const Interrupting interrupting;
    const auto nothing = [] { return Status(); };
    CHECK(run({input.get()}, {output.get()}, false, nothing).code() == StatusCode::kInterrupted);
  }
  gate.open = true;
  CHECK(engine_wait(*output).message().find("spoiled") != std::string::npos);
  CHECK(engine_wait_all().ok());
}

TEST_CASE("a person ends the wait for room in the queue") {
  const PolicyScope scope("inline");
  const Ref<Storage> shared = storage();
  Gate gate(shared.get());
  std::atomic<int> ran{0};
  const auto next = [&] {
    return push({}, {shared.get()}, [&]() -> Status {
      ++ran;
      return {};
    });
  };
  int pushed = 0;
  {
    const Interrupting interrupting;
    Status status;
    for (; status.ok(); ++pushed) status = next();  // nothing runs, so it fills
    CHECK(status.code() == StatusCode::kInterrupted);
  }
  gate.open = true;
  CHECK(engine_wait_all().ok());
  CHECK(ran == pushed - 1);
}

TEST_CASE("many readers of one storage come and go in any order") {
  const PolicyScope scope("inline");
  const Ref<Storage> shared = storage();
  std::vector<Ref<Storage>> outputs;
  for (int i = 0; i < 8; ++i) outputs.push_back(storage());
  std::atomic<int> readers{0}, wrong{0}, writes{0};
  for (int round = 0; round < 400; ++round) {
    Storage* const output = outputs[static_cast<size_t>(round) % outputs.size()].get();
    const int expected = round / 50;
    CHECK(push({shared.get(), shared.get()}, {output}, [&, expected]() -> Status {
            ++readers;
            wrong += writes != expected;
            --readers;
            return {};
          }).ok());
    if (round % 50 == 49)
      CHECK(push({shared.get()}, {shared.get()}, [&]() -> Status {
              wrong += readers != 0;
              ++writes;
              return {};
            }).ok());
  }
  CHECK(engine_wait_all().ok());
  CHECK(wrong == 0);
  CHECK(writes == 8);
  CHECK(shared->busy.load() == 0);
}
