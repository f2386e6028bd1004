function pairs = arguments(op, names, given, options)
  % The arguments of an operator in their order: `given`, and what options name.
  pairs = cell(1, numel(names));
  known = weft_mex('arguments', op);
  first = known{1};
  for i = 1:numel(names)
    pairs{i} = weft.internal.value(given{i}, i <= first);
  end
  if mod(numel(options), 2)
    error('weft:invalidType', '%s: options are names and values; got %d of both', op, numel(options));
  end
  for i = 1:2:numel(options)
    place = find(strcmp(names, options{i}));
    if isempty(place) || ~isempty(given{place})
      free = names(cellfun(@isempty, given));
      error('weft:invalidType', '%s: there is no option `%s`; there are: %s', op, options{i}, strjoin(free, ', '));
    end
    pairs{place} = weft.internal.value(options{i + 1}, place <= first);
  end
end
