// Order of reads and writes, poison, and waiting, under both policies and several threads.
#include "runtime/engine.h"

#include <atomic>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "doctest.h"

using namespace weft;

namespace {

Ref<Storage> storage() { return Storage::allocate(8).take(); }

template <class Work>
Status run(std::vector<Storage*> reads, std::vector<Storage*> writes, bool long_running,
           const Work& work) {
  return engine_run(reads, writes, long_running, work);
}

struct PolicyScope {
  explicit PolicyScope(const char* name) { CHECK(set_engine_policy(name).ok()); }
  ~PolicyScope() { CHECK(set_engine_policy("inline").ok()); }
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

TEST_CASE("a failure is the content until it is overwritten") {
  const Ref<Storage> a = storage(), b = storage();
  bool ran = false;
  const Status failure = errors::invalid_value("test", "no content");
  CHECK_FALSE(run({}, {a.get()}, true, [&] { return failure; }).ok());
  CHECK(wait_to_read(*a).message() == failure.message());
  // It passes on to what would be computed from it, without running.
  const Status passed = run({a.get()}, {b.get()}, false, [&]() -> Status {
    ran = true;
    return {};
  });
  CHECK(passed.message() == failure.message());
  CHECK_FALSE(ran);
  CHECK_FALSE(wait_to_read(*b).ok());
  CHECK(run({}, {a.get()}, false, []() -> Status { return {}; }).ok());
  CHECK(wait_to_read(*a).ok());
  CHECK(run({a.get()}, {b.get()}, false, []() -> Status { return {}; }).ok());
  CHECK(wait_to_read(*b).ok());
  CHECK_FALSE(engine_wait_all().ok());  // nobody had seen it there
  CHECK(engine_wait_all().ok());
}

TEST_CASE("hooks are called round a wait, in pairs") {
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
  CHECK_FALSE(set_engine_policy("later").ok());
  CHECK(engine_policy() == EnginePolicy::kInline);
}
