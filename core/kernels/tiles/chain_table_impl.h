// The instructions of chains of one instruction set. A table of its own: few sources need it.
#pragma once

#include "kernels/tiles/chain.h"

namespace weft::kernels {

struct ChainKernels {
  int64_t block;  // elements
  ChainFunction (*formula)(FormulaId formula, DType dtype, ChainForm form);
  ChainFunction (*cast)(DType from, DType to);
  ChainFunction (*load)(DType dtype, ChainPlace place);
  ChainFunction (*store)(DType dtype, ChainPlace place);
  ChainFunction (*streaming_store)(DType dtype);
  ChainFunction (*round)(DType dtype);
  ChainFunction (*fetch)(int64_t size);
  ChainFunction (*draw)();
  ChainFunction (*end)();
  void (*run)(const ChainOp* ops, int64_t elements);  // whole blocks
  void (*end_streams)();                              // before others read what was streamed
};

// Of active_isa().
const ChainKernels& chain_kernels();

namespace generic {
extern const ChainKernels kChainKernels;
}
#if WEFT_WITH_AVX2
namespace avx2 {
extern const ChainKernels kChainKernels;
}
#endif
#if WEFT_WITH_AVX512
namespace avx512 {
extern const ChainKernels kChainKernels;
}
#endif

}  // namespace weft::kernels
