// Written by bindings/generate; do not edit.

using System;
using System.Runtime.InteropServices;

namespace Weft
{
    /// <summary>The functions of weft.h as they are.</summary>
    internal static class C
    {
        private const string Library = "weft";

        internal const int WEFT_GRAD_ADD = 2;
        internal const int WEFT_GRAD_ANY_ARRAY = 2;
        internal const int WEFT_GRAD_ARRAY = 0;
        internal const int WEFT_GRAD_NULL = 0;
        internal const int WEFT_GRAD_ROW_SPARSE = 1;
        internal const int WEFT_GRAD_WRITE = 1;
        internal const int WEFT_MAX_RANK = 16;
        internal const int WEFT_MODE_DEFERRING = 8;
        internal const int WEFT_MODE_FORGETTING = 64;
        internal const int WEFT_MODE_MIXED_BFLOAT16 = 32;
        internal const int WEFT_MODE_MIXED_FLOAT16 = 16;
        internal const int WEFT_MODE_RECORDING = 1;
        internal const int WEFT_MODE_RECORDING_ALL = 128;
        internal const int WEFT_MODE_TRACING = 2;
        internal const int WEFT_MODE_TRAINING = 4;
        internal const int WEFT_TAG_BEYOND = 12;
        internal const int WEFT_TAG_BOOL = 4;
        internal const int WEFT_TAG_COMPLEX = 13;
        internal const int WEFT_TAG_DEFAULT = 0;
        internal const int WEFT_TAG_DTYPE = 7;
        internal const int WEFT_TAG_FLOAT = 3;
        internal const int WEFT_TAG_FUNCTION = 10;
        internal const int WEFT_TAG_INT = 2;
        internal const int WEFT_TAG_INTS = 6;
        internal const int WEFT_TAG_NONE = 8;
        internal const int WEFT_TAG_STRING = 5;
        internal const int WEFT_TAG_TENSOR = 1;
        internal const int WEFT_TAG_TENSORS = 9;
        internal const int WEFT_TAG_UNSIGNED = 11;
        internal const int WEFT_TRACE_EXAMPLES = 6;

