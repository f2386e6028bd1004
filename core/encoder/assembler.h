// Writes vector instructions of x86-64 as bytes: in the VEX form with 32-byte vectors, or in the
// EVEX form with 64-byte vectors, 32 registers and masks (Intel, Software Developer's Manual,
// volume 2, sections 2.3 and 2.7). Only the forms that chains need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::encoder {

// General registers that a function of a chain may change; rdi and rsi hold its arguments.
enum General : uint8_t { kRax = 0, kRcx = 1, kRdx = 2, kRsi = 6, kRdi = 7, kR8, kR9, kR10, kR11 };

// The last operand of an instruction: a register, memory, or a constant.
struct Place {
  enum Kind : uint8_t { kRegister, kMemory, kConstant };
  Kind kind = kRegister;
  uint8_t number = 0;  // of the register; for memory, of the general register with the address
  uint8_t scale = 0;   // factor of rsi, which is added to the address: 1, 2, 4, or 0 for none
  bool is_broadcast = false;  // one element for all lanes; only with EVEX
  int32_t offset = 0;         // distance in memory, or the number of the constant

  static Place reg(int number) { return {kRegister, static_cast<uint8_t>(number), 0, false, 0}; }
  static Place memory(int base, int scale, int64_t offset) {
    return {kMemory, static_cast<uint8_t>(base), static_cast<uint8_t>(scale), false,
            static_cast<int32_t>(offset)};
  }
};

// An instruction as the manual's tables name it: the opcode map (1 is 0F, 2 is 0F38, 3 is 0F3A),
// the mandatory prefix (0 is none, 1 is 66, 2 is F3, 3 is F2), the opcode, and the bit W.
struct Opcode {
  uint8_t map, prefix, number;
  bool wide = false;
};

// Which lanes are written: those of a mask register, or all for 0. The other lanes keep their
// value, or become zero if `clears`.
struct Lanes {
  int mask = 0;
  bool clears = false;
};

// Collects the code of all functions of one plan.
class Assembler {
 public:
  // `is_wide`: 64-byte vectors with EVEX, otherwise 32-byte vectors with VEX.
  explicit Assembler(bool is_wide) : is_wide_(is_wide) {}

  // `target` is written (a store reads it). `first` is the operand that VEX added; 0 for an
  // instruction that has none. The second form has an immediate byte.
  void vector(Opcode op, int target, int first, const Place& last, Lanes lanes = {});
  void vector(Opcode op, int target, int first, const Place& last, uint8_t immediate);
  // An instruction between mask registers.
  void masks(Opcode op, int target, int first, int last);
  // Stores the low 16 bytes of a register.
  void store_half(int source, const Place& to);

  void load_pointer(int to, int base, int32_t offset);
  void prefetch(const Place& at);
  void begin();  // the first instruction of a function
  // Adds `bytes` to rdi, and jumps to the address that rdi then points to.
  void jump_behind(int32_t bytes);

  size_t bytes() const { return code_.size(); }

  // A constant with this value in all lanes.
  Place constant(uint32_t lane);
  // The code with its constants behind it. It must be placed at a multiple of 64 bytes, for the
  // constants.
  std::vector<uint8_t> finish();

 private:
  void byte(int value) { code_.push_back(static_cast<uint8_t>(value)); }
  void word(int32_t value);
  void vex(Opcode op, int target, int first, const Place& last, bool is_long);
  void evex(Opcode op, int target, int first, const Place& last, Lanes lanes);
  void place(int target, const Place& last, int bytes_behind);
  void vector_prefix(Opcode op, int target, int first, const Place& last, Lanes lanes);

  // A place in the code that needs the distance to a constant.
  struct Use {
    size_t at;         // position of the distance in the code
    int bytes_behind;  // bytes from the distance's end to the instruction's end
    int32_t constant;
  };

  const bool is_wide_;
  std::vector<uint8_t> code_;
  std::vector<uint32_t> constants_;
  std::vector<Use> uses_;
};

}  // namespace weft::encoder
