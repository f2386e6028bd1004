// Waiting for workers that share a WebAssembly memory. A page's own thread must not sleep, so
// whoever waits spins, and stops (the instance traps) when a worker has died that it may wait for.
#pragma once

namespace weft::os {

void yield_to_workers();
void report_dead_worker();  // of this memory, for good

}  // namespace weft::os
