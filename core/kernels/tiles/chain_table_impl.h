// What one instruction set offers for chains: a table of functions that find the code of
// instructions and run it. It is separate from KernelTable because few sources need it.
#pragma once

#include "kernels/tiles/chain.h"

namespace weft::kernels {

struct ChainKernels {
  int64_t block;  // elements of a block
  // Each gives the code of an instruction, or null where there is none.
  ChainFunction (*formula)(FormulaId formula, DType dtype, ChainForm form);
  ChainFunction (*cast)(DType from, DType to);
  ChainFunction (*load)(DType dtype, ChainPlace place);
  ChainFunction (*store)(DType dtype, ChainPlace place);
  ChainFunction (*streaming_store)(DType dtype);
  ChainFunction (*round)(DType dtype);
  ChainFunction (*fetch)(int64_t size);
  ChainFunction (*draw)();
  ChainFunction (*end)();
  void (*run)(const ChainOp* ops, int64_t elements);  // elements: whole blocks
  void (*end_streams)();  // after streaming stores, before others read what was stored
};

// The table of active_isa().
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
