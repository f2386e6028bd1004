% What each `misuse` case of bindings/conformance means in Octave.
1;
function must(holds, text), if ~holds, error('%s', text); end, end

% Asks that functions fail with an error that has a text.
function refuse(part, varargin)
  for i = 1:numel(varargin)
    message = '';
    try
      varargin{i}();
    catch failure
      message = [failure.message, ' '];
    end
    must(isempty(strfind(message, 'indexing operations')), [func2str(varargin{i}), ' is no call in Octave']);
    must(~isempty(message), [func2str(varargin{i}), ' was not refused']);
    must(isempty(part) || ~isempty(strfind(message, part)), [func2str(varargin{i}), ': ', message, ' does not say ', part]);
  end
end
function m = modelOf(name), global folder; m = weft.Model(fullfile(folder, 'models', name)); end
function c = dense(), m = modelOf('dense.weft'); c = m.context(); end
function y = runOn(c), y = c.setInput('x', six()).run().output().double(); end
function y = run(model), y = runOn(model.context()); end
function x = double_(y), x = y.double(); end
function b = bytesOf(y), b = y.bytes(); end
function y = callOn(f, varargin), y = f.call(varargin{:}); end
function y = setOn(c, varargin), y = c.setInput(varargin{:}); end
function c = contextOf(m, varargin), c = m.context(varargin{:}); end
function x = six(), x = [0, 1, 2; 3, 4, 5]; end
function t = wide(), t = native2unicode(uint8([102, 195, 188, 114, 45, 240, 159, 152, 128, 45, 240, 157, 146, 153]), 'utf-8'); end
function f = doubled(x), f = weft.Function(@(x) {x + x}, x); end
function b = fileBytes(path), f = fopen(path); b = fread(f, Inf, 'uint8=>uint8'); fclose(f); end
function names = filesOf(place), names = readdir(place)'; names = names(~ismember(names, {'.', '..'})); end
function place = newPlace(), place = tempname(); mkdir(place); end
function writeFile(f, path, input, output), f.save(path, {input}, {output}, containers.Map()); end
function m = named(name, value), m = containers.Map({name}, {value}, 'UniformValues', false); end

% Octave frees what has no name at once; a function's result is kept while a call uses it.
function collector()
  wanted = run(modelOf('dense.weft'));
  for i = 1:20
    a = weft.array([1, 2; 3, 4]);
    must(isequal(double_(weft.ops.reshape(a, {4, 1})), [1; 2; 3; 4]), 'a list');
    must(isequal(double_(weft.ops.einsum({a, weft.array([1, 2; 3, 4])}, 'ij,jk->ik')), [7, 10; 15, 22]), 'a text');
    must(isequal(runOn(dense()), wanted), 'a model that nobody has');
    leaf = weft.array([1, 2]);
    leaf.attachGrad();
    head = weft.record(@() weft.ops.sum(leaf .* leaf));
    head.backward();
    must(isequal(leaf.gradient().double(), [2, 4]), 'a gradient');
  end
end
function kept_memory()
  global folder
  wanted = run(modelOf('dense.weft'));
  bytes = fileBytes(fullfile(folder, 'models', 'dense.weft'));
  model = weft.Model(bytes);
  bytes(:) = 0;
  numbers = six();
  array = weft.array(numbers);
  first = model.context().setInput('x', numbers);
  second = model.context().setInput('x', array);
  numbers(:) = 7;
  array.delete();
  model.delete();
  clear bytes array model
  must(isequal(first.run().output().double(), wanted) && isequal(second.run().output().double(), wanted), 'other numbers');
end
function released()
  x = weft.array([1, 2]);
  free = weft.zeroed(2);
  traced = doubled(free);
  model = modelOf('dense.weft');
  context = model.context();
  for i = 1:2, x.delete(); traced.delete(); model.delete(); context.delete(); end
  refuse('released', @() x + 1, @() free + x, @() x.double(), @() x.dtype(), @() x.shape(), @() size(x), @() numel(x), @() x(1), @() x.bytes(), ...
         @() x.gradient(), @() x.backward(), @() x.isSame(free), @() free.isSame(x), @() x.detach(), @() x.attachGrad(), @() x', ...
         @() weft.ops.concatenate({free, x}), @() weft.grad(x, {free}), @() weft.grad(free, {x}), @() doubled(x), ...
         @() weft.operator('abs', {free}, containers.Map(), {x}), @() traced.call(free), @() traced.captures(), @() writeFile(traced, tempname(), 'x', 'y'), ...
         @() model.context(), @() model.entries(), @() context.run(), @() context.ports('inputs'), @() context.output(), @() context.setInput(1, six()), ...
         @() context.setInputShape(1, [2, 3]), @() context.state(1), @() context.reset());
  weft_mex('release', x);
  must(~weft_mex('alive', x), 'it lives');
