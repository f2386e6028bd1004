// The end of a row, shorter than a vector, where no instruction reads and writes a part of one.
//
// Included inside the namespace of an instruction set.

// What a kernel's vector is: its lanes, and the bytes of an element of what it writes and reads.
struct RowEnd {
  int lanes, inputs;
  int out_bytes, in_bytes[kMaxStepInputs];
};
// Runs the kernel on a copy that is a vector long; absent elements are zero. Inlined into every
// kernel the copying would be half of its code.
void run_row_end(StepKernel kernel, const RowEnd& end, const Tile& tile, int64_t row, int64_t col);
