// One run of instructions on its way to machine code.
#pragma once

#include <span>
#include <vector>

#include "encoder/assembler.h"
#include "kernels/tiles/chain.h"

namespace weft::encoder {

// Has an instruction a translation?
bool is_encodable(const kernels::ChainInstruction& instruction, bool is_wide);

// A register with a value.
struct Value {
  int8_t number = -1;
  bool is_mask = false;  // one bit a lane, in a mask register; else lanes
  explicit operator bool() const { return number >= 0; }
};

// Which registers are taken, and how often. Of masks, 0 means "no mask" in instructions.
class Registers {
 public:
  static constexpr int kMasks = 8;
  Registers(int vectors, std::vector<int8_t> order);
  Value take();
  Value take_mask();
  void share(Value value) { ++uses(value); }
  void drop(Value value) { --uses(value); }
  int free_vectors() const;
  int free_masks() const;
  bool is_exhausted() const { return is_exhausted_; }

 private:
  int& uses(Value value) { return value.is_mask ? masks_[value.number] : vectors_[value.number]; }
  const std::vector<int8_t> order_;  // in which vectors are taken
  int vectors_[32] = {};
  int masks_[kMasks] = {};
  bool is_exhausted_ = false;
};

// Writes [begin, end) of a chain, for one of the eight vectors after the other.
class Run {
 public:
  Run(Assembler& to, std::span<const kernels::ChainInstruction> chain, size_t begin, size_t end,
      bool is_wide);
  // False where registers do not suffice; what was written then is of no use.
  bool write();

 private:
  using Instruction = kernels::ChainInstruction;
  // Of a value that is stored: the last instruction of the run that reads it, and is it read
  // behind?
  struct Life {
    int last_read = -1;
    bool is_read_behind = false;
  };
  struct Base {
    int16_t operand;
    uint8_t general;
  };

  void find_lives();
  void find_bases();
  bool reads_accumulator_first() const;
  bool is_held_read_behind() const;
  bool write_vector(int vector);
  void write_instruction(size_t at);

  // Operands.
  Place address(const Instruction& instruction, int which, int scale);
  Place operand(const Instruction& instruction, int which);
  int in_register(const Place& place);
  int lanes_of(Value& value);
  int mask_of(Value value, const Place& place);
  Value temporary();
  Value temporary_mask();
  void hold(Value value);
  void keep(int16_t operand, Value value);

  // Instructions.
  void load(const Instruction& instruction);
  void load_array(DType dtype, const Place& from);
  void store(size_t at);
  void store_array(const kernels::ChainAction& action, const Place& to);
  void cast(const kernels::ChainAction& action);
  void round(DType dtype);
  void fetch(const Instruction& instruction);
  void formula(const Instruction& instruction);
  void unary(kernels::FormulaId formula);
  void binary(const kernels::ChainAction& action, const Place& a, const Place& b);
  void compare(uint8_t predicate, const Place& a, const Place& b);
  void extreme(Opcode op, const Place& a, const Place& b);
  void where(const Instruction& instruction);
  void to_bfloat16(int to, int from);
  void apply(Opcode op, const Place& a, const Place& b);

  Assembler& to_;
  const std::span<const Instruction> chain_;
  const size_t begin_, end_;
  const bool is_wide_;
  const int bytes_;  // of a vector

  std::vector<Life> lives_;   // of the instructions of the run
  std::vector<Base> bases_;   // of arrays
  int16_t slot_ = -1;         // an operand whose address kSlots has
  std::vector<Value> known_;  // by operand: a register that has its value, too
  std::vector<int> until_;    // by operand: until this instruction
  std::vector<Value> temporaries_;
  Registers* registers_ = nullptr;
  Value held_;
  int vector_ = 0;
  size_t at_ = 0;
};

}  // namespace weft::encoder
