// The derivation of chains: a register allocator with one accumulator. It walks over the steps;
// each takes one operand from the accumulator and reads the others from arrays or slots, and its
// result is the next accumulator. A value that is needed again is spilled to a slot.
#include "executor/lowering/chain.h"

#include <algorithm>

#include "executor/lowering/control.h"
#include "executor/lowering/row_tiles.h"
#include "kernels/elementwise/formula_ids.h"
#if WEFT_ENCODER
#include "encoder/chain_encoder.h"
#endif

namespace weft::executor {

using kernels::ChainAction;
using kernels::ChainForm;
using kernels::ChainInstruction;
using kernels::ChainPlace;
using kernels::ChainVerb;
using kernels::FormulaId;

namespace {

// Arrays with more bytes than this do not stay in caches until they are read again, so stores
// bypass the caches.
constexpr int64_t kStreamedBytes = int64_t{48} << 20;
// Arrays with fewer bytes than this stay in the caches of cores: prefetching them costs more than
// it gives.
constexpr int64_t kFetchedBytes = int64_t{2} << 20;

// Fewer elements are computed before machine code for them is written.
[[maybe_unused]] constexpr int64_t kEncodedElements = 1024;

// Is it one costly formula on halves? As a step on tiles it passes float32 values through memory; a
// chain keeps them in registers.
bool is_long_of_halves(const TileCode& code) {
  constexpr int kLongCost = 6;
  if (code.formulas.empty()) return false;
  const FormulaId formula = code.formulas[0];
  return formula != FormulaId::kCount && is_half(code.dtypes[0]) &&
         kernels::cost_of(formula) >= kLongCost;
}

// Builds the chain of one program. Values are numbers: first the externals, then the results of
// steps in their order.
class Chaining {
 public:
  Chaining(TileCode& code, int64_t bytes)
      : code_(code), externals_(code.externals()), slots_(code.externals()), bytes_(bytes) {}

  // False: some step has no instruction, or the chain is too long.
  bool run() {
    number_values();
    if (bytes_ > kFetchedBytes) fetch_inputs();
    if (bytes_ > kStreamedBytes && !code_.streams) fetch_outputs();
    for (size_t s = 0; s < code_.steps.size(); ++s)
      if (!add_step(s)) return false;
    return chain().size() <= kernels::kMaxChain;
  }
  int operands() const { return slots_; }

 private:
  // What is known about a value while the chain is built.
  struct Value {
    DType dtype;
    int uses = 0;           // reads that are still to come
    int16_t external = -1;  // an array that holds it, or -1
    int16_t slot = -1;      // a slot that holds it, or -1
  };
  // An operand that is read from memory.
  struct Source {
    int16_t operand;
    bool is_array, is_scalar;
  };

  std::vector<ChainInstruction>& chain() { return code_.chain; }

  // Follows operand numbers to values: numbers of temporaries are reused, values are not.
  void number_values() {
    std::vector<int> current(code_.dtypes.size(), -1);
    for (int e = 0; e < externals_; ++e) {
      values_.push_back({code_.dtypes[static_cast<size_t>(e)]});
      values_.back().external = static_cast<int16_t>(e);
      current[static_cast<size_t>(e)] = e;
    }
    for (const kernels::TileStep& step : code_.steps) {
      std::vector<int> in;
      for (const int16_t operand : step.in)
        if (operand >= 0 && step.kernel) in.push_back(current[static_cast<size_t>(operand)]);
      for (const int value : in) ++values_[static_cast<size_t>(value)].uses;
      in_.push_back(std::move(in));
      current[static_cast<size_t>(step.out)] = static_cast<int>(values_.size());
      values_.push_back({code_.dtypes[static_cast<size_t>(step.out)]});
    }
  }

  // Prefetches inputs, except those that repeat in every row: these stay in the cache anyway.
  void fetch_inputs() {
    for (int e = 0; e < static_cast<int>(code_.inputs); ++e) {
      const bool repeats = code_.loop.rows > 1 && code_.loop.row_stride[e] == 0;
      if (value(e).uses > 0 && !is_scalar(e) && !repeats) fetch(e);
    }
  }

