function id = example(body, inputs, dims, earlier)
% The function of one trace, behind those of earlier examples.
  shapes = cellfun(@(x) x.shape(), inputs, 'UniformOutput', false);
  for dim = dims
    for place = dim.places
      if place(1) <= numel(shapes) && place(2) <= numel(shapes{place(1)}) % the library refuses others
        shapes{place(1)}(place(2)) = dim.extents(numel(earlier) + 1);
      end
    end
  end
  placeholders = weft.internal.wrap(weft_mex('trace_begin', cellfun(@(one) one.id, inputs), shapes, earlier));
  try
    for dim = dims
      weft_mex('trace_dimension', dim.name, dim.bounds, dim.places);
    end
    outputs = body(placeholders{:});
    if ~iscell(outputs), outputs = {outputs}; end
    id = weft_mex('trace_end', cellfun(@(one) one.id, outputs));
  catch failure
    weft_mex('trace_abort');
    rethrow(failure);
  end
end
