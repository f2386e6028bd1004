// Encodes formulas and conversions: the instructions that the compiler makes of kernels/formulas,
// in the same order, so that the bits are the same.

#include <bit>

#include "base/dtype.h"
#include "encoder/opcodes_impl.h"
#include "encoder/run_impl.h"
#include "kernels/elementwise/formula_ids.h"

namespace weft::encoder {

using kernels::ChainAction;
using kernels::ChainForm;
using kernels::ChainInstruction;
using kernels::ChainPlace;
using kernels::ChainVerb;
using kernels::FormulaId;

namespace {

constexpr uint32_t kSign = 0x80000000u;  // the sign bit of a float32
constexpr uint32_t kOne = std::bit_cast<uint32_t>(1.0f);

// Halves are float32 while they are in registers.
bool is_float_in_register(DType dtype) { return dtype == DType::kFloat32 || is_half(dtype); }
// Integer dtypes whose lanes are int32.
bool is_int_in_register(DType dtype) {
  return dtype == DType::kInt32 || dtype == DType::kInt16 || dtype == DType::kInt8 ||
         dtype == DType::kUInt16 || dtype == DType::kUInt8;
}

// Formulas of a few instructions. Long ones (exp, tanh) stay functions: the jump costs little
// beside them.
bool is_encodable_formula(const ChainAction& action) {
  switch (action.formula) {
    case FormulaId::kAdd:
    case FormulaId::kSubtract:
    case FormulaId::kMultiply:
    case FormulaId::kDivide:
    case FormulaId::kMaximum:
    case FormulaId::kMinimum:
    case FormulaId::kLess:
    case FormulaId::kLessEqual:
    case FormulaId::kGreater:
    case FormulaId::kGreaterEqual:
    case FormulaId::kEqual:
    case FormulaId::kNotEqual:
    case FormulaId::kNegative:
    case FormulaId::kAbsolute:
    case FormulaId::kSquare:
    case FormulaId::kRelu:
    case FormulaId::kSqrt:
    case FormulaId::kReciprocal:
    case FormulaId::kRsqrt: return is_float_in_register(action.dtype);
    case FormulaId::kWhere:
      return is_float_in_register(action.dtype) || action.dtype == DType::kInt32;
    case FormulaId::kLogicalAnd:
    case FormulaId::kLogicalOr:
    case FormulaId::kLogicalNot: return action.dtype == DType::kBool;
    default: return false;
  }
}

bool is_encodable_cast(const ChainAction& action) {
  const bool to_number = is_float_in_register(action.to) || action.to == DType::kInt32;
  if (action.dtype == DType::kBool) return to_number;
  if (is_int_in_register(action.dtype)) return to_number;
  return is_float_in_register(action.dtype) && action.to == DType::kBool;
}

// Predicates that give false for NaN, except "not equal".
uint8_t predicate_of(FormulaId formula) {
  switch (formula) {
    case FormulaId::kLess: return kIsLess;
    case FormulaId::kLessEqual: return kIsLessEqual;
    case FormulaId::kGreater: return kIsGreater;
    case FormulaId::kGreaterEqual: return kIsGreaterEqual;
    case FormulaId::kEqual: return kIsEqual;
    default: return kIsNotEqual;
  }
}

}  // namespace

bool is_encodable(const ChainInstruction& instruction, bool is_wide) {
  const ChainAction& action = instruction.action;
  switch (action.verb) {
    case ChainVerb::kFormula: return is_encodable_formula(action);
    case ChainVerb::kCast: return is_encodable_cast(action);
    case ChainVerb::kLoad:
    case ChainVerb::kRound:
    case ChainVerb::kFetch: return true;
    case ChainVerb::kStore:
      // Whether a store bypasses the caches is only known when the chain gets its addresses, so a
      // store that may do it is not encoded.
      if (action.place == ChainPlace::kSlot) return true;
      if (instruction.streaming) return false;
      return is_float_in_register(action.dtype) || action.dtype == DType::kInt32 ||
             (action.dtype == DType::kBool && is_wide);
    case ChainVerb::kDraw: return false;
  }
  return false;
}

// accumulator = op(a, b); only b may be in memory.
void Run::apply(Opcode op, const Place& a, const Place& b) {
  const int first = in_register(a);
  const Value to = registers_->take();
  to_.vector(op, to.number, first, b);
  hold(to);
}

// The form tells which operand is the accumulator.
void Run::formula(const ChainInstruction& instruction) {
  const ChainAction& action = instruction.action;
  if (action.formula == FormulaId::kWhere) return where(instruction);
  const Place accumulator = Place::reg(lanes_of(accumulator_));
  if (instruction.operand[0] < 0)
    return action.form == ChainForm::kAccumulatorAccumulator
               ? binary(action, accumulator, accumulator)
               : unary(action.formula);
  const Place other = operand(instruction, 0);
  const bool is_first =
      action.form == ChainForm::kAccumulatorFirst || action.form == ChainForm::kAccumulatorScalar;
  binary(action, is_first ? accumulator : other, is_first ? other : accumulator);
}

void Run::unary(FormulaId formula) {
  const Place accumulator = Place::reg(accumulator_.number);
  switch (formula) {
    case FormulaId::kNegative: return apply(kXor, accumulator, to_.constant(kSign));
    case FormulaId::kAbsolute: return apply(kAnd, accumulator, to_.constant(~kSign));
    case FormulaId::kSquare: return apply(kMultiplyFloats, accumulator, accumulator);
    case FormulaId::kLogicalNot: return apply(kXor, accumulator, to_.constant(~0u));
    case FormulaId::kReciprocal: return apply(kDivideFloats, to_.constant(kOne), accumulator);
    case FormulaId::kSqrt:
    case FormulaId::kRsqrt: {
      const Value root = registers_->take();
      to_.vector(kSquareRoot, root.number, 0, accumulator);
      hold(root);
      if (formula == FormulaId::kRsqrt)
        apply(kDivideFloats, to_.constant(kOne), Place::reg(root.number));
      return;
    }
    default: {  // relu
      const Value to = registers_->take();
      // "Not less than 0" is true for NaN, which therefore stays.
      const Value test = is_wide_ ? temporary_mask() : temporary();
      to_.vector(kCompare, test.number, accumulator.number, to_.constant(0), kIsNotLess);
      if (is_wide_)
        to_.vector(kMove, to.number, 0, accumulator, {test.number, true});
      else
        to_.vector(kAnd, to.number, test.number, accumulator);
      hold(to);
    }
  }
}

void Run::binary(const ChainAction& action, const Place& a, const Place& b) {
  switch (action.formula) {
    // The order does not matter, except for which of two NaNs the result is.
    case FormulaId::kAdd:
      return a.kind == Place::kRegister ? apply(kAddFloats, a, b) : apply(kAddFloats, b, a);
    case FormulaId::kMultiply:
      return a.kind == Place::kRegister ? apply(kMultiplyFloats, a, b)
                                        : apply(kMultiplyFloats, b, a);
    case FormulaId::kSubtract: return apply(kSubtractFloats, a, b);
    case FormulaId::kDivide: return apply(kDivideFloats, a, b);
    case FormulaId::kMaximum: return extreme(kMaximum, a, b);
    case FormulaId::kMinimum: return extreme(kMinimum, a, b);
    case FormulaId::kLogicalAnd: return apply(kAnd, a, b);
    case FormulaId::kLogicalOr: return apply(kOr, a, b);
    default: return compare(predicate_of(action.formula), a, b);
  }
}

// A comparison makes a mask with AVX-512, and lanes with AVX2.
void Run::compare(uint8_t predicate, const Place& a, const Place& b) {
  const int first = in_register(a);
  const Value to = is_wide_ ? registers_->take_mask() : registers_->take();
  to_.vector(kCompare, to.number, first, b, predicate);
  hold(to);
}

// The instruction gives its second operand if one is NaN. So a NaN in the first operand is put into
// the result.
void Run::extreme(Opcode op, const Place& a, const Place& b) {
  const int first = in_register(a);
  const Value to = registers_->take();
  to_.vector(op, to.number, first, b);
  const Value test = is_wide_ ? temporary_mask() : temporary();
  to_.vector(kCompare, test.number, first, Place::reg(first), kIsUnordered);
  if (is_wide_)
    to_.vector(kMove, to.number, 0, Place::reg(first), {test.number, false});
  else
    to_.vector(kSelect, to.number, to.number, Place::reg(first),
               static_cast<uint8_t>(test.number << 4));
  hold(to);
}

void Run::where(const ChainInstruction& instruction) {
  // The form tells which of the three operands is the accumulator; the others follow in order.
  const int accumulator =
      static_cast<int>(instruction.action.form) - static_cast<int>(ChainForm::kAccumulatorFirst);
  Value condition = accumulator_;
  Place places[3];
  for (int i = 0, which = 0; i < 3; ++i) {
    if (i == accumulator) {
      if (i > 0 || !accumulator_.is_mask) places[i] = Place::reg(lanes_of(accumulator_));
      continue;
    }
    const Value known = known_[static_cast<size_t>(instruction.operand[which])];
    if (i == 0) condition = known;
    if (i > 0 || !known.is_mask) places[i] = operand(instruction, which);
    ++which;
  }
  const int other = in_register(places[2]);
  const Value to = registers_->take();
  if (is_wide_) {
    const int mask = mask_of(condition, places[0]);
    to_.vector(kBlend, to.number, other, places[1], {mask, false});
  } else {
    const int mask = in_register(places[0]);
    to_.vector(kSelect, to.number, other, places[1], static_cast<uint8_t>(mask << 4));
  }
  hold(to);
}

// To bool: compare with 0. From bool: the number 1 where the mask is set. Between numbers: int32 to
// float32.
void Run::cast(const ChainAction& action) {
  if (is_float_in_register(action.dtype))  // to bool
    return compare(kIsNotEqual, Place::reg(lanes_of(accumulator_)), to_.constant(0));
  if (action.dtype == DType::kBool) {
    const Place one = to_.constant(action.to == DType::kInt32 ? 1 : kOne);
    if (!accumulator_.is_mask) return apply(kAnd, Place::reg(accumulator_.number), one);
    const Value lanes = registers_->take();
    to_.vector(kLoad, lanes.number, 0, one, {accumulator_.number, true});
    return hold(lanes);
  }
  if (action.to == DType::kInt32) return;
  const Value to = registers_->take();
  to_.vector(kToFloat, to.number, 0, Place::reg(accumulator_.number));
  hold(to);
}

// The value that a store in this half dtype and a load would give.
void Run::round(DType dtype) {
  const Value to = registers_->take();
  const int from = accumulator_.number;
  if (dtype == DType::kFloat16) {
    const int narrow = temporary().number;
    to_.vector(kStoreFloat16, from, 0, Place::reg(narrow), 0);
    to_.vector(kWidenFloat16, to.number, 0, Place::reg(narrow));
  } else {
    to_bfloat16(to.number, from);
    to_.vector(kShift, kShiftLeft, to.number, Place::reg(to.number), 16);
  }
  hold(to);
}

// Rounds to nearest even: adds 0x7fff plus the lowest bit that stays, then keeps the upper 16 bits.
// A NaN keeps its upper bits and becomes quiet (bit 0x40). The same as store_bfloat16 in
// kernels/simd/simd_memory.h.
void Run::to_bfloat16(int to, int from) {
  const int high = temporary().number;
  to_.vector(kShift, kShiftRight, high, Place::reg(from), 16);
  to_.vector(kAnd, to, high, to_.constant(1));
  to_.vector(kAddInts, to, to, Place::reg(from));
  to_.vector(kAddInts, to, to, to_.constant(0x7fff));
  to_.vector(kShift, kShiftRight, to, Place::reg(to), 16);
  const Value test = is_wide_ ? temporary_mask() : temporary();
  to_.vector(kCompare, test.number, from, Place::reg(from), kIsUnordered);
  if (is_wide_) {
    to_.vector(kOr, to, high, to_.constant(0x40), {test.number, false});
  } else {
    to_.vector(kOr, high, high, to_.constant(0x40));
    to_.vector(kSelect, to, to, Place::reg(high), static_cast<uint8_t>(test.number << 4));
  }
}

}  // namespace weft::encoder
