classdef Model < handle
  % A loaded .weft file: weft.Model(path), or weft.Model(bytes) for the content of a file as uint8, which is
  % copied.
  properties (SetAccess = private)
    id = 0;
  end
  methods
    function this = Model(path), this.id = weft_mex('model', path); end
    function names = entries(this), names = weft_mex('entries', this.id); end
    function c = context(this, entry)
      if nargin < 2, entry = 'forward'; end
      c = weft.Context(weft_mex('context', this.id, entry));
    end
    function delete(this), if this.id, weft_mex('release', this.id); end end
  end
end
