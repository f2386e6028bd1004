/* The part of CMSIS-NN's interface that generated C calls, as documented in V.16.0.0. */
#ifndef WEFT_TESTS_ARM_NNFUNCTIONS_H
#define WEFT_TESTS_ARM_NNFUNCTIONS_H

#include <stdint.h>

typedef enum {
  ARM_CMSIS_NN_SUCCESS = 0,
  ARM_CMSIS_NN_ARG_ERROR = -1,
  ARM_CMSIS_NN_NO_IMPL_ERROR = -2,
  ARM_CMSIS_NN_FAILURE = -3
} arm_cmsis_nn_status;

typedef struct {
  int32_t w, h;
} cmsis_nn_tile;
typedef struct {
  void* buf;
  int32_t size;
} cmsis_nn_context;
typedef struct {
  int32_t n, h, w, c;
} cmsis_nn_dims;
typedef struct {
  int32_t *multiplier, *shift;
} cmsis_nn_per_channel_quant_params;
typedef struct {
  int32_t min, max;
} cmsis_nn_activation;
typedef struct {
  int32_t input_offset, output_offset;
  cmsis_nn_tile stride, padding, dilation;
  cmsis_nn_activation activation;
} cmsis_nn_conv_params;
typedef struct {
  int32_t input_offset, output_offset, ch_mult;
  cmsis_nn_tile stride, padding, dilation;
  cmsis_nn_activation activation;
} cmsis_nn_dw_conv_params;
typedef struct {
  cmsis_nn_tile stride, padding;
  cmsis_nn_activation activation;
} cmsis_nn_pool_params;

int32_t arm_convolve_wrapper_s8_get_buffer_size(const cmsis_nn_conv_params* parameters,
                                                const cmsis_nn_dims* x_extents,
                                                const cmsis_nn_dims* extents,
                                                const cmsis_nn_dims* y_extents);
arm_cmsis_nn_status arm_convolve_wrapper_s8(const cmsis_nn_context* context,
                                            const cmsis_nn_conv_params* parameters,
                                            const cmsis_nn_per_channel_quant_params* numbers,
                                            const cmsis_nn_dims* x_extents, const int8_t* x,
                                            const cmsis_nn_dims* extents, const int8_t* weights,
                                            const cmsis_nn_dims* bias_extents, const int32_t* bias,
                                            const cmsis_nn_dims* y_extents, int8_t* y);

int32_t arm_depthwise_conv_wrapper_s8_get_buffer_size(const cmsis_nn_dw_conv_params* parameters,
                                                      const cmsis_nn_dims* x_extents,
                                                      const cmsis_nn_dims* extents,
                                                      const cmsis_nn_dims* y_extents);
arm_cmsis_nn_status arm_depthwise_conv_wrapper_s8(
    const cmsis_nn_context* context, const cmsis_nn_dw_conv_params* parameters,
    const cmsis_nn_per_channel_quant_params* numbers, const cmsis_nn_dims* x_extents,
    const int8_t* x, const cmsis_nn_dims* extents, const int8_t* weights,
    const cmsis_nn_dims* bias_extents, const int32_t* bias, const cmsis_nn_dims* y_extents,
    int8_t* y);

int32_t arm_avgpool_s8_get_buffer_size(const int width, const int channels);
arm_cmsis_nn_status arm_avgpool_s8(const cmsis_nn_context* context,
                                   const cmsis_nn_pool_params* parameters,
                                   const cmsis_nn_dims* x_extents, const int8_t* x,
                                   const cmsis_nn_dims* extents, const cmsis_nn_dims* y_extents,
                                   int8_t* y);
arm_cmsis_nn_status arm_max_pool_s8(const cmsis_nn_context* context,
                                    const cmsis_nn_pool_params* parameters,
                                    const cmsis_nn_dims* x_extents, const int8_t* x,
                                    const cmsis_nn_dims* extents, const cmsis_nn_dims* y_extents,
                                    int8_t* y);

arm_cmsis_nn_status arm_elementwise_add_s8(const int8_t* a, const int8_t* b, const int32_t a_offset,
                                           const int32_t a_multiplier, const int32_t a_shift,
                                           const int32_t b_offset, const int32_t b_multiplier,
                                           const int32_t b_shift, const int32_t left_shift,
                                           int8_t* y, const int32_t y_offset,
                                           const int32_t y_multiplier, const int32_t y_shift,
                                           const int32_t minimum, const int32_t maximum,
                                           const int32_t count);

void arm_softmax_s8(const int8_t* x, const int32_t rows, const int32_t row_size,
                    const int32_t multiplier, const int32_t shift, const int32_t diff_min,
                    int8_t* y);

#endif
