function text = version()
  % The version of the library.
  text = weft_mex('version');
end
