% All cases of bindings/conformance, whose folder is the argument; then leaks and mistakes.
1;

function out = numbers(word)
  if strcmp(word, '-'), out = []; else, out = str2double(strsplit(word, ',')); end
end
function out = bytesOf(word)
  if strcmp(word, '-'), out = uint8([]); else, out = uint8(sscanf(word, '%2x'))'; end
end
function out = textOf(word)
  if strcmp(word, '-'), out = ''; return; end
  [tokens, rest] = regexp(word, '%([0-9A-Fa-f]{2})', 'tokens', 'split');
  out = rest{1};
  for i = 1:numel(tokens), out = [out, char(hex2dec(tokens{i}{1})), rest{i + 1}]; end
end
function x = arrayOf(words)
  x = weft.fromBytes(words{1}, numbers(words{2}), bytesOf(words{3}));
end
function out = reals(x)
  out = x.double();
  out = [real(out(:)); imag(out(:))];
end
function must(holds, text)
  if ~holds, error('test:failed', '%s', text); end
end
% Compares an array with `DTYPE SHAPE TOLERANCE HEX`.
function expect(found, words)
  must(strcmp(found.dtype(), words{1}), ['dtype ', found.dtype()]);
  must(isequal(found.shape()(:), numbers(words{2})(:)), ['shape ', sprintf('%d ', found.shape())]);
  t = str2double(words{3});
  if t == 0
    must(isequal(found.bytes()(:), bytesOf(words{4})(:)), 'other bytes');
    return;
  end
  x = reals(found);
  y = reals(arrayOf(words([1, 2, 4])));
  must(all(x == y | abs(x - y) <= t + t * abs(y) | (isnan(x) & isnan(y))), 'other numbers');
end
function value = attributeOf(words)
  switch words{1}
    case {'int', 'float'}, value = str2double(words{2});
    case 'bool', value = strcmp(words{2}, '1');
    case 'ints', value = num2cell(numbers(words{2}));
    case 'dtype', value = words{2};
    case 'none', value = weft.None();
    otherwise, value = textOf(words{2});
  end
end
function [results, leaves] = runCall(one)
  inputs = {};
  leaves = {};
  list = {};
  listed = false;
  attributes = containers.Map();
  for i = 1:numel(one.lines)
    line = one.lines{i};
    switch line{1}
      case 'call', name = line{2};
      case 'list', listed = true;
      case 'absent', inputs{end + 1} = [];
      case 'attribute', attributes(line{2}) = attributeOf(line(3:end));
      case {'array', 'leaf'}
        x = arrayOf(line(2:end));
        if strcmp(line{1}, 'leaf')
          x.attachGrad();
          leaves{end + 1} = x;
        end
        if listed, list{end + 1} = x; else, inputs{end + 1} = x; end
    end
  end
  if listed, inputs{end + 1} = list; end
  if strcmp(one.kind, 'gradient')
    results = weft.record(@() weft.operator(name, inputs, attributes));
  else
    results = weft.operator(name, inputs, attributes);
  end
end
function model = loadModel(kind, path)
  % A file's model; from bytes in memory for cases of that kind.
  if ~strcmp(kind, 'memory')
    model = weft.Model(path);
    return;
  end
  id = fopen(path, 'rb');
  bytes = fread(id, Inf, '*uint8');
  fclose(id);
  model = weft.Model(bytes);
end
function runModel(one, folder)
  for i = 1:numel(one.lines)
    line = one.lines{i};
    index = 1;
    if numel(line) > 1 && ~isnan(str2double(line{2})), index = str2double(line{2}) + 1; end
    switch line{1}
      case 'model'
        model = loadModel(one.kind, fullfile(folder, 'models', line{2}));
        context = model.context(line{3});
      case 'shape', context.setInputShape(index, numbers(line{3}));
      case 'input', context.setInput(index, arrayOf(line(3:end)));
      case 'flat', context.setInput(index, reshape(arrayOf(line(3:end)).double(), 1, []));
      case 'run', context.run();
      case 'reset', context.reset();
      case 'output', expect(context.output(index), line(3:end));
      case 'state', expect(context.state(index), line(3:end));
    end
  end