end
function wrong_kind()
  x = weft.array([1, 2]);
  numbers = {7, [], 'x', {}, {1}, struct(), struct('id', 'x'), struct('id', x.id + 0.5), int32(1), @sin, modelOf('dense.weft'), doubled(x), dense(), NaN, [1, 2]};
  for i = 1:numel(numbers)
    wrong = numbers{i};
    refuse('', @() x.isSame(wrong), @() weft.grad(x, {wrong}), @() weft.grad(wrong, {x}), @() doubled(wrong), @() weft.Function(@(x) {wrong}, x), ...
           @() callOn(doubled(x), wrong), @() weft.ops.concatenate({x, wrong}), @() weft.operator('abs', {x}, containers.Map(), {wrong}), ...
           @() weft_mex('dtype', wrong), @() weft_mex('run', wrong), @() weft_mex('call', 'abs', {{'tensor', wrong}}), ...
           @() weft_mex('call', 'concatenate', {{'tensors', wrong}}), @() weft_mex('call', 'abs', {{'tensor'}}));
    if ~isempty(wrong), refuse('', @() weft_mex('backward', wrong), @() weft_mex('join', wrong), @() weft_mex('grad', wrong, x.id, 0)); end
  end
  refuse('', @() weft_mex('context', x, 'forward'), @() weft_mex('call_function', x, x.id), @() double_(weft.Tensor(7)), @() double_(weft.Tensor('x')));
  refuse('', @() weft_mex('dtype', modelOf('dense.weft')), @() weft_mex('call', 'sum', {{'ints', int32(1)}}), @() weft_mex('call', 'abs', {7}), @() weft_mex('call', 'abs', 7));
end
function number_as_text()
  x = weft.zeroed(1);
  wrongs = {42, [], true, {'a'}, ['ab'; 'cd'], struct()};
  for i = 1:numel(wrongs)
    wrong = wrongs{i};
    refuse('', @() weft.Model(wrong), @() contextOf(modelOf('dense.weft'), wrong), @() weft.operator(wrong, {x}), @() weft.zeroed(1, wrong), ...
           @() writeFile(doubled(x), wrong, 'x', 'y'), @() writeFile(doubled(x), tempname(), wrong, 'y'), @() weft_mex('ports', dense(), wrong));
  end
end
function nul_in_text()
  global folder
  place = newPlace();
  file = fullfile(place, 'a');
  f = fopen(file, 'w'); fputs(f, 'untouched'); fclose(f);
  x = weft.zeroed(1);
  nul = @(text) [text, char(0), 'b'];
  refuse('NUL', @() weft.Model(nul(fullfile(folder, 'models', 'dense.weft'))), @() contextOf(modelOf('dense.weft'), nul('forward')), @() writeFile(doubled(x), nul(file), 'x', 'y'), ...
         @() writeFile(doubled(x), file, nul('x'), 'y'), @() weft.operator(nul('abs'), {x}), @() weft.zeroed(1, nul('float32')), @() weft.ops.einsum({x, x}, nul('i,i')));
  must(strcmp(fileread(file), 'untouched') && numel(filesOf(place)) == 1, 'a file was written');
end
function wide_text()
  place = newPlace();
  w = weft.array([1, 2; 3, 4]);
  traced = weft.Function(@(x) {weft.ops.matmul(x, w)}, weft.zeroed([1, 2]));
  path = fullfile(place, [wide(), '.weft']);
  traced.save(path, {['in', wide()]}, {['out', wide()]}, named(['w', wide()], w), wide());
  must(isequal(filesOf(place), {[wide(), '.weft']}), 'the name of the file');
  model = weft.Model(path);
  context = model.context(wide());
  must(isequal(model.entries(), {wide()}) && strcmp(context.ports('outputs').name, ['out', wide()]), 'names');
  must(isequal(context.setInput(['in', wide()], [1, 1]).run().output(['out', wide()]).double(), [4, 6]), 'numbers');
  refuse(wide(), @() weft.Model(['/nowhere/', wide()]), @() model.context(['x', wide()]), @() weft.operator(wide(), {}));
end
% Texts of Octave are bytes: a path may have any, names in files are UTF-8.
function invalid_text()
  global folder
  place = newPlace();
  path = [place, '/', char([97, 255])];
  f = fopen(path, 'w'); fwrite(f, fileBytes(fullfile(folder, 'models', 'dense.weft'))); fclose(f);
  must(isequal(run(weft.Model(path)), run(modelOf('dense.weft'))), 'a path of bytes');
  refuse('UTF-8', @() writeFile(doubled(weft.zeroed(1)), fullfile(place, 'b'), char([97, 255]), 'y'));
  must(numel(filesOf(place)) == 1, 'a file was written');
end
% A cell holds copies, and no cell that holds it.
function cyclic_list()
  a = {1};
  a{2} = a;
  refuse('', @() weft.array(a), @() weft.ops.reshape(weft.zeroed(1), a), @() setOn(dense(), 1, a));
end
function ragged_list()
  refuse('', @() weft.array({[1, 2], [3, 4, 5], 6}), @() weft.array([1, 2; 3, 4], 'float32', [3, 2]), @() weft.array([1, 2, 3, 4], 'float32', [-2, -2]));
