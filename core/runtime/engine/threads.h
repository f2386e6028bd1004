// The one thread pool: `parallel_for` cuts a loop of independent units into pieces for several
// threads.
//
// The number of threads comes from WEFT_NUM_THREADS, else OMP_NUM_THREADS, else from the processors
// in the affinity mask. The environment may ask for 16 a processor (or 64 in all), and a word that
// is no number is a warning. The threads start at the first parallel call, and spin for 200 µs (50
// µs if there are more threads than processors) before they sleep. Calls from inside a parallel
// region run on the caller alone, and so does a call while another thread has the pool. A branch of
// `parallel_branches` has a team of its own and shares its calls with it.
#pragma once

#include <stdint.h>

#include <atomic>

#include "base/status.h"

namespace weft {

int num_threads();
int threads_of_call();  // threads that share a parallel_for here; in a branch, those of its team
void set_num_threads(int count);  // clamped to [1, 4096]; takes effect at the next parallel call

// Calls body(context, begin, end, thread) over [0, units), in pieces of at least about `grain`
// units; `thread` is in [0, num_threads()). Returns when all pieces have ended.
void parallel_for(int64_t units, int64_t grain, void* context,
                  void (*body)(void* context, int64_t begin, int64_t end, int thread));

template <class Body>
void parallel_for(int64_t units, int64_t grain, const Body& body) {
  parallel_for(units, grain, const_cast<Body*>(&body),
               [](void* context, int64_t begin, int64_t end, int thread) {
                 (*static_cast<const Body*>(context))(begin, end, thread);
               });
}

// Runs body(context, branch) for each branch in [0, count), at the same time if there are threads.
// A parallel_for inside a branch uses at most `share` threads, numbered from 0; for more than one,
// count * share must not exceed num_threads(). The caller looks for interrupts while it waits, and
// then sets `give_up`: branches that see it end early, and some may not run at all.
void parallel_branches(int count, int share, std::atomic<bool>& give_up, void* context,
                       void (*body)(void* context, int branch));

template <class Body>
void parallel_branches(int count, int share, std::atomic<bool>& give_up, const Body& body) {
  parallel_branches(count, share, give_up, const_cast<Body*>(&body), [](void* context, int branch) {
    (*static_cast<const Body*>(context))(branch);
  });
}

// Before a fork and at the end of the process; the threads start again when needed.
void stop_threads();

}  // namespace weft
