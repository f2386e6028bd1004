function all = operator(name, inputs, attributes, into)
  % Calls any operator by its name, registered ones too; gives all results in a cell.
  %   inputs: a cell of tensors, numbers, [] for one that is left out, a cell of tensors for a list
  %   attributes: a struct or containers.Map of values by the names of the registry
  %   into: a cell of tensors to write the results into
  known = weft_mex('arguments', name);
  first = known{1};
  names = known(2:end);
  pairs = repmat({{}}, 1, numel(names));
  for i = 1:numel(inputs)
    pairs{i} = weft.internal.value(inputs{i}, true);
  end
  if nargin < 3 || isempty(attributes), attributes = containers.Map(); end
  keys_ = attributes.keys();
  for i = 1:numel(keys_)
    place = find(strcmp(names, keys_{i}), 1, 'last');
    if isempty(place) || place <= first
      others = names(first + 1:end);
      if isempty(others), others = {'none'}; end
      error('weft:invalidType', '%s: there is no attribute `%s`; there are: %s', name, keys_{i}, strjoin(others, ', '));
    end
    pairs{place} = weft.internal.value(attributes(keys_{i}), false);
  end
  if nargin > 3
    weft_mex('call', name, pairs, cellfun(@(one) one.id, into));
    all = {};
  else
    all = weft.internal.call(name, pairs);
  end
end
