// The instructions of chains that are no formulas: loads, stores, conversions, rounding,
// prefetching and draws; and the loop over the blocks of a row.
//
// Bodies have change(k, accumulator): the new value of vector k of the accumulator (see chain_op).
#include "kernels/elementwise/formula_ids.h"
#include "kernels/isa/isa_target.h"
#include "kernels/tiles/chain_kernels_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/elementwise/step_impl.h"

#include "kernels/random/philox_impl.h"
#include "kernels/simd/convert_impl.h"
#include "kernels/tiles/chain_impl.h"

// Loads and stores of an array with elements of storage type S.
template <class S>
struct LoadArray {
  const S* p;
  WEFT_INLINE LoadArray(const ChainOp& op, int64_t at) : p((const S*)op.operand[0] + at) {}
  WEFT_INLINE Accumulator change(int k, Accumulator) const {
    if constexpr (kIsSame<S, Boolean>) {
      return (Accumulator)MaskMemory<4>::load(p + k * kAccumulatorLanes).v;
    } else {
      return (Accumulator)Memory<S>::load(p + k * kAccumulatorLanes).v;
    }
  }
};
template <class S>
struct StoreArray {
  S* p;
  WEFT_INLINE StoreArray(const ChainOp& op, int64_t at) : p((S*)op.operand[0] + at) {}
  WEFT_INLINE Accumulator change(int k, Accumulator accumulator) const {
    if constexpr (kIsSame<S, Boolean>) {
      MaskMemory<4>::store(p + k * kAccumulatorLanes, {(Mask<4>::Native)accumulator});
    } else {
      Memory<S>::store(p + k * kAccumulatorLanes, lanes_of<S>(accumulator));
    }
    return accumulator;
  }
};
// Stores past the caches. The address must be aligned to a vector; kChainKernels.end_streams()
// must follow before others read.
struct StreamArray {
  char* p;
  WEFT_INLINE StreamArray(const ChainOp& op, int64_t at) : p(op.operand[0] + 4 * at) {}
  WEFT_INLINE Accumulator change(int k, Accumulator accumulator) const {
#if WEFT_AVX512
    _mm512_stream_ps((float*)(p + k * kVectorBytes), (__m512)accumulator);
#elif WEFT_AVX2
    _mm256_stream_ps((float*)(p + k * kVectorBytes), (__m256)accumulator);
#else
    __builtin_memcpy(p + k * kVectorBytes, &accumulator, sizeof accumulator);
#endif
    return accumulator;
  }
};
// A slot's address does not depend on the block: it has room for one.
struct LoadSlot {
  const char* p;
  WEFT_INLINE LoadSlot(const ChainOp& op, int64_t) : p(op.operand[0]) {}
  WEFT_INLINE Accumulator change(int k, Accumulator) const {
    return load_accumulator(p + k * kVectorBytes);
  }
};
struct StoreSlot {
  char* p;
  WEFT_INLINE StoreSlot(const ChainOp& op, int64_t) : p(op.operand[0]) {}
  WEFT_INLINE Accumulator change(int k, Accumulator accumulator) const {
    __builtin_memcpy(p + k * kVectorBytes, &accumulator, sizeof accumulator);
    return accumulator;
  }
};
// A conversion to another dtype by convert_lanes().
template <class To, class From>
struct CastAccumulator {
  WEFT_INLINE CastAccumulator(const ChainOp&, int64_t) {}
  WEFT_INLINE Accumulator change(int, Accumulator accumulator) const {
    return accumulator_of<To>(convert_lanes<To, From>(lanes_of<From>(accumulator)));
  }
};
// A half as a store and a load would leave it: rounded to its own type.
template <class S>
struct RoundAccumulator {
  WEFT_INLINE RoundAccumulator(const ChainOp&, int64_t) {}
  WEFT_INLINE Accumulator change(int, Accumulator accumulator) const {
    S buffer[kAccumulatorLanes];
    Memory<S>::store(buffer, lanes_of<S>(accumulator));
    return (Accumulator)Memory<S>::load(buffer).v;
  }
};
// Prefetches an array some blocks ahead. A chain reads a block of each array in turn, a pattern
// that processors do not recognise as streams.
template <int kBytes>
void chain_fetch_code(const ChainOp* op, int64_t at, WEFT_ACCUMULATOR) {
  constexpr int64_t kAhead = 2048, kLine = 64;  // bytes: how far ahead, and a cache line
  const char* const p = op->operand[0] + kBytes * at + kAhead;
#pragma GCC unroll 8
  for (int64_t i = 0; i < kBytes * kChainBlock; i += kLine) __builtin_prefetch(p + i);
  WEFT_NEXT(op, at);
}
// Uniform numbers for one block. They depend on the seed and the element's number alone.
__attribute__((noinline)) void draw_block(const ChainOp* op, int64_t at, float* block) {
  const ChainDraw& draw = *(const ChainDraw*)op->operand[0];
  const UniformFloats numbers = {draw.stream, draw.low, draw.high};
  for (int64_t i = 0; i < kChainBlock; i += kPhiloxWords)
    numbers.draw(draw.first + at + i, block + i);
}
void chain_draw_code(const ChainOp* op, int64_t at, WEFT_ACCUMULATOR) {
  alignas(64) float block[kChainBlock];
  draw_block(op, at, block);
  h0 = load_accumulator((const char*)block);
  h1 = load_accumulator((const char*)block + 1 * kVectorBytes);
  h2 = load_accumulator((const char*)block + 2 * kVectorBytes);
  h3 = load_accumulator((const char*)block + 3 * kVectorBytes);
  h4 = load_accumulator((const char*)block + 4 * kVectorBytes);
  h5 = load_accumulator((const char*)block + 5 * kVectorBytes);
  h6 = load_accumulator((const char*)block + 6 * kVectorBytes);
  h7 = load_accumulator((const char*)block + 7 * kVectorBytes);
  WEFT_NEXT(op, at);
}
// The last instruction: it returns, and the loop over blocks goes on.
void chain_end(const ChainOp*, int64_t, Accumulator, Accumulator, Accumulator, Accumulator,
               Accumulator, Accumulator, Accumulator, Accumulator) {}

