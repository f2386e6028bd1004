function y = replaced(x, indices, value)
  % x after x(i, j, ...) = value: a new array of the same dtype.
  indices = cellfun(@(one) weft.internal.asIndex(one), indices, 'UniformOutput', false);
  extents = size(x);
  tensor = reshape(1:prod(extents), extents); % its name is in Octave's errors
  places = tensor(indices{:});
  if isempty(value) && ~isempty(places)
    error('weft:unsupported', 'a weft.Tensor loses no elements; x(i, j) chooses those that stay');
  end
  dtype = weft_mex('dtype', x);
  isWhole = ~isempty(regexp(dtype, 'int|bool'));
  if isa(value, 'weft.Tensor')
    if isWhole && isempty(regexp(weft_mex('dtype', value), 'int|bool'))
      error('weft:invalidType', 'an array of %s holds no %s; weft.ops.cast converts', dtype, weft_mex('dtype', value));
    end
  else
    if isWhole && any(value(:) ~= fix(value(:)))
      error('weft:invalidType', 'an array of %s holds whole numbers alone; weft.ops.cast converts it', dtype);
    end
    value = weft.array(value, dtype, size(value));
  end
  extent = @(s) s(s ~= 1);
  if numel(value) ~= 1 && ~isequal(extent(size(value)), extent(size(places)))
    error('weft:invalidValue', '=: the indices choose [%s]; the value is [%s]', ...
          strtrim(sprintf('%d ', size(places))), strtrim(sprintf('%d ', size(value))));
  end
  y = x;
  if isempty(places), return; end
  rows = weft.array(places(:)' - 1, 'int64', [1, numel(places)]);
  value = weft.ops.cast(weft.internal.byColumns(value), dtype);
  y = weft.internal.fromColumns(weft.ops.index_update(weft.internal.byColumns(x), rows, value), extents);
  if numel(weft_mex('shape', x)) < 2, y = weft.ops.reshape(y, num2cell(weft_mex('shape', x))); end
end
