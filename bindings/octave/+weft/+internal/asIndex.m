function index = asIndex(index)
  % An index as MATLAB takes it: a mask or numbers of Weft become its arrays.
  if isa(index, 'weft.Tensor')
    if strcmp(index.dtype(), 'bool'), index = logical(index); else, index = double(index); end
  end
end