        [DllImport(Library)]
        internal static extern void weft_abi_version(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern UIntPtr weft_archive_count(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_archive_load(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern IntPtr weft_archive_metadata(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern IntPtr weft_archive_name_at(IntPtr a0, UIntPtr a1);

        [DllImport(Library)]
        internal static extern void weft_archive_release(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_archive_tensor(IntPtr a0, UIntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_backward(IntPtr a0, IntPtr a1, UIntPtr a2, int a3);

        [DllImport(Library)]
        internal static extern int weft_context_bind_input(IntPtr a0, UIntPtr a1, IntPtr a2, UIntPtr a3);

        [DllImport(Library)]
        internal static extern int weft_context_bind_output(IntPtr a0, UIntPtr a1, IntPtr a2, UIntPtr a3);

        [DllImport(Library)]
        internal static extern int weft_context_create(IntPtr a0, IntPtr a1, IntPtr a2, UIntPtr a3, IntPtr a4);

        [DllImport(Library)]
        internal static extern int weft_context_create_sharing(IntPtr a0, IntPtr a1, IntPtr a2, UIntPtr a3, IntPtr a4);

        [DllImport(Library)]
        internal static extern IntPtr weft_context_dimension_at(IntPtr a0, UIntPtr a1, int a2);

        [DllImport(Library)]
        internal static extern int weft_context_get_input(IntPtr a0, UIntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_context_get_output(IntPtr a0, UIntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_context_get_state(IntPtr a0, UIntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern UIntPtr weft_context_inputs(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_context_output_data(IntPtr a0, UIntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern UIntPtr weft_context_outputs(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_context_read_state(IntPtr a0, UIntPtr a1, IntPtr a2, UIntPtr a3);

        [DllImport(Library)]
        internal static extern void weft_context_release(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_context_reset(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_context_run(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_context_save(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_context_set_input_shape(IntPtr a0, UIntPtr a1, IntPtr a2, int a3);

        [DllImport(Library)]
        internal static extern UIntPtr weft_context_states(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_context_write_state(IntPtr a0, UIntPtr a1, IntPtr a2, UIntPtr a3);

        [DllImport(Library)]
        internal static extern int weft_dtype_find(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern IntPtr weft_dtype_name(int a0);

        [DllImport(Library)]
        internal static extern UIntPtr weft_dtype_size(int a0);

        [DllImport(Library)]
        internal static extern int weft_function_call(IntPtr a0, IntPtr a1, UIntPtr a2, IntPtr a3, UIntPtr a4);

        [DllImport(Library)]
        internal static extern IntPtr weft_function_capture_at(IntPtr a0, UIntPtr a1);

        [DllImport(Library)]
        internal static extern IntPtr weft_function_capture_name_at(IntPtr a0, UIntPtr a1);

        [DllImport(Library)]
        internal static extern UIntPtr weft_function_captures(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_function_get_text(IntPtr a0, IntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern UIntPtr weft_function_inputs(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_function_is_current(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_function_is_example(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_function_join(IntPtr a0, UIntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_function_memory(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern UIntPtr weft_function_outputs(IntPtr a0);

        [DllImport(Library)]
        internal static extern void weft_function_release(IntPtr a0);

        [DllImport(Library)]
        internal static extern IntPtr weft_function_retain(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_function_set_budget(IntPtr a0, long a1);

        [DllImport(Library)]
        internal static extern int weft_function_trim(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_grad(IntPtr a0, IntPtr a1, UIntPtr a2, IntPtr a3, UIntPtr a4, int a5, int a6, IntPtr a7);

        [DllImport(Library)]
        internal static extern int weft_invoke(IntPtr a0, IntPtr a1, UIntPtr a2, IntPtr a3, UIntPtr a4);

        [DllImport(Library)]
        internal static extern IntPtr weft_last_error();

        [DllImport(Library)]
        internal static extern int weft_memory_stats(IntPtr a0, int a1);

        [DllImport(Library)]
        internal static extern int weft_model_arena_bytes(IntPtr a0, IntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern UIntPtr weft_model_entry_count(IntPtr a0);

        [DllImport(Library)]
        internal static extern IntPtr weft_model_entry_name_at(IntPtr a0, UIntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_model_figures(IntPtr a0, long a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_model_function(IntPtr a0, IntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_model_load(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_model_load_memory(IntPtr a0, UIntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern IntPtr weft_model_metadata(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern UIntPtr weft_model_metadata_count(IntPtr a0);

        [DllImport(Library)]
        internal static extern IntPtr weft_model_metadata_key_at(IntPtr a0, UIntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_model_operators(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_model_pack(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_model_plans(IntPtr a0, long a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern void weft_model_release(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_model_run(IntPtr a0, IntPtr a1, IntPtr a2, UIntPtr a3, IntPtr a4, UIntPtr a5);

        [DllImport(Library)]
        internal static extern int weft_model_save_plans(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_model_set_budget(IntPtr a0, IntPtr a1, long a2);

        [DllImport(Library)]
        internal static extern int weft_model_tensor(IntPtr a0, UIntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern UIntPtr weft_model_tensor_count(IntPtr a0);

        [DllImport(Library)]
        internal static extern IntPtr weft_model_tensor_name_at(IntPtr a0, UIntPtr a1);

        [DllImport(Library)]
        internal static extern IntPtr weft_model_text(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_model_write_c(IntPtr a0, IntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern IntPtr weft_op_at(UIntPtr a0);

        [DllImport(Library)]
        internal static extern UIntPtr weft_op_count();

        [DllImport(Library)]
        internal static extern int weft_op_count_outputs(IntPtr a0, IntPtr a1, UIntPtr a2, IntPtr a3);

        [DllImport(Library)]
        internal static extern int weft_op_find(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_op_get_info(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_op_register(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_random_seed(ulong a0);

        [DllImport(Library)]
        internal static extern uint weft_set_modes(uint a0, uint a1);

        [DllImport(Library)]
        internal static extern int weft_set_num_threads(int a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_attach_given_grad(IntPtr a0, int a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_tensor_attach_grad(IntPtr a0, int a1);

        [DllImport(Library)]
        internal static extern int weft_tensor_attach_grad_of_kind(IntPtr a0, int a1, int a2);

        [DllImport(Library)]
        internal static extern int weft_tensor_create(int a0, int a1, IntPtr a2, IntPtr a3, IntPtr a4);

        [DllImport(Library)]
        internal static extern int weft_tensor_detach(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern IntPtr weft_tensor_device(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_dtype(IntPtr a0);

        [DllImport(Library)]
        internal static extern long weft_tensor_elements(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_extent_follows(IntPtr a0, int a1, IntPtr a2, IntPtr a3);

        [DllImport(Library)]
        internal static extern int weft_tensor_from_dlpack(IntPtr a0, IntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_tensor_grad(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_tensor_grad_is_untouched(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_grad_kind(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_grad_req(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_grad_rows(IntPtr a0, IntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern ulong weft_tensor_grad_version(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_history(IntPtr a0, UIntPtr a1, IntPtr a2, IntPtr a3, IntPtr a4);

        [DllImport(Library)]
        internal static extern int weft_tensor_hold(IntPtr a0, IntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_tensor_is_recorded(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_is_traced(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_item(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_tensor_made_grad(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_tensor_pin(IntPtr a0, IntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_tensor_rank(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_read(IntPtr a0, IntPtr a1, UIntPtr a2);

        [DllImport(Library)]
        internal static extern void weft_tensor_release(IntPtr a0);

        [DllImport(Library)]
        internal static extern IntPtr weft_tensor_retain(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_set_grad_rows(IntPtr a0, IntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_tensor_set_state(IntPtr a0, int a1);

        [DllImport(Library)]
        internal static extern IntPtr weft_tensor_shape(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_shares_box(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern IntPtr weft_tensor_strides(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_tell_grad(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_tensor_to_device(IntPtr a0, IntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_tensor_to_dlpack(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_tensor_use_up_grad(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_wait(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensor_wrap(IntPtr a0, int a1, int a2, IntPtr a3, IntPtr a4, int a5, IntPtr a6, IntPtr a7, IntPtr a8);

        [DllImport(Library)]
        internal static extern int weft_tensor_write(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_tensor_zero_grad(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_tensors_save(IntPtr a0, IntPtr a1, IntPtr a2, UIntPtr a3, IntPtr a4);

        [DllImport(Library)]
        internal static extern int weft_tensors_save_async(IntPtr a0, IntPtr a1, IntPtr a2, UIntPtr a3, IntPtr a4, IntPtr a5);

        [DllImport(Library)]
        internal static extern void weft_trace_abort();

        [DllImport(Library)]
        internal static extern int weft_trace_add_dimension(IntPtr a0, long a1, long a2, IntPtr a3, IntPtr a4, UIntPtr a5);

        [DllImport(Library)]
        internal static extern int weft_trace_begin(IntPtr a0, UIntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_trace_begin_rule(IntPtr a0, UIntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_trace_begin_types(IntPtr a0, UIntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_trace_end(IntPtr a0, UIntPtr a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_trace_is_chosen(IntPtr a0, int a1, IntPtr a2, IntPtr a3);

        [DllImport(Library)]
        internal static extern int weft_trace_resume(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_trace_set_example(UIntPtr a0, IntPtr a1, UIntPtr a2);

        [DllImport(Library)]
        internal static extern int weft_trace_size(IntPtr a0, long a1, IntPtr a2);

        [DllImport(Library)]
        internal static extern IntPtr weft_trace_suspend();

        [DllImport(Library)]
        internal static extern IntPtr weft_version();

        [DllImport(Library)]
        internal static extern int weft_writer_add_entry(IntPtr a0, IntPtr a1, IntPtr a2, IntPtr a3, IntPtr a4, IntPtr a5);

        [DllImport(Library)]
        internal static extern int weft_writer_create(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_writer_keep_source_lines(IntPtr a0, int a1);

        [DllImport(Library)]
        internal static extern void weft_writer_release(IntPtr a0);

        [DllImport(Library)]
        internal static extern int weft_writer_save(IntPtr a0, IntPtr a1);

        [DllImport(Library)]
        internal static extern int weft_writer_set_metadata(IntPtr a0, IntPtr a1, IntPtr a2);
    }
}