end
function wrong_elements()
  context = dense();
  counter = contextOf(modelOf('counter.weft'));
  refuse('int32', @() context.setInput(1, weft.zeroed([2, 3], 'int32')));
  refuse('', @() context.setInput(1, six()'), @() context.setInput(1, 1:5), @() context.setInput(1, []), @() context.setInput(1, struct()), @() context.setInput(1, @sin), ...
         @() context.setInput(9, six()), @() context.setInput(0, six()), @() context.setInput(-1, six()), @() context.setInput(1.5, six()), @() context.setInput(NaN, six()), ...
         @() context.output(0), @() context.output(NaN), @() context.output([1, 1]), @() counter.state(1e300), ...
         @() weft.fromBytes('float32', 4, [1, 2, 3]), @() weft.fromBytes('float32', [-2, -2], zeros(1, 16)), @() weft.array(struct()), @() weft.array([1, 2; 3, 4], 'float32', {2, 2}));
  must(isequal(size(weft.array(zeros(0, 3))), [0, 3]) && numel(weft.array([])) == 0, 'empty arrays');
  must(isequal(double_(weft.array(six()')), six()') && isequal(size(weft.zeroed(int32([2, 3]))), [2, 3]), 'turned, and a shape of int32');
  must(isequal(double_(weft.array(single([1, 2]))), [1, 2]) && isequal(double_(weft.array(1:3)), 1:3), 'single, and a range that has no memory');
end
function wide_integers()
  for dtype = {'int64', 'uint64'}
    for number = [intmax(dtype{1}), intmin(dtype{1}), cast(2 ^ 53, dtype{1}) + 1]
      x = weft.array(number);
      must(strcmp(x.dtype(), dtype{1}) && typecast(x.bytes(), dtype{1}) == number, 'elements');
      zero = weft.zeroed(1, dtype{1});
      must(typecast(bytesOf(zero + number), dtype{1}) == number, 'an operand');
      must(typecast(bytesOf(weft.ops.add(zero, number)), dtype{1}) == number, 'an argument');
    end
  end
  pair = weft.array([int64(2 ^ 53) + 1, 1]);
  refuse('2^53', @() double_(weft.array(intmax('int64'))), @() single(weft.array(intmax('uint64'))), @() double_(pair(1)));
  must(double_(weft.array(int64(2 ^ 53 - 1))) == 2 ^ 53 - 1, 'an exact one');
  refuse('has no', @() weft.array(-1, 'uint64'), @() weft.array(2 ^ 63, 'int64'), @() weft.array(int64(-1), 'uint64'));
end
function no_integer()
  x = weft.zeroed(4);
  for wrong = {2.5, NaN, Inf, 2 ^ 70, -1, 1i}
    one = wrong{1};
    refuse('', @() weft.zeroed([one, 2]), @() weft.fromBytes('int8', {one}, 1));
    if ~isequal(one, -1), refuse('', @() weft.ops.reshape(x, {2, one}), @() weft_mex('set_shape', contextOf(modelOf('open.weft')), 0, [one, 3])); end
  end
  refuse('', @() weft.ops.sum(x, 'axis', 2.5), @() weft.ops.sum(x, 'axis', NaN), @() weft.ops.sum(x, 'axis', Inf), ...
         @() weft.seed(-1), @() weft.seed(NaN), @() weft.seed(2 ^ 70), @() weft.seed([]), @() weft_mex('threads', -1), @() weft_mex('threads', 2 ^ 40));
  for wrong = [2.5, NaN, Inf, 2 ^ 31, -2 ^ 31 - 1], refuse('int32 has no', @() weft.array(wrong, 'int32')); end
  refuse('uint8 has no 256', @() weft.array(256, 'uint8'));
  must(isequal(double_(weft.array(1) ./ -0), -Inf), 'a zero below 0 keeps its sign');
  must(isequal(double_(weft.ops.sum(x, 'axis', -0)), 0), 'which is nothing to an axis');
end
% Inputs are bound for all runs until they are bound again.
function unset_input()
  c = dense();
  refuse('`x`', @() c.run());
  context = setOn(dense(), 'x', six());
  must(isequal(context.run().output().double(), context.run().output().double()), 'other numbers');
  open = setOn(contextOf(modelOf('open.weft')), 'x', six());
  refuse('`x`', @() open.setInputShape('x', [3, 3]).run()); % another shape unbinds
end

global folder
folder = argv(){end};
failed = 0;
for line = strsplit(strtrim(fileread(fullfile(folder, 'cases.txt'))), "\n")
  if ~strncmp(line{1}, 'case misuse ', 12), continue; end
  name = line{1}(13:end);
  try
    feval(strrep(name, '-', '_'));
  catch failure
    printf('misuse %s: %s\n', name, failure.message);
    failed = failed + 1;
  end
end
if failed, exit(1); end
disp('misuse passed');
clear all;
exit(0);
