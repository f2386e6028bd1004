function y = indexed(x, indices)
  % x(i, j, ...): MATLAB chooses places along an axis by each index, and the operators take them. Other numbers
  % of indices choose from the numbers of all elements.
  indices = cellfun(@(one) weft.internal.asIndex(one), indices, 'UniformOutput', false);
  extents = size(x);
  if isempty(indices)
    y = x;
  elseif numel(indices) == numel(extents)
    y = weft.internal.padded(x);
    for k = 1:numel(extents)
      if ischar(indices{k}) && strcmp(indices{k}, ':'), continue; end
      tensor = 1:extents(k);
      places = tensor(indices{k});
      extents(k) = numel(places);
      y = weft.ops.take(y, weft.array(places - 1, 'int64', numel(places)), 'axis', k - 1);
    end
    last = max([2, find(extents ~= 1, 1, 'last')]); % extents of 1 at the end go, as MATLAB's do
    if last < numel(extents), y = weft.ops.reshape(y, num2cell(extents(1:last))); end
  else
    tensor = reshape(1:prod(extents), extents); % its name is in Octave's errors
    places = tensor(indices{:});
    y = weft.ops.take(weft.internal.byColumns(x), weft.array(places(:) - 1, 'int64', numel(places)), 'axis', 0);
    y = weft.internal.fromColumns(y, size(places));
  end
  if numel(weft_mex('shape', x)) == 1 && isrow(y), y = weft.ops.reshape(y, {numel(y)}); end
end
