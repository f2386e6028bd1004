// The threads of the pool beside its caller: of the system (pool_threads.cpp), or workers of
// JavaScript that share one WebAssembly memory (pool_threads_workers.cpp).
#pragma once

#if !defined(__wasm__)
#include <thread>
#include <vector>
#endif

namespace weft {

class PoolThreads {
 public:
  int count() const;

  // Calls serve(thread) on `count` threads, which are numbered from 1. Nobody may serve yet.
  void start(int count, void (*serve)(int thread));

  void join();  // returns when serve has returned on all of them

 private:
#if defined(__wasm__)
  int count_ = 0;
#else
  std::vector<std::thread> threads_;
#endif
};

}  // namespace weft
