classdef Nothing < handle
  % An object whose sum is itself, and whose difference is a new object: for overhead.m.
  properties (SetAccess = private)
    id = 0;
  end
  methods
    function this = Nothing(id)
      if nargin, this.id = id; end
    end
    function y = plus(a, b), y = a; end
    function y = minus(a, b), y = Nothing(1); end
    function delete(this)
    end
  end
end
