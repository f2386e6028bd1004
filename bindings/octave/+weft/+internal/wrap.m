function all = wrap(ids)
  % Tensors around handles that weft_mex gave.
  all = arrayfun(@(id) weft.Tensor(id), ids, 'UniformOutput', false);
end
