// Written by bindings/generate; do not edit.

use std::os::raw::{c_char, c_void};

pub const WEFT_ABI_MAJOR: i32 = 0;
pub const WEFT_ABI_MINOR: i32 = 4;
pub const WEFT_ABSENT: i32 = -1;
pub const WEFT_ALL_GATHER: i32 = 2;
pub const WEFT_ALL_REDUCE: i32 = 0;
pub const WEFT_ALL_TO_ALL: i32 = 4;
pub const WEFT_BARRIER: i32 = 7;
pub const WEFT_BFLOAT16: i32 = 10;
pub const WEFT_BOOL: i32 = 0;
pub const WEFT_BROADCAST: i32 = 3;
pub const WEFT_CHECK_FAILED: i32 = 12;
pub const WEFT_COLLECTIVE_ABI: i32 = 1;
pub const WEFT_COLLECTIVE_CHECKS: i32 = 2;
pub const WEFT_COLLECTIVE_ORDERED: i32 = 1;
pub const WEFT_COMPLEX128: i32 = 14;
pub const WEFT_COMPLEX64: i32 = 13;
pub const WEFT_DEVICE_ABI: i32 = 1;
pub const WEFT_DISCONNECTED: i32 = 14;
pub const WEFT_FLOAT16: i32 = 9;
pub const WEFT_FLOAT32: i32 = 11;
pub const WEFT_FLOAT64: i32 = 12;
pub const WEFT_FLOAT8_E4M3FN: i32 = 15;
pub const WEFT_FLOAT8_E4M3FNUZ: i32 = 19;
pub const WEFT_FLOAT8_E5M2: i32 = 16;
pub const WEFT_FLOAT8_E5M2FNUZ: i32 = 20;
pub const WEFT_GRAD_ADD: i32 = 2;
pub const WEFT_GRAD_ANY_ARRAY: i32 = 2;
pub const WEFT_GRAD_ARRAY: i32 = 0;
pub const WEFT_GRAD_NULL: i32 = 0;
pub const WEFT_GRAD_ROW_SPARSE: i32 = 1;
pub const WEFT_GRAD_WRITE: i32 = 1;
pub const WEFT_INDEX_OUT_OF_RANGE: i32 = 7;
pub const WEFT_INT16: i32 = 6;
pub const WEFT_INT32: i32 = 7;
pub const WEFT_INT4: i32 = 17;
pub const WEFT_INT64: i32 = 8;
pub const WEFT_INT8: i32 = 5;
pub const WEFT_INTERNAL: i32 = 5;
pub const WEFT_INTERRUPTED: i32 = 11;
pub const WEFT_INVALID_STATE: i32 = 10;
pub const WEFT_INVALID_TYPE: i32 = 6;
pub const WEFT_INVALID_VALUE: i32 = 1;
pub const WEFT_IO: i32 = 9;
pub const WEFT_LOG_DEBUG: i32 = 0;
pub const WEFT_LOG_ERROR: i32 = 3;
pub const WEFT_LOG_INFO: i32 = 1;
pub const WEFT_LOG_OFF: i32 = 4;
pub const WEFT_LOG_WARNING: i32 = 2;
pub const WEFT_MAX_RANK: i32 = 16;
pub const WEFT_MODE_DEFERRING: i32 = 8;
pub const WEFT_MODE_FORGETTING: i32 = 64;
pub const WEFT_MODE_MIXED_BFLOAT16: i32 = 32;
pub const WEFT_MODE_MIXED_FLOAT16: i32 = 16;
pub const WEFT_MODE_RECORDING: i32 = 1;
pub const WEFT_MODE_RECORDING_ALL: i32 = 128;
pub const WEFT_MODE_TRACING: i32 = 2;
pub const WEFT_MODE_TRAINING: i32 = 4;
pub const WEFT_NOT_FOUND: i32 = 4;
pub const WEFT_NO_FACTORIZATION: i32 = 13;
pub const WEFT_OK: i32 = 0;
pub const WEFT_OP_IN_PLACE: i32 = 2;
pub const WEFT_OP_RANDOM: i32 = 8;
pub const WEFT_OP_READS_STRIDES: i32 = 1;
pub const WEFT_OP_RUNS_ON_CALLER: i32 = 4;
pub const WEFT_OUT_OF_MEMORY: i32 = 2;
pub const WEFT_OVERFLOW: i32 = 8;
pub const WEFT_PROFILE_BACKWARD: i32 = 3;
pub const WEFT_PROFILE_OPERATOR: i32 = 0;
pub const WEFT_PROFILE_PLAN: i32 = 2;
pub const WEFT_PROFILE_STEP: i32 = 1;
pub const WEFT_PROFILE_TASK: i32 = 4;
pub const WEFT_PROFILE_WAIT: i32 = 5;
pub const WEFT_PROFILE_WORK: i32 = 6;
pub const WEFT_RECEIVE: i32 = 6;
pub const WEFT_REDUCE_MAX: i32 = 3;
pub const WEFT_REDUCE_MIN: i32 = 2;
pub const WEFT_REDUCE_PRODUCT: i32 = 1;
pub const WEFT_REDUCE_SCATTER: i32 = 1;
pub const WEFT_REDUCE_SUM: i32 = 0;
pub const WEFT_RESET_COPIES: i32 = 2;
pub const WEFT_RESET_PEAK: i32 = 1;
pub const WEFT_RESET_POOLED: i32 = 4;
pub const WEFT_SEND: i32 = 5;
pub const WEFT_TAG_BEYOND: i32 = 12;
pub const WEFT_TAG_BOOL: i32 = 4;
pub const WEFT_TAG_COMPLEX: i32 = 13;
pub const WEFT_TAG_DEFAULT: i32 = 0;
pub const WEFT_TAG_DTYPE: i32 = 7;
pub const WEFT_TAG_FLOAT: i32 = 3;
pub const WEFT_TAG_FUNCTION: i32 = 10;
pub const WEFT_TAG_INT: i32 = 2;
pub const WEFT_TAG_INTS: i32 = 6;
pub const WEFT_TAG_NONE: i32 = 8;
pub const WEFT_TAG_STRING: i32 = 5;
pub const WEFT_TAG_TENSOR: i32 = 1;
pub const WEFT_TAG_TENSORS: i32 = 9;
pub const WEFT_TAG_UNSIGNED: i32 = 11;
pub const WEFT_TRACE_EXAMPLES: i32 = 6;
pub const WEFT_UINT16: i32 = 2;
pub const WEFT_UINT32: i32 = 3;
pub const WEFT_UINT4: i32 = 18;
pub const WEFT_UINT64: i32 = 4;
pub const WEFT_UINT8: i32 = 1;
pub const WEFT_UNSUPPORTED: i32 = 3;
#[repr(C)]
pub struct weft_archive_ {
    _private: [u8; 0],
}
pub type weft_archive = *mut weft_archive_;
pub type weft_backward_function = Option<unsafe extern "C" fn(*mut c_void, *const weft_tensor, usize, *const weft_tensor, usize, *mut weft_tensor, usize) -> weft_status>;
#[repr(C)]
pub struct weft_body_ {
    _private: [u8; 0],
}
pub type weft_body = *mut weft_body_;
#[repr(C)]
pub struct weft_builder_ {
    _private: [u8; 0],
}
pub type weft_builder = *mut weft_builder_;
pub type weft_collective_kind = i32;
pub type weft_collective_plugin_function = Option<unsafe extern "C" fn(u32) -> *const weft_collective_driver>;
#[repr(C)]
pub struct weft_context_ {
    _private: [u8; 0],
}
pub type weft_context = *mut weft_context_;
#[repr(C)]
pub struct weft_device_ {
    _private: [u8; 0],
}
pub type weft_device = *mut weft_device_;
pub type weft_device_plugin_function = Option<unsafe extern "C" fn(u32) -> *const weft_device_driver>;
pub type weft_dtype = i32;
#[repr(C)]
pub struct weft_function_ {
    _private: [u8; 0],
}
pub type weft_function = *mut weft_function_;
#[repr(C)]
pub struct weft_group_ {
    _private: [u8; 0],
}
pub type weft_group = *mut weft_group_;
pub type weft_history_function = Option<unsafe extern "C" fn(*mut c_void, *const weft_history_node) -> weft_status>;
#[repr(C)]
pub struct weft_hold_ {
    _private: [u8; 0],
}
pub type weft_hold = *mut weft_hold_;
pub type weft_host_call = Option<unsafe extern "C" fn(*mut c_void, *const weft_tensor, usize, *mut weft_tensor, usize) -> weft_status>;
#[repr(C)]
pub struct weft_host_function_ {
    _private: [u8; 0],
}
pub type weft_host_function = *mut weft_host_function_;
pub type weft_log_level = i32;
#[repr(C)]
pub struct weft_model_ {
    _private: [u8; 0],
}
pub type weft_model = *mut weft_model_;
#[repr(C)]
pub struct weft_op_ {
    _private: [u8; 0],
}
pub type weft_op = *const weft_op_;
pub type weft_operand = i32;
pub type weft_profile_kind = i32;
pub type weft_reduction = i32;
pub type weft_segment_function = Option<unsafe extern "C" fn(*mut c_void, *const weft_tensor, usize, *mut weft_tensor, usize) -> weft_status>;
pub type weft_status = i32;
#[repr(C)]
pub struct weft_tensor_ {
    _private: [u8; 0],
}
pub type weft_tensor = *mut weft_tensor_;
#[repr(C)]
pub struct weft_trace_ {
    _private: [u8; 0],
}
pub type weft_trace = *mut weft_trace_;
#[repr(C)]
pub struct weft_writer_ {
    _private: [u8; 0],
}
pub type weft_writer = *mut weft_writer_;
#[repr(C)]
pub struct DLManagedTensor {
    _private: [u8; 0],
}
#[repr(C)]
pub struct DLManagedTensorVersioned {
    _private: [u8; 0],
}
#[repr(C)]
#[derive(Clone, Copy)]
pub union weft_value_as {
    pub tensor: weft_tensor,
    pub integer: i64,
    pub real: f64,
    pub text: *const c_char,
    pub ints: *const i64,
    pub tensors: *const weft_tensor,
    pub parts: *const f64,
    pub function: weft_host_function,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_allocator {
    pub struct_size: usize,
    pub context: *mut c_void,
    pub allocate: Option<unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void>,
    pub free: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, usize, usize)>,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_argument_info {
    pub name: *const c_char,
    pub doc: *const c_char,
    pub kind: i32,
    pub required: i32,
    pub keeps_dtype: i32,
    pub takes_none: i32,
    pub fallback: weft_value,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_buffer {
    pub data: *mut c_void,
    pub bytes: usize,
    pub r#type: weft_type,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_c_options {
    pub struct_size: usize,
    pub entry: *const c_char,
    pub name: *const c_char,
    pub memory: i64,
    pub with_main: i32,
    pub ports_in_arena: i32,
    pub feed_rows: i32,
    pub train: *const c_char,
    pub train_entry: *const c_char,
    pub cmsis_nn: *const c_char,
    pub batch: i64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_collective_call {
    pub struct_size: usize,
    pub kind: weft_collective_kind,
    pub reduction: weft_reduction,
    pub dtype: weft_dtype,
    pub peer: i32,
    pub tag: i64,
    pub count: i64,
    pub send: *const c_void,
    pub receive: *mut c_void,
    pub ordered: i32,
    pub fingerprint: u64,
    pub r#where: *const c_char,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_collective_driver {
    pub struct_size: usize,
    pub abi: u32,
    pub name: *const c_char,
    pub device_kind: *const c_char,
    pub context: *mut c_void,
    pub flags: u32,
    pub open: Option<unsafe extern "C" fn(*mut c_void, *const weft_collective_options, *mut *mut c_void, *mut c_void, *mut usize) -> weft_status>,
    pub connect: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, *const *const c_void, *const usize) -> weft_status>,
    pub run: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, *const weft_collective_call) -> weft_status>,
    pub abort: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, *const c_char)>,
    pub close: Option<unsafe extern "C" fn(*mut c_void, *mut c_void)>,
    pub error: Option<unsafe extern "C" fn(*mut c_void) -> *const c_char>,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_collective_options {
    pub struct_size: usize,
    pub rank: i32,
    pub ranks: i32,
    pub group: *const c_char,
    pub key: *const c_char,
    pub bind: *const c_char,
    pub secret: *const c_void,
    pub secret_bytes: usize,
    pub timeout: f64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_device_array {
    pub address: u64,
    pub element: *const c_void,
    pub dtype: weft_dtype,
    pub rank: i32,
    pub shape: *const i64,
    pub strides: *const i64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_device_call {
    pub struct_size: usize,
    pub op: weft_op,
    pub name: *const c_char,
    pub inputs: *const weft_device_array,
    pub ninputs: usize,
    pub outputs: *const weft_device_array,
    pub noutputs: usize,
    pub attributes: *const weft_value,
    pub nattributes: usize,
    pub scratch: u64,
    pub seed: u64,
    pub ordinal: u64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_device_driver {
    pub struct_size: usize,
    pub abi: u32,
    pub count: i32,
    pub name: *const c_char,
    pub context: *mut c_void,
    pub allocate: Option<unsafe extern "C" fn(*mut c_void, i32, usize, *mut u64) -> weft_status>,
    pub free: Option<unsafe extern "C" fn(*mut c_void, i32, u64, usize)>,
    pub create_queue: Option<unsafe extern "C" fn(*mut c_void, i32, *mut *mut c_void) -> weft_status>,
    pub copy_in: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, u64, *const c_void, usize) -> weft_status>,
    pub copy_out: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, *mut c_void, u64, usize) -> weft_status>,
    pub has_kernel: Option<unsafe extern "C" fn(*mut c_void, i32, *const c_char) -> i32>,
    pub launch: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, *const weft_device_call) -> weft_status>,
    pub record_event: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, *mut *mut c_void) -> weft_status>,
    pub wait_event: Option<unsafe extern "C" fn(*mut c_void, *mut c_void) -> weft_status>,
    pub error: Option<unsafe extern "C" fn(*mut c_void) -> *const c_char>,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_device_info {
    pub struct_size: usize,
    pub live: i64,
    pub peak: i64,
    pub fallbacks: *const c_char,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_engine_figures {
    pub struct_size: usize,
    pub fast: i64,
    pub registered: i64,
    pub waited: i64,
    pub queued: i64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_history_input {
    pub place: weft_history_place,
    pub given: weft_value,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_history_node {
    pub name: *const c_char,
    pub attributes: *const weft_value,
    pub attribute_count: usize,
    pub inputs: *const weft_history_input,
    pub input_count: usize,
    pub output_count: usize,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_history_place {
    pub node: i64,
    pub output: u32,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_kernel_call {
    pub struct_size: usize,
    pub r#in: *const weft_view,
    pub nin: usize,
    pub out: *const weft_view,
    pub nout: usize,
    pub attributes: *const weft_value,
    pub nattributes: usize,
    pub scratch: *mut c_void,
    pub seed: u64,
    pub ordinal: u64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_memory {
    pub struct_size: usize,
    pub live: i64,
    pub peak: i64,
    pub pooled: i64,
    pub system_calls: i64,
    pub limit: i64,
    pub copies: i64,
    pub copied: i64,
    pub largest_copy: i64,
    pub largest_copy_line: *const c_char,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_op_definition {
    pub struct_size: usize,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub name: *const c_char,
    pub doc: *const c_char,
    pub place: *const c_char,
    pub library: *const c_char,
    pub promotion: *const c_char,
    pub inputs: i32,
    pub attributes: i32,
    pub arguments: *const weft_argument_info,
    pub outputs: i32,
    pub flags: u32,
    pub no_gradient: *const c_char,
    pub like: *const c_char,
    pub domain_low: f64,
    pub domain_high: f64,
    pub samples: i32,
    pub sample: *const *const c_char,
    pub context: *mut c_void,
    pub infer: Option<unsafe extern "C" fn(*mut c_void, *const weft_types_call) -> weft_status>,
    pub kernel: Option<unsafe extern "C" fn(*mut c_void, *const weft_kernel_call) -> weft_status>,
    pub gradient: Option<unsafe extern "C" fn(*mut c_void, *const weft_rule_call) -> weft_status>,
    pub compose: Option<unsafe extern "C" fn(*mut c_void, *const weft_rule_call) -> weft_status>,
    pub count_outputs: Option<unsafe extern "C" fn(*mut c_void, *const weft_value, usize, *mut usize) -> weft_status>,
    pub scratch_bytes: Option<unsafe extern "C" fn(*mut c_void, *const weft_types_call, i32) -> i64>,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_op_info {
    pub struct_size: usize,
    pub name: *const c_char,
    pub doc: *const c_char,
    pub place: *const c_char,
    pub promotion: *const c_char,
    pub like: *const c_char,
    pub no_gradient: *const c_char,
    pub composite: i32,
    pub elementwise: i32,
    pub random: i32,
    pub outputs: i32,
    pub inputs: i32,
    pub attributes: i32,
    pub arguments: *const weft_argument_info,
    pub domain_low: f64,
    pub domain_high: f64,
    pub samples: i32,
    pub sample: *const *const c_char,
    pub effect: i32,
    pub runs_on_caller: i32,
    pub library: *const c_char,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_plan_memory {
    pub struct_size: usize,
    pub arena: i64,
    pub residual: i64,
    pub backward: i64,
    pub lower_bound: i64,
    pub nodes: i64,
    pub backward_bound: i64,
    pub planning: f64,
    pub prepared: i64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_port {
    pub struct_size: usize,
    pub name: *const c_char,
    pub dtype: weft_dtype,
    pub rank: i32,
    pub shape: *const i64,
    pub bytes: usize,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_profile {
    pub struct_size: usize,
    pub events: *const weft_profile_event,
    pub count: usize,
    pub threads: *const *const c_char,
    pub thread_count: usize,
    pub dropped: i64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_profile_event {
    pub kind: weft_profile_kind,
    pub thread: i32,
    pub name: *const c_char,
    pub line: *const c_char,
    pub begin: i64,
    pub end: i64,
    pub read: f64,
    pub written: f64,
    pub flops: f64,
    pub live: i64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_rule_call {
    pub struct_size: usize,
    pub builder: weft_builder,
    pub r#in: *const weft_operand,
    pub nin: usize,
    pub attributes: *const weft_value,
    pub nattributes: usize,
    pub out: *const weft_operand,
    pub cotangent: *const weft_operand,
    pub nout: usize,
    pub needed: *const u8,
    pub result: *mut weft_operand,
    pub nresult: usize,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_type {
    pub dtype: weft_dtype,
    pub rank: i32,
    pub shape: [i64; 16],
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_types_call {
    pub struct_size: usize,
    pub r#in: *const weft_type,
    pub nin: usize,
    pub attributes: *const weft_value,
    pub nattributes: usize,
    pub out: *mut weft_type,
    pub nout: usize,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_value {
    pub tag: u32,
    pub count: u32,
    pub r#as: weft_value_as,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct weft_view {
    pub data: *mut c_void,
    pub shape: [i64; 16],
    pub strides: [i64; 16],
    pub rank: i32,
    pub dtype: u8,
}
extern "C" {
    pub fn weft_abi_version(a0: *mut u32, a1: *mut u32);
    pub fn weft_archive_count(a0: weft_archive) -> usize;
    pub fn weft_archive_load(a0: *const c_char, a1: *mut weft_archive) -> weft_status;
    pub fn weft_archive_metadata(a0: weft_archive, a1: *const c_char) -> *const c_char;
    pub fn weft_archive_name_at(a0: weft_archive, a1: usize) -> *const c_char;
    pub fn weft_archive_release(a0: weft_archive);
    pub fn weft_archive_tensor(a0: weft_archive, a1: usize, a2: *mut weft_tensor) -> weft_status;
    pub fn weft_backward(a0: *const weft_tensor, a1: *const weft_tensor, a2: usize, a3: i32) -> weft_status;
    pub fn weft_body_begin(a0: *const weft_type, a1: usize, a2: *mut weft_tensor) -> weft_status;
    pub fn weft_body_end(a0: *const weft_tensor, a1: usize, a2: *mut weft_body) -> weft_status;
    pub fn weft_body_release(a0: weft_body);
    pub fn weft_builder_apply(a0: weft_builder, a1: weft_function, a2: *const weft_operand, a3: usize, a4: *mut weft_operand, a5: usize) -> weft_status;
    pub fn weft_builder_emit(a0: weft_builder, a1: weft_op, a2: *const weft_operand, a3: usize, a4: *const weft_value, a5: usize, a6: *mut weft_operand, a7: usize) -> weft_operand;
    pub fn weft_builder_get_type(a0: weft_builder, a1: weft_operand, a2: *mut weft_type, a3: *mut weft_value) -> weft_status;
    pub fn weft_builder_scalar(a0: weft_builder, a1: weft_value) -> weft_operand;
    pub fn weft_checkpoint_abort();
    pub fn weft_checkpoint_begin(a0: *const weft_tensor, a1: usize) -> weft_status;
    pub fn weft_checkpoint_end(a0: *const weft_tensor, a1: usize, a2: weft_segment_function, a3: *mut c_void, a4: Option<unsafe extern "C" fn(*mut c_void)>, a5: *mut weft_tensor) -> weft_status;
    pub fn weft_collective_load(a0: *const c_char, a1: *mut *const c_char) -> weft_status;
    pub fn weft_collective_register(a0: *const weft_collective_driver) -> weft_status;
    pub fn weft_collective_set_buckets(a0: i64, a1: i64) -> weft_status;
    pub fn weft_cond(a0: weft_tensor, a1: weft_body, a2: weft_body, a3: *mut weft_tensor, a4: usize) -> weft_status;
    pub fn weft_context_bind_input(a0: weft_context, a1: usize, a2: *const c_void, a3: usize) -> weft_status;
    pub fn weft_context_bind_output(a0: weft_context, a1: usize, a2: *mut c_void, a3: usize) -> weft_status;
    pub fn weft_context_create(a0: weft_model, a1: *const c_char, a2: *mut c_void, a3: usize, a4: *mut weft_context) -> weft_status;
    pub fn weft_context_create_sharing(a0: weft_context, a1: *const c_char, a2: *mut c_void, a3: usize, a4: *mut weft_context) -> weft_status;
    pub fn weft_context_dimension_at(a0: weft_context, a1: usize, a2: i32) -> *const c_char;
    pub fn weft_context_get_input(a0: weft_context, a1: usize, a2: *mut weft_port) -> weft_status;
    pub fn weft_context_get_output(a0: weft_context, a1: usize, a2: *mut weft_port) -> weft_status;
    pub fn weft_context_get_state(a0: weft_context, a1: usize, a2: *mut weft_port) -> weft_status;
    pub fn weft_context_inputs(a0: weft_context) -> usize;
    pub fn weft_context_output_data(a0: weft_context, a1: usize, a2: *mut *const c_void) -> weft_status;
    pub fn weft_context_outputs(a0: weft_context) -> usize;
    pub fn weft_context_read_state(a0: weft_context, a1: usize, a2: *mut c_void, a3: usize) -> weft_status;
    pub fn weft_context_release(a0: weft_context);
    pub fn weft_context_reset(a0: weft_context) -> weft_status;
    pub fn weft_context_run(a0: weft_context) -> weft_status;
    pub fn weft_context_save(a0: weft_context, a1: *const c_char) -> weft_status;
    pub fn weft_context_set_input_shape(a0: weft_context, a1: usize, a2: *const i64, a3: i32) -> weft_status;
    pub fn weft_context_states(a0: weft_context) -> usize;
    pub fn weft_context_write_state(a0: weft_context, a1: usize, a2: *const c_void, a3: usize) -> weft_status;
    pub fn weft_device_at(a0: usize) -> weft_device;
    pub fn weft_device_call_on_host(a0: *const weft_device_call) -> weft_status;
    pub fn weft_device_count() -> usize;
    pub fn weft_device_find(a0: *const c_char, a1: *mut weft_device) -> weft_status;
    pub fn weft_device_get_info(a0: weft_device, a1: *mut weft_device_info) -> weft_status;
    pub fn weft_device_load(a0: *const c_char) -> weft_status;
    pub fn weft_device_name(a0: weft_device) -> *const c_char;
    pub fn weft_device_register(a0: *const weft_device_driver) -> weft_status;
    pub fn weft_dtype_find(a0: *const c_char, a1: *mut weft_dtype) -> weft_status;
    pub fn weft_dtype_name(a0: weft_dtype) -> *const c_char;
    pub fn weft_dtype_size(a0: weft_dtype) -> usize;
    pub fn weft_engine_stats(a0: *mut weft_engine_figures) -> weft_status;
    pub fn weft_fail(a0: weft_status, a1: *const c_char) -> weft_status;
    pub fn weft_foreach(a0: weft_body, a1: *const weft_tensor, a2: usize, a3: *const weft_tensor, a4: usize, a5: *mut weft_tensor, a6: usize) -> weft_status;
    pub fn weft_function_call(a0: weft_function, a1: *const weft_tensor, a2: usize, a3: *mut weft_tensor, a4: usize) -> weft_status;
    pub fn weft_function_capture_at(a0: weft_function, a1: usize) -> weft_tensor;
    pub fn weft_function_capture_name_at(a0: weft_function, a1: usize) -> *const c_char;
    pub fn weft_function_captures(a0: weft_function) -> usize;
    pub fn weft_function_get_text(a0: weft_function, a1: *const c_char, a2: *mut *const c_char) -> weft_status;
    pub fn weft_function_inputs(a0: weft_function) -> usize;
    pub fn weft_function_is_current(a0: weft_function) -> i32;
    pub fn weft_function_is_example(a0: weft_function) -> i32;
    pub fn weft_function_join(a0: *const weft_function, a1: usize, a2: *mut weft_function) -> weft_status;
    pub fn weft_function_memory(a0: weft_function, a1: *mut weft_plan_memory) -> weft_status;
    pub fn weft_function_outputs(a0: weft_function) -> usize;
    pub fn weft_function_release(a0: weft_function);
    pub fn weft_function_retain(a0: weft_function) -> weft_function;
    pub fn weft_function_set_budget(a0: weft_function, a1: i64) -> weft_status;
    pub fn weft_function_trim(a0: weft_function) -> weft_status;
    pub fn weft_get_device() -> weft_device;
    pub fn weft_grad(a0: *const weft_tensor, a1: *const weft_tensor, a2: usize, a3: *const weft_tensor, a4: usize, a5: i32, a6: i32, a7: *mut weft_tensor) -> weft_status;
    pub fn weft_group_abort(a0: weft_group, a1: *const c_char) -> weft_status;
    pub fn weft_group_connect(a0: weft_group, a1: *const *const c_void, a2: *const usize) -> weft_status;
    pub fn weft_group_get(a0: *const c_char, a1: *mut weft_group) -> weft_status;
    pub fn weft_group_leave(a0: weft_group) -> weft_status;
    pub fn weft_group_open(a0: *const c_char, a1: *const weft_collective_options, a2: *mut weft_group, a3: *mut *const c_void, a4: *mut usize) -> weft_status;
    pub fn weft_group_rank(a0: weft_group) -> i32;
    pub fn weft_group_release(a0: weft_group);
    pub fn weft_group_size(a0: weft_group) -> i32;
    pub fn weft_hold_release(a0: weft_hold);
    pub fn weft_host_function_create(a0: *const c_char, a1: weft_host_call, a2: *mut c_void, a3: Option<unsafe extern "C" fn(*mut c_void)>, a4: *mut weft_host_function) -> weft_status;
    pub fn weft_host_function_release(a0: weft_host_function);
    pub fn weft_info(a0: *const c_char) -> *const c_char;
    pub fn weft_invoke(a0: weft_op, a1: *const weft_value, a2: usize, a3: *mut weft_tensor, a4: usize) -> weft_status;
    pub fn weft_last_error() -> *const c_char;
    pub fn weft_library_load(a0: *const c_char) -> weft_status;
    pub fn weft_memory_stats(a0: *mut weft_memory, a1: i32) -> weft_status;
    pub fn weft_model_arena_bytes(a0: weft_model, a1: *const c_char, a2: *mut usize) -> weft_status;
    pub fn weft_model_entry_count(a0: weft_model) -> usize;
    pub fn weft_model_entry_name_at(a0: weft_model, a1: usize) -> *const c_char;
    pub fn weft_model_figures(a0: weft_model, a1: i64, a2: *mut *const c_char) -> weft_status;
    pub fn weft_model_function(a0: weft_model, a1: *const c_char, a2: *mut weft_function) -> weft_status;
    pub fn weft_model_load(a0: *const c_char, a1: *mut weft_model) -> weft_status;
    pub fn weft_model_load_memory(a0: *const c_void, a1: usize, a2: *mut weft_model) -> weft_status;
    pub fn weft_model_metadata(a0: weft_model, a1: *const c_char) -> *const c_char;
    pub fn weft_model_metadata_count(a0: weft_model) -> usize;
    pub fn weft_model_metadata_key_at(a0: weft_model, a1: usize) -> *const c_char;
    pub fn weft_model_operators(a0: *const c_char, a1: *mut *const c_char) -> weft_status;
    pub fn weft_model_pack(a0: *const c_char) -> weft_status;
    pub fn weft_model_plans(a0: weft_model, a1: i64, a2: *mut *const c_char) -> weft_status;
    pub fn weft_model_release(a0: weft_model);
    pub fn weft_model_run(a0: weft_model, a1: *const c_char, a2: *const weft_buffer, a3: usize, a4: *mut weft_buffer, a5: usize) -> weft_status;
    pub fn weft_model_save_plans(a0: *const c_char) -> weft_status;
    pub fn weft_model_set_budget(a0: weft_model, a1: *const c_char, a2: i64) -> weft_status;
    pub fn weft_model_tensor(a0: weft_model, a1: usize, a2: *mut weft_tensor) -> weft_status;
    pub fn weft_model_tensor_count(a0: weft_model) -> usize;
    pub fn weft_model_tensor_name_at(a0: weft_model, a1: usize) -> *const c_char;
    pub fn weft_model_text(a0: weft_model) -> *const c_char;
    pub fn weft_model_write_c(a0: weft_model, a1: *const weft_c_options, a2: *const c_char) -> weft_status;
    pub fn weft_modes() -> u32;
    pub fn weft_num_threads() -> i32;
    pub fn weft_op_at(a0: usize) -> weft_op;
    pub fn weft_op_count() -> usize;
    pub fn weft_op_count_outputs(a0: weft_op, a1: *const weft_value, a2: usize, a3: *mut usize) -> weft_status;
    pub fn weft_op_find(a0: *const c_char, a1: *mut weft_op) -> weft_status;
    pub fn weft_op_get_info(a0: weft_op, a1: *mut weft_op_info) -> weft_status;
    pub fn weft_op_register(a0: *const weft_op_definition, a1: *mut weft_op) -> weft_status;
    pub fn weft_parallel_for(a0: i64, a1: i64, a2: *mut c_void, a3: Option<unsafe extern "C" fn(*mut c_void, i64, i64, i32)>);
    pub fn weft_prepare_fork();
    pub fn weft_profile_note(a0: weft_profile_kind, a1: *const c_char, a2: *const c_char, a3: i64, a4: i64) -> weft_status;
    pub fn weft_profile_start() -> weft_status;
    pub fn weft_profile_stop(a0: *mut weft_profile) -> weft_status;
    pub fn weft_random_seed(a0: u64) -> weft_status;
    pub fn weft_random_set_state(a0: u64, a1: u64) -> weft_status;
    pub fn weft_random_state(a0: *mut u64, a1: *mut u64) -> weft_status;
    pub fn weft_random_use(a0: *mut u64, a1: *mut *mut u64) -> weft_status;
    pub fn weft_record_function(a0: *const c_char, a1: *const weft_tensor, a2: usize, a3: *const weft_tensor, a4: usize, a5: *const weft_tensor, a6: usize, a7: weft_backward_function, a8: *mut c_void, a9: Option<unsafe extern "C" fn(*mut c_void)>) -> weft_status;
    pub fn weft_set_allocator(a0: *const weft_allocator) -> weft_status;
    pub fn weft_set_device(a0: weft_device) -> weft_device;
    pub fn weft_set_engine_policy(a0: *const c_char) -> weft_status;
    pub fn weft_set_interrupt_hook(a0: Option<unsafe extern "C" fn() -> i32>);
    pub fn weft_set_log(a0: weft_log_level, a1: Option<unsafe extern "C" fn(*mut c_void, weft_log_level, *const c_char)>, a2: *mut c_void) -> weft_status;
    pub fn weft_set_memory_limit(a0: i64) -> weft_status;
    pub fn weft_set_modes(a0: u32, a1: u32) -> u32;
    pub fn weft_set_num_threads(a0: i32) -> weft_status;
    pub fn weft_set_origin_hook(a0: Option<unsafe extern "C" fn(*mut c_char, usize)>);
    pub fn weft_set_print_hook(a0: Option<unsafe extern "C" fn(*const c_char, usize) -> weft_status>);
    pub fn weft_set_wait_hooks(a0: Option<unsafe extern "C" fn() -> *mut c_void>, a1: Option<unsafe extern "C" fn(*mut c_void)>);
    pub fn weft_tensor_attach_given_grad(a0: weft_tensor, a1: i32, a2: weft_tensor) -> weft_status;
    pub fn weft_tensor_attach_grad(a0: weft_tensor, a1: i32) -> weft_status;
    pub fn weft_tensor_attach_grad_of_kind(a0: weft_tensor, a1: i32, a2: i32) -> weft_status;
    pub fn weft_tensor_create(a0: weft_dtype, a1: i32, a2: *const i64, a3: *const c_void, a4: *mut weft_tensor) -> weft_status;
    pub fn weft_tensor_detach(a0: weft_tensor, a1: *mut weft_tensor) -> weft_status;
    pub fn weft_tensor_device(a0: weft_tensor) -> weft_device;
    pub fn weft_tensor_dtype(a0: weft_tensor) -> weft_dtype;
    pub fn weft_tensor_elements(a0: weft_tensor) -> i64;
    pub fn weft_tensor_extent_follows(a0: weft_tensor, a1: i32, a2: *mut i64, a3: *mut i64) -> i32;
    pub fn weft_tensor_from_dlpack(a0: *mut DLManagedTensorVersioned, a1: Option<unsafe extern "C" fn(*mut DLManagedTensorVersioned)>, a2: *mut weft_tensor) -> weft_status;
    pub fn weft_tensor_from_dlpack_unversioned(a0: *mut DLManagedTensor, a1: Option<unsafe extern "C" fn(*mut DLManagedTensor)>, a2: *mut weft_tensor) -> weft_status;
    pub fn weft_tensor_grad(a0: weft_tensor, a1: *mut weft_tensor) -> weft_status;
    pub fn weft_tensor_grad_is_untouched(a0: weft_tensor) -> i32;
    pub fn weft_tensor_grad_kind(a0: weft_tensor) -> i32;
    pub fn weft_tensor_grad_req(a0: weft_tensor) -> i32;
    pub fn weft_tensor_grad_rows(a0: weft_tensor, a1: *mut weft_tensor, a2: *mut weft_tensor) -> weft_status;
    pub fn weft_tensor_grad_version(a0: weft_tensor) -> u64;
    pub fn weft_tensor_history(a0: *const weft_tensor, a1: usize, a2: weft_history_function, a3: *mut c_void, a4: *mut weft_history_place) -> weft_status;
    pub fn weft_tensor_hold(a0: weft_tensor, a1: *mut weft_hold, a2: *mut *const c_void) -> weft_status;
    pub fn weft_tensor_is_recorded(a0: weft_tensor) -> i32;
    pub fn weft_tensor_is_traced(a0: weft_tensor) -> i32;
    pub fn weft_tensor_item(a0: weft_tensor, a1: *mut weft_value) -> weft_status;
    pub fn weft_tensor_made_grad(a0: weft_tensor, a1: *mut weft_tensor) -> weft_status;
    pub fn weft_tensor_pin(a0: weft_tensor, a1: *mut weft_hold, a2: *mut *mut c_void) -> weft_status;
    pub fn weft_tensor_rank(a0: weft_tensor) -> i32;
    pub fn weft_tensor_read(a0: weft_tensor, a1: *mut c_void, a2: usize) -> weft_status;
    pub fn weft_tensor_release(a0: weft_tensor);
    pub fn weft_tensor_retain(a0: weft_tensor) -> weft_tensor;
    pub fn weft_tensor_set_grad_rows(a0: weft_tensor, a1: weft_tensor, a2: weft_tensor) -> weft_status;
    pub fn weft_tensor_set_state(a0: weft_tensor, a1: i32) -> weft_status;
    pub fn weft_tensor_shape(a0: weft_tensor) -> *const i64;
    pub fn weft_tensor_shares_box(a0: weft_tensor, a1: weft_tensor) -> i32;
    pub fn weft_tensor_strides(a0: weft_tensor) -> *const i64;
    pub fn weft_tensor_tell_grad(a0: weft_tensor, a1: weft_host_function) -> weft_status;
    pub fn weft_tensor_to_device(a0: weft_tensor, a1: weft_device, a2: *mut weft_tensor) -> weft_status;
    pub fn weft_tensor_to_dlpack(a0: weft_tensor, a1: *mut *mut DLManagedTensorVersioned) -> weft_status;
    pub fn weft_tensor_to_dlpack_unversioned(a0: weft_tensor, a1: *mut *mut DLManagedTensor) -> weft_status;
    pub fn weft_tensor_use_up_grad(a0: weft_tensor) -> weft_status;
    pub fn weft_tensor_wait(a0: weft_tensor) -> weft_status;
    pub fn weft_tensor_wrap(a0: *mut c_void, a1: weft_dtype, a2: i32, a3: *const i64, a4: *const i64, a5: i32, a6: *mut c_void, a7: Option<unsafe extern "C" fn(*mut c_void)>, a8: *mut weft_tensor) -> weft_status;
    pub fn weft_tensor_write(a0: weft_tensor, a1: *const weft_value) -> weft_status;
    pub fn weft_tensor_zero_grad(a0: weft_tensor) -> weft_status;
    pub fn weft_tensors_save(a0: *const c_char, a1: *const *const c_char, a2: *const weft_tensor, a3: usize, a4: *const c_char) -> weft_status;
    pub fn weft_tensors_save_async(a0: *const c_char, a1: *const *const c_char, a2: *const weft_tensor, a3: usize, a4: *const c_char, a5: *mut weft_tensor) -> weft_status;
    pub fn weft_trace_abort();
    pub fn weft_trace_add_dimension(a0: *const c_char, a1: i64, a2: i64, a3: *const usize, a4: *const i32, a5: usize) -> weft_status;
    pub fn weft_trace_begin(a0: *const weft_tensor, a1: usize, a2: *mut weft_tensor) -> weft_status;
    pub fn weft_trace_begin_rule(a0: *const weft_type, a1: usize, a2: *mut weft_tensor) -> weft_status;
    pub fn weft_trace_begin_types(a0: *const weft_type, a1: usize, a2: *mut weft_tensor) -> weft_status;
    pub fn weft_trace_end(a0: *const weft_tensor, a1: usize, a2: *mut weft_function) -> weft_status;
    pub fn weft_trace_is_chosen(a0: weft_tensor, a1: i32, a2: weft_tensor, a3: *mut i32) -> weft_status;
    pub fn weft_trace_resume(a0: weft_trace) -> weft_status;
    pub fn weft_trace_set_example(a0: usize, a1: *const weft_function, a2: usize) -> weft_status;
    pub fn weft_trace_size(a0: weft_tensor, a1: i64, a2: *mut i64) -> weft_status;
    pub fn weft_trace_suspend() -> weft_trace;
    pub fn weft_version() -> *const c_char;
    pub fn weft_wait_all() -> weft_status;
    pub fn weft_while_loop(a0: weft_body, a1: *const weft_tensor, a2: usize, a3: i64, a4: *mut weft_tensor, a5: usize) -> weft_status;
    pub fn weft_writer_add_entry(a0: weft_writer, a1: *const c_char, a2: weft_function, a3: *const *const c_char, a4: *const *const c_char, a5: *const *const c_char) -> weft_status;
    pub fn weft_writer_create(a0: *mut weft_writer) -> weft_status;
    pub fn weft_writer_keep_source_lines(a0: weft_writer, a1: i32) -> weft_status;
    pub fn weft_writer_release(a0: weft_writer);
    pub fn weft_writer_save(a0: weft_writer, a1: *const c_char) -> weft_status;
    pub fn weft_writer_set_metadata(a0: weft_writer, a1: *const c_char, a2: *const c_char) -> weft_status;
}
