function seed(number)
  % Sets the seed of the random operators.
  weft_mex('seed', number);
end