  // Prefetches outputs: a store that does not bypass the caches makes the processor read the line
  // first.
  void fetch_outputs() {
    for (int e = code_.first_buffer() - static_cast<int>(code_.outputs); e < code_.first_buffer();
         ++e) {
      fetch(e);
      code_.chain_reads &= ~(1u << e);
    }
  }

  void fetch(int external) {
    emit({ChainVerb::kFetch, value(external).dtype},
         {{static_cast<int16_t>(external), true, false}});
  }

  Value& value(int id) { return values_[static_cast<size_t>(id)]; }
  // Does the value repeat along the row (one element, or one row of a joined loop)?
  bool is_scalar(int id) {
    const int16_t e = value(id).external;
    return e >= 0 && (code_.chain_scalars >> e & 1);
  }
  // Is it a row that repeats in a loop whose rows are joined?
  bool is_pattern(int id) {
    const int16_t e = value(id).external;
    return e >= 0 && (code_.chain_patterns >> e & 1);
  }
  // Can a formula read the value straight from memory? Slots, scalars, and arrays of four-byte
  // elements; other arrays have to be loaded and converted.
  bool is_readable(int id) {
    const Value& v = value(id);
    return v.slot >= 0 || is_scalar(id) || (v.external >= 0 && size_of(v.dtype) == 4);
  }

  // Appends an instruction; false if this instruction set has none for the action.
  bool emit(const ChainAction& action, std::initializer_list<Source> sources = {}) {
    ChainInstruction instruction;
    instruction.action = action;
    instruction.function = kernels::chain_function(action);
    int i = 0;
    for (const Source& source : sources) {
      instruction.operand[i] = source.operand;
      instruction.is_array[i++] = source.is_array;
      if (source.is_array) code_.chain_reads |= 1u << source.operand;
      if (source.is_scalar) code_.chain_blocks |= 1u << source.operand;
    }
    chain().push_back(instruction);
    return instruction.function != nullptr;
  }

  // Where a value that is not the accumulator is read.
  Source source_of(int id) {
    const Value& v = value(id);
    if (v.slot >= 0) return {v.slot, false, false};
    return {v.external, !is_scalar(id), is_scalar(id)};
  }

  // Stores the accumulator into a free slot.
  void spill() {
    Value& v = value(accumulator_);
    if (free_.empty()) free_.push_back(static_cast<int16_t>(slots_++));
    v.slot = free_.back();
    free_.pop_back();
    emit({ChainVerb::kStore, v.dtype, v.dtype, ChainPlace::kSlot}, {{v.slot, false, false}});
  }
  // Called before the accumulator is overwritten: spills it if it is still needed and nowhere in
  // memory.
  void keep_accumulator() {
    if (accumulator_ >= 0 && value(accumulator_).uses > 0 && !is_readable(accumulator_)) spill();
  }

  // Makes the value the accumulator.
  bool load(int id) {
    keep_accumulator();
    accumulator_ = id;
    const Source source = source_of(id);
    const DType dtype = value(id).dtype;
    return emit(
        {ChainVerb::kLoad, dtype, dtype, source.is_array ? ChainPlace::kArray : ChainPlace::kSlot},
        {source});
  }

  // Chooses the operand that is the accumulator when the formula starts: `position` among its
  // operands. Operands that cannot be read from memory have to be loaded; else it is the present
  // accumulator if that is an operand, else the first operand that is no scalar.
  bool hold_one(const std::vector<int>& in, size_t& position) {
    for (const int id : in)
      if (!is_readable(id) && id != accumulator_ && !load(id)) return false;
    const auto found = std::ranges::find(in, accumulator_);
    if (found != in.end()) {
      position = static_cast<size_t>(found - in.begin());
      return true;
    }
    position = 0;
    while (position + 1 < in.size() && is_scalar(in[position])) ++position;
    return load(in[position]);
  }

  // Adds the instructions of one step; false if there is no instruction for it.
  bool add_step(size_t s) {
    if (!code_.steps[s].kernel) return add_draw(s);
    const std::vector<int>& in = in_[s];
    for (const int id : in)
      if (is_scalar(id) && !kernels::chain_takes_scalar(value(id).dtype)) return false;
    size_t position = 0;
    if (!hold_one(in, position)) return false;
    for (const int id : in) --value(id).uses;
    const bool is_pair = in.size() == 2 && in[0] == in[1];
    // The accumulator is an operand twice, and the formula has no form for that.
    const bool is_read_twice = std::ranges::count(in, accumulator_) > 1 &&
                               !(is_pair && has_form(s, ChainForm::kAccumulatorAccumulator));
    if (!is_readable(accumulator_) && (value(accumulator_).uses > 0 || is_read_twice)) spill();
    if (!apply(s, position, is_read_twice)) return false;
    for (const int id : in) release(id);
    accumulator_ = externals_ + static_cast<int>(s);
    return store(s);
  }

