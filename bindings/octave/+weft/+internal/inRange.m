function inRange(x, dtype)
  % Refuses numbers that a dtype of integers has not: they would become others.
  bits = regexp(dtype, '^u?int(8|16|32|64)$', 'tokens', 'once');
  if isempty(bits) || strcmp(class(x), dtype), return; end
  isSigned = dtype(1) ~= 'u';
  high = 2 ^ (str2double(bits{1}) - isSigned);
  x = double(x);
  wrong = x(~(x >= -high * isSigned & x < high & x == fix(x)));
  if ~isempty(wrong), error('weft:invalidValue', 'weft.array: %s has no %.17g', dtype, wrong(1)); end
end
