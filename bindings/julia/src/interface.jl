# Written by bindings/generate; do not edit.
# The functions of weft.h as they are, and the structs that they fill in.
# A parameter with a pointer's type takes an Array, a Ref, or an object with a handle,
# which lives as long as the call.
module C

using ..Weft: libweft

# weft_value: a tag, a count, and 8 bytes that are a number or an address.
struct Value
    tag::UInt32
    count::UInt32
    content::UInt64
end

# weft_port: 40 bytes.
struct Port
    struct_size::Csize_t
    name::Cstring
    dtype::Int32
    rank::Int32
    shape::Ptr{Int64}
    bytes::Csize_t
end

# weft_memory: 80 bytes.
struct Memory
    struct_size::Csize_t
    live::Int64
    peak::Int64
    pooled::Int64
    system_calls::Int64
    limit::Int64
    copies::Int64
    copied::Int64
    largest_copy::Int64
    largest_copy_line::Cstring
end

# weft_argument_info: 48 bytes.
struct ArgumentInfo
    name::Cstring
    doc::Cstring
    kind::Int32
    required::Int32
    keeps_dtype::Int32
    takes_none::Int32
    fallback::Value
end

# weft_op_info: 136 bytes.
struct OpInfo
    struct_size::Csize_t
    name::Cstring
    doc::Cstring
    place::Cstring
    promotion::Cstring
    like::Cstring
    no_gradient::Cstring
    composite::Int32
    elementwise::Int32
    random::Int32
    outputs::Int32
    inputs::Int32
    attributes::Int32
    arguments::Ptr{ArgumentInfo}
    domain_low::Cdouble
    domain_high::Cdouble
    samples::Int32
    sample::Ptr{Cstring}
    effect::Int32
    runs_on_caller::Int32
    library::Cstring
end

const WEFT_ABI_MAJOR = 0
const WEFT_ABI_MINOR = 4
const WEFT_GRAD_ADD = 2
const WEFT_GRAD_ANY_ARRAY = 2
const WEFT_GRAD_ARRAY = 0
const WEFT_GRAD_NULL = 0
const WEFT_GRAD_ROW_SPARSE = 1
const WEFT_GRAD_WRITE = 1
const WEFT_MODE_DEFERRING = 8
const WEFT_MODE_FORGETTING = 64
const WEFT_MODE_MIXED_BFLOAT16 = 32
const WEFT_MODE_MIXED_FLOAT16 = 16
const WEFT_MODE_RECORDING = 1
const WEFT_MODE_RECORDING_ALL = 128
const WEFT_MODE_TRACING = 2
const WEFT_MODE_TRAINING = 4
const WEFT_TAG_BEYOND = 12
const WEFT_TAG_BOOL = 4
const WEFT_TAG_COMPLEX = 13
const WEFT_TAG_DEFAULT = 0
const WEFT_TAG_DTYPE = 7
const WEFT_TAG_FLOAT = 3
const WEFT_TAG_FUNCTION = 10
const WEFT_TAG_INT = 2
const WEFT_TAG_INTS = 6
const WEFT_TAG_NONE = 8
const WEFT_TAG_STRING = 5
const WEFT_TAG_TENSOR = 1
const WEFT_TAG_TENSORS = 9
const WEFT_TAG_UNSIGNED = 11
const WEFT_TRACE_EXAMPLES = 6

# The names of the dtypes; their numbers count from 0.
const DTYPES = (:bool, :uint8, :uint16, :uint32, :uint64, :int8, :int16, :int32, :int64, :float16, :bfloat16, :float32, :float64, :complex64, :complex128, :float8_e4m3fn, :float8_e5m2, :int4, :uint4, :float8_e4m3fnuz, :float8_e5m2fnuz)

