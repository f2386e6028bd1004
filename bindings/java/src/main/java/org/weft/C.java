// Written by bindings/generate; do not edit.
package org.weft;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.weft.WeftException.Status;

/** The functions of weft.h as they are. Who passes a handle holds it meanwhile. */
final class C {
    private C() {}

    static {
        Native.load();
    }

    static final int WEFT_GRAD_ADD = 2;
    static final int WEFT_GRAD_ANY_ARRAY = 2;
    static final int WEFT_GRAD_ARRAY = 0;
    static final int WEFT_GRAD_NULL = 0;
    static final int WEFT_GRAD_ROW_SPARSE = 1;
    static final int WEFT_GRAD_WRITE = 1;
    static final int WEFT_MODE_DEFERRING = 8;
    static final int WEFT_MODE_FORGETTING = 64;
    static final int WEFT_MODE_MIXED_BFLOAT16 = 32;
    static final int WEFT_MODE_MIXED_FLOAT16 = 16;
    static final int WEFT_MODE_RECORDING = 1;
    static final int WEFT_MODE_RECORDING_ALL = 128;
    static final int WEFT_MODE_TRACING = 2;
    static final int WEFT_MODE_TRAINING = 4;
    static final int WEFT_TAG_BEYOND = 12;
    static final int WEFT_TAG_BOOL = 4;
    static final int WEFT_TAG_COMPLEX = 13;
    static final int WEFT_TAG_DEFAULT = 0;
    static final int WEFT_TAG_DTYPE = 7;
    static final int WEFT_TAG_FLOAT = 3;
    static final int WEFT_TAG_FUNCTION = 10;
    static final int WEFT_TAG_INT = 2;
    static final int WEFT_TAG_INTS = 6;
    static final int WEFT_TAG_NONE = 8;
    static final int WEFT_TAG_STRING = 5;
    static final int WEFT_TAG_TENSOR = 1;
    static final int WEFT_TAG_TENSORS = 9;
    static final int WEFT_TAG_UNSIGNED = 11;
    static final int WEFT_TRACE_EXAMPLES = 6;
    static final int weft_argument_info_bytes = 48;
    static final int weft_argument_info_name = 0;
    static final int weft_argument_info_doc = 8;
    static final int weft_argument_info_kind = 16;
    static final int weft_argument_info_required = 20;
    static final int weft_argument_info_keeps_dtype = 24;
    static final int weft_argument_info_takes_none = 28;
    static final int weft_argument_info_fallback = 32;
    static final int weft_memory_bytes = 80;
    static final int weft_memory_struct_size = 0;
    static final int weft_memory_live = 8;
    static final int weft_memory_peak = 16;
    static final int weft_memory_pooled = 24;
    static final int weft_memory_system_calls = 32;
    static final int weft_memory_limit = 40;
    static final int weft_memory_copies = 48;
    static final int weft_memory_copied = 56;
    static final int weft_memory_largest_copy = 64;
    static final int weft_memory_largest_copy_line = 72;
    static final int weft_op_info_bytes = 136;
    static final int weft_op_info_struct_size = 0;
    static final int weft_op_info_name = 8;
    static final int weft_op_info_doc = 16;
    static final int weft_op_info_place = 24;
    static final int weft_op_info_promotion = 32;
    static final int weft_op_info_like = 40;
    static final int weft_op_info_no_gradient = 48;
    static final int weft_op_info_composite = 56;
    static final int weft_op_info_elementwise = 60;
    static final int weft_op_info_random = 64;
    static final int weft_op_info_outputs = 68;
    static final int weft_op_info_inputs = 72;
    static final int weft_op_info_attributes = 76;
    static final int weft_op_info_arguments = 80;
    static final int weft_op_info_domain_low = 88;
    static final int weft_op_info_domain_high = 96;
    static final int weft_op_info_samples = 104;
    static final int weft_op_info_sample = 112;
    static final int weft_op_info_effect = 120;
    static final int weft_op_info_runs_on_caller = 124;
    static final int weft_op_info_library = 128;
    static final int weft_port_bytes = 40;
    static final int weft_port_struct_size = 0;
    static final int weft_port_name = 8;
    static final int weft_port_dtype = 16;
    static final int weft_port_rank = 20;
    static final int weft_port_shape = 24;
    static final int weft_port_bytes_at = 32;
    static final int weft_type_bytes = 136;
    static final int weft_type_dtype = 0;
    static final int weft_type_rank = 4;
    static final int weft_type_shape = 8;
    static native long weft_archive_count(long a0);
    private static native int utf8_weft_archive_load(byte[] a0, long[] a1);
    static int weft_archive_load(String a0, long[] a1) {
        return utf8_weft_archive_load(utf8(a0), a1);
    }
    private static native byte[] utf8_weft_archive_metadata(long a0, byte[] a1);
    static String weft_archive_metadata(long a0, String a1) {
        return text(utf8_weft_archive_metadata(a0, utf8(a1)));
    }
    private static native byte[] utf8_weft_archive_name_at(long a0, long a1);
    static String weft_archive_name_at(long a0, long a1) {
        return text(utf8_weft_archive_name_at(a0, a1));
    }
    static native void weft_archive_release(long a0);
    static native int weft_archive_tensor(long a0, long a1, long[] a2);
    static native int weft_backward(long[] a0, long[] a1, long a2, int a3);
    static native int weft_context_bind_input(long a0, long a1, long a2, long a3);
    static native int weft_context_bind_output(long a0, long a1, long a2, long a3);
    private static native int utf8_weft_context_create(long a0, byte[] a1, long a2, long a3, long[] a4);
    static int weft_context_create(long a0, String a1, long a2, long a3, long[] a4) {
        return utf8_weft_context_create(a0, utf8(a1), a2, a3, a4);
    }
    private static native int utf8_weft_context_create_sharing(long a0, byte[] a1, long a2, long a3, long[] a4);
    static int weft_context_create_sharing(long a0, String a1, long a2, long a3, long[] a4) {
        return utf8_weft_context_create_sharing(a0, utf8(a1), a2, a3, a4);
    }
    private static native byte[] utf8_weft_context_dimension_at(long a0, long a1, int a2);
    static String weft_context_dimension_at(long a0, long a1, int a2) {
        return text(utf8_weft_context_dimension_at(a0, a1, a2));
    }
    static native int weft_context_get_input(long a0, long a1, long a2);
    static native int weft_context_get_output(long a0, long a1, long a2);
    static native int weft_context_get_state(long a0, long a1, long a2);
    static native long weft_context_inputs(long a0);
    static native int weft_context_output_data(long a0, long a1, long[] a2);
    static native long weft_context_outputs(long a0);
    static native int weft_context_read_state(long a0, long a1, long a2, long a3);
    static native void weft_context_release(long a0);
    static native int weft_context_reset(long a0);
    static native int weft_context_run(long a0);
    private static native int utf8_weft_context_save(long a0, byte[] a1);
    static int weft_context_save(long a0, String a1) {
        return utf8_weft_context_save(a0, utf8(a1));
    }
    static native int weft_context_set_input_shape(long a0, long a1, long[] a2, int a3);
    static native long weft_context_states(long a0);
    static native int weft_context_write_state(long a0, long a1, long a2, long a3);
    private static native byte[] utf8_weft_dtype_name(int a0);
    static String weft_dtype_name(int a0) {
        return text(utf8_weft_dtype_name(a0));
    }
    static native long weft_dtype_size(int a0);
    static native int weft_function_call(long a0, long[] a1, long a2, long[] a3, long a4);
    static native long weft_function_capture_at(long a0, long a1);
    private static native byte[] utf8_weft_function_capture_name_at(long a0, long a1);
    static String weft_function_capture_name_at(long a0, long a1) {
        return text(utf8_weft_function_capture_name_at(a0, a1));
    }
    static native long weft_function_captures(long a0);
    private static native int utf8_weft_function_get_text(long a0, byte[] a1, long[] a2);
    static int weft_function_get_text(long a0, String a1, long[] a2) {
        return utf8_weft_function_get_text(a0, utf8(a1), a2);
    }
    static native long weft_function_inputs(long a0);
    static native int weft_function_is_current(long a0);
    static native int weft_function_is_example(long a0);
    static native int weft_function_join(long[] a0, long a1, long[] a2);
    static native int weft_function_memory(long a0, long a1);
    static native long weft_function_outputs(long a0);
    static native void weft_function_release(long a0);
    static native long weft_function_retain(long a0);
    static native int weft_function_set_budget(long a0, long a1);
    static native int weft_function_trim(long a0);
    static native int weft_grad(long[] a0, long[] a1, long a2, long[] a3, long a4, int a5, int a6, long[] a7);
    static native int weft_invoke(long a0, long a1, long a2, long[] a3, long a4);
    private static native byte[] utf8_weft_last_error();
    static String weft_last_error() {
        return text(utf8_weft_last_error());
    }
    static native int weft_memory_stats(long a0, int a1);
    private static native int utf8_weft_model_arena_bytes(long a0, byte[] a1, long[] a2);
    static int weft_model_arena_bytes(long a0, String a1, long[] a2) {
        return utf8_weft_model_arena_bytes(a0, utf8(a1), a2);
    }
    static native long weft_model_entry_count(long a0);
    private static native byte[] utf8_weft_model_entry_name_at(long a0, long a1);
    static String weft_model_entry_name_at(long a0, long a1) {
        return text(utf8_weft_model_entry_name_at(a0, a1));
    }
    static native int weft_model_figures(long a0, long a1, long[] a2);
    private static native int utf8_weft_model_function(long a0, byte[] a1, long[] a2);
    static int weft_model_function(long a0, String a1, long[] a2) {
        return utf8_weft_model_function(a0, utf8(a1), a2);
    }
    private static native int utf8_weft_model_load(byte[] a0, long[] a1);
    static int weft_model_load(String a0, long[] a1) {
        return utf8_weft_model_load(utf8(a0), a1);
    }
    static native int weft_model_load_memory(long a0, long a1, long[] a2);
    private static native byte[] utf8_weft_model_metadata(long a0, byte[] a1);
    static String weft_model_metadata(long a0, String a1) {
        return text(utf8_weft_model_metadata(a0, utf8(a1)));
    }
    static native long weft_model_metadata_count(long a0);
    private static native byte[] utf8_weft_model_metadata_key_at(long a0, long a1);
    static String weft_model_metadata_key_at(long a0, long a1) {
        return text(utf8_weft_model_metadata_key_at(a0, a1));
    }
    private static native int utf8_weft_model_operators(byte[] a0, long[] a1);
    static int weft_model_operators(String a0, long[] a1) {
        return utf8_weft_model_operators(utf8(a0), a1);
    }
    private static native int utf8_weft_model_pack(byte[] a0);
    static int weft_model_pack(String a0) {
        return utf8_weft_model_pack(utf8(a0));
    }
    static native int weft_model_plans(long a0, long a1, long[] a2);
    static native void weft_model_release(long a0);
    private static native int utf8_weft_model_run(long a0, byte[] a1, long a2, long a3, long a4, long a5);
    static int weft_model_run(long a0, String a1, long a2, long a3, long a4, long a5) {
        return utf8_weft_model_run(a0, utf8(a1), a2, a3, a4, a5);
    }
    private static native int utf8_weft_model_save_plans(byte[] a0);
    static int weft_model_save_plans(String a0) {
        return utf8_weft_model_save_plans(utf8(a0));
    }
    private static native int utf8_weft_model_set_budget(long a0, byte[] a1, long a2);
    static int weft_model_set_budget(long a0, String a1, long a2) {
        return utf8_weft_model_set_budget(a0, utf8(a1), a2);
    }
    static native int weft_model_tensor(long a0, long a1, long[] a2);
    static native long weft_model_tensor_count(long a0);
    private static native byte[] utf8_weft_model_tensor_name_at(long a0, long a1);
    static String weft_model_tensor_name_at(long a0, long a1) {
        return text(utf8_weft_model_tensor_name_at(a0, a1));
    }
    private static native byte[] utf8_weft_model_text(long a0);
    static String weft_model_text(long a0) {
        return text(utf8_weft_model_text(a0));
    }
    private static native int utf8_weft_model_write_c(long a0, long a1, byte[] a2);
    static int weft_model_write_c(long a0, long a1, String a2) {
        return utf8_weft_model_write_c(a0, a1, utf8(a2));
    }
    static native long weft_op_at(long a0);
    static native long weft_op_count();
    static native int weft_op_count_outputs(long a0, long a1, long a2, long[] a3);
    private static native int utf8_weft_op_find(byte[] a0, long[] a1);
    static int weft_op_find(String a0, long[] a1) {
        return utf8_weft_op_find(utf8(a0), a1);
    }
    static native int weft_op_get_info(long a0, long a1);
    static native int weft_op_register(long a0, long[] a1);
    static native int weft_random_seed(long a0);
    static native int weft_set_modes(int a0, int a1);
    static native int weft_set_num_threads(int a0);
    static native int weft_tensor_attach_given_grad(long a0, int a1, long a2);
    static native int weft_tensor_attach_grad(long a0, int a1);
    static native int weft_tensor_attach_grad_of_kind(long a0, int a1, int a2);
    static native int weft_tensor_create(int a0, int a1, long[] a2, long a3, long[] a4);
    static native int weft_tensor_detach(long a0, long[] a1);
    static native long weft_tensor_device(long a0);
    static native int weft_tensor_dtype(long a0);
    static native long weft_tensor_elements(long a0);
    static native int weft_tensor_extent_follows(long a0, int a1, long[] a2, long[] a3);
    static native int weft_tensor_grad(long a0, long[] a1);
    static native int weft_tensor_grad_is_untouched(long a0);
    static native int weft_tensor_grad_kind(long a0);
    static native int weft_tensor_grad_req(long a0);
    static native int weft_tensor_grad_rows(long a0, long[] a1, long[] a2);
    static native long weft_tensor_grad_version(long a0);
    static native int weft_tensor_hold(long a0, long[] a1, long[] a2);
    static native int weft_tensor_is_recorded(long a0);
    static native int weft_tensor_is_traced(long a0);
    static native int weft_tensor_item(long a0, long a1);
    static native int weft_tensor_made_grad(long a0, long[] a1);
    static native int weft_tensor_pin(long a0, long[] a1, long[] a2);
    static native int weft_tensor_rank(long a0);
    static native int weft_tensor_read(long a0, long a1, long a2);
    static native void weft_tensor_release(long a0);
    static native long weft_tensor_retain(long a0);
    static native int weft_tensor_set_grad_rows(long a0, long a1, long a2);
    static native int weft_tensor_set_state(long a0, int a1);
    static native long weft_tensor_shape(long a0);
    static native int weft_tensor_shares_box(long a0, long a1);
    static native long weft_tensor_strides(long a0);
    static native int weft_tensor_tell_grad(long a0, long a1);
    static native int weft_tensor_to_device(long a0, long a1, long[] a2);
    static native int weft_tensor_use_up_grad(long a0);
    static native int weft_tensor_wait(long a0);
    static native int weft_tensor_write(long a0, long a1);
    static native int weft_tensor_zero_grad(long a0);
    private static native int utf8_weft_tensors_save(byte[] a0, byte[][] a1, long[] a2, long a3, byte[] a4);
    static int weft_tensors_save(String a0, String[] a1, long[] a2, long a3, String a4) {
        return utf8_weft_tensors_save(utf8(a0), utf8(a1), a2, a3, utf8(a4));
    }
    private static native int utf8_weft_tensors_save_async(byte[] a0, byte[][] a1, long[] a2, long a3, byte[] a4, long[] a5);
    static int weft_tensors_save_async(String a0, String[] a1, long[] a2, long a3, String a4, long[] a5) {
        return utf8_weft_tensors_save_async(utf8(a0), utf8(a1), a2, a3, utf8(a4), a5);
    }
    static native void weft_trace_abort();
    private static native int utf8_weft_trace_add_dimension(byte[] a0, long a1, long a2, long[] a3, long a4, long a5);
    static int weft_trace_add_dimension(String a0, long a1, long a2, long[] a3, long a4, long a5) {
        return utf8_weft_trace_add_dimension(utf8(a0), a1, a2, a3, a4, a5);
    }
    static native int weft_trace_begin(long[] a0, long a1, long[] a2);
    static native int weft_trace_begin_rule(long a0, long a1, long[] a2);
    static native int weft_trace_begin_types(long a0, long a1, long[] a2);
    static native int weft_trace_end(long[] a0, long a1, long[] a2);
    static native int weft_trace_resume(long a0);
    static native int weft_trace_set_example(long a0, long[] a1, long a2);
    static native int weft_trace_size(long a0, long a1, long[] a2);
    static native long weft_trace_suspend();
    private static native byte[] utf8_weft_version();
    static String weft_version() {
        return text(utf8_weft_version());
    }
    private static native int utf8_weft_writer_add_entry(long a0, byte[] a1, long a2, byte[][] a3, byte[][] a4, byte[][] a5);
    static int weft_writer_add_entry(long a0, String a1, long a2, String[] a3, String[] a4, String[] a5) {
        return utf8_weft_writer_add_entry(a0, utf8(a1), a2, utf8(a3), utf8(a4), utf8(a5));
    }
    static native int weft_writer_create(long[] a0);
    static native int weft_writer_keep_source_lines(long a0, int a1);
    static native void weft_writer_release(long a0);
    private static native int utf8_weft_writer_save(long a0, byte[] a1);
    static int weft_writer_save(long a0, String a1) {
        return utf8_weft_writer_save(a0, utf8(a1));
    }
    private static native int utf8_weft_writer_set_metadata(long a0, byte[] a1, byte[] a2);
    static int weft_writer_set_metadata(long a0, String a1, String a2) {
        return utf8_weft_writer_set_metadata(a0, utf8(a1), utf8(a2));
    }

    /** A text of Java in UTF-8; what C would end early, or that has no such form, is an error. */
    static byte[] utf8(String text) {
        if (text == null) return null;
        if (text.indexOf(0) >= 0)
            throw new WeftException(Status.INVALID_VALUE,
                    "a text must not have NUL characters; got " + text.replace("\0", "\\0"));
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOf(bytes.array(), bytes.limit());
        } catch (CharacterCodingException error) {
            throw new WeftException(Status.INVALID_VALUE,
                    "a text must not have half a pair of UTF-16; got `" + text + "`");
        }
    }

    static byte[][] utf8(String[] texts) {
        return texts == null ? null : Arrays.stream(texts).map(C::utf8).toArray(byte[][]::new);
    }

    /** A text of C; null for none. */
    static String text(byte[] utf8) {
        return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
    }
}
