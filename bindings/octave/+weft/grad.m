function slopes = grad(head, variables, createGraph)
  % The gradients of the head with respect to a cell of tensors, as a cell of new ones.
  if nargin < 3, createGraph = false; end
  ids = weft_mex('grad', head.id, cellfun(@(one) one.id, variables), double(createGraph));
  slopes = weft.internal.wrap(ids);
end
