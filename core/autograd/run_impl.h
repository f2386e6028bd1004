#pragma once

#include "runtime/engine.h"

namespace weft::autograd {

template <class Work>
Status run_ordered(std::span<Storage* const> reads, std::span<Storage* const> writes,
                   bool long_running, const Work& work) {
  const WaitHooks hooks = wait_hooks();
  const bool lets_go = long_running && hooks.before;
  return engine_run(reads, writes, lets_go, [&]() -> Status {
    if (!lets_go) return work();
    void* token = hooks.before();
    Status status = work();
    hooks.after(token);
    return status;
  });
}

}  // namespace weft::autograd