// A kernel template at the storage types of four bytes and less, in the order of DType.
#define WEFT_NARROW_DTYPES(kernel)                                                                 \
  {                                                                                                \
    WEFT_KEPT(Boolean, kernel<Boolean>()), WEFT_KEPT(uint8_t, kernel<uint8_t>()),                  \
        WEFT_KEPT(uint16_t, kernel<uint16_t>()), WEFT_KEPT(uint32_t, kernel<uint32_t>()), nullptr, \
        WEFT_KEPT(int8_t, kernel<int8_t>()), WEFT_KEPT(int16_t, kernel<int16_t>()),                \
        WEFT_KEPT(int32_t, kernel<int32_t>()), nullptr, WEFT_KEPT(Float16, kernel<Float16>()),     \
        WEFT_KEPT(BFloat16, kernel<BFloat16>()), WEFT_KEPT(float, kernel<float>()), nullptr        \
  }
// The storage types that networks use often. Programs with others run as steps on tiles; so the
// library has no code for chains of them.
template <class S>
constexpr bool kIsOften = !kIsSame<S, uint16_t> && !kIsSame<S, uint32_t>;
template <class S>
constexpr ChainCode load_array() {
  if constexpr (kIsOften<S>) return chain_op<LoadArray<S>>;
  return nullptr;
}
template <class S>
constexpr ChainCode store_array() {
  if constexpr (kIsOften<S>) return chain_op<StoreArray<S>>;
  return nullptr;
}
template <class To, class From>
constexpr ChainCode cast_accumulator() {
  if constexpr (kConvertsLanes<To, From> && kIsOften<From>) {
    return chain_op<CastAccumulator<To, From>>;
  } else {
    return nullptr;
  }
}
template <class From>
constexpr ChainCode to_bool() {
  return cast_accumulator<Boolean, From>();
}
template <class From>
constexpr ChainCode to_int32() {
  return cast_accumulator<int32_t, From>();
}
template <class From>
constexpr ChainCode to_float32() {
  return cast_accumulator<float, From>();
}
// A conversion to a half leaves a float; an instruction that rounds follows it.
template <class From>
constexpr ChainCode to_half() {
  if constexpr (!kIsSame<From, int16_t>) return cast_accumulator<Float16, From>();
  return nullptr;
}

// By dtype; null where there is no instruction.
const ChainCode kChainLoads[kNumDTypes] = WEFT_NARROW_DTYPES(load_array);
const ChainCode kChainStores[kNumDTypes] = WEFT_NARROW_DTYPES(store_array);
const ChainCode kChainCastsToBool[kNumDTypes] = WEFT_NARROW_DTYPES(to_bool);
const ChainCode kChainCastsToInt32[kNumDTypes] = WEFT_NARROW_DTYPES(to_int32);
const ChainCode kChainCastsToFloat32[kNumDTypes] = WEFT_NARROW_DTYPES(to_float32);
const ChainCode kChainCastsToHalf[kNumDTypes] = WEFT_NARROW_DTYPES(to_half);