end
function out = linesOf(one, word)
  out = {};
  for i = 1:numel(one.lines)
    if strcmp(one.lines{i}{1}, word), out{end + 1} = one.lines{i}(2:end); end
  end
end
function refused(one, run)
  names = {'invalidValue', 'outOfMemory', 'unsupported', 'notFound', 'internal', 'invalidType', ...
           'indexOutOfRange', 'overflow', 'io', 'invalidState', 'interrupted', 'checkFailed', 'noFactorization'};
  failure = [];
  try
    run();
  catch failure
  end
  must(~isempty(failure), 'nothing was refused');
  status = linesOf(one, 'status');
  must(strcmp(failure.identifier, ['weft:', names{str2double(status{1}{1})}]), failure.identifier);
  says = linesOf(one, 'says');
  for i = 1:numel(says)
    must(~isempty(strfind(failure.message, textOf(says{i}{1}))), failure.message);
  end
end
function checkCase(one, folder)
  switch one.kind
    case {'model', 'shaped'}, runModel(one, folder);
    case 'memory'
      if isempty(linesOf(one, 'status'))
        runModel(one, folder);
      else
        refused(one, @() runModel(one, folder));
      end
    case {'refusal', 'misshapen'}, refused(one, @() runModel(one, folder));
    case 'failure', refused(one, @() runCall(one));
    case 'misuse' % misuse.m runs them
    otherwise
      [results, leaves] = runCall(one);
      wanted = linesOf(one, 'result');
      for i = 1:numel(wanted), expect(results{i}, wanted{i}); end
      slopes = linesOf(one, 'gradient');
      if strcmp(one.kind, 'gradient'), results{1}.backward(); end
      for i = 1:numel(slopes), expect(leaves{i}.gradient(), slopes{i}); end
  end
end
function says(body, text)
  message = 'nothing';
  try
    body();
  catch failure
    message = failure.message;
  end
  must(~isempty(strfind(message, text)), [message, ' does not say ', text]);
end

folder = argv(){end};
cases = {};
for line = strsplit(strtrim(fileread(fullfile(folder, 'cases.txt'))), "\n")
  words = strsplit(line{1}, ' ');
  if strcmp(words{1}, 'case')
    cases{end + 1} = struct('kind', words{2}, 'name', words{3}, 'lines', {{}});
  elseif ~any(strcmp(words{1}, {'end', '#'}))
    cases{end}.lines{end + 1} = words;
  end
end
must(numel(cases) > 500, 'there are too few cases');
failed = 0;
for i = 1:numel(cases)
  try
    checkCase(cases{i}, folder);
  catch failure
    printf('%s %s: %s\n', cases{i}.kind, cases{i}.name, failure.message);
    failed = failed + 1;
  end
end
if failed, exit(1); end
printf('%d cases\n', numel(cases));

% Elements are the same ones on both sides, whatever the order in memory.
m = reshape(1:24, [2, 3, 4]);
back = weft.array(m, 'float64');
must(isequal(back.double(), m), 'turned elements');
product = weft.array([1, 2; 3, 4]) * weft.array([5, 6; 7, 8]);
must(isequal(product.double(), [1, 2; 3, 4] * [5, 6; 7, 8]), 'another product');

x = weft.array([1, 2, 3, 4]);
y = x + x;
once = weft.liveBytes();
for i = 1:3000, y = x + x; end
must(weft.liveBytes() <= once, 'memory is lost');

