// The two templates of run.h. They are templates so that the work, a lambda over the caller's
// variables, is no allocation.
#pragma once

#include "runtime/engine/engine.h"
#include "runtime/engine/interrupt.h"
#include "runtime/memory/pool.h"

namespace weft::eager {

template <class Work>
Status run_ordered(std::span<Storage* const> reads, std::span<Storage* const> writes,
                   bool long_running, const Work& work) {
  const WaitHooks hooks = wait_hooks();
  const bool lets_go = long_running && hooks.before;
  return engine_run(reads, writes, lets_go, [&]() -> Status {
    if (!long_running) return work();
    if (!lets_go) return run_interruptibly("operator", work);
    void* token = hooks.before();
    Status status = run_interruptibly("operator", work);
    hooks.after(token);
    return status;
  });
}

template <class Work>
Status run_reentrant(std::span<Storage* const> reads, std::span<Storage* const> writes,
                     bool long_running, const Work& work) {
  // A write that the host makes meanwhile goes to another storage.
  PoolVector<HeldValue> held;
  for (Storage* storage : reads) held.emplace_back(storage);
  WEFT_TRY(engine_run(reads, writes, false, [] { return Status(); }));
  return long_running ? run_interruptibly("operator", work) : work();
}

}  // namespace weft::eager