  // A draw overwrites the accumulator with random numbers.
  bool add_draw(size_t s) {
    keep_accumulator();
    accumulator_ = externals_ + static_cast<int>(s);
    emit({ChainVerb::kDraw});
    chain().back().draw = code_.steps[s].in[0];
    return code_.draws.size() <= kernels::kMaxChainDraws && store(s);
  }

  // Frees the value's slot after its last use.
  void release(int id) {
    Value& v = value(id);
    if (v.uses > 0 || v.slot < 0) return;
    free_.push_back(v.slot);
    v.slot = -1;
  }

  DType dtype_of(size_t s) { return value(in_[s].back()).dtype; }
  // The action of a step's formula in one form.
  ChainAction form(size_t s, ChainForm form) {
    return {.verb = ChainVerb::kFormula,
            .dtype = dtype_of(s),
            .formula = code_.formulas[s],
            .form = form};
  }
  bool has_form(size_t s, ChainForm which) {
    return code_.formulas[s] != FormulaId::kCount &&
           kernels::chain_function(form(s, which)) != nullptr;
  }

  static bool is_float_in_register(DType dtype) {
    return dtype == DType::kFloat32 || is_half(dtype);
  }
  // Is the result only stored, never read? The store itself rounds to a half.
  bool is_only_stored(size_t s) {
    return code_.steps[s].out < externals_ && value(externals_ + static_cast<int>(s)).uses == 0;
  }

  // In the accumulator a half is a float32, so a cast between these is nothing but a rounding.
  bool apply_cast(DType from, DType to) {
    if (is_float_in_register(from) && is_float_in_register(to)) return true;
    return emit({ChainVerb::kCast, from, to});
  }

  // The formula or cast of a step. A result that is a half is rounded, as if it had been stored, so
  // that the bits are those of steps on tiles.
  bool apply(size_t s, size_t position, bool is_read_twice) {
    const DType out = value(externals_ + static_cast<int>(s)).dtype;
    const bool is_cast = code_.formulas[s] == FormulaId::kCount;
    const bool done =
        is_cast ? apply_cast(dtype_of(s), out) : apply_formula(s, position, is_read_twice);
    if (!done) return false;
    return !is_half(out) || is_only_stored(s) || (is_cast && dtype_of(s) == out) ||
           emit({ChainVerb::kRound, out});
  }

  // Emits the formula in the form that fits its operands.
  bool apply_formula(size_t s, size_t position, bool is_read_twice) {
    const std::vector<int>& in = in_[s];
    const auto general =
        static_cast<ChainForm>(static_cast<size_t>(ChainForm::kAccumulatorFirst) + position);
    if (in.size() == 1) return emit(form(s, general));
    if (in.size() == 3)
      return emit(form(s, general),
                  {source_of(in[position == 0 ? 1 : 0]), source_of(in[position == 2 ? 1 : 2])});
    if (in[0] == in[1] && !is_read_twice) return emit(form(s, ChainForm::kAccumulatorAccumulator));
    Source other = source_of(in[1 - position]);
    const ChainForm spread =
        position == 0 ? ChainForm::kAccumulatorScalar : ChainForm::kScalarAccumulator;
    const bool takes_scalar =
        other.is_scalar && !is_pattern(in[1 - position]) && has_form(s, spread);
    other.is_scalar = other.is_scalar && !takes_scalar;  // one element is enough, no block
    return emit(form(s, takes_scalar ? spread : general), {other});
  }

  // Does an end of the region read this array soon? Then it stays in the cache.
  bool is_read_again(int16_t external) const {
    if (code_.row_end && code_.row_end->source == external) return true;
    return std::ranges::any_of(code_.reductions, [&](const kernels::TileReduction& reduction) {
      return reduction.source == external;
    });
  }

