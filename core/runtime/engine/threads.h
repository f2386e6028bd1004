// The one thread pool: `parallel_for` splits independent units of work.
//
// Threads: WEFT_NUM_THREADS, else OMP_NUM_THREADS, else the processors of the affinity mask.
// They start at the first parallel call, and spin for 200 µs (50 if they are more than the
// processors) before they sleep. Calls from inside a parallel region and from several threads at
// once run on the caller alone; a branch of `parallel_branches` has a team, and shares the work of
// its calls with it.
#pragma once

#include <stdint.h>

#include <atomic>

#include "base/status.h"

namespace weft {

int num_threads();
int threads_of_call();            // that share a parallel_for here: of a branch, its part of them
void set_num_threads(int count);  // held in [1, 4096]; takes effect at the next parallel call

// Calls body(context, begin, end, thread) over [0, units) in pieces of at
// least about `grain` units; `thread` is in [0, num_threads()). Returns when all have ended.
void parallel_for(int64_t units, int64_t grain, void* context,
                  void (*body)(void* context, int64_t begin, int64_t end, int thread));

template <class Body>
void parallel_for(int64_t units, int64_t grain, const Body& body) {
  parallel_for(units, grain, const_cast<Body*>(&body),
               [](void* context, int64_t begin, int64_t end, int thread) {
                 (*static_cast<const Body*>(context))(begin, end, thread);
               });
}

// Runs body(context, branch) for each branch in [0, count), side by side where there are threads.
// A parallel_for inside a branch has at most `share` threads, numbered from 0; for more than one,
// count * share must not exceed num_threads(). Who calls asks for interrupts while it waits:
// `give_up` is set then, and branches that see it end early; some may not be run at all.
void parallel_branches(int count, int share, std::atomic<bool>& give_up, void* context,
                       void (*body)(void* context, int branch));

template <class Body>
void parallel_branches(int count, int share, std::atomic<bool>& give_up, const Body& body) {
  parallel_branches(count, share, give_up, const_cast<Body*>(&body), [](void* context, int branch) {
    (*static_cast<const Body*>(context))(branch);
  });
}

void stop_threads();  // before fork and at the end of the process; they start again when needed

}  // namespace weft
