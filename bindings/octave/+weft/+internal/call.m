function all = call(op, pairs)
  % Calls an operator and gives its results in a cell.
  all = weft.internal.wrap(weft_mex('call', op, pairs));
end