weft_abi_version(a0, a1) = @ccall libweft.weft_abi_version(a0::Ptr{UInt32}, a1::Ptr{UInt32})::Cvoid
weft_archive_count(a0) = @ccall libweft.weft_archive_count(a0::Ptr{Cvoid})::Csize_t
weft_archive_load(a0, a1) = @ccall libweft.weft_archive_load(a0::Cstring, a1::Ptr{Ptr{Cvoid}})::Int32
weft_archive_metadata(a0, a1) = @ccall libweft.weft_archive_metadata(a0::Ptr{Cvoid}, a1::Cstring)::Cstring
weft_archive_name_at(a0, a1) = @ccall libweft.weft_archive_name_at(a0::Ptr{Cvoid}, a1::Csize_t)::Cstring
weft_archive_release(a0) = @ccall libweft.weft_archive_release(a0::Ptr{Cvoid})::Cvoid
weft_archive_tensor(a0, a1, a2) = @ccall libweft.weft_archive_tensor(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Ptr{Cvoid}})::Int32
weft_backward(a0, a1, a2, a3) = @ccall libweft.weft_backward(a0::Ptr{Ptr{Cvoid}}, a1::Ptr{Ptr{Cvoid}}, a2::Csize_t, a3::Int32)::Int32
weft_body_begin(a0, a1, a2) = @ccall libweft.weft_body_begin(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Ptr{Cvoid}})::Int32
weft_body_end(a0, a1, a2) = @ccall libweft.weft_body_end(a0::Ptr{Ptr{Cvoid}}, a1::Csize_t, a2::Ptr{Ptr{Cvoid}})::Int32
weft_body_release(a0) = @ccall libweft.weft_body_release(a0::Ptr{Cvoid})::Cvoid
weft_checkpoint_abort() = @ccall libweft.weft_checkpoint_abort()::Cvoid
weft_checkpoint_begin(a0, a1) = @ccall libweft.weft_checkpoint_begin(a0::Ptr{Ptr{Cvoid}}, a1::Csize_t)::Int32
weft_checkpoint_end(a0, a1, a2, a3, a4, a5) = @ccall libweft.weft_checkpoint_end(a0::Ptr{Ptr{Cvoid}}, a1::Csize_t, a2::Ptr{Cvoid}, a3::Ptr{Cvoid}, a4::Ptr{Cvoid}, a5::Ptr{Ptr{Cvoid}})::Int32
weft_cond(a0, a1, a2, a3, a4) = @ccall libweft.weft_cond(a0::Ptr{Cvoid}, a1::Ptr{Cvoid}, a2::Ptr{Cvoid}, a3::Ptr{Ptr{Cvoid}}, a4::Csize_t)::Int32
weft_context_bind_input(a0, a1, a2, a3) = @ccall libweft.weft_context_bind_input(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Cvoid}, a3::Csize_t)::Int32
weft_context_bind_output(a0, a1, a2, a3) = @ccall libweft.weft_context_bind_output(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Cvoid}, a3::Csize_t)::Int32
weft_context_create(a0, a1, a2, a3, a4) = @ccall libweft.weft_context_create(a0::Ptr{Cvoid}, a1::Cstring, a2::Ptr{Cvoid}, a3::Csize_t, a4::Ptr{Ptr{Cvoid}})::Int32
weft_context_create_sharing(a0, a1, a2, a3, a4) = @ccall libweft.weft_context_create_sharing(a0::Ptr{Cvoid}, a1::Cstring, a2::Ptr{Cvoid}, a3::Csize_t, a4::Ptr{Ptr{Cvoid}})::Int32
weft_context_dimension_at(a0, a1, a2) = @ccall libweft.weft_context_dimension_at(a0::Ptr{Cvoid}, a1::Csize_t, a2::Int32)::Cstring
weft_context_get_input(a0, a1, a2) = @ccall libweft.weft_context_get_input(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Port})::Int32
weft_context_get_output(a0, a1, a2) = @ccall libweft.weft_context_get_output(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Port})::Int32
weft_context_get_state(a0, a1, a2) = @ccall libweft.weft_context_get_state(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Port})::Int32
weft_context_inputs(a0) = @ccall libweft.weft_context_inputs(a0::Ptr{Cvoid})::Csize_t
weft_context_output_data(a0, a1, a2) = @ccall libweft.weft_context_output_data(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Ptr{Cvoid}})::Int32
weft_context_outputs(a0) = @ccall libweft.weft_context_outputs(a0::Ptr{Cvoid})::Csize_t
weft_context_read_state(a0, a1, a2, a3) = @ccall libweft.weft_context_read_state(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Cvoid}, a3::Csize_t)::Int32
weft_context_release(a0) = @ccall libweft.weft_context_release(a0::Ptr{Cvoid})::Cvoid
weft_context_reset(a0) = @ccall libweft.weft_context_reset(a0::Ptr{Cvoid})::Int32
weft_context_run(a0) = @ccall libweft.weft_context_run(a0::Ptr{Cvoid})::Int32
weft_context_save(a0, a1) = @ccall libweft.weft_context_save(a0::Ptr{Cvoid}, a1::Cstring)::Int32
weft_context_set_input_shape(a0, a1, a2, a3) = @ccall libweft.weft_context_set_input_shape(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Int64}, a3::Int32)::Int32
weft_context_states(a0) = @ccall libweft.weft_context_states(a0::Ptr{Cvoid})::Csize_t
weft_context_write_state(a0, a1, a2, a3) = @ccall libweft.weft_context_write_state(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Cvoid}, a3::Csize_t)::Int32
weft_dtype_find(a0, a1) = @ccall libweft.weft_dtype_find(a0::Cstring, a1::Ptr{Int32})::Int32
weft_dtype_name(a0) = @ccall libweft.weft_dtype_name(a0::Int32)::Cstring
weft_dtype_size(a0) = @ccall libweft.weft_dtype_size(a0::Int32)::Csize_t
weft_engine_stats(a0) = @ccall libweft.weft_engine_stats(a0::Ptr{Cvoid})::Int32
weft_foreach(a0, a1, a2, a3, a4, a5, a6) = @ccall libweft.weft_foreach(a0::Ptr{Cvoid}, a1::Ptr{Ptr{Cvoid}}, a2::Csize_t, a3::Ptr{Ptr{Cvoid}}, a4::Csize_t, a5::Ptr{Ptr{Cvoid}}, a6::Csize_t)::Int32
weft_function_call(a0, a1, a2, a3, a4) = @ccall libweft.weft_function_call(a0::Ptr{Cvoid}, a1::Ptr{Ptr{Cvoid}}, a2::Csize_t, a3::Ptr{Ptr{Cvoid}}, a4::Csize_t)::Int32
weft_function_capture_at(a0, a1) = @ccall libweft.weft_function_capture_at(a0::Ptr{Cvoid}, a1::Csize_t)::Ptr{Cvoid}
weft_function_capture_name_at(a0, a1) = @ccall libweft.weft_function_capture_name_at(a0::Ptr{Cvoid}, a1::Csize_t)::Cstring
weft_function_captures(a0) = @ccall libweft.weft_function_captures(a0::Ptr{Cvoid})::Csize_t
weft_function_get_text(a0, a1, a2) = @ccall libweft.weft_function_get_text(a0::Ptr{Cvoid}, a1::Cstring, a2::Ptr{Cstring})::Int32
weft_function_inputs(a0) = @ccall libweft.weft_function_inputs(a0::Ptr{Cvoid})::Csize_t
weft_function_is_current(a0) = @ccall libweft.weft_function_is_current(a0::Ptr{Cvoid})::Int32
weft_function_is_example(a0) = @ccall libweft.weft_function_is_example(a0::Ptr{Cvoid})::Int32
weft_function_join(a0, a1, a2) = @ccall libweft.weft_function_join(a0::Ptr{Ptr{Cvoid}}, a1::Csize_t, a2::Ptr{Ptr{Cvoid}})::Int32
weft_function_memory(a0, a1) = @ccall libweft.weft_function_memory(a0::Ptr{Cvoid}, a1::Ptr{Cvoid})::Int32
weft_function_outputs(a0) = @ccall libweft.weft_function_outputs(a0::Ptr{Cvoid})::Csize_t
weft_function_release(a0) = @ccall libweft.weft_function_release(a0::Ptr{Cvoid})::Cvoid
weft_function_retain(a0) = @ccall libweft.weft_function_retain(a0::Ptr{Cvoid})::Ptr{Cvoid}
weft_function_set_budget(a0, a1) = @ccall libweft.weft_function_set_budget(a0::Ptr{Cvoid}, a1::Int64)::Int32
weft_function_trim(a0) = @ccall libweft.weft_function_trim(a0::Ptr{Cvoid})::Int32
weft_get_device() = @ccall libweft.weft_get_device()::Ptr{Cvoid}
weft_grad(a0, a1, a2, a3, a4, a5, a6, a7) = @ccall libweft.weft_grad(a0::Ptr{Ptr{Cvoid}}, a1::Ptr{Ptr{Cvoid}}, a2::Csize_t, a3::Ptr{Ptr{Cvoid}}, a4::Csize_t, a5::Int32, a6::Int32, a7::Ptr{Ptr{Cvoid}})::Int32
weft_hold_release(a0) = @ccall libweft.weft_hold_release(a0::Ptr{Cvoid})::Cvoid
weft_host_function_create(a0, a1, a2, a3, a4) = @ccall libweft.weft_host_function_create(a0::Cstring, a1::Ptr{Cvoid}, a2::Ptr{Cvoid}, a3::Ptr{Cvoid}, a4::Ptr{Ptr{Cvoid}})::Int32
weft_host_function_release(a0) = @ccall libweft.weft_host_function_release(a0::Ptr{Cvoid})::Cvoid
weft_info(a0) = @ccall libweft.weft_info(a0::Cstring)::Cstring
weft_invoke(a0, a1, a2, a3, a4) = @ccall libweft.weft_invoke(a0::Ptr{Cvoid}, a1::Ptr{Value}, a2::Csize_t, a3::Ptr{Ptr{Cvoid}}, a4::Csize_t)::Int32
weft_last_error() = @ccall libweft.weft_last_error()::Cstring
weft_library_load(a0) = @ccall libweft.weft_library_load(a0::Cstring)::Int32
weft_memory_stats(a0, a1) = @ccall libweft.weft_memory_stats(a0::Ptr{Memory}, a1::Int32)::Int32
weft_model_arena_bytes(a0, a1, a2) = @ccall libweft.weft_model_arena_bytes(a0::Ptr{Cvoid}, a1::Cstring, a2::Ptr{Csize_t})::Int32
weft_model_entry_count(a0) = @ccall libweft.weft_model_entry_count(a0::Ptr{Cvoid})::Csize_t
weft_model_entry_name_at(a0, a1) = @ccall libweft.weft_model_entry_name_at(a0::Ptr{Cvoid}, a1::Csize_t)::Cstring
weft_model_figures(a0, a1, a2) = @ccall libweft.weft_model_figures(a0::Ptr{Cvoid}, a1::Int64, a2::Ptr{Cstring})::Int32
weft_model_function(a0, a1, a2) = @ccall libweft.weft_model_function(a0::Ptr{Cvoid}, a1::Cstring, a2::Ptr{Ptr{Cvoid}})::Int32
weft_model_load(a0, a1) = @ccall libweft.weft_model_load(a0::Cstring, a1::Ptr{Ptr{Cvoid}})::Int32
weft_model_load_memory(a0, a1, a2) = @ccall libweft.weft_model_load_memory(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Ptr{Cvoid}})::Int32
weft_model_metadata(a0, a1) = @ccall libweft.weft_model_metadata(a0::Ptr{Cvoid}, a1::Cstring)::Cstring
weft_model_metadata_count(a0) = @ccall libweft.weft_model_metadata_count(a0::Ptr{Cvoid})::Csize_t
weft_model_metadata_key_at(a0, a1) = @ccall libweft.weft_model_metadata_key_at(a0::Ptr{Cvoid}, a1::Csize_t)::Cstring
weft_model_operators(a0, a1) = @ccall libweft.weft_model_operators(a0::Cstring, a1::Ptr{Cstring})::Int32
weft_model_pack(a0) = @ccall libweft.weft_model_pack(a0::Cstring)::Int32
weft_model_plans(a0, a1, a2) = @ccall libweft.weft_model_plans(a0::Ptr{Cvoid}, a1::Int64, a2::Ptr{Cstring})::Int32
weft_model_release(a0) = @ccall libweft.weft_model_release(a0::Ptr{Cvoid})::Cvoid
weft_model_run(a0, a1, a2, a3, a4, a5) = @ccall libweft.weft_model_run(a0::Ptr{Cvoid}, a1::Cstring, a2::Ptr{Cvoid}, a3::Csize_t, a4::Ptr{Cvoid}, a5::Csize_t)::Int32
weft_model_save_plans(a0) = @ccall libweft.weft_model_save_plans(a0::Cstring)::Int32
weft_model_set_budget(a0, a1, a2) = @ccall libweft.weft_model_set_budget(a0::Ptr{Cvoid}, a1::Cstring, a2::Int64)::Int32
weft_model_tensor(a0, a1, a2) = @ccall libweft.weft_model_tensor(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Ptr{Cvoid}})::Int32
weft_model_tensor_count(a0) = @ccall libweft.weft_model_tensor_count(a0::Ptr{Cvoid})::Csize_t
weft_model_tensor_name_at(a0, a1) = @ccall libweft.weft_model_tensor_name_at(a0::Ptr{Cvoid}, a1::Csize_t)::Cstring
weft_model_text(a0) = @ccall libweft.weft_model_text(a0::Ptr{Cvoid})::Cstring
weft_model_write_c(a0, a1, a2) = @ccall libweft.weft_model_write_c(a0::Ptr{Cvoid}, a1::Ptr{Cvoid}, a2::Cstring)::Int32
weft_modes() = @ccall libweft.weft_modes()::UInt32
weft_num_threads() = @ccall libweft.weft_num_threads()::Int32
weft_op_at(a0) = @ccall libweft.weft_op_at(a0::Csize_t)::Ptr{Cvoid}
weft_op_count() = @ccall libweft.weft_op_count()::Csize_t
weft_op_count_outputs(a0, a1, a2, a3) = @ccall libweft.weft_op_count_outputs(a0::Ptr{Cvoid}, a1::Ptr{Value}, a2::Csize_t, a3::Ptr{Csize_t})::Int32
weft_op_find(a0, a1) = @ccall libweft.weft_op_find(a0::Cstring, a1::Ptr{Ptr{Cvoid}})::Int32
weft_op_get_info(a0, a1) = @ccall libweft.weft_op_get_info(a0::Ptr{Cvoid}, a1::Ptr{OpInfo})::Int32
weft_parallel_for(a0, a1, a2, a3) = @ccall libweft.weft_parallel_for(a0::Int64, a1::Int64, a2::Ptr{Cvoid}, a3::Ptr{Cvoid})::Cvoid
weft_prepare_fork() = @ccall libweft.weft_prepare_fork()::Cvoid
weft_profile_note(a0, a1, a2, a3, a4) = @ccall libweft.weft_profile_note(a0::Int32, a1::Cstring, a2::Cstring, a3::Int64, a4::Int64)::Int32
weft_profile_start() = @ccall libweft.weft_profile_start()::Int32
weft_profile_stop(a0) = @ccall libweft.weft_profile_stop(a0::Ptr{Cvoid})::Int32
weft_random_seed(a0) = @ccall libweft.weft_random_seed(a0::UInt64)::Int32
weft_random_set_state(a0, a1) = @ccall libweft.weft_random_set_state(a0::UInt64, a1::UInt64)::Int32
weft_random_state(a0, a1) = @ccall libweft.weft_random_state(a0::Ptr{UInt64}, a1::Ptr{UInt64})::Int32
weft_random_use(a0, a1) = @ccall libweft.weft_random_use(a0::Ptr{UInt64}, a1::Ptr{Ptr{UInt64}})::Int32
weft_record_function(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9) = @ccall libweft.weft_record_function(a0::Cstring, a1::Ptr{Ptr{Cvoid}}, a2::Csize_t, a3::Ptr{Ptr{Cvoid}}, a4::Csize_t, a5::Ptr{Ptr{Cvoid}}, a6::Csize_t, a7::Ptr{Cvoid}, a8::Ptr{Cvoid}, a9::Ptr{Cvoid})::Int32
weft_set_device(a0) = @ccall libweft.weft_set_device(a0::Ptr{Cvoid})::Ptr{Cvoid}
weft_set_engine_policy(a0) = @ccall libweft.weft_set_engine_policy(a0::Cstring)::Int32
weft_set_interrupt_hook(a0) = @ccall libweft.weft_set_interrupt_hook(a0::Ptr{Cvoid})::Cvoid
weft_set_log(a0, a1, a2) = @ccall libweft.weft_set_log(a0::Int32, a1::Ptr{Cvoid}, a2::Ptr{Cvoid})::Int32
weft_set_memory_limit(a0) = @ccall libweft.weft_set_memory_limit(a0::Int64)::Int32
weft_set_modes(a0, a1) = @ccall libweft.weft_set_modes(a0::UInt32, a1::UInt32)::UInt32
weft_set_num_threads(a0) = @ccall libweft.weft_set_num_threads(a0::Int32)::Int32
weft_set_origin_hook(a0) = @ccall libweft.weft_set_origin_hook(a0::Ptr{Cvoid})::Cvoid
weft_set_print_hook(a0) = @ccall libweft.weft_set_print_hook(a0::Ptr{Cvoid})::Cvoid
weft_set_wait_hooks(a0, a1) = @ccall libweft.weft_set_wait_hooks(a0::Ptr{Cvoid}, a1::Ptr{Cvoid})::Cvoid
weft_tensor_attach_given_grad(a0, a1, a2) = @ccall libweft.weft_tensor_attach_given_grad(a0::Ptr{Cvoid}, a1::Int32, a2::Ptr{Cvoid})::Int32
weft_tensor_attach_grad(a0, a1) = @ccall libweft.weft_tensor_attach_grad(a0::Ptr{Cvoid}, a1::Int32)::Int32
weft_tensor_attach_grad_of_kind(a0, a1, a2) = @ccall libweft.weft_tensor_attach_grad_of_kind(a0::Ptr{Cvoid}, a1::Int32, a2::Int32)::Int32
weft_tensor_create(a0, a1, a2, a3, a4) = @ccall libweft.weft_tensor_create(a0::Int32, a1::Int32, a2::Ptr{Int64}, a3::Ptr{Cvoid}, a4::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_detach(a0, a1) = @ccall libweft.weft_tensor_detach(a0::Ptr{Cvoid}, a1::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_device(a0) = @ccall libweft.weft_tensor_device(a0::Ptr{Cvoid})::Ptr{Cvoid}
weft_tensor_dtype(a0) = @ccall libweft.weft_tensor_dtype(a0::Ptr{Cvoid})::Int32
weft_tensor_elements(a0) = @ccall libweft.weft_tensor_elements(a0::Ptr{Cvoid})::Int64
weft_tensor_extent_follows(a0, a1, a2, a3) = @ccall libweft.weft_tensor_extent_follows(a0::Ptr{Cvoid}, a1::Int32, a2::Ptr{Int64}, a3::Ptr{Int64})::Int32
weft_tensor_from_dlpack(a0, a1, a2) = @ccall libweft.weft_tensor_from_dlpack(a0::Ptr{Cvoid}, a1::Ptr{Cvoid}, a2::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_from_dlpack_unversioned(a0, a1, a2) = @ccall libweft.weft_tensor_from_dlpack_unversioned(a0::Ptr{Cvoid}, a1::Ptr{Cvoid}, a2::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_grad(a0, a1) = @ccall libweft.weft_tensor_grad(a0::Ptr{Cvoid}, a1::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_grad_is_untouched(a0) = @ccall libweft.weft_tensor_grad_is_untouched(a0::Ptr{Cvoid})::Int32
weft_tensor_grad_kind(a0) = @ccall libweft.weft_tensor_grad_kind(a0::Ptr{Cvoid})::Int32
weft_tensor_grad_req(a0) = @ccall libweft.weft_tensor_grad_req(a0::Ptr{Cvoid})::Int32
weft_tensor_grad_rows(a0, a1, a2) = @ccall libweft.weft_tensor_grad_rows(a0::Ptr{Cvoid}, a1::Ptr{Ptr{Cvoid}}, a2::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_grad_version(a0) = @ccall libweft.weft_tensor_grad_version(a0::Ptr{Cvoid})::UInt64
weft_tensor_history(a0, a1, a2, a3, a4) = @ccall libweft.weft_tensor_history(a0::Ptr{Ptr{Cvoid}}, a1::Csize_t, a2::Ptr{Cvoid}, a3::Ptr{Cvoid}, a4::Ptr{Cvoid})::Int32
weft_tensor_hold(a0, a1, a2) = @ccall libweft.weft_tensor_hold(a0::Ptr{Cvoid}, a1::Ptr{Ptr{Cvoid}}, a2::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_is_recorded(a0) = @ccall libweft.weft_tensor_is_recorded(a0::Ptr{Cvoid})::Int32
weft_tensor_is_traced(a0) = @ccall libweft.weft_tensor_is_traced(a0::Ptr{Cvoid})::Int32
weft_tensor_item(a0, a1) = @ccall libweft.weft_tensor_item(a0::Ptr{Cvoid}, a1::Ptr{Value})::Int32
weft_tensor_made_grad(a0, a1) = @ccall libweft.weft_tensor_made_grad(a0::Ptr{Cvoid}, a1::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_pin(a0, a1, a2) = @ccall libweft.weft_tensor_pin(a0::Ptr{Cvoid}, a1::Ptr{Ptr{Cvoid}}, a2::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_rank(a0) = @ccall libweft.weft_tensor_rank(a0::Ptr{Cvoid})::Int32
weft_tensor_read(a0, a1, a2) = @ccall libweft.weft_tensor_read(a0::Ptr{Cvoid}, a1::Ptr{Cvoid}, a2::Csize_t)::Int32
weft_tensor_release(a0) = @ccall libweft.weft_tensor_release(a0::Ptr{Cvoid})::Cvoid
weft_tensor_retain(a0) = @ccall libweft.weft_tensor_retain(a0::Ptr{Cvoid})::Ptr{Cvoid}
weft_tensor_set_grad_rows(a0, a1, a2) = @ccall libweft.weft_tensor_set_grad_rows(a0::Ptr{Cvoid}, a1::Ptr{Cvoid}, a2::Ptr{Cvoid})::Int32
weft_tensor_set_state(a0, a1) = @ccall libweft.weft_tensor_set_state(a0::Ptr{Cvoid}, a1::Int32)::Int32
weft_tensor_shape(a0) = @ccall libweft.weft_tensor_shape(a0::Ptr{Cvoid})::Ptr{Int64}
weft_tensor_shares_box(a0, a1) = @ccall libweft.weft_tensor_shares_box(a0::Ptr{Cvoid}, a1::Ptr{Cvoid})::Int32
weft_tensor_strides(a0) = @ccall libweft.weft_tensor_strides(a0::Ptr{Cvoid})::Ptr{Int64}
weft_tensor_tell_grad(a0, a1) = @ccall libweft.weft_tensor_tell_grad(a0::Ptr{Cvoid}, a1::Ptr{Cvoid})::Int32
weft_tensor_to_device(a0, a1, a2) = @ccall libweft.weft_tensor_to_device(a0::Ptr{Cvoid}, a1::Ptr{Cvoid}, a2::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_to_dlpack(a0, a1) = @ccall libweft.weft_tensor_to_dlpack(a0::Ptr{Cvoid}, a1::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_to_dlpack_unversioned(a0, a1) = @ccall libweft.weft_tensor_to_dlpack_unversioned(a0::Ptr{Cvoid}, a1::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_use_up_grad(a0) = @ccall libweft.weft_tensor_use_up_grad(a0::Ptr{Cvoid})::Int32
weft_tensor_wait(a0) = @ccall libweft.weft_tensor_wait(a0::Ptr{Cvoid})::Int32
weft_tensor_wrap(a0, a1, a2, a3, a4, a5, a6, a7, a8) = @ccall libweft.weft_tensor_wrap(a0::Ptr{Cvoid}, a1::Int32, a2::Int32, a3::Ptr{Int64}, a4::Ptr{Int64}, a5::Int32, a6::Ptr{Cvoid}, a7::Ptr{Cvoid}, a8::Ptr{Ptr{Cvoid}})::Int32
weft_tensor_write(a0, a1) = @ccall libweft.weft_tensor_write(a0::Ptr{Cvoid}, a1::Ptr{Value})::Int32
weft_tensor_zero_grad(a0) = @ccall libweft.weft_tensor_zero_grad(a0::Ptr{Cvoid})::Int32
weft_tensors_save(a0, a1, a2, a3, a4) = @ccall libweft.weft_tensors_save(a0::Cstring, a1::Ptr{Cstring}, a2::Ptr{Ptr{Cvoid}}, a3::Csize_t, a4::Cstring)::Int32
weft_tensors_save_async(a0, a1, a2, a3, a4, a5) = @ccall libweft.weft_tensors_save_async(a0::Cstring, a1::Ptr{Cstring}, a2::Ptr{Ptr{Cvoid}}, a3::Csize_t, a4::Cstring, a5::Ptr{Ptr{Cvoid}})::Int32
weft_trace_abort() = @ccall libweft.weft_trace_abort()::Cvoid
weft_trace_add_dimension(a0, a1, a2, a3, a4, a5) = @ccall libweft.weft_trace_add_dimension(a0::Cstring, a1::Int64, a2::Int64, a3::Ptr{Csize_t}, a4::Ptr{Int32}, a5::Csize_t)::Int32
weft_trace_begin(a0, a1, a2) = @ccall libweft.weft_trace_begin(a0::Ptr{Ptr{Cvoid}}, a1::Csize_t, a2::Ptr{Ptr{Cvoid}})::Int32
weft_trace_begin_rule(a0, a1, a2) = @ccall libweft.weft_trace_begin_rule(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Ptr{Cvoid}})::Int32
weft_trace_begin_types(a0, a1, a2) = @ccall libweft.weft_trace_begin_types(a0::Ptr{Cvoid}, a1::Csize_t, a2::Ptr{Ptr{Cvoid}})::Int32
weft_trace_end(a0, a1, a2) = @ccall libweft.weft_trace_end(a0::Ptr{Ptr{Cvoid}}, a1::Csize_t, a2::Ptr{Ptr{Cvoid}})::Int32
weft_trace_is_chosen(a0, a1, a2, a3) = @ccall libweft.weft_trace_is_chosen(a0::Ptr{Cvoid}, a1::Int32, a2::Ptr{Cvoid}, a3::Ptr{Int32})::Int32
weft_trace_resume(a0) = @ccall libweft.weft_trace_resume(a0::Ptr{Cvoid})::Int32
weft_trace_set_example(a0, a1, a2) = @ccall libweft.weft_trace_set_example(a0::Csize_t, a1::Ptr{Ptr{Cvoid}}, a2::Csize_t)::Int32
weft_trace_size(a0, a1, a2) = @ccall libweft.weft_trace_size(a0::Ptr{Cvoid}, a1::Int64, a2::Ptr{Int64})::Int32
weft_trace_suspend() = @ccall libweft.weft_trace_suspend()::Ptr{Cvoid}
weft_version() = @ccall libweft.weft_version()::Cstring
weft_wait_all() = @ccall libweft.weft_wait_all()::Int32
weft_while_loop(a0, a1, a2, a3, a4, a5) = @ccall libweft.weft_while_loop(a0::Ptr{Cvoid}, a1::Ptr{Ptr{Cvoid}}, a2::Csize_t, a3::Int64, a4::Ptr{Ptr{Cvoid}}, a5::Csize_t)::Int32
weft_writer_add_entry(a0, a1, a2, a3, a4, a5) = @ccall libweft.weft_writer_add_entry(a0::Ptr{Cvoid}, a1::Cstring, a2::Ptr{Cvoid}, a3::Ptr{Cstring}, a4::Ptr{Cstring}, a5::Ptr{Cstring})::Int32
weft_writer_create(a0) = @ccall libweft.weft_writer_create(a0::Ptr{Ptr{Cvoid}})::Int32
weft_writer_keep_source_lines(a0, a1) = @ccall libweft.weft_writer_keep_source_lines(a0::Ptr{Cvoid}, a1::Int32)::Int32
weft_writer_release(a0) = @ccall libweft.weft_writer_release(a0::Ptr{Cvoid})::Cvoid
weft_writer_save(a0, a1) = @ccall libweft.weft_writer_save(a0::Ptr{Cvoid}, a1::Cstring)::Int32
weft_writer_set_metadata(a0, a1, a2) = @ccall libweft.weft_writer_set_metadata(a0::Ptr{Cvoid}, a1::Cstring, a2::Cstring)::Int32

end