  // Stores a result that is an output. Later steps read it from the array, unless the store
  // bypasses the caches.
  bool store(size_t s) {
    const int16_t out = code_.steps[s].out;
    if (out >= externals_) return true;
    Value& v = value(accumulator_);
    const bool is_there = emit({ChainVerb::kStore, v.dtype}, {{out, true, false}});
    code_.chain_reads &= ~(1u << out);
    code_.chain_writes |= 1u << out;
    if (code_.streams) {
      if (out < code_.first_buffer() && !is_read_again(out))
        chain().back().streaming = kernels::chain_streaming_store(v.dtype);
    } else {
      v.external = out;
    }
    return is_there;
  }

  TileCode& code_;
  const int externals_;
  int slots_;            // operand numbers in use
  const int64_t bytes_;  // of all arrays of full size
  std::vector<Value> values_;
  std::vector<std::vector<int>> in_;  // by step: the values it reads
  std::vector<int16_t> free_;         // free slots
  int accumulator_ = -1;              // the value in the accumulator, or -1
};

#if WEFT_ENCODER
// Casts `const` away: the code belongs to the plan that is being made, and nobody else has its
// address yet.
void add_chain(const TileCode& of, encoder::ChainEncoder& encoder,
               std::vector<TileCode*>& encoded) {
  auto& code = const_cast<TileCode&>(of);
  if (code.shape.elements() >= kEncodedElements && encoder.add(code.chain))
    encoded.push_back(&code);
}
// All chains of the plan, also those of row tiles and bodies.
void add_chains(Plan& plan, encoder::ChainEncoder& encoder, std::vector<TileCode*>& encoded) {
  for (PlanStep& step : plan.steps) {
    if (step.code) add_chain(*step.code, encoder, encoded);
    if (step.row_tiles)
      for (const RowTileStep& own : step.row_tiles->steps)
        for (const RowTileCode& code : own.codes) add_chain(*code.code, encoder, encoded);
    if (step.control) {
      auto& control = const_cast<ControlPlan&>(*step.control);
      add_chains(control.body, encoder, encoded);
      add_chains(control.otherwise, encoder, encoded);
    }
  }
}
#endif

}  // namespace

void set_chain(TileCode& code, std::span<const TensorView> externals) {
  code.chain.clear();
  code.encoded = nullptr;
  code.chain_scalars = code.chain_patterns = code.chain_blocks = 0;
  code.chain_reads = code.chain_writes = 0;
  // Short rows that follow one another are joined into one: what repeats in each row is then a
  // pattern.
  const bool joins_rows = !code.has_end() && kernels::joins_rows(code.loop);
  code.chain_period = joins_rows ? code.loop.cols : 0;
  int64_t bytes = 0;
  for (size_t e = 0; e < externals.size(); ++e) {
    const bool is_scalar = code.loop.col_stride[e] == 0;
    const bool is_pattern = !is_scalar && joins_rows && code.loop.row_stride[e] == 0;
    if (is_pattern) code.chain_patterns |= 1u << e;
    if (is_scalar || is_pattern)
      code.chain_scalars |= 1u << e;
    else if (e < static_cast<size_t>(code.first_buffer()))
      bytes += code.shape.elements() * size_of(externals[e].dtype);
  }
  const bool is_aligned = code.row_end ? code.row_end->cols % kernels::chain_block() == 0
                                       : code.reductions.empty() || code.reduce.is_aligned;
  code.streams = bytes > kStreamedBytes && is_aligned;
  const bool is_single = code.steps.size() < 2 && !code.has_end() && !is_long_of_halves(code);
  if (!joins_rows && (is_single || !kernels::fits_chain(code.loop))) return;
  Chaining chaining(code, bytes);
  if (!chaining.run()) {
    code.chain.clear();
    return;
  }
  code.chain_operands = chaining.operands();
}

void encode_chains([[maybe_unused]] Plan& plan) {
#if WEFT_ENCODER
  if (!encoder::ChainEncoder::is_here()) return;
  encoder::ChainEncoder encoder;
  std::vector<TileCode*> encoded;
  add_chains(plan, encoder, encoded);
  const std::shared_ptr<const encoder::Executable> executable = encoder.finish();
  for (TileCode* const code : encoded) code->encoded = executable;
#endif
}

}  // namespace weft::executor
