// Made by scripts/generate_onnx_schemas.py from onnx 1.23.2; do not edit.
// swift-format-ignore-file

/// The operators of opsets 6 to 28, one version a line.
let onnxSchemas: StaticString = """
Abs 6|1 X:T|1 Y:T||T=CSILcsilhfd
Abs 13|1 X:T|1 Y:T||T=CSILcsilhfdb
Acos 7|1 input:T|1 output:T||T=hfd
Acos 22|1 input:T|1 output:T||T=bhfd
Acosh 9|1 input:T|1 output:T||T=hfd
Acosh 22|1 input:T|1 output:T||T=bhfd
Add 6|2 A:T B:T|1 C:T|axis:i broadcast:i=0|T=ILilhfd
Add 7|2 A:T B:T|1 C:T||T=ILilhfd
Add 13|2 A:T B:T|1 C:T||T=ILilhfdb
Add 14|2 A:T B:T|1 C:T||T=CSILcsilhfdb
AffineGrid 20|2 theta:T1 size:T2|1 grid:T1|align_corners:i=0|T1=bhfd T2=l
And 1|2 A:T B:T|1 C:T1|axis:i broadcast:i=0|T=B T1=B
And 7|2 A:T B:T|1 C:T1||T=B T1=B
ArgMax 1|1 data:T|1 reduced:l|axis:i=0 keepdims:i=1|T=CSILcsilhfd
ArgMax 11|1 data:T|1 reduced:l|axis:i=0 keepdims:i=1|T=CSILcsilhfd
ArgMax 12|1 data:T|1 reduced:l|axis:i=0 keepdims:i=1 select_last_index:i=0|T=CSILcsilhfd
ArgMax 13|1 data:T|1 reduced:l|axis:i=0 keepdims:i=1 select_last_index:i=0|T=CSILcsilhfdb
ArgMin 1|1 data:T|1 reduced:l|axis:i=0 keepdims:i=1|T=CSILcsilhfd
ArgMin 11|1 data:T|1 reduced:l|axis:i=0 keepdims:i=1|T=CSILcsilhfd
ArgMin 12|1 data:T|1 reduced:l|axis:i=0 keepdims:i=1 select_last_index:i=0|T=CSILcsilhfd
ArgMin 13|1 data:T|1 reduced:l|axis:i=0 keepdims:i=1 select_last_index:i=0|T=CSILcsilhfdb
Asin 7|1 input:T|1 output:T||T=hfd
Asin 22|1 input:T|1 output:T||T=bhfd
Asinh 9|1 input:T|1 output:T||T=hfd
Asinh 22|1 input:T|1 output:T||T=bhfd
Atan 7|1 input:T|1 output:T||T=hfd
Atan 22|1 input:T|1 output:T||T=bhfd
Atanh 9|1 input:T|1 output:T||T=hfd
Atanh 22|1 input:T|1 output:T||T=bhfd
Attention 23|3 Q:T1 K:T1 V:T2 attn_mask?:U past_key?:T1 past_value?:T2|1 Y:T1 present_key?:T1 present_value?:T2 qk_matmul_output?:T1|is_causal:i=0 kv_num_heads:i q_num_heads:i qk_matmul_output_mode:i=0 scale:f softcap:f=0 softmax_precision:i|T1=bhfd T2=bhfd U=CSILcsilbhfdB
Attention 24|3 Q:T1 K:T1 V:T2 attn_mask?:U past_key?:T1 past_value?:T2 nonpad_kv_seqlen?:l|1 Y:T1 present_key?:T1 present_value?:T2 qk_matmul_output?:T1|is_causal:i=0 kv_num_heads:i q_num_heads:i qk_matmul_output_mode:i=0 scale:f softcap:f=0 softmax_precision:i|T1=bhfd T2=bhfd U=CSILcsilbhfdB
Attention 25|3 Q:T1 K:T1 V:T2 attn_mask?:U past_key?:T1 past_value?:T2 nonpad_kv_seqlen?:l|1 Y:T1 present_key?:T1 present_value?:T2 qk_matmul_output?:T1|is_causal:i=0 kv_num_heads:i left_window_size:i=-1 q_num_heads:i qk_matmul_output_mode:i=0 right_window_size:i=-1 scale:f softcap:f=0 softmax_precision:i|T1=bhfd T2=bhfd U=CSILcsilbhfdB
AveragePool 1|1 X:T|1 Y:T|auto_pad:s=NOTSET kernel_shape:I! pads:I strides:I|T=hfd
AveragePool 7|1 X:T|1 Y:T|auto_pad:s=NOTSET count_include_pad:i=0 kernel_shape:I! pads:I strides:I|T=hfd
AveragePool 10|1 X:T|1 Y:T|auto_pad:s=NOTSET ceil_mode:i=0 count_include_pad:i=0 kernel_shape:I! pads:I strides:I|T=hfd
AveragePool 11|1 X:T|1 Y:T|auto_pad:s=NOTSET ceil_mode:i=0 count_include_pad:i=0 kernel_shape:I! pads:I strides:I|T=hfd
AveragePool 19|1 X:T|1 Y:T|auto_pad:s=NOTSET ceil_mode:i=0 count_include_pad:i=0 dilations:I kernel_shape:I! pads:I strides:I|T=hfd
AveragePool 22|1 X:T|1 Y:T|auto_pad:s=NOTSET ceil_mode:i=0 count_include_pad:i=0 dilations:I kernel_shape:I! pads:I strides:I|T=bhfd
BatchNormalization 6|5 X:T scale:T B:T mean:T var:T|1 Y:T mean?:T var?:T saved_mean?:T saved_var?:T|epsilon:f=9.99999975e-06 is_test:i=0 momentum:f=0.899999976 spatial:i=1|T=hfd
BatchNormalization 7|5 X:T scale:T B:T mean:T var:T|1 Y:T mean?:T var?:T saved_mean?:T saved_var?:T|epsilon:f=9.99999975e-06 momentum:f=0.899999976 spatial:i=1|T=hfd
BatchNormalization 9|5 X:T scale:T B:T mean:T var:T|1 Y:T mean?:T var?:T saved_mean?:T saved_var?:T|epsilon:f=9.99999975e-06 momentum:f=0.899999976|T=hfd
BatchNormalization 14|5 X:T scale:T B:T input_mean:U input_var:U|1 Y:T running_mean?:U running_var?:U|epsilon:f=9.99999975e-06 momentum:f=0.899999976 training_mode:i=0|T=hfdb U=hfdb
BatchNormalization 15|5 X:T scale:T1 B:T1 input_mean:T2 input_var:T2|1 Y:T running_mean?:T2 running_var?:T2|epsilon:f=9.99999975e-06 momentum:f=0.899999976 training_mode:i=0|T=hfdb T1=hfdb T2=hfdb
Bernoulli 15|1 input:T1|1 output:T2|dtype:i seed:f|T1=hfd T2=hfdbCSILcsilB
Bernoulli 22|1 input:T1|1 output:T2|dtype:i seed:f|T1=bhfd T2=CSILcsilbhfdB
BitCast 26|1 input:T1|1 output:T2|to:i!|T1=CSILcsilbhfdBxNn T2=CSILcsilbhfdBxNn
BitShift 11|2 X:T Y:T|1 Z:T|direction:s!|T=CSIL
BitShift 28|2 X:T Y:T|1 Z:T|direction:s!|T=CSILcsil
BitwiseAnd 18|2 A:T B:T|1 C:T||T=CSILcsil
BitwiseNot 18|1 X:T|1 Y:T||T=CSILcsil
BitwiseOr 18|2 A:T B:T|1 C:T||T=CSILcsil
BitwiseXor 18|2 A:T B:T|1 C:T||T=CSILcsil
BlackmanWindow 17|1 size:T1|1 output:T2|output_datatype:i=1 periodic:i=1|T1=il T2=CSILcsilhfdb
Cast 6|1 input:T1|1 output:T2|to:i!|T1=hfdcsilCSILB T2=hfdcsilCSILB
Cast 9|1 input:T1|1 output:T2|to:i!|T1=hfdcsilCSILBt T2=hfdcsilCSILBt
Cast 13|1 input:T1|1 output:T2|to:i!|T1=hfdcsilCSILBtb T2=hfdcsilCSILBtb
Cast 19|1 input:T1|1 output:T2|saturate:i=1 to:i!|T1=hfdcsilCSILBtbx T2=hfdcsilCSILBtbx
Cast 21|1 input:T1|1 output:T2|saturate:i=1 to:i!|T1=hfdcsilCSILBtbxNn T2=hfdcsilCSILBtbxNn
Cast 23|1 input:T1|1 output:T2|saturate:i=1 to:i!|T1=CSILcsilbhfdtBxNn T2=CSILcsilbhfdtBxNn
Cast 24|1 input:T1|1 output:T2|round_mode:s=up saturate:i=1 to:i!|T1=CSILcsilbhfdtBxNn T2=CSILcsilbhfdtBxNn
Cast 25|1 input:T1|1 output:T2|round_mode:s=up saturate:i=1 to:i!|T1=CSILcsilbhfdtBxNn T2=CSILcsilbhfdtBxNn
Cast 28|1 input:T1|1 output:T2|round_mode:s=up saturate:i=1 to:i!|T1=CSILcsilbhfdtBxNn T2=CSILcsilbhfdtBxNn
CastLike 15|2 input:T1 target_type:T2|1 output:T2||T1=hfdcsilCSILBtb T2=hfdcsilCSILBtb
CastLike 19|2 input:T1 target_type:T2|1 output:T2|saturate:i=1|T1=hfdcsilCSILBtbx T2=hfdcsilCSILBtbx
CastLike 21|2 input:T1 target_type:T2|1 output:T2|saturate:i=1|T1=CSILcsilbhfdtBxNn T2=CSILcsilbhfdtBxNn
CastLike 23|2 input:T1 target_type:T2|1 output:T2|saturate:i=1|T1=CSILcsilbhfdtBxNn T2=CSILcsilbhfdtBxNn
CastLike 24|2 input:T1 target_type:T2|1 output:T2|round_mode:s=up saturate:i=1|T1=CSILcsilbhfdtBxNn T2=CSILcsilbhfdtBxNn
CastLike 25|2 input:T1 target_type:T2|1 output:T2|round_mode:s=up saturate:i=1|T1=CSILcsilbhfdtBxNn T2=CSILcsilbhfdtBxNn
CausalConvWithState 27|2 input:T weight:T bias?:T past_state?:T|2 output:T present_state:T|activation:s=none|T=fhb
Ceil 6|1 X:T|1 Y:T||T=hfd
Ceil 13|1 X:T|1 Y:T||T=hfdb
Celu 12|1 X:T|1 Y:T|alpha:f=1|T=f
Celu 28|1 X:T|1 Y:T|alpha:f=1|T=bhfd
CenterCropPad 18|2 input_data:T shape:Tind|1 output_data:T|axes:I|T=CSILcsilbhfdtBx Tind=il
Clip 6|1 input:T|1 output:T|max:f=3.40282347e+38 min:f=-3.40282347e+38|T=hfd
Clip 11|1 input:T min?:T max?:T|1 output:T||T=hfd
Clip 12|1 input:T min?:T max?:T|1 output:T||T=CSILcsilhfd
Clip 13|1 input:T min?:T max?:T|1 output:T||T=CSILcsilhfdb
Col2Im 18|3 input:T image_shape:l block_shape:l|1 output:T|dilations:I pads:I strides:I|T=CSILcsilbhfdtBx
Compress 9|2 input:T condition:T1|1 output:T|axis:i|T=CSILcsilhfdtBx T1=B
Compress 11|2 input:T condition:T1|1 output:T|axis:i|T=CSILcsilhfdtBx T1=B
Compress 28|2 input:T condition:T1|1 output:T|axis:i|T=CSILcsilbhfdtBx T1=B
Concat 4|1 inputs*:T|1 concat_result:T|axis:i!|T=CSILcsilhfdtBx
Concat 11|1 inputs*:T|1 concat_result:T|axis:i!|T=CSILcsilhfdtBx
Concat 13|1 inputs*:T|1 concat_result:T|axis:i!|T=CSILcsilbhfdtBx
ConcatFromSequence 11|1 input_sequence:S|1 concat_result:T|axis:i! new_axis:i=0|S=x T=CSILcsilhfdtBx
Constant 1|0|1 output:T|value:t!|T=hfd
Constant 9|0|1 output:T|value:t!|T=CSILcsilhfdtBx
Constant 11|0|1 output:T|sparse_value:x value:t|T=CSILcsilhfdtBx
Constant 12|0|1 output:T|sparse_value:x value:t value_float:f value_floats:F value_int:i value_ints:I value_string:s value_strings:S|T=CSILcsilhfdtBx
Constant 13|0|1 output:T|sparse_value:x value:t value_float:f value_floats:F value_int:i value_ints:I value_string:s value_strings:S|T=CSILcsilbhfdtBx
Constant 19|0|1 output:T|sparse_value:x value:t value_float:f value_floats:F value_int:i value_ints:I value_string:s value_strings:S|T=CSILcsilbhfdtBx
Constant 21|0|1 output:T|sparse_value:x value:t value_float:f value_floats:F value_int:i value_ints:I value_string:s value_strings:S|T=CSILcsilbhfdtBxNn
Constant 23|0|1 output:T|sparse_value:x value:t value_float:f value_floats:F value_int:i value_ints:I value_string:s value_strings:S|T=CSILcsilbhfdtBxNn
Constant 24|0|1 output:T|sparse_value:x value:t value_float:f value_floats:F value_int:i value_ints:I value_string:s value_strings:S|T=CSILcsilbhfdtBxNn
Constant 25|0|1 output:T|sparse_value:x value:t value_float:f value_floats:F value_int:i value_ints:I value_string:s value_strings:S|T=CSILcsilbhfdtBxNn
ConstantOfShape 9|1 input:T1|1 output:T2|value:t|T1=l T2=hfdcsilCSILB
ConstantOfShape 20|1 input:T1|1 output:T2|value:t|T1=l T2=hfdcsilCSILBbx
ConstantOfShape 21|1 input:T1|1 output:T2|value:t|T1=l T2=hfdcsilCSILNnBbx
ConstantOfShape 23|1 input:T1|1 output:T2|value:t|T1=l T2=hfdcsilCSILNnBbx
ConstantOfShape 24|1 input:T1|1 output:T2|value:t|T1=l T2=hfdcsilCSILNnBbx
ConstantOfShape 25|1 input:T1|1 output:T2|value:t|T1=l T2=hfdcsilCSILNnBbx
Conv 1|2 X:T W:T B?:T|1 Y:T|auto_pad:s=NOTSET dilations:I group:i=1 kernel_shape:I pads:I strides:I|T=hfd
Conv 11|2 X:T W:T B?:T|1 Y:T|auto_pad:s=NOTSET dilations:I group:i=1 kernel_shape:I pads:I strides:I|T=hfd
Conv 22|2 X:T W:T B?:T|1 Y:T|auto_pad:s=NOTSET dilations:I group:i=1 kernel_shape:I pads:I strides:I|T=bhfd
ConvInteger 10|2 x:T1 w:T2 x_zero_point?:T1 w_zero_point?:T2|1 y:T3|auto_pad:s=NOTSET dilations:I group:i=1 kernel_shape:I pads:I strides:I|T1=cC T2=cC T3=i
ConvTranspose 1|2 X:T W:T B?:T|1 Y:T|auto_pad:s=NOTSET dilations:I group:i=1 kernel_shape:I output_padding:I output_shape:I pads:I strides:I|T=hfd
ConvTranspose 11|2 X:T W:T B?:T|1 Y:T|auto_pad:s=NOTSET dilations:I group:i=1 kernel_shape:I output_padding:I output_shape:I pads:I strides:I|T=hfd
ConvTranspose 22|2 X:T W:T B?:T|1 Y:T|auto_pad:s=NOTSET dilations:I group:i=1 kernel_shape:I output_padding:I output_shape:I pads:I strides:I|T=bhfd
Cos 7|1 input:T|1 output:T||T=hfd
Cos 22|1 input:T|1 output:T||T=bhfd
Cosh 9|1 input:T|1 output:T||T=hfd
Cosh 22|1 input:T|1 output:T||T=bhfd
CumProd 26|2 x:T axis:T2|1 y:T|exclusive:i=0 reverse:i=0|T=ILilhfdb T2=il
CumSum 11|2 x:T axis:T2|1 y:T|exclusive:i=0 reverse:i=0|T=ILilfd T2=il
CumSum 14|2 x:T axis:T2|1 y:T|exclusive:i=0 reverse:i=0|T=ILilhfdb T2=il
DFT 17|1 input:T1 dft_length?:T2|1 output:T1|axis:i=1 inverse:i=0 onesided:i=0|T1=hfdb T2=il
DFT 20|1 input:T1 dft_length?:T2 axis?:l|1 output:T1|inverse:i=0 onesided:i=0|T1=bhfd T2=il
DeformConv 19|3 X:T W:T offset:T B?:T mask?:T|1 Y:T|dilations:I group:i=1 kernel_shape:I offset_group:i=1 pads:I strides:I|T=hfd
DeformConv 22|3 X:T W:T offset:T B?:T mask?:T|1 Y:T|dilations:I group:i=1 kernel_shape:I offset_group:i=1 pads:I strides:I|T=bhfd
DepthToSpace 1|1 input:T|1 output:T|blocksize:i!|T=CSILcsilhfdtBx
DepthToSpace 11|1 input:T|1 output:T|blocksize:i! mode:s=DCR|T=CSILcsilhfdtBx
DepthToSpace 13|1 input:T|1 output:T|blocksize:i! mode:s=DCR|T=CSILcsilbhfdtBx
DepthToSpace 28|1 input:T|1 output:T|blocksize:i! mode:s=DCR|T=CSILcsilbhfdtBx
DequantizeLinear 10|2 x:T x_scale:f x_zero_point?:T|1 y:f||T=cCi
DequantizeLinear 13|2 x:T x_scale:f x_zero_point?:T|1 y:f|axis:i=1|T=cCi
DequantizeLinear 19|2 x:T1 x_scale:T2 x_zero_point?:T1|1 y:T2|axis:i=1|T1=cCix T2=fhb
DequantizeLinear 21|2 x:T1 x_scale:T2 x_zero_point?:T1|1 y:T2|axis:i=1 block_size:i=0|T1=cCsSixNn T2=fhb
DequantizeLinear 23|2 x:T1 x_scale:T2 x_zero_point?:T1|1 y:T3|axis:i=1 block_size:i=0 output_dtype:i=0|T1=cCsSixNn T2=fhb T3=fhb
DequantizeLinear 24|2 x:T1 x_scale:T2 x_zero_point?:T1|1 y:T3|axis:i=1 block_size:i=0 output_dtype:i=0|T1=cCsSixNn T2=fhbx T3=fhb
DequantizeLinear 25|2 x:T1 x_scale:T2 x_zero_point?:T1|1 y:T3|axis:i=1 block_size:i=0 output_dtype:i=0|T1=cCsSixNn T2=fhbx T3=fhb
DequantizeLinear 28|2 x:T1 x_scale:T2 x_zero_point?:T1|1 y:T3|axis:i=1 block_size:i=0 output_dtype:i=0|T1=cCsSixNn T2=fhbx T3=fhb
Det 11|1 X:T|1 Y:T||T=hfd
Det 22|1 X:T|1 Y:T||T=bhfd
Div 6|2 A:T B:T|1 C:T|axis:i broadcast:i=0|T=ILilhfd
Div 7|2 A:T B:T|1 C:T||T=ILilhfd
Div 13|2 A:T B:T|1 C:T||T=ILilhfdb
Div 14|2 A:T B:T|1 C:T||T=CSILcsilhfdb
Dropout 6|1 data:T|1 output:T mask?:T|is_test:i=0 ratio:f=0.5|T=hfd
Dropout 7|1 data:T|1 output:T mask?:T|ratio:f=0.5|T=hfd
Dropout 10|1 data:T|1 output:T mask?:T1|ratio:f=0.5|T=hfd T1=B
Dropout 12|1 data:T ratio?:T1 training_mode?:T2|1 output:T mask?:T2|seed:i|T=hfd T1=hfd T2=B
Dropout 13|1 data:T ratio?:T1 training_mode?:T2|1 output:T mask?:T2|seed:i|T=hfdb T1=hfd T2=B
Dropout 22|1 data:T ratio?:T1 training_mode?:T2|1 output:T mask?:T2|seed:i|T=bhfdx T1=bhfdx T2=B
DynamicQuantizeLinear 11|1 x:T1|3 y:T2 y_scale:f y_zero_point:T2||T1=f T2=C
Einsum 12|1 Inputs*:T|1 Output:T|equation:s!|T=CSILcsilhfd
Einsum 28|1 Inputs*:T|1 Output:T|equation:s!|T=CSILcsilhfdb
Elu 6|1 X:T|1 Y:T|alpha:f=1|T=hfd
Elu 22|1 X:T|1 Y:T|alpha:f=1|T=bhfd
Equal 1|2 A:T B:T|1 C:T1|axis:i broadcast:i=0|T=Bil T1=B
Equal 7|2 A:T B:T|1 C:T1||T=Bil T1=B
Equal 11|2 A:T B:T|1 C:T1||T=BCSILcsilhfd T1=B
Equal 13|2 A:T B:T|1 C:T1||T=BCSILcsilhfdb T1=B
Equal 19|2 A:T B:T|1 C:T1||T=BCSILcsilhfdbt T1=B
Erf 9|1 input:T|1 output:T||T=CSILcsilhfd
Erf 13|1 input:T|1 output:T||T=bhfd
Exp 6|1 input:T|1 output:T||T=hfd
Exp 13|1 input:T|1 output:T||T=bhfd
Expand 8|2 input:T shape:l|1 output:T||T=CSILcsilhfdtBx
Expand 13|2 input:T shape:l|1 output:T||T=CSILcsilbhfdtBx
EyeLike 9|1 input:T1|1 output:T2|dtype:i k:i=0|T1=hfdcsilCSILB T2=hfdcsilCSILB
EyeLike 22|1 input:T1|1 output:T2|dtype:i k:i=0|T1=CSILcsilbhfdB T2=CSILcsilbhfdB
Flatten 1|1 input:T|1 output:T|axis:i=1|T=hfd
Flatten 9|1 input:T|1 output:T|axis:i=1|T=CSILcsilhfdtBx
Flatten 11|1 input:T|1 output:T|axis:i=1|T=CSILcsilhfdtBx
Flatten 13|1 input:T|1 output:T|axis:i=1|T=CSILcsilbhfdtBx
Flatten 21|1 input:T|1 output:T|axis:i=1|T=CSILcsilbhfdtBxNn
Flatten 23|1 input:T|1 output:T|axis:i=1|T=CSILcsilbhfdtBxNn
Flatten 24|1 input:T|1 output:T|axis:i=1|T=CSILcsilbhfdtBxNn
Flatten 25|1 input:T|1 output:T|axis:i=1|T=CSILcsilbhfdtBxNn
Floor 6|1 X:T|1 Y:T||T=hfd
Floor 13|1 X:T|1 Y:T||T=hfdb
GRU 3|3 X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T|0 Y?:T Y_h?:T|activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i linear_before_reset:i=0 output_sequence:i=0|T=hfd T1=i
GRU 7|3 X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T|0 Y?:T Y_h?:T|activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i linear_before_reset:i=0|T=hfd T1=i
GRU 14|3 X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T|0 Y?:T Y_h?:T|activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i layout:i=0 linear_before_reset:i=0|T=hfd T1=i
GRU 22|3 X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T|0 Y?:T Y_h?:T|activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i layout:i=0 linear_before_reset:i=0|T=bhfd T1=i
Gather 1|2 data:T indices:Tind|1 output:T|axis:i=0|T=CSILcsilhfdtBx Tind=il
Gather 11|2 data:T indices:Tind|1 output:T|axis:i=0|T=CSILcsilhfdtBx Tind=il
Gather 13|2 data:T indices:Tind|1 output:T|axis:i=0|T=CSILcsilbhfdtBx Tind=il
GatherElements 11|2 data:T indices:Tind|1 output:T|axis:i=0|T=CSILcsilhfdtBx Tind=il
GatherElements 13|2 data:T indices:Tind|1 output:T|axis:i=0|T=CSILcsilbhfdtBx Tind=il
GatherND 11|2 data:T indices:l|1 output:T||T=CSILcsilhfdtBx
GatherND 12|2 data:T indices:l|1 output:T|batch_dims:i=0|T=CSILcsilhfdtBx
GatherND 13|2 data:T indices:l|1 output:T|batch_dims:i=0|T=CSILcsilbhfdtBx
Gelu 20|1 X:T|1 Y:T|approximate:s=none|T=hfdb
Gemm 6|3 A:T B:T C:T|1 Y:T|alpha:f=1 beta:f=1 broadcast:i=0 transA:i=0 transB:i=0|T=hfd
Gemm 7|3 A:T B:T C:T|1 Y:T|alpha:f=1 beta:f=1 transA:i=0 transB:i=0|T=hfd
Gemm 9|3 A:T B:T C:T|1 Y:T|alpha:f=1 beta:f=1 transA:i=0 transB:i=0|T=hfdILil
Gemm 11|2 A:T B:T C?:T|1 Y:T|alpha:f=1 beta:f=1 transA:i=0 transB:i=0|T=hfdILil
Gemm 13|2 A:T B:T C?:T|1 Y:T|alpha:f=1 beta:f=1 transA:i=0 transB:i=0|T=hfdILilb
GlobalAveragePool 1|1 X:T|1 Y:T||T=hfd
GlobalAveragePool 22|1 X:T|1 Y:T||T=bhfd
GlobalLpPool 2|1 X:T|1 Y:T|p:i=2|T=hfd
GlobalLpPool 22|1 X:T|1 Y:T|p:i=2|T=bhfd
GlobalMaxPool 1|1 X:T|1 Y:T||T=hfd
GlobalMaxPool 22|1 X:T|1 Y:T||T=bhfd
Greater 1|2 A:T B:T|1 C:T1|axis:i broadcast:i=0|T=hfd T1=B
Greater 7|2 A:T B:T|1 C:T1||T=hfd T1=B
Greater 9|2 A:T B:T|1 C:T1||T=CSILcsilhfd T1=B
Greater 13|2 A:T B:T|1 C:T1||T=CSILcsilhfdb T1=B
GreaterOrEqual 12|2 A:T B:T|1 C:T1||T=CSILcsilhfd T1=B
GreaterOrEqual 16|2 A:T B:T|1 C:T1||T=CSILcsilhfdb T1=B
GridSample 16|2 X:T1 grid:T2|1 Y:T1|align_corners:i=0 mode:s=bilinear padding_mode:s=zeros|T1=CSILcsilhfdtBx T2=hfd
GridSample 20|2 X:T1 grid:T2|1 Y:T1|align_corners:i=0 mode:s=linear padding_mode:s=zeros|T1=CSILcsilhfdtBx T2=hfd
GridSample 22|2 X:T1 grid:T2|1 Y:T1|align_corners:i=0 mode:s=linear padding_mode:s=zeros|T1=CSILcsilbhfdtBx T2=bhfd
GroupNormalization 18 deprecated|3 X:T scale:T bias:T|1 Y:T|epsilon:f=9.99999975e-06 num_groups:i!|T=hfdb
GroupNormalization 21|3 X:T scale:T bias:T|1 Y:T|epsilon:f=9.99999975e-06 num_groups:i! stash_type:i=1|T=bhfd
HammingWindow 17|1 size:T1|1 output:T2|output_datatype:i=1 periodic:i=1|T1=il T2=CSILcsilhfdb
HannWindow 17|1 size:T1|1 output:T2|output_datatype:i=1 periodic:i=1|T1=il T2=CSILcsilhfdb
HardSigmoid 6|1 X:T|1 Y:T|alpha:f=0.200000003 beta:f=0.5|T=hfd
HardSigmoid 22|1 X:T|1 Y:T|alpha:f=0.200000003 beta:f=0.5|T=bhfd
HardSwish 14|1 X:T|1 Y:T||T=hfd
HardSwish 22|1 X:T|1 Y:T||T=bhfd
Hardmax 1|1 input:T|1 output:T|axis:i=1|T=hfd
Hardmax 11|1 input:T|1 output:T|axis:i=1|T=hfd
Hardmax 13|1 input:T|1 output:T|axis:i=-1|T=hfdb
Identity 1|1 input:T|1 output:T||T=CSILcsilhfdtBx
Identity 13|1 input:T|1 output:T||T=CSILcsilbhfdtBx
Identity 14|1 input:V|1 output:V||V=CSILcsilbhfdtBx
Identity 16|1 input:V|1 output:V||V=CSILcsilbhfdtBx
Identity 19|1 input:V|1 output:V||V=CSILcsilbhfdtBx
Identity 21|1 input:V|1 output:V||V=CSILcsilbhfdtBxNn
Identity 23|1 input:V|1 output:V||V=CSILcsilbhfdtBxNn
Identity 24|1 input:V|1 output:V||V=CSILcsilbhfdtBxNn
Identity 25|1 input:V|1 output:V||V=CSILcsilbhfdtBxNn
If 1|1 cond:B|1 outputs~:V|else_branch:g! then_branch:g!|V=CSILcsilhfdtBx B=B
If 11|1 cond:B|1 outputs~:V|else_branch:g! then_branch:g!|V=CSILcsilhfdtBx B=B
If 13|1 cond:B|1 outputs~:V|else_branch:g! then_branch:g!|V=CSILcsilhfdtBx B=B
If 16|1 cond:B|1 outputs~:V|else_branch:g! then_branch:g!|V=CSILcsilbhfdtBx B=B
If 19|1 cond:B|1 outputs~:V|else_branch:g! then_branch:g!|V=CSILcsilbhfdtBx B=B
If 21|1 cond:B|1 outputs~:V|else_branch:g! then_branch:g!|V=CSILcsilbhfdtBxNn B=B
If 23|1 cond:B|1 outputs~:V|else_branch:g! then_branch:g!|V=CSILcsilbhfdtBxNn B=B
If 24|1 cond:B|1 outputs~:V|else_branch:g! then_branch:g!|V=CSILcsilbhfdtBxNn B=B
If 25|1 cond:B|1 outputs~:V|else_branch:g! then_branch:g!|V=CSILcsilbhfdtBxNn B=B
ImageDecoder 20|1 encoded_stream:T1|1 image:T2|pixel_format:s=RGB|T1=C T2=C
InstanceNormalization 6|3 input:T scale:T B:T|1 output:T|epsilon:f=9.99999975e-06|T=hfd
InstanceNormalization 22|3 input:T scale:T B:T|1 output:T|epsilon:f=9.99999975e-06|T=bhfd
IsInf 10|1 X:T1|1 Y:T2|detect_negative:i=1 detect_positive:i=1|T1=fd T2=B
IsInf 20|1 X:T1|1 Y:T2|detect_negative:i=1 detect_positive:i=1|T1=bhfdx T2=B
IsNaN 9|1 X:T1|1 Y:T2||T1=hfd T2=B
IsNaN 13|1 X:T1|1 Y:T2||T1=hfdb T2=B
IsNaN 20|1 X:T1|1 Y:T2||T1=bhfdx T2=B
LRN 1|1 X:T|1 Y:T|alpha:f=9.99999975e-05 beta:f=0.75 bias:f=1 size:i!|T=hfd
LRN 13|1 X:T|1 Y:T|alpha:f=9.99999975e-05 beta:f=0.75 bias:f=1 size:i!|T=hfdb
LSTM 1|3 X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T initial_c?:T P?:T|0 Y?:T Y_h?:T Y_c?:T|activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i input_forget:i=0 output_sequence:i=0|T=hfd T1=i
LSTM 7|3 X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T initial_c?:T P?:T|0 Y?:T Y_h?:T Y_c?:T|activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i input_forget:i=0|T=hfd T1=i
LSTM 14|3 X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T initial_c?:T P?:T|0 Y?:T Y_h?:T Y_c?:T|activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i input_forget:i=0 layout:i=0|T=hfd T1=i
LSTM 22|3 X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T initial_c?:T P?:T|0 Y?:T Y_h?:T Y_c?:T|activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i input_forget:i=0 layout:i=0|T=bhfd T1=i
LayerNormalization 17|2 X:T Scale:T B?:T|1 Y:T Mean?:U InvStdDev?:U|axis:i=-1 epsilon:f=9.99999975e-06 stash_type:i=1|T=hfdb U=fb
LeakyRelu 6|1 X:T|1 Y:T|alpha:f=0.00999999978|T=hfd
LeakyRelu 16|1 X:T|1 Y:T|alpha:f=0.00999999978|T=bhfd
Less 1|2 A:T B:T|1 C:T1|axis:i broadcast:i=0|T=hfd T1=B
Less 7|2 A:T B:T|1 C:T1||T=hfd T1=B
Less 9|2 A:T B:T|1 C:T1||T=CSILcsilhfd T1=B
Less 13|2 A:T B:T|1 C:T1||T=CSILcsilhfdb T1=B
LessOrEqual 12|2 A:T B:T|1 C:T1||T=CSILcsilhfd T1=B
LessOrEqual 16|2 A:T B:T|1 C:T1||T=CSILcsilhfdb T1=B
LinearAttention 27|3 query:T key:T value:T past_state?:S decay?:T beta?:T|2 output:T present_state:S|chunk_size:i=64 kv_num_heads:i! q_num_heads:i! scale:f=0 update_rule:s=gated_delta|T=hbf S=hbf
Log 6|1 input:T|1 output:T||T=hfd
Log 13|1 input:T|1 output:T||T=hfdb
LogSoftmax 1|1 input:T|1 output:T|axis:i=1|T=hfd
LogSoftmax 11|1 input:T|1 output:T|axis:i=1|T=hfd
LogSoftmax 13|1 input:T|1 output:T|axis:i=-1|T=hfdb
Loop 1|3 M?:I cond?:B v_initial~:V|1 v_final_and_scan_outputs~:V|body:g!|V=CSILcsilhfdtBx I=l B=B
Loop 11|2 M?:I cond?:B v_initial~:V|1 v_final_and_scan_outputs~:V|body:g!|V=CSILcsilhfdtBx I=l B=B
Loop 13|2 M?:I cond?:B v_initial~:V|1 v_final_and_scan_outputs~:V|body:g!|V=CSILcsilhfdtBx I=l B=B
Loop 16|2 M?:I cond?:B v_initial~:V|1 v_final_and_scan_outputs~:V|body:g!|V=CSILcsilbhfdtBx I=l B=B
Loop 19|2 M?:I cond?:B v_initial~:V|1 v_final_and_scan_outputs~:V|body:g!|V=CSILcsilbhfdtBx I=l B=B
Loop 21|2 M?:I cond?:B v_initial~:V|1 v_final_and_scan_outputs~:V|body:g!|V=CSILcsilbhfdtBxNn I=l B=B
Loop 23|2 M?:I cond?:B v_initial~:V|1 v_final_and_scan_outputs~:V|body:g!|V=CSILcsilbhfdtBxNn I=l B=B
Loop 24|2 M?:I cond?:B v_initial~:V|1 v_final_and_scan_outputs~:V|body:g!|V=CSILcsilbhfdtBxNn I=l B=B
Loop 25|2 M?:I cond?:B v_initial~:V|1 v_final_and_scan_outputs~:V|body:g!|V=CSILcsilbhfdtBxNn I=l B=B
LpNormalization 1|1 input:T|1 output:T|axis:i=-1 p:i=2|T=hfd
LpNormalization 22|1 input:T|1 output:T|axis:i=-1 p:i=2|T=bhfd
LpPool 2|1 X:T|1 Y:T|auto_pad:s=NOTSET kernel_shape:I! p:i=2 pads:I strides:I|T=hfd
LpPool 11|1 X:T|1 Y:T|auto_pad:s=NOTSET kernel_shape:I! p:i=2 pads:I strides:I|T=hfd
LpPool 18|1 X:T|1 Y:T|auto_pad:s=NOTSET ceil_mode:i=0 dilations:I kernel_shape:I! p:i=2 pads:I strides:I|T=hfd
LpPool 22|1 X:T|1 Y:T|auto_pad:s=NOTSET ceil_mode:i=0 dilations:I kernel_shape:I! p:i=2 pads:I strides:I|T=bhfd
MatMul 1|2 A:T B:T|1 Y:T||T=hfd
MatMul 9|2 A:T B:T|1 Y:T||T=hfdILil
MatMul 13|2 A:T B:T|1 Y:T||T=hfdILilb
MatMulInteger 10|2 A:T1 B:T2 a_zero_point?:T1 b_zero_point?:T2|1 Y:T3||T1=cC T2=cC T3=i
Max 6|1 data_0*:T|1 max:T||T=hfd
Max 8|1 data_0*:T|1 max:T||T=hfd
Max 12|1 data_0*:T|1 max:T||T=CSILcsilhfd
Max 13|1 data_0*:T|1 max:T||T=CSILcsilhfdb
MaxPool 1|1 X:T|1 Y:T|auto_pad:s=NOTSET kernel_shape:I! pads:I strides:I|T=hfd
MaxPool 8|1 X:T|1 Y:T Indices?:I|auto_pad:s=NOTSET kernel_shape:I! pads:I storage_order:i=0 strides:I|T=hfd I=l
MaxPool 10|1 X:T|1 Y:T Indices?:I|auto_pad:s=NOTSET ceil_mode:i=0 dilations:I kernel_shape:I! pads:I storage_order:i=0 strides:I|T=hfd I=l
MaxPool 11|1 X:T|1 Y:T Indices?:I|auto_pad:s=NOTSET ceil_mode:i=0 dilations:I kernel_shape:I! pads:I storage_order:i=0 strides:I|T=hfd I=l
MaxPool 12|1 X:T|1 Y:T Indices?:I|auto_pad:s=NOTSET ceil_mode:i=0 dilations:I kernel_shape:I! pads:I storage_order:i=0 strides:I|T=hfdcC I=l
MaxPool 22|1 X:T|1 Y:T Indices?:I|auto_pad:s=NOTSET ceil_mode:i=0 dilations:I kernel_shape:I! pads:I storage_order:i=0 strides:I|T=bhfdcC I=l
MaxRoiPool 1|2 X:T rois:T|1 Y:T|pooled_shape:I! spatial_scale:f=1|T=hfd
MaxRoiPool 22|2 X:T rois:T|1 Y:T|pooled_shape:I! spatial_scale:f=1|T=bhfd
MaxUnpool 9|2 X:T1 I:T2 output_shape?:T2|1 output:T1|kernel_shape:I! pads:I strides:I|T1=hfd T2=l
MaxUnpool 11|2 X:T1 I:T2 output_shape?:T2|1 output:T1|kernel_shape:I! pads:I strides:I|T1=hfd T2=l
MaxUnpool 22|2 X:T1 I:T2 output_shape?:T2|1 output:T1|kernel_shape:I! pads:I strides:I|T1=bhfd T2=l
Mean 6|1 data_0*:T|1 mean:T||T=hfd
Mean 8|1 data_0*:T|1 mean:T||T=hfd
Mean 13|1 data_0*:T|1 mean:T||T=hfdb
MeanVarianceNormalization 9|1 X:T|1 Y:T|axes:I|T=hfd
MeanVarianceNormalization 13|1 X:T|1 Y:T|axes:I|T=hfdb
MelWeightMatrix 17|5 num_mel_bins:T1 dft_length:T1 sample_rate:T1 lower_edge_hertz:T2 upper_edge_hertz:T2|1 output:T3|output_datatype:i=1|T1=il T2=fhdb T3=CSILcsilhfdb
Min 6|1 data_0*:T|1 min:T||T=hfd
Min 8|1 data_0*:T|1 min:T||T=hfd
Min 12|1 data_0*:T|1 min:T||T=CSILcsilhfd
Min 13|1 data_0*:T|1 min:T||T=CSILcsilhfdb
Mish 18|1 X:T|1 Y:T||T=hfd
Mish 22|1 X:T|1 Y:T||T=bhfd
Mod 10|2 A:T B:T|1 C:T|fmod:i=0|T=CSILcsilhfd
Mod 13|2 A:T B:T|1 C:T|fmod:i=0|T=CSILcsilhfdb
Mod 28|2 A:T B:T|1 C:T|fmod:i=0|T=CSILcsilhfdb
Mul 6|2 A:T B:T|1 C:T|axis:i broadcast:i=0|T=ILilhfd
Mul 7|2 A:T B:T|1 C:T||T=ILilhfd
Mul 13|2 A:T B:T|1 C:T||T=ILilhfdb
Mul 14|2 A:T B:T|1 C:T||T=CSILcsilhfdb
Multinomial 7|1 input:T1|1 output:T2|dtype:i=6 sample_size:i=1 seed:f|T1=hfd T2=il
Multinomial 22|1 input:T1|1 output:T2|dtype:i=6 sample_size:i=1 seed:f|T1=bhfd T2=il
Neg 6|1 X:T|1 Y:T||T=ficslhd
Neg 13|1 X:T|1 Y:T||T=ficslhdb
NegativeLogLikelihoodLoss 12|2 input:T target:Tind weight?:T|1 loss:T|ignore_index:i reduction:s=mean|T=hfd Tind=il
NegativeLogLikelihoodLoss 13|2 input:T target:Tind weight?:T|1 loss:T|ignore_index:i reduction:s=mean|T=hfd Tind=il
NegativeLogLikelihoodLoss 22|2 input:T target:Tind weight?:T|1 loss:T|ignore_index:i reduction:s=mean|T=bhfd Tind=il
NonMaxSuppression 10|2 boxes:f scores:f max_output_boxes_per_class?:l iou_threshold?:f score_threshold?:f|1 selected_indices:l|center_point_box:i=0|
NonMaxSuppression 11|2 boxes:f scores:f max_output_boxes_per_class?:l iou_threshold?:f score_threshold?:f|1 selected_indices:l|center_point_box:i=0|
NonZero 9|1 X:T|1 Y:l||T=CSILcsilhfdtBx
NonZero 13|1 X:T|1 Y:l||T=CSILcsilbhfdtBx
Not 1|1 X:T|1 Y:T||T=B
OneHot 9|3 indices:T1 depth:T2 values:T3|1 output:T3|axis:i=-1|T1=CSILcsilhfd T2=CSILcsilhfd T3=CSILcsilhfdtBx
OneHot 11|3 indices:T1 depth:T2 values:T3|1 output:T3|axis:i=-1|T1=CSILcsilhfd T2=CSILcsilhfd T3=CSILcsilhfdtBx
OneHot 28|3 indices:T1 depth:T2 values:T3|1 output:T3|axis:i=-1|T1=CSILcsilhfd T2=CSILcsilhfd T3=CSILcsilbhfdtBx
Optional 15|0 input?:V|1 output:O|type:p|V=CSILcsilhfdtBx O=x
Optional 28|0 input?:V|1 output:O|type:p|V=CSILcsilbhfdtBxNn O=x
OptionalGetElement 15|1 input:O|1 output:V||O=x V=CSILcsilhfdtBx
OptionalGetElement 18|1 input:O|1 output:V||O=xCSILcsilhfdtB V=CSILcsilhfdtBx
OptionalGetElement 28|1 input:O|1 output:V||O=xCSILcsilbhfdtBNn V=CSILcsilbhfdtBxNn
OptionalHasElement 15|1 input:O|1 output:B||O=x B=B
OptionalHasElement 18|0 input?:O|1 output:B||O=xCSILcsilhfdtB B=B
OptionalHasElement 28|0 input?:O|1 output:B||O=xCSILcsilbhfdtBNn B=B
Or 1|2 A:T B:T|1 C:T1|axis:i broadcast:i=0|T=B T1=B
Or 7|2 A:T B:T|1 C:T1||T=B T1=B
PRelu 6|2 X:T slope:T|1 Y:T||T=hfd
PRelu 7|2 X:T slope:T|1 Y:T||T=hfd
PRelu 9|2 X:T slope:T|1 Y:T||T=hfdILil
PRelu 16|2 X:T slope:T|1 Y:T||T=bhfdILil
Pad 2|1 data:T|1 output:T|mode:s=constant pads:I! value:f=0|T=hfd
Pad 11|2 data:T pads:l constant_value?:T|1 output:T|mode:s=constant|T=CSILcsilhfd
Pad 13|2 data:T pads:l constant_value?:T|1 output:T|mode:s=constant|T=CSILcsilbhfdtBx
Pad 18|2 data:T pads:l constant_value?:T axes?:Tind|1 output:T|mode:s=constant|T=CSILcsilbhfdtBx Tind=il
Pad 19|2 data:T pads:l constant_value?:T axes?:Tind|1 output:T|mode:s=constant|T=CSILcsilbhfdtBx Tind=il
Pad 21|2 data:T pads:l constant_value?:T axes?:Tind|1 output:T|mode:s=constant|T=CSILcsilbhfdtBxNn Tind=il
Pad 23|2 data:T pads:l constant_value?:T axes?:Tind|1 output:T|mode:s=constant|T=CSILcsilbhfdtBxNn Tind=il
Pad 24|2 data:T pads:l constant_value?:T axes?:Tind|1 output:T|mode:s=constant|T=CSILcsilbhfdtBxNn Tind=il
Pad 25|2 data:T pads:l constant_value?:T axes?:Tind|1 output:T|mode:s=constant|T=CSILcsilbhfdtBxNn Tind=il
Pow 1|2 X:T Y:T|1 Z:T|axis:i broadcast:i=0|T=hfd
Pow 7|2 X:T Y:T|1 Z:T||T=hfd
Pow 12|2 X:T Y:T1|1 Z:T||T=ilhfd T1=CSILcsilhfd
Pow 13|2 X:T Y:T1|1 Z:T||T=ilhfdb T1=CSILcsilhfd
Pow 15|2 X:T Y:T1|1 Z:T||T=ilhfdb T1=CSILcsilhfdb
QLinearConv 10|8 x:T1 x_scale:f x_zero_point:T1 w:T2 w_scale:f w_zero_point:T2 y_scale:f y_zero_point:T3 B?:T4|1 y:T3|auto_pad:s=NOTSET dilations:I group:i=1 kernel_shape:I pads:I strides:I|T1=cC T2=cC T3=cC T4=i
QLinearMatMul 10|8 a:T1 a_scale:f a_zero_point:T1 b:T2 b_scale:f b_zero_point:T2 y_scale:f y_zero_point:T3|1 y:T3||T1=cC T2=cC T3=cC
QLinearMatMul 21|8 a:T1 a_scale:TS a_zero_point:T1 b:T2 b_scale:TS b_zero_point:T2 y_scale:TS y_zero_point:T3|1 y:T3||TS=fhb T1=cCx T2=cCx T3=cCx
QuantizeLinear 10|2 x:T1 y_scale:f y_zero_point?:T2|1 y:T2||T1=fi T2=cC
QuantizeLinear 13|2 x:T1 y_scale:f y_zero_point?:T2|1 y:T2|axis:i=1|T1=fi T2=cC
QuantizeLinear 19|2 x:T1 y_scale:T1 y_zero_point?:T2|1 y:T2|axis:i=1 saturate:i=1|T1=fhbi T2=cCx
QuantizeLinear 21|2 x:T1 y_scale:T1 y_zero_point?:T2|1 y:T2|axis:i=1 block_size:i=0 output_dtype:i=0 saturate:i=1|T1=fhbi T2=cCsSxNn
QuantizeLinear 23|2 x:T1 y_scale:T2 y_zero_point?:T3|1 y:T3|axis:i=1 block_size:i=0 output_dtype:i=0 precision:i=0 saturate:i=1|T1=fhbi T2=fhbi T3=cCsSxNn
QuantizeLinear 24|2 x:T1 y_scale:T2 y_zero_point?:T3|1 y:T3|axis:i=1 block_size:i=0 output_dtype:i=0 precision:i=0 saturate:i=1|T1=fhbi T2=fhbix T3=cCsSxNn
QuantizeLinear 25|2 x:T1 y_scale:T2 y_zero_point?:T3|1 y:T3|axis:i=1 block_size:i=0 output_dtype:i=0 precision:i=0 saturate:i=1|T1=fhbi T2=fhbix T3=cCsSxNn
QuantizeLinear 28|2 x:T1 y_scale:T2 y_zero_point?:T3|1 y:T3|axis:i=1 block_size:i=0 output_dtype:i=0 precision:i=0 saturate:i=1|T1=fhbi T2=fhbix T3=cCsSxNn
RMSNormalization 23|2 X:T scale:V|1 Y:V|axis:i=-1 epsilon:f=9.99999975e-06 stash_type:i=1|T=hfdb V=hfdb
RNN 1|3 X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T|0 Y?:T Y_h?:T|activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i output_sequence:i=0|T=hfd T1=i
RNN 7|3 X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T|0 Y?:T Y_h?:T|activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i|T=hfd T1=i
RNN 14|3 X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T|0 Y?:T Y_h?:T|activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i layout:i=0|T=hfd T1=i
RNN 22|3 X:T W:T R:T B?:T sequence_lens?:T1 initial_h?:T|0 Y?:T Y_h?:T|activation_alpha:F activation_beta:F activations:S clip:f direction:s=forward hidden_size:i layout:i=0|T=bhfd T1=i
RandomNormal 1|0|1 output:T|dtype:i=1 mean:f=0 scale:f=1 seed:f shape:I!|T=hfd
RandomNormal 22|0|1 output:T|dtype:i=1 mean:f=0 scale:f=1 seed:f shape:I!|T=bhfd
RandomNormalLike 1|1 input:T1|1 output:T2|dtype:i mean:f=0 scale:f=1 seed:f|T1=CSILcsilhfdtBx T2=hfd
RandomNormalLike 22|1 input:T1|1 output:T2|dtype:i mean:f=0 scale:f=1 seed:f|T1=CSILcsilbhfdtBx T2=bhfd
RandomUniform 1|0|1 output:T|dtype:i=1 high:f=1 low:f=0 seed:f shape:I!|T=hfd
RandomUniform 22|0|1 output:T|dtype:i=1 high:f=1 low:f=0 seed:f shape:I!|T=bhfd
RandomUniformLike 1|1 input:T1|1 output:T2|dtype:i high:f=1 low:f=0 seed:f|T1=CSILcsilhfdtBx T2=hfd
RandomUniformLike 22|1 input:T1|1 output:T2|dtype:i high:f=1 low:f=0 seed:f|T1=CSILcsilbhfdtBx T2=bhfd
Range 11|3 start:T limit:T delta:T|1 output:T||T=fdsil
Range 27|3 start:T limit:T delta:T|1 output:T|stash_type:i=1|T=fdsilhb
Reciprocal 6|1 X:T|1 Y:T||T=hfd
Reciprocal 13|1 X:T|1 Y:T||T=hfdb
ReduceL1 1|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceL1 11|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceL1 13|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfdb
ReduceL1 18|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=ILilhfdb
ReduceL2 1|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceL2 11|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceL2 13|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfdb
ReduceL2 18|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=ILilhfdb
ReduceLogSum 1|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceLogSum 11|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceLogSum 13|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfdb
ReduceLogSum 18|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=ILilhfdb
ReduceLogSum 28|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=bhfd
ReduceLogSumExp 1|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceLogSumExp 11|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceLogSumExp 13|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfdb
ReduceLogSumExp 18|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=ILilhfdb
ReduceLogSumExp 28|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=bhfd
ReduceMax 1|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceMax 11|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceMax 12|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfdCc
ReduceMax 13|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfdbCc
ReduceMax 18|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=ILilhfdbCc
ReduceMax 20|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=ILilhfdbCcB
ReduceMean 1|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceMean 11|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceMean 13|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfdb
ReduceMean 18|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=ILilhfdb
ReduceMin 1|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceMin 11|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceMin 12|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfdCc
ReduceMin 13|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfdbCc
ReduceMin 18|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=ILilhfdbCc
ReduceMin 20|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=ILilhfdbCcB
ReduceProd 1|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceProd 11|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceProd 13|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfdb
ReduceProd 18|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=ILilhfdb
ReduceSum 1|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceSum 11|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceSum 13|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=ILilhfdb
ReduceSumSquare 1|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceSumSquare 11|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfd
ReduceSumSquare 13|1 data:T|1 reduced:T|axes:I keepdims:i=1|T=ILilhfdb
ReduceSumSquare 18|1 data:T axes?:l|1 reduced:T|keepdims:i=1 noop_with_empty_axes:i=0|T=ILilhfdb
RegexFullMatch 20|1 X:T1|1 Y:T2|pattern:s|T1=t T2=B
Relu 6|1 X:T|1 Y:T||T=hfd
Relu 13|1 X:T|1 Y:T||T=hfdb
Relu 14|1 X:T|1 Y:T||T=ficslhdb
Reshape 5|2 data:T shape:l|1 reshaped:T||T=CSILcsilhfdtBx
Reshape 13|2 data:T shape:l|1 reshaped:T||T=CSILcsilbhfdtBx
Reshape 14|2 data:T shape:l|1 reshaped:T|allowzero:i=0|T=CSILcsilbhfdtBx
Reshape 19|2 data:T shape:l|1 reshaped:T|allowzero:i=0|T=CSILcsilbhfdtBx
Reshape 21|2 data:T shape:l|1 reshaped:T|allowzero:i=0|T=CSILcsilbhfdtBxNn
Reshape 23|2 data:T shape:l|1 reshaped:T|allowzero:i=0|T=CSILcsilbhfdtBxNn
Reshape 24|2 data:T shape:l|1 reshaped:T|allowzero:i=0|T=CSILcsilbhfdtBxNn
Reshape 25|2 data:T shape:l|1 reshaped:T|allowzero:i=0|T=CSILcsilbhfdtBxNn
Resize 10|2 X:T scales:f|1 Y:T|mode:s=nearest|T=CSILcsilhfdtBx
Resize 11|3 X:T1 roi:T2 scales:f sizes?:l|1 Y:T1|coordinate_transformation_mode:s=half_pixel cubic_coeff_a:f=-0.75 exclude_outside:i=0 extrapolation_value:f=0 mode:s=nearest nearest_mode:s=round_prefer_floor|T1=CSILcsilhfdtBx T2=hfd
Resize 13|1 X:T1 roi?:T2 scales?:f sizes?:l|1 Y:T1|coordinate_transformation_mode:s=half_pixel cubic_coeff_a:f=-0.75 exclude_outside:i=0 extrapolation_value:f=0 mode:s=nearest nearest_mode:s=round_prefer_floor|T1=CSILcsilbhfdtBx T2=hfd
Resize 18|1 X:T1 roi?:T2 scales?:f sizes?:l|1 Y:T1|antialias:i=0 axes:I coordinate_transformation_mode:s=half_pixel cubic_coeff_a:f=-0.75 exclude_outside:i=0 extrapolation_value:f=0 keep_aspect_ratio_policy:s=stretch mode:s=nearest nearest_mode:s=round_prefer_floor|T1=CSILcsilbhfdtBx T2=hfd
Resize 19|1 X:T1 roi?:T2 scales?:f sizes?:l|1 Y:T1|antialias:i=0 axes:I coordinate_transformation_mode:s=half_pixel cubic_coeff_a:f=-0.75 exclude_outside:i=0 extrapolation_value:f=0 keep_aspect_ratio_policy:s=stretch mode:s=nearest nearest_mode:s=round_prefer_floor|T1=CSILcsilbhfdtBx T2=hfd
ReverseSequence 10|2 input:T sequence_lens:l|1 Y:T|batch_axis:i=1 time_axis:i=0|T=CSILcsilhfdtBx
ReverseSequence 28|2 input:T sequence_lens:l|1 Y:T|batch_axis:i=1 time_axis:i=0|T=CSILcsilbhfdtBx
RoiAlign 10|3 X:T1 rois:T1 batch_indices:T2|1 Y:T1|mode:s=avg output_height:i=1 output_width:i=1 sampling_ratio:i=0 spatial_scale:f=1|T1=hfd T2=l
RoiAlign 16|3 X:T1 rois:T1 batch_indices:T2|1 Y:T1|coordinate_transformation_mode:s=half_pixel mode:s=avg output_height:i=1 output_width:i=1 sampling_ratio:i=0 spatial_scale:f=1|T1=hfd T2=l
RoiAlign 22|3 X:T1 rois:T1 batch_indices:T2|1 Y:T1|coordinate_transformation_mode:s=half_pixel mode:s=avg output_height:i=1 output_width:i=1 sampling_ratio:i=0 spatial_scale:f=1|T1=bhfd T2=l
RotaryEmbedding 23|3 X:T cos_cache:T sin_cache:T position_ids?:M|1 Y:T|interleaved:i=0 num_heads:i rotary_embedding_dim:i=0|T=fhb M=l
Round 11|1 X:T|1 Y:T||T=hfd
Round 22|1 X:T|1 Y:T||T=bhfd
STFT 17|2 signal:T1 frame_step:T2 window?:T1 frame_length?:T2|1 output:T1|onesided:i=1|T1=fhdb T2=il
Scan 8|2 sequence_lens?:I initial_state_and_scan_inputs~:V|1 final_state_and_scan_outputs~:V|body:g! directions:I num_scan_inputs:i!|I=l V=CSILcsilhfdtBx
Scan 9|1 initial_state_and_scan_inputs~:V|1 final_state_and_scan_outputs~:V|body:g! num_scan_inputs:i! scan_input_axes:I scan_input_directions:I scan_output_axes:I scan_output_directions:I|V=CSILcsilhfdtBx
Scan 11|1 initial_state_and_scan_inputs~:V|1 final_state_and_scan_outputs~:V|body:g! num_scan_inputs:i! scan_input_axes:I scan_input_directions:I scan_output_axes:I scan_output_directions:I|V=CSILcsilhfdtBx
Scan 16|1 initial_state_and_scan_inputs~:V|1 final_state_and_scan_outputs~:V|body:g! num_scan_inputs:i! scan_input_axes:I scan_input_directions:I scan_output_axes:I scan_output_directions:I|V=CSILcsilbhfdtBx
Scan 19|1 initial_state_and_scan_inputs~:V|1 final_state_and_scan_outputs~:V|body:g! num_scan_inputs:i! scan_input_axes:I scan_input_directions:I scan_output_axes:I scan_output_directions:I|V=CSILcsilbhfdtBx
Scan 21|1 initial_state_and_scan_inputs~:V|1 final_state_and_scan_outputs~:V|body:g! num_scan_inputs:i! scan_input_axes:I scan_input_directions:I scan_output_axes:I scan_output_directions:I|V=CSILcsilbhfdtBxNn
Scan 23|1 initial_state_and_scan_inputs~:V|1 final_state_and_scan_outputs~:V|body:g! num_scan_inputs:i! scan_input_axes:I scan_input_directions:I scan_output_axes:I scan_output_directions:I|V=CSILcsilbhfdtBxNn
Scan 24|1 initial_state_and_scan_inputs~:V|1 final_state_and_scan_outputs~:V|body:g! num_scan_inputs:i! scan_input_axes:I scan_input_directions:I scan_output_axes:I scan_output_directions:I|V=CSILcsilbhfdtBxNn
Scan 25|1 initial_state_and_scan_inputs~:V|1 final_state_and_scan_outputs~:V|body:g! num_scan_inputs:i! scan_input_axes:I scan_input_directions:I scan_output_axes:I scan_output_directions:I|V=CSILcsilbhfdtBxNn
Scatter 9|3 data:T indices:Tind updates:T|1 output:T|axis:i=0|T=CSILcsilhfdtBx Tind=il
Scatter 11 deprecated|3 data:T indices:Tind updates:T|1 output:T|axis:i=0|T=CSILcsilhfdtBx Tind=il
ScatterElements 11|3 data:T indices:Tind updates:T|1 output:T|axis:i=0|T=CSILcsilhfdtBx Tind=il
ScatterElements 13|3 data:T indices:Tind updates:T|1 output:T|axis:i=0|T=CSILcsilbhfdtBx Tind=il
ScatterElements 16|3 data:T indices:Tind updates:T|1 output:T|axis:i=0 reduction:s=none|T=CSILcsilbhfdtBx Tind=il
ScatterElements 18|3 data:T indices:Tind updates:T|1 output:T|axis:i=0 reduction:s=none|T=CSILcsilbhfdtBx Tind=il
ScatterND 11|3 data:T indices:l updates:T|1 output:T||T=CSILcsilhfdtBx
ScatterND 13|3 data:T indices:l updates:T|1 output:T||T=CSILcsilbhfdtBx
ScatterND 16|3 data:T indices:l updates:T|1 output:T|reduction:s=none|T=CSILcsilbhfdtBx
ScatterND 18|3 data:T indices:l updates:T|1 output:T|reduction:s=none|T=CSILcsilbhfdtBx
Selu 6|1 X:T|1 Y:T|alpha:f=1.67326319 gamma:f=1.05070102|T=hfd
Selu 22|1 X:T|1 Y:T|alpha:f=1.67326319 gamma:f=1.05070102|T=bhfd
SequenceAt 11|2 input_sequence:S position:I|1 tensor:T||S=x T=CSILcsilhfdtBx I=il
SequenceConstruct 11|1 inputs*:T|1 output_sequence:S||T=CSILcsilhfdtBx S=x
SequenceEmpty 11|0|1 output:S|dtype:i|S=x
SequenceErase 11|1 input_sequence:S position?:I|1 output_sequence:S||S=x I=il
SequenceInsert 11|2 input_sequence:S tensor:T position?:I|1 output_sequence:S||T=CSILcsilhfdtBx S=x I=il
SequenceLength 11|1 input_sequence:S|1 length:I||S=x I=l
SequenceMap 17|1 input_sequence:S additional_inputs~:V|1 out_sequence~:S|body:g!|S=x V=CSILcsilhfdtBx
Shape 1|1 data:T|1 shape:T1||T=CSILcsilhfdtBx T1=l
Shape 13|1 data:T|1 shape:T1||T=CSILcsilbhfdtBx T1=l
Shape 15|1 data:T|1 shape:T1|end:i start:i=0|T=CSILcsilbhfdtBx T1=l
Shape 19|1 data:T|1 shape:T1|end:i start:i=0|T=CSILcsilbhfdtBx T1=l
Shape 21|1 data:T|1 shape:T1|end:i start:i=0|T=CSILcsilbhfdtBxNn T1=l
Shape 23|1 data:T|1 shape:T1|end:i start:i=0|T=CSILcsilbhfdtBxNn T1=l
Shape 24|1 data:T|1 shape:T1|end:i start:i=0|T=CSILcsilbhfdtBxNn T1=l
Shape 25|1 data:T|1 shape:T1|end:i start:i=0|T=CSILcsilbhfdtBxNn T1=l
Shrink 9|1 input:T|1 output:T|bias:f=0 lambd:f=0.5|T=CSILcsilhfd
Sigmoid 6|1 X:T|1 Y:T||T=hfd
Sigmoid 13|1 X:T|1 Y:T||T=hfdb
Sign 9|1 input:T|1 output:T||T=CSILcsilhfd
Sign 13|1 input:T|1 output:T||T=CSILcsilhfdb
Sin 7|1 input:T|1 output:T||T=hfd
Sin 22|1 input:T|1 output:T||T=bhfd
Sinh 9|1 input:T|1 output:T||T=hfd
Sinh 22|1 input:T|1 output:T||T=bhfd
Size 1|1 data:T|1 size:T1||T=CSILcsilhfdtBx T1=l
Size 13|1 data:T|1 size:T1||T=CSILcsilbhfdtBx T1=l
Size 19|1 data:T|1 size:T1||T=CSILcsilbhfdtBx T1=l
Size 21|1 data:T|1 size:T1||T=CSILcsilbhfdtBxNn T1=l
Size 23|1 data:T|1 size:T1||T=CSILcsilbhfdtBxNn T1=l
Size 24|1 data:T|1 size:T1||T=CSILcsilbhfdtBxNn T1=l
Size 25|1 data:T|1 size:T1||T=CSILcsilbhfdtBxNn T1=l
Slice 1|1 data:T|1 output:T|axes:I ends:I! starts:I!|T=CSILcsilhfdtBx
Slice 10|3 data:T starts:Tind ends:Tind axes?:Tind steps?:Tind|1 output:T||T=CSILcsilhfdtBx Tind=il
Slice 11|3 data:T starts:Tind ends:Tind axes?:Tind steps?:Tind|1 output:T||T=CSILcsilhfdtBx Tind=il
Slice 13|3 data:T starts:Tind ends:Tind axes?:Tind steps?:Tind|1 output:T||T=CSILcsilbhfdtBx Tind=il
Softmax 1|1 input:T|1 output:T|axis:i=1|T=hfd
Softmax 11|1 input:T|1 output:T|axis:i=1|T=hfd
Softmax 13|1 input:T|1 output:T|axis:i=-1|T=hfdb
SoftmaxCrossEntropyLoss 12|2 scores:T labels:Tind weights?:T|1 output:T log_prob?:T|ignore_index:i reduction:s=mean|T=hfd Tind=il
SoftmaxCrossEntropyLoss 13|2 scores:T labels:Tind weights?:T|1 output:T log_prob?:T|ignore_index:i reduction:s=mean|T=hfdb Tind=il
Softplus 1|1 X:T|1 Y:T||T=hfd
Softplus 22|1 X:T|1 Y:T||T=bhfd
Softsign 1|1 input:T|1 output:T||T=hfd
Softsign 22|1 input:T|1 output:T||T=bhfd
SpaceToDepth 1|1 input:T|1 output:T|blocksize:i!|T=CSILcsilhfdtBx
SpaceToDepth 13|1 input:T|1 output:T|blocksize:i!|T=CSILcsilbhfdtBx
SpaceToDepth 28|1 input:T|1 output:T|blocksize:i! mode:s=DCR|T=CSILcsilbhfdtBx
Split 2|1 input:T|1 outputs*:T|axis:i=0 split:I|T=CSILcsilhfdtBx
Split 11|1 input:T|1 outputs*:T|axis:i=0 split:I|T=CSILcsilhfdtBx
Split 13|1 input:T split?:l|1 outputs*:T|axis:i=0|T=CSILcsilbhfdtBx
Split 18|1 input:T split?:l|1 outputs*:T|axis:i=0 num_outputs:i|T=CSILcsilbhfdtBx
SplitToSequence 11|1 input:T split?:I|1 output_sequence:S|axis:i=0 keepdims:i=1|T=CSILcsilhfdtBx I=il S=x
SplitToSequence 24|1 input:T split?:I|1 output_sequence:S|axis:i=0 keepdims:i=1|T=CSILcsilbhfdtBx I=il S=x
Sqrt 6|1 X:T|1 Y:T||T=hfd
Sqrt 13|1 X:T|1 Y:T||T=hfdb
Squeeze 1|1 data:T|1 squeezed:T|axes:I|T=CSILcsilhfdtBx
Squeeze 11|1 data:T|1 squeezed:T|axes:I|T=CSILcsilhfdtBx
Squeeze 13|1 data:T axes?:l|1 squeezed:T||T=CSILcsilbhfdtBx
Squeeze 21|1 data:T axes?:l|1 squeezed:T||T=CSILcsilbhfdtBxNn
Squeeze 23|1 data:T axes?:l|1 squeezed:T||T=CSILcsilbhfdtBxNn
Squeeze 24|1 data:T axes?:l|1 squeezed:T||T=CSILcsilbhfdtBxNn
Squeeze 25|1 data:T axes?:l|1 squeezed:T||T=CSILcsilbhfdtBxNn
StringConcat 20|2 X:T Y:T|1 Z:T||T=t
StringNormalizer 10|1 X:t|1 Y:t|case_change_action:s=NONE is_case_sensitive:i=0 locale:s stopwords:S|
StringSplit 20|1 X:T1|2 Y:T2 Z:T3|delimiter:s maxsplit:i|T1=t T2=t T3=l
Sub 6|2 A:T B:T|1 C:T|axis:i broadcast:i=0|T=ILilhfd
Sub 7|2 A:T B:T|1 C:T||T=ILilhfd
Sub 13|2 A:T B:T|1 C:T||T=ILilhfdb
Sub 14|2 A:T B:T|1 C:T||T=CSILcsilhfdb
Sum 6|1 data_0*:T|1 sum:T||T=hfd
Sum 8|1 data_0*:T|1 sum:T||T=hfd
Sum 13|1 data_0*:T|1 sum:T||T=hfdb
SwiGLU 28|2 A:T B:T|1 Y:T|alpha:f=1|T=bhfd
Swish 24|1 X:T|1 Y:T|alpha:f=1|T=hfbd
Tan 7|1 input:T|1 output:T||T=hfd
Tan 22|1 input:T|1 output:T||T=bhfd
Tanh 6|1 input:T|1 output:T||T=hfd
Tanh 13|1 input:T|1 output:T||T=bhfd
TensorScatter 24|2 past_cache:T update:T write_indices?:l|1 present_cache:T|axis:i=-2 mode:s=linear|T=CSILcsilbhfdtBxNn
TfIdfVectorizer 9|1 X:T|1 Y:T1|max_gram_length:i! max_skip_count:i! min_gram_length:i! mode:s! ngram_counts:I! ngram_indexes:I! pool_int64s:I pool_strings:S weights:F|T=til T1=f
ThresholdedRelu 10|1 X:T|1 Y:T|alpha:f=1|T=hfd
ThresholdedRelu 22|1 X:T|1 Y:T|alpha:f=1|T=bhfd
Tile 6|2 input:T repeats:T1|1 output:T||T=CSILcsilhfdtBx T1=l
Tile 13|2 input:T repeats:T1|1 output:T||T=CSILcsilbhfdtBx T1=l
TopK 1|1 X:T|2 Values:T Indices:I|axis:i=-1 k:i!|T=hfd I=l
TopK 10|2 X:T K:l|2 Values:T Indices:I|axis:i=-1|T=hfd I=l
TopK 11|2 X:T K:l|2 Values:T Indices:I|axis:i=-1 largest:i=1 sorted:i=1|T=CSILcsilhfd I=l
TopK 24|2 X:T K:l|2 Values:T Indices:I|axis:i=-1 largest:i=1 sorted:i=1|T=CSILcsilhfdb I=l
Transpose 1|1 data:T|1 transposed:T|perm:I|T=CSILcsilhfdtBx
Transpose 13|1 data:T|1 transposed:T|perm:I|T=CSILcsilbhfdtBx
Transpose 21|1 data:T|1 transposed:T|perm:I|T=CSILcsilbhfdtBxNn
Transpose 23|1 data:T|1 transposed:T|perm:I|T=CSILcsilbhfdtBxNn
Transpose 24|1 data:T|1 transposed:T|perm:I|T=CSILcsilbhfdtBxNn
Transpose 25|1 data:T|1 transposed:T|perm:I|T=CSILcsilbhfdtBxNn
Trilu 14|1 input:T k?:l|1 output:T|upper:i=1|T=CSILcsilbhfdtBx
Unique 11|1 X:T|1 Y:T indices?:l inverse_indices?:l counts?:l|axis:i sorted:i=1|T=CSILcsilhfdtBx
Unique 28|1 X:T|1 Y:T indices?:l inverse_indices?:l counts?:l|axis:i sorted:i=1|T=CSILcsilbhfdtBx
Unsqueeze 1|1 data:T|1 expanded:T|axes:I!|T=CSILcsilhfdtBx
Unsqueeze 11|1 data:T|1 expanded:T|axes:I!|T=CSILcsilhfdtBx
Unsqueeze 13|2 data:T axes:l|1 expanded:T||T=CSILcsilbhfdtBx
Unsqueeze 21|2 data:T axes:l|1 expanded:T||T=CSILcsilbhfdtBxNn
Unsqueeze 23|2 data:T axes:l|1 expanded:T||T=CSILcsilbhfdtBxNn
Unsqueeze 24|2 data:T axes:l|1 expanded:T||T=CSILcsilbhfdtBxNn
Unsqueeze 25|2 data:T axes:l|1 expanded:T||T=CSILcsilbhfdtBxNn
Upsample 1|1 X:T|1 Y:T|height_scale:f! mode:s=nearest width_scale:f!|T=Bilhfd
Upsample 7|1 X:T|1 Y:T|mode:s=nearest scales:F!|T=CSILcsilhfdtBx
Upsample 9|2 X:T scales:f|1 Y:T|mode:s=nearest|T=CSILcsilhfdtBx
Upsample 10 deprecated|2 X:T scales:f|1 Y:T|mode:s=nearest|T=CSILcsilhfdtBx
Where 9|3 condition:B X:T Y:T|1 output:T||B=B T=CSILcsilhfdtBx
Where 16|3 condition:B X:T Y:T|1 output:T||B=B T=CSILcsilbhfdtBx
Xor 1|2 A:T B:T|1 C:T1|axis:i broadcast:i=0|T=B T1=B
Xor 7|2 A:T B:T|1 C:T1||T=B T1=B
"""