extern const ChainForms kChainsFloat32[], kChainsInt32[], kChainsBool[];

// Halves use the formulas of float32.
ChainFunction formula_code(FormulaId formula, DType dtype, ChainForm form) {
  const bool is_half = dtype == DType::kFloat16 || dtype == DType::kBFloat16;
  const ChainForms* const forms = dtype == DType::kFloat32 || is_half
                                      ? WEFT_KEPT(float, kChainsFloat32)
                                  : dtype == DType::kInt32 ? WEFT_KEPT(int32_t, kChainsInt32)
                                  : dtype == DType::kBool  ? WEFT_KEPT(Boolean, kChainsBool)
                                                           : nullptr;
  return forms ? (ChainFunction)forms[int(formula)].function[int(form)] : nullptr;
}
// From any dtype to bool, int32, float32 and halves; to 8-bit integers only from floats, because
// quantization needs it.
ChainFunction cast_code(DType from, DType to) {
  const bool is_float =
      from == DType::kFloat32 || from == DType::kFloat16 || from == DType::kBFloat16;
  if (to == DType::kInt8 && is_float)
    return WEFT_KEPT(int8_t, (ChainFunction)chain_op<CastAccumulator<int8_t, float>>);
  if (to == DType::kUInt8 && is_float)
    return WEFT_KEPT(uint8_t, (ChainFunction)chain_op<CastAccumulator<uint8_t, float>>);
  const ChainCode* const casts = to == DType::kBool      ? kChainCastsToBool
                                 : to == DType::kInt32   ? kChainCastsToInt32
                                 : to == DType::kFloat32 ? kChainCastsToFloat32
                                 : to == DType::kFloat16 || to == DType::kBFloat16
                                     ? kChainCastsToHalf
                                     : nullptr;
  return casts ? (ChainFunction)casts[int(from)] : nullptr;
}
ChainFunction load_code(DType dtype, ChainPlace place) {
  return (ChainFunction)(place == ChainPlace::kSlot ? chain_op<LoadSlot> : kChainLoads[int(dtype)]);
}
ChainFunction store_code(DType dtype, ChainPlace place) {
  return (ChainFunction)(place == ChainPlace::kSlot ? chain_op<StoreSlot>
                                                    : kChainStores[int(dtype)]);
}
// Elements of four bytes only.
ChainFunction streaming_code(DType dtype) {
  const bool is_whole = dtype == DType::kFloat32 || dtype == DType::kInt32;
  return is_whole && (WEFT_AVX512 || WEFT_AVX2) ? (ChainFunction)chain_op<StreamArray> : nullptr;
}
ChainFunction round_code(DType dtype) {
  return dtype == DType::kFloat16    ? (ChainFunction)chain_op<RoundAccumulator<Float16>>
         : dtype == DType::kBFloat16 ? (ChainFunction)chain_op<RoundAccumulator<BFloat16>>
                                     : nullptr;
}

ChainFunction fetch_code(int64_t size) {
  return (ChainFunction)(size == 1   ? chain_fetch_code<1>
                         : size == 2 ? chain_fetch_code<2>
                                     : chain_fetch_code<4>);
}
ChainFunction draw_code() { return (ChainFunction)chain_draw_code; }
ChainFunction end_code() { return (ChainFunction)chain_end; }

// Runs the chain over whole blocks. The accumulator begins with zeros, which no chain reads.
void run_blocks(const ChainOp* ops, int64_t elements) {
  const Accumulator zero = {};
  const ChainCode first = (ChainCode)ops->function;
  for (int64_t at = 0; at < elements; at += kChainBlock)
    first(ops, at, zero, zero, zero, zero, zero, zero, zero, zero);
}
// Waits until streamed stores are visible to other threads.
void end_streams() {
#if WEFT_AVX512 || WEFT_AVX2
  _mm_sfence();
#endif
}

const ChainKernels kChainKernels = {
    .block = kChainBlock,
    .formula = formula_code,
    .cast = cast_code,
    .load = load_code,
    .store = store_code,
    .streaming_store = streaming_code,
    .round = round_code,
    .fetch = fetch_code,
    .draw = draw_code,
    .end = end_code,
    .run = run_blocks,
    .end_streams = end_streams,
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
