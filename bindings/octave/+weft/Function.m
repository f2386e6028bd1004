classdef Function < handle
  % A traced graph: weft.Function(body, inputs...) runs the body once on placeholders; call(inputs...) runs
  % the graph by a plan. Tensors that the body reads from outside (weights) are captured.
  % weft.Function(body, x, 'dynamic', {{'batch', ''}}, 'bounds', struct('batch', [1, 64])) leaves the extents of
  % named axes open for each call. The body then runs for six examples of them and must not decide by them.
  properties (SetAccess = private)
    id = 0;
  end
  methods
    function this = Function(body, varargin)
      [inputs, dims] = weft.internal.dimensions(varargin);
      examples = [];
      while isempty(examples) || (numel(examples) < 6 && weft_mex('is_example', examples(1)))
        examples(end + 1) = weft.internal.example(body, inputs, dims, examples);
      end
      if numel(examples) == 1
        this.id = examples;
      else
        this.id = weft_mex('join', examples);
        arrayfun(@(one) weft_mex('release', one), examples);
      end
    end
    function all = call(this, varargin)
      all = weft.internal.wrap(weft_mex('call_function', this.id, cellfun(@(one) one.id, varargin)));
    end
    function all = captures(this), all = weft.internal.wrap(weft_mex('captures', this.id)); end
    function save(this, path, inputs, outputs, weights, entry)
      % Writes a .weft file; weights: a containers.Map of the captured tensors by name.
      if nargin < 6, entry = 'forward'; end
      known = weights.keys();
      all = this.captures();
      names = cell(1, numel(all));
      unnamed = 0;
      for i = 1:numel(all)
        for j = 1:numel(known)
          if weights(known{j}).isSame(all{i}), names{i} = known{j}; end
        end
        if isempty(names{i})
          names{i} = sprintf('constant%d', unnamed);
          unnamed = unnamed + 1;
        end
      end
      weft_mex('write', path, entry, this.id, inputs, outputs, names);
    end
    function delete(this), if this.id, weft_mex('release', this.id); end end
  end
end
