// The one thread pool: `parallel_for` splits independent units of work.
//
// Threads: WEFT_NUM_THREADS, else OMP_NUM_THREADS, else the processors of the affinity mask.
// They start at the first parallel call, spin for a moment and then sleep. Calls from inside a
// parallel region and from several threads at once run on the caller alone.
#pragma once

#include <stdint.h>

#include "base/status.h"

namespace weft {

int num_threads();
void set_num_threads(int count);  // at least 1; takes effect at the next parallel call

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

void stop_threads();  // before fork and at the end of the process; they start again when needed

}  // namespace weft
