# What a build can do without beside operators, formulas and passes: dtypes, with the type of their
# elements in kernels, and parts.
set(weft_types bool:Boolean uint8:uint8_t uint16:uint16_t uint32:uint32_t uint64:uint64_t int8:int8_t
  int16:int16_t int32:int32_t int64:int64_t float16:Float16 bfloat16:BFloat16 float32:float
  float64:double)
# Winograd's tiles; pooling of images in blocks.
set(weft_kernel_parts winograd average_pool max_pool)
# Loops and branches; states and random numbers; shapes that a run decides on; batches in parts;
# loops over row tiles; tile programs; steps side by side; searches for places; graphs as they
# were traced, whose passes are collected by themselves (collect_passes.cmake); other devices than
# the CPU, which nothing that loads and runs files asks for; regions that a pass makes of operators
# on rows and what makes these.
set(weft_core_parts control states sizes batches rows tiles branches search passes devices
  fuse_prologues)

set(weft_dtypes ${weft_types})
list(TRANSFORM weft_dtypes REPLACE ":.*" "")
