function y = padded(x, rank)
  % x with at least two axes, or `rank`: an array of one axis is a row, and what is beyond the last has extent 1.
  % Arrays of MATLAB become arrays of Weft.
  if ~isa(x, 'weft.Tensor'), x = weft.array(x, [], size(x)); end
  if nargin < 2, rank = 2; end
  y = x;
  if numel(weft_mex('shape', x)) < max(2, rank)
    y = weft.ops.reshape(x, num2cell([size(x), ones(1, rank - ndims(x))]));
  end
end
