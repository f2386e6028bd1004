// Chooses registers for values and writes loads and stores. A run is written once for each of the
// eight vectors of a block, one vector after the other, so registers hold values of one vector at a
// time.

#include <algorithm>
#include <cstddef>

#include "base/dtype.h"
#include "encoder/opcodes_impl.h"
#include "encoder/run_impl.h"

namespace weft::encoder {

using kernels::ChainAction;
using kernels::ChainForm;
using kernels::ChainInstruction;
using kernels::ChainOp;
using kernels::ChainPlace;
using kernels::ChainVerb;

namespace {

constexpr int kVectors = 8;  // vectors in a block; a chain passes them in registers 0 to 7
// The general register with the address of the slots, and those for addresses of arrays. The
// addresses of further arrays are loaded into rax where they are used.
constexpr uint8_t kSlots = kRcx;
constexpr uint8_t kArrays[] = {kRdx, kR8, kR9, kR10, kR11};
// This many registers must stay free when a value is kept: an instruction needs temporaries, and
// with mask registers, kept masks may have to become lanes.
constexpr int kReserve = 5, kReserveWithMasks = 9;
constexpr int kMaskReserve = 3;

// Where the address of operand `which` of the run's instruction `number` lies, relative to rdi.
int32_t address_of(size_t number, int which) {
  return static_cast<int32_t>(number * sizeof(ChainOp) + offsetof(ChainOp, operand)) +
         which * static_cast<int32_t>(sizeof(char*));
}
static_assert(offsetof(ChainOp, function) == 0, "a run jumps to what rdi points to");

// Formulas and loads read operands as values; stores write them.
bool reads_values(const ChainInstruction& instruction) {
  return instruction.action.verb == ChainVerb::kFormula ||
         instruction.action.verb == ChainVerb::kLoad;
}
bool is_store(const ChainInstruction& instruction) {
  return instruction.action.verb == ChainVerb::kStore;
}
// Would a load from memory give the register's bits back? Narrow dtypes round.
bool keeps_lanes(const ChainInstruction& store) {
  const DType dtype = store.action.dtype;
  return store.action.place == ChainPlace::kSlot || dtype == DType::kFloat32 ||
         dtype == DType::kInt32 || dtype == DType::kUInt32;
}

}  // namespace

// Registers that the instruction set does not have count as taken.
Registers::Registers(int vectors, std::vector<int8_t> order) : order_(std::move(order)) {
  std::fill(vectors_ + vectors, std::end(vectors_), 1);
}
// Takes the first free register. If there is none, the run is given up, and any register serves
// until then.
Value Registers::take() {
  const auto found =
      std::ranges::find_if(order_, [&](int8_t number) { return vectors_[number] == 0; });
  if (found == order_.end()) is_exhausted_ = true;
  const Value value = {found == order_.end() ? order_.front() : *found};
  share(value);
  return value;
}
Value Registers::take_mask() {
  const int* found = std::find(masks_ + 1, std::end(masks_), 0);
  if (found == std::end(masks_)) is_exhausted_ = true, --found;
  const Value value = {static_cast<int8_t>(found - masks_), true};
  share(value);
  return value;
}
int Registers::free_vectors() const {
  return static_cast<int>(
      std::ranges::count_if(order_, [&](int8_t number) { return vectors_[number] == 0; }));
}
int Registers::free_masks() const {
  return static_cast<int>(std::count(masks_ + 1, std::end(masks_), 0));
}

// Operand numbers index the tables of known values.
Run::Run(Assembler& to, std::span<const ChainInstruction> chain, size_t begin, size_t end,
         bool is_wide)
    : to_(to),
      chain_(chain),
      begin_(begin),
      end_(end),
      is_wide_(is_wide),
      bytes_(is_wide ? 64 : 32) {
  int16_t operands = 0;
  for (const ChainInstruction& instruction : chain)
    for (const int16_t operand : instruction.operand)
      operands = std::max(operands, static_cast<int16_t>(operand + 1));
  known_.resize(static_cast<size_t>(operands));
  until_.resize(static_cast<size_t>(operands));
}

// For each store: which later instruction of the run reads the value last, and does anything behind
// the run read it? The search ends where the operand is stored again.
void Run::find_lives() {
  lives_.resize(end_);
  for (size_t i = begin_; i < end_; ++i) {
    if (!is_store(chain_[i])) continue;
    const int16_t stored = chain_[i].operand[0];
    for (size_t j = i + 1; j < chain_.size(); ++j) {
      if (reads_values(chain_[j]) && std::ranges::count(chain_[j].operand, stored) > 0) {
        if (j < end_)
          lives_[i].last_read = static_cast<int>(j);
        else
          lives_[i].is_read_behind = true;
      }
      if (is_store(chain_[j]) && chain_[j].operand[0] == stored) break;
    }
  }
}

// Loads the addresses that all vectors use once, at the beginning of the run. All slots lie in one
// block of memory, so one address serves them all.
void Run::find_bases() {
  size_t free = 0;
  for (size_t i = begin_; i < end_; ++i)
    for (int which = 0; which < 2; ++which) {
      const int16_t operand = chain_[i].operand[which];
      if (operand < 0) continue;
      if (!chain_[i].is_array[which]) {
        if (slot_ < 0) to_.load_pointer(kSlots, kRdi, address_of(i - begin_, which));
        if (slot_ < 0) slot_ = operand;
        continue;
      }
      if (std::ranges::find(bases_, operand, &Base::operand) != bases_.end() ||
          free == std::size(kArrays))
        continue;
      to_.load_pointer(kArrays[free], kRdi, address_of(i - begin_, which));
      bases_.push_back({operand, kArrays[free++]});
    }
}

// Does the chain read the accumulator with which the run begins? Not if the first instruction loads
// it.
bool Run::reads_accumulator_first() const {
  const auto first = std::find_if(chain_.begin() + static_cast<ptrdiff_t>(begin_), chain_.end(),
                                  [](const ChainInstruction& instruction) {
                                    return instruction.action.verb != ChainVerb::kFetch;
                                  });
  return first == chain_.end() || first->action.verb != ChainVerb::kLoad;
}
// Does anything behind the run read the accumulator with which it ends?
bool Run::is_accumulator_read_behind() const {
  const auto next = std::find_if(chain_.begin() + static_cast<ptrdiff_t>(end_), chain_.end(),
                                 [](const ChainInstruction& instruction) {
                                   return instruction.action.verb != ChainVerb::kFetch;
                                 });
  return next != chain_.end() && next->action.verb != ChainVerb::kLoad &&
         next->action.verb != ChainVerb::kDraw;
}

// A function: addresses, then the instructions for each vector, then the jump to what follows.
bool Run::write() {
  to_.begin();
  find_lives();
  find_bases();
  for (int vector = 0; vector < kVectors; ++vector)
    if (!write_vector(vector)) return false;
  to_.jump_behind(static_cast<int32_t>((end_ - begin_) * sizeof(ChainOp)));
  return true;
}

bool Run::write_vector(int vector) {
  vector_ = vector;
  const bool enters = reads_accumulator_first(), leaves = is_accumulator_read_behind();
  // The registers of other vectors (0 to 7) may be used too, unless such a vector still waits there
  // for its turn or already has its result there.
  std::vector<int8_t> order = {static_cast<int8_t>(vector)};
  const int all = is_wide_ ? 32 : 16;
  for (int8_t number = kVectors; number < all; ++number) order.push_back(number);
  for (int8_t number = 0; number < kVectors; ++number)
    if (number != vector && !(number > vector ? enters : leaves)) order.push_back(number);
  Registers registers(all, order);
  registers_ = &registers;
  std::ranges::fill(known_, Value{});
  accumulator_ = {};
  if (enters) hold(registers.take());
  for (at_ = begin_; at_ < end_; ++at_) write_instruction(at_);
  // The result must be in the register in which the next instruction expects this vector.
  const int number = leaves ? lanes_of(accumulator_) : vector;
  if (number != vector) to_.vector(kMove, vector, 0, Place::reg(number));
  return !registers.is_exhausted();
}

void Run::write_instruction(size_t at) {
  const ChainInstruction& instruction = chain_[at];
  switch (instruction.action.verb) {
    case ChainVerb::kLoad: load(instruction); break;
    case ChainVerb::kStore: store(at); break;
    case ChainVerb::kCast: cast(instruction.action); break;
    case ChainVerb::kRound: round(instruction.action.dtype); break;
    case ChainVerb::kFetch: fetch(instruction); break;
    default: formula(instruction);
  }
  // Temporaries end with the instruction, and kept values with their last reader.
  for (const Value value : temporaries_) registers_->drop(value);
  temporaries_.clear();
  for (const int16_t operand : instruction.operand)
    if (operand >= 0 && known_[static_cast<size_t>(operand)] &&
        until_[static_cast<size_t>(operand)] <= static_cast<int>(at))
      keep(operand, {});
}

// ---- operands

// The address of this vector in an operand; `scale` is the size of an array's element, and 0 for a
// slot.
Place Run::address(const ChainInstruction& instruction, int which, int scale) {
  const int16_t operand = instruction.operand[which];
  if (!instruction.is_array[which]) {
    constexpr int kLaneBytes = 4;
    const int64_t block = kernels::chain_block() * kLaneBytes;
    return Place::memory(kSlots, 0, (operand - slot_) * block + vector_ * bytes_);
  }
  const auto base = std::ranges::find(bases_, operand, &Base::operand);
  if (base == bases_.end()) to_.load_pointer(kRax, kRdi, address_of(at_ - begin_, which));
  const int general = base == bases_.end() ? int{kRax} : base->general;
  return Place::memory(general, scale, vector_ * bytes_ / 4 * scale);
}

// An operand with lanes of four bytes, or one element for all lanes.
Place Run::operand(const ChainInstruction& instruction, int which) {
  Value& known = known_[static_cast<size_t>(instruction.operand[which])];
  if (known) return Place::reg(lanes_of(known));
  Place place = address(instruction, which, 4);
  // A scalar is one element of a slot: with EVEX it is broadcast by the instruction that uses it.
  const ChainForm form = instruction.action.form;
  if (form == ChainForm::kAccumulatorScalar || form == ChainForm::kScalarAccumulator) {
    place.offset -= vector_ * bytes_;
    place.is_broadcast = true;
    if (is_wide_) return place;
    const Value all = temporary();
    to_.vector(kBroadcast, all.number, 0, place);
    return Place::reg(all.number);
  }
  return instruction.is_array[which] && place.number == kRax ? Place::reg(in_register(place))
                                                             : place;
}

// Loads an operand into a temporary if it is in memory.
int Run::in_register(const Place& place) {
  if (place.kind == Place::kRegister) return place.number;
  const Value value = temporary();
  Place all = place;
  all.is_broadcast = false;
  to_.vector(place.is_broadcast ? kBroadcast : kLoad, value.number, 0, all);
  return value.number;
}

// A mask as lanes: all ones where it is set, else zeros. The value then is in that register.
int Run::lanes_of(Value& value) {
  if (!value.is_mask) return value.number;
  const Value lanes = registers_->take();
  to_.vector(kMaskToLanes, lanes.number, 0, Place::reg(value.number));
  registers_->drop(value);
  value = lanes;
  return lanes.number;
}

// A value, or lanes at `place`, as a mask register.
int Run::mask_of(Value value, const Place& place) {
  if (value.is_mask) return value.number;
  const int lanes = in_register(place);
  const Value mask = temporary_mask();
  to_.vector(kLanesToMask, mask.number, 0, Place::reg(lanes));
  return mask.number;
}

Value Run::temporary() {
  temporaries_.push_back(registers_->take());
  return temporaries_.back();
}
Value Run::temporary_mask() {
  temporaries_.push_back(registers_->take_mask());
  return temporaries_.back();
}

// `value` becomes the accumulator; its register is now shared by the accumulator.
void Run::hold(Value value) {
  if (accumulator_) registers_->drop(accumulator_);
  accumulator_ = value;
}
// Notes that a register also holds an operand's value; an empty value ends that.
void Run::keep(int16_t operand, Value value) {
  Value& known = known_[static_cast<size_t>(operand)];
  if (value) registers_->share(value);
  if (known) registers_->drop(known);
  known = value;
}

// ---- loads and stores

// A value that is still in a register is not loaded again.
void Run::load(const ChainInstruction& instruction) {
  const Value known = known_[static_cast<size_t>(instruction.operand[0])];
  if (known) {
    registers_->share(known);
    hold(known);
    return;
  }
  hold({});
  hold(registers_->take());
  const ChainAction& action = instruction.action;
  if (action.place == ChainPlace::kSlot)
    to_.vector(kLoad, accumulator_.number, 0, address(instruction, 0, 0));
  else
    load_array(action.dtype, address(instruction, 0, static_cast<int>(size_of(action.dtype))));
}

void Run::load_array(DType dtype, const Place& from) {
  const int to = accumulator_.number;
  switch (dtype) {
    case DType::kBool:
      to_.vector(kWidenBytes, to, 0, from);
      // A bool byte becomes lanes of ones and zeros with AVX2, and a mask with AVX-512.
      if (!is_wide_) return to_.vector(kIsGreaterInts, to, to, to_.constant(0));
      hold(registers_->take_mask());
      return to_.vector(kAnyBits, accumulator_.number, to, Place::reg(to));
    case DType::kUInt8: return to_.vector(kWidenBytes, to, 0, from);
    case DType::kInt8: return to_.vector(kWidenSignedBytes, to, 0, from);
    case DType::kUInt16: return to_.vector(kWidenWords, to, 0, from);
    case DType::kInt16: return to_.vector(kWidenSignedWords, to, 0, from);
    case DType::kFloat16: return to_.vector(kWidenFloat16, to, 0, from);
    case DType::kBFloat16:
      to_.vector(kWidenWords, to, 0, from);
      return to_.vector(kShift, kShiftLeft, to, Place::reg(to), 16);
    default: return to_.vector(kLoad, to, 0, from);
  }
}

// A value that the run reads again stays in its register, if there is room. Then a slot is written
// only if something behind the run reads it; an array is always written.
void Run::store(size_t at) {
  const ChainInstruction& instruction = chain_[at];
  const ChainAction& action = instruction.action;
  const int16_t operand = instruction.operand[0];
  const Life& life = lives_[at];
  if (accumulator_.is_mask && registers_->free_masks() <= kMaskReserve) lanes_of(accumulator_);
  const bool is_kept = life.last_read >= 0 && keeps_lanes(instruction) &&
                       (accumulator_.is_mask ||
                        registers_->free_vectors() > (is_wide_ ? kReserveWithMasks : kReserve));
  keep(operand, is_kept ? accumulator_ : Value{});
  until_[static_cast<size_t>(operand)] = life.last_read;
  if (action.place == ChainPlace::kArray)
    store_array(action, address(instruction, 0, static_cast<int>(size_of(action.dtype))));
  else if (life.is_read_behind || (life.last_read >= 0 && !is_kept))
    to_.vector(kStore, lanes_of(accumulator_), 0, address(instruction, 0, 0));
}

void Run::store_array(const ChainAction& action, const Place& to) {
  const int from = lanes_of(accumulator_);
  switch (action.dtype) {
    case DType::kBool: {
      const int bit = temporary().number;
      to_.vector(kAnd, bit, from, to_.constant(1));
      return to_.vector(kStoreBytes, bit, 0, to);
    }
    case DType::kFloat16: return to_.vector(kStoreFloat16, from, 0, to, 0);
    case DType::kBFloat16: {
      const int narrow = temporary().number;
      to_bfloat16(narrow, from);
      if (is_wide_) return to_.vector(kStoreWords, narrow, 0, to);
      // AVX2 packs within each half of the register; the permutation brings both results together.
      to_.vector(kPackWords, narrow, narrow, Place::reg(narrow));
      constexpr uint8_t kLowOfHalves = 0x08;  // of four quarters, the first and the third
      to_.vector(kPermuteQuarters, narrow, 0, Place::reg(narrow), kLowOfHalves);
      return to_.store_half(narrow, to);
    }
    default: return to_.vector(kStore, from, 0, to);
  }
}

// One cache line for each vector, until the lines of the whole block are prefetched.
void Run::fetch(const ChainInstruction& instruction) {
  constexpr int kAhead = 2048, kLine = 64;  // as in kernels/tiles/chain.isa.cpp
  const int size = static_cast<int>(size_of(instruction.action.dtype));
  if (vector_ * kLine >= size * kernels::chain_block()) return;
  Place place = address(instruction, 0, size);
  place.offset = kAhead + vector_ * kLine;
  to_.prefetch(place);
}

}  // namespace weft::encoder
