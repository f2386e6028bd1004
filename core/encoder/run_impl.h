// One run of instructions while it becomes machine code: which value is in which register, and the
// instructions for one vector.
#pragma once

#include <span>
#include <vector>

#include "encoder/assembler.h"
#include "kernels/tiles/chain.h"

namespace weft::encoder {

// Does the encoder have instructions for this one?
bool is_encodable(const kernels::ChainInstruction& instruction, bool is_wide);

// A register that holds a value.
struct Value {
  int8_t number = -1;
  bool is_mask = false;  // in a mask register, one bit for each lane
  explicit operator bool() const { return number >= 0; }
};

// Which registers are taken, and by how many values. Mask register 0 is never taken: in
// instructions the number 0 means "no mask".
class Registers {
 public:
  static constexpr int kMasks = 8;
  Registers(int vectors, std::vector<int8_t> order);
  // A free register, which then has one user. After a take that found none, is_exhausted() is true.
  Value take();
  Value take_mask();
  // One user more, or fewer; a register without users is free.
  void share(Value value) { ++uses(value); }
  void drop(Value value) { --uses(value); }
  int free_vectors() const;
  int free_masks() const;
  bool is_exhausted() const { return is_exhausted_; }

 private:
  int& uses(Value value) { return value.is_mask ? masks_[value.number] : vectors_[value.number]; }
  const std::vector<int8_t> order_;  // the order in which vector registers are taken
  // Users of each register.
  int vectors_[32] = {};
  int masks_[kMasks] = {};
  bool is_exhausted_ = false;
};

// Writes the instructions [begin, end) of a chain, for one of the eight vectors after the other.
class Run {
 public:
  Run(Assembler& to, std::span<const kernels::ChainInstruction> chain, size_t begin, size_t end,
      bool is_wide);
  // False if the registers do not suffice; what was written is then not used.
  bool write();

 private:
  using Instruction = kernels::ChainInstruction;
  // For a store: the last instruction of the run that reads the value (-1: none), and whether an
  // instruction behind the run reads it.
  struct Life {
    int last_read = -1;
    bool is_read_behind = false;
  };
  // An array's operand number, and the general register with its address.
  struct Base {
    int16_t operand;
    uint8_t general;
  };

  void find_lives();
  void find_bases();
  bool reads_accumulator_first() const;
  bool is_accumulator_read_behind() const;
  bool write_vector(int vector);
  void write_instruction(size_t at);

  // Operands (see run.cpp).
  Place address(const Instruction& instruction, int which, int scale);
  Place operand(const Instruction& instruction, int which);
  int in_register(const Place& place);
  int lanes_of(Value& value);
  int mask_of(Value value, const Place& place);
  Value temporary();
  Value temporary_mask();
  void hold(Value value);
  void keep(int16_t operand, Value value);

  // Instructions, in run.cpp and run_formulas.cpp.
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
  const int bytes_;  // bytes of a vector

  std::vector<Life> lives_;         // for each instruction of the run
  std::vector<Base> bases_;         // arrays whose addresses are in registers
  int16_t slot_ = -1;               // the operand whose address is in kSlots
  std::vector<Value> known_;        // by operand: a register that holds its value, if any
  std::vector<int> until_;          // by operand: the last instruction that reads known_
  std::vector<Value> temporaries_;  // registers of the present instruction
  Registers* registers_ = nullptr;
  Value accumulator_;
  int vector_ = 0;  // the vector that is being written
  size_t at_ = 0;   // the present instruction
};

}  // namespace weft::encoder
