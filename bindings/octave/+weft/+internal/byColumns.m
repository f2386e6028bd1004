function y = byColumns(x)
  % The elements as one axis, column by column.
  if numel(weft_mex('shape', x)) > 1, x = weft.ops.transpose(x); end
  y = weft.ops.reshape(x, {numel(x)});
end
