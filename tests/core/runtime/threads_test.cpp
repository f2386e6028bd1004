// Every unit is done exactly once, whatever calls at the same time.
#include "runtime/engine/threads.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "doctest.h"
#include "runtime/random_state.h"

using namespace weft;

namespace {

struct ThreadCount {
  explicit ThreadCount(int count) : before(num_threads()) { set_num_threads(count); }
  ~ThreadCount() { set_num_threads(before); }
  int before;
};

bool covers_once(int64_t units, int64_t grain) {
  std::vector<std::atomic<int>> done(static_cast<size_t>(units));
  std::atomic<bool> sound{true};
  parallel_for(units, grain, [&](int64_t begin, int64_t end, int thread) {
    if (thread < 0 || thread >= num_threads() || begin >= end) sound = false;
    for (int64_t i = begin; i < end; ++i) ++done[static_cast<size_t>(i)];
  });
  for (const auto& count : done)
    if (count != 1) return false;
  return sound;
}

}  // namespace

TEST_CASE("every unit is done exactly once") {
  for (int threads : {1, 2, 4}) {
    const ThreadCount scope(threads);
    for (int64_t units : {0, 1, 2, 7, 64, 1001})
      for (int64_t grain : {0, 1, 3, 2000}) CHECK(covers_once(units, grain));
  }
}

TEST_CASE("threads that fell asleep or come late harm no region") {
  for (const int threads : {2, 3, 20}) {  // 20: more than there are shares
    const ThreadCount scope(threads);
    for (const int pause : {0, 40, 400})  // us, around the time after which threads sleep
      for (int round = 0; round < 50; ++round) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(pause);
        while (std::chrono::steady_clock::now() < until) {
        }
        CHECK(covers_once(1 + round, 1));
      }
  }
}

TEST_CASE("a call inside a parallel region runs on its own thread") {
  const ThreadCount scope(3);
  std::atomic<int64_t> total{0};
  parallel_for(30, 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) {
      const auto self = std::this_thread::get_id();
      parallel_for(10, 1, [&](int64_t from, int64_t to, int thread) {
        CHECK(thread == 0);
        CHECK(std::this_thread::get_id() == self);
        total += to - from;
      });
    }
  });
  CHECK(total == 300);
}

TEST_CASE("several callers at once each get all of their units") {
  const ThreadCount scope(3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i)
    callers.emplace_back([&] {
      for (int round = 0; round < 100; ++round) wrong += !covers_once(50 + round, 1);
    });
  for (std::thread& caller : callers) caller.join();
  CHECK(wrong == 0);
}

TEST_CASE("threads stop and start again") {
  const ThreadCount scope(3);
  for (int round = 0; round < 5; ++round) {
    CHECK(covers_once(100, 1));
    stop_threads();
  }
  stop_threads();
  set_num_threads(2);
  CHECK(covers_once(100, 1));
  set_num_threads(-4);
  CHECK(num_threads() == 1);
}

TEST_CASE("ordinals are given once each, and a seed starts them again") {
  seed_random(5);
  const RandomKey first = take_ordinals(3);
  CHECK((first.seed == 5 && first.first_ordinal == 0));
  CHECK(take_ordinals(1).first_ordinal == 3);
  std::vector<std::thread> threads;
  std::vector<std::atomic<int>> taken(4 * 100 + 4);
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) ++taken[take_ordinals(1).first_ordinal];
    });
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 4; i < taken.size(); ++i) CHECK(taken[i] == 1);
  seed_random(6);
  CHECK(take_ordinals(1).first_ordinal == 0);
  seed_random(6, 9);
  CHECK(take_ordinals(0).first_ordinal == 9);
  CHECK(take_ordinals(2).first_ordinal == 9);
  seed_random(0);
}

TEST_CASE("branches run once each, and share their calls with a team of the size they are given") {
  for (const int threads : {1, 2, 5, 8}) {
    const ThreadCount scope(threads);
    for (const int count : {1, 2, 3, 40})
      for (const int share : {1, 2, 3}) {
        std::vector<std::atomic<int>> done(static_cast<size_t>(count) * 100);
        std::atomic<int> wrong{0};
        std::atomic<bool> give_up{false};
        const int maximum = count > 1 && count * share <= threads ? share
                            : threads > 1                         ? 1
                                                                  : threads;
        for (int round = 0; round < 20; ++round)
          parallel_branches(count, share, give_up, [&](int branch) {
            parallel_for(100, 1, [&](int64_t begin, int64_t end, int thread) {
              wrong += thread < 0 || thread >= maximum;
              for (int64_t i = begin; i < end; ++i) ++done[static_cast<size_t>(branch * 100 + i)];
            });
          });
        for (const auto& times : done) CHECK(times == 20);
        CHECK(wrong == 0);
      }
  }
}

TEST_CASE("threads that lead no branch help those that do") {
  const ThreadCount scope(4);
  std::atomic<bool> give_up{false}, helped{false};
  parallel_branches(2, 2, give_up, [&](int) {
    while (!helped)
      parallel_for(64, 1, [&](int64_t, int64_t, int thread) { helped = helped || thread == 1; });
  });
  CHECK(helped);
}
