function bytes = liveBytes()
  % Bytes of arrays and of the library's objects that are in use.
  bytes = weft_mex('live');
end
