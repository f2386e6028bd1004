function pair = value(x, isInput)
  % A value as weft_mex takes it. Arrays of MATLAB become inputs; as attributes they are rows of integers.
  if isa(x, 'weft.Tensor')
    pair = {'tensor', x};
  elseif isa(x, 'weft.None')
    pair = {'none'};
  elseif iscell(x) && isInput
    pair = {'tensors', cellfun(@(one) one.id, x)};
  elseif iscell(x)
    pair = {'ints', double([x{:}])};
  elseif ischar(x)
    pair = {'text', x};
  elseif isempty(x)
    pair = {};
  elseif islogical(x) && isscalar(x)
    pair = {'bool', double(x)};
  elseif isnumeric(x) && isscalar(x)
    pair = {'number', x};
  elseif isnumeric(x) && ~isInput
    pair = {'ints', double(x(:)')};
  elseif isnumeric(x) || islogical(x)
    error('weft:invalidType', 'expected a weft.Tensor; got an array of %s: weft.tensor(x) makes one', class(x));
  else
    error('weft:invalidType', 'expected a weft.Tensor, a number, a text or a row of numbers; got a %s', class(x));
  end
end
