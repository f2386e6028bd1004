// The kernels of chain.h: functions that find the code of instructions, and that run it.
#pragma once

#include "kernels/isa/declare_kernels.h"
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

WEFT_KERNELS(extern const ChainKernels kChainKernels;)

}  // namespace weft::kernels
