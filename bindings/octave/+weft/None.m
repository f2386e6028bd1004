classdef None
  % Says that an attribute is none on purpose: weft.None().
end
