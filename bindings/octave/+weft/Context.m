classdef Context < handle
  % Runs one entry point of a model. Inputs, outputs and states are named, or counted from 1.
  properties (SetAccess = private)
    id = 0;
  end
  methods
    function this = Context(id), this.id = id; end
    function all = ports(this, which)
      % A struct array with name, dtype, shape (-1: open) and bytes of 'inputs', 'outputs' or 'states'.
      all = weft_mex('ports', this.id, which);
    end
    function place = find(this, which, port)
      if isnumeric(port)
        place = double(port) - 1;
        return;
      end
      all = this.ports(which);
      names = {all.name};
      place = find(strcmp(names, port)) - 1;
      if isempty(place)
        error('weft:notFound', 'context: there is no %s `%s`; there are: %s', which(1:end - 1), port, strjoin(names, ', '));
      end
    end
    function this = setInputShape(this, input, shape), weft_mex('set_shape', this.id, this.find('inputs', input), double(shape)); end
    function this = setInput(this, input, x)
      % Copies an array, whose shape must be the input's or sets its open dimensions. A row or column of
      % numbers may have any shape: it sets the first dimension if that alone is open.
      place = this.find('inputs', input);
      isFlat = ~isa(x, 'weft.Tensor') && ndims(x) == 2 && min(size(x)) <= 1;
      if ~isa(x, 'weft.Tensor')
        all = this.ports('inputs');
        % Arrays end without axes of one element, which the input may have.
        x = weft.array(x, all(place + 1).dtype, [size(x), ones(1, numel(all(place + 1).shape) - ndims(x))]);
      end
      weft_mex('bind', this.id, place, x.id, isFlat);
    end
    function this = run(this), weft_mex('run', this.id); end
    function y = output(this, output)
      if nargin < 2, output = 1; end
      y = weft.Tensor(weft_mex('output', this.id, this.find('outputs', output)));
    end
    function y = state(this, state)
      y = weft.Tensor(weft_mex('state', this.id, this.find('states', state)));
    end
    function this = reset(this), weft_mex('reset', this.id); end
    function delete(this)
      if this.id
        weft_mex('release', this.id);
        this.id = 0;
      end
    end
  end
end
