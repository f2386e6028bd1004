function y = fromColumns(x, extents)
  % An array of these extents of elements that lie column by column.
  y = weft.ops.transpose(weft.ops.reshape(x, num2cell(fliplr(extents))));
end