says(@() weft.operator('softmax', {x}, containers.Map({'axs'}, {1})), '`axs`; there are: axis');
says(@() weft.ops.softmax(x, 'axs', 1), 'there is no option `axs`; there are: axis');
says(@() weft.ops.softmax({}), 'softmax');
says(@() weft_mex('dtype', 12345), 'expected a tensor that was not released');
says(@() weft_mex('unknown'), 'no command `unknown`');
model = weft.Model(fullfile(folder, 'models', 'dense.weft'));
context = model.context();
says(@() context.setInput('y', x), 'no input `y`; there are: x');
% A matrix has a shape, which must be the input's; a row or column may have any.
m = [-2, -1, 0; 1, 2, 3];
wanted = context.setInput('x', m).run().output().double();
must(isequal(context.setInput('x', [-2; -1; 0; 1; 2; 3]).run().output().double(), wanted), 'a column');
says(@() context.setInput('x', m'), 'must have shape (2, 3)');
says(@() context.setInput('x', reshape(1:6, 1, 2, 3)), 'got (1, 2, 3)');
says(@() context.setInput('x', [1, 2]), 'must have shape (2, 3)');
open = weft.Model(fullfile(folder, 'models', 'open.weft')).context();
must(isequal(open.setInput('x', m).run().output().double(), wanted), 'an open batch');
must(isequal(open.setInput('x', m(1, :)).run().output().double(), wanted(1, :)), 'a batch of one');
% One trace for batches of any size gives what the operators give, in a file, too.
w = weft.array([1, -2; 3, 0.5; 2, -1]);
scores = @(x, bias) weft.ops.softmax(weft.ops.matmul(x, w) + bias);
rows = @(x) weft.ops.sum(x, 'axis', 1);
body = @(x, bias) {scores(x, bias), rows(scores(x, bias))};
batch = {{'batch', ''}, {'batch', ''}};
traced = weft.Function(body, weft.zeroed([4, 3]), weft.zeroed([4, 2]), 'dynamic', batch, 'bounds', struct('batch', [1, 64]));
path = [tempname(), '.weft'];
traced.save(path, {'x', 'bias'}, {'scores', 'sums'}, containers.Map({'w'}, {w}, 'UniformValues', false));
loaded = loadModel('memory', path).context();
delete(path);
must(isequal(loaded.ports('inputs')(1).shape, [-1, 3]), 'the shape of the file');
for n = [1, 5]
  given = {weft.array(reshape(1:3 * n, n, 3) / 7, 'float32', [n, 3]), weft.zeroed([n, 2])};
  wanted_now = body(given{:});
  found = traced.call(given{:});
  loaded.setInput('x', given{1}).setInput('bias', given{2}).run();
  for i = 1:2
    numbers_now = wanted_now{i}.double();
    for one = {found{i}.double(), loaded.output(i).double()}
      must(isequal(size(one{1}), size(numbers_now)), 'another shape');
      must(all(abs(one{1}(:) - numbers_now(:)) < 1e-6), 'other numbers');
    end
  end
end
says(@() traced.call(weft.zeroed([65, 3]), weft.zeroed([65, 2])), 'batch');
says(@() weft.Function(body, given{:}, 'dynamic', {{'', '', 'n'}}), 'axis 2 of input 0');
says(@() weft.Function(body, given{:}, 'dynamic', {{'n'}}, 'bounds', struct('n', [1, 6])), 'at least 6 extents');
says(@() weft.Function(body, given{:}, 'dynamics', {{'n'}}), 'no option `dynamics`');

% Contexts outlive a model from memory.
kept = loadModel('memory', fullfile(folder, 'models', 'dense.weft'));
contexts = {kept.context(), kept.context()};
kept.delete();
contexts{1}.delete();
must(isequal(contexts{2}.setInput('x', m).run().output().double(), wanted), 'a context without its model');
x.delete();
says(@() x + 1, 'not released');
old = weft.array([1, 2]);
id = old.id;
old.delete();
place = weft.array([3, 4]); % of the one that was released
says(@() weft_mex('dtype', id), 'not released');
says(@() place + 'a', 'expected a weft.Tensor or a number; got a char');
says(@() [1, 2] + place, 'weft.array(x) makes one');
says(@() place + 2i, 'expected a weft.Tensor');
must(isequal((true + place).double(), [4, 5]) && isequal((place * 0.5).double(), [1.5, 2]), 'numbers');
disp('passed');
clear all;
exit(0);
