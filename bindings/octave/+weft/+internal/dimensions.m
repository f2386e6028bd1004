function [inputs, dims] = dimensions(given)
% The inputs of a trace, and its open dimensions: names, bounds, places and the extents of six examples.
  last = find(cellfun(@ischar, given), 1) - 1;
  if isempty(last), last = numel(given); end
  inputs = given(1:last);
  [dynamic, bounds] = deal({}, struct());
  for i = last + 1:2:numel(given)
    switch given{i}
      case 'dynamic', dynamic = given{i + 1};
      case 'bounds', bounds = given{i + 1};
      otherwise
        error('weft:invalidValue', 'weft.Function: there is no option `%s`; there are: dynamic, bounds', given{i});
    end
  end
  dims = struct('name', {}, 'bounds', {}, 'places', {}, 'extents', {});
  for i = 1:numel(dynamic)
    for axis = find(~cellfun(@isempty, dynamic{i}))
      name = dynamic{i}{axis};
      place = find(strcmp({dims.name}, name));
      if isempty(place)
        place = numel(dims) + 1;
        limits = [1, 2 ^ 40];
        if isfield(bounds, name), limits = bounds.(name); end
        dims(place) = struct('name', name, 'bounds', limits, 'places', [], 'extents', extents(name, limits, place));
      end
      dims(place).places(:, end + 1) = [i; axis];
    end
  end
end

function all = extents(name, bounds, seed)
  low = max(bounds(1), 2);
  count = min(bounds(2) - low + 1, 1000);
  if count < 6
    error('weft:invalidValue', 'weft.Function: `%s` must have at least 6 extents above 1; got %d to %d', name, bounds);
  end
  all = [];
  while numel(all) < 6
    seed = mod(seed * 48271, 2147483647); % Park and Miller's generator
    if ~any(all == low + mod(seed, count)), all(end + 1) = low + mod(seed, count); end
  end
end
