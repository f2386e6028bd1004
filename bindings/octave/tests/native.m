% Functions and indices of MATLAB on arrays of Weft give what Octave gives for its own arrays.
1;

function must(holds, text)
  if ~holds, error('test:failed', '%s', text); end
end
% Calls f with arrays of Octave and with the same ones of Weft.
function same(f, varargin)
  wanted = f(varargin{:});
  try
    found = f(cellfun(@(one) weft.array(one, 'float64'), varargin, 'UniformOutput', false){:});
  catch failure
    error('test:failed', '%s: %s', func2str(f), failure.message);
  end
  if isa(found, 'weft.Tensor'), found = found.double(); end
  near = isequal(size(found), size(wanted));
  if near
    near = abs(found - wanted) <= 1e-12 + 1e-12 * abs(wanted);
    near = all((near | found == wanted | (isnan(found) & isnan(wanted)))(:));
  end
  if ~near
    error('test:failed', '%s: got %s, expected %s', func2str(f), disp(found), disp(wanted));
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
function x = written(x, value, varargin), x(varargin{:}) = value; end
function x = grown(x), x(:, end) = x(:, 1); x(x > 4) = -1; x([1, 2], 1) = [7; 8]; end
function both = places(x, which), [y, place] = which(x); both = place; end
function t = truth(x), t = false; if x > 0, t = true; end, end
function n = rowsOf(x), [n, rest] = size(x); n = [n, rest]; end

m = [3.5, 2, -4; -1, 0.25, 6];
n = [7, 2, 9; -7, 5, -3];
u = abs(m) / 10;
v = [2, -3, 0.5];
z = [1 + 2i, 3; -1i, 2];
a = reshape(round(100 * sin(1:24)) / 10, [2, 3, 4]);

for f = {@abs, @sign, @floor, @ceil, @fix, @round, @exp, @expm1, @sin, @cos, @tan, @sinh, @cosh, @tanh, @atan, ...
         @asinh}
  same(f{1}, m), same(f{1}, v), same(f{1}, a)
end
for f = {@sqrt, @log, @log1p, @log2, @log10, @asin, @acos, @atanh, @gamma, @gammaln, @erf, @erfinv}
  same(f{1}, u)
end
same(@round, [0.5, -0.5, 1.5, 2.5, -2.5])
same(@acosh, u + 1), same(@isnan, [1, NaN]), same(@isinf, [1, Inf]), same(@isfinite, [1, Inf])
for f = {@sum, @prod, @mean, @max, @min, @any, @all, @cumsum, @cumprod}
  for x = {m, v, v', a, 5}, same(f{1}, x{1}), end
end
for f = {@sum, @prod, @mean, @any, @all, @cumsum, @cumprod}
  same(@(x) f{1}(x, 2), a), same(@(x) f{1}(x, 4), a)
end
same(@(x) max(x, [], 3), a), same(@(x) min(x, [], 1), a), same(@(x) max(0, x), m), same(@(x, y) min(x, y), m, n)
same(@(x) places(x, @max), m), same(@(x) places(x, @min), m)
for f = {@plus, @minus, @times, @rdivide, @mod, @rem, @eq, @ne, @lt, @le, @gt, @ge, ...
         @and, @or, @hypot, @atan2}
  same(f{1}, m, n), same(@(x) f{1}(x, 2), m), same(@(x) f{1}(2, x), n), same(f{1}, m, v)
end
same(@(x) mod(x, 0), m), same(@mod, m, [0, 1, 2])
same(@truth, m), same(@truth, u), same(@not, m), same(@(x) +(-x), m), same(@(x) x / 4, m), same(@(x) 4 \ x, m)
same(@(x, y) x * y, m, n')
same(@inv, m * m'), same(@det, m * m'), same(@find, m > 2), same(@nnz, m > 2)
same(@mldivide, m * m', m), same(@mrdivide, n, [2, 1, 0; 1, 3, 1; 0, 1, 4])

for f = {@size, @rowsOf, @numel, @ndims, @rows, @columns, @length, @isempty, @isscalar, @isvector, @isrow, ...
         @iscolumn, @issquare, @double, @logical, @transpose, @ctranspose}
  for x = {m, v, v', 5}, same(f{1}, x{1}), end
end
for f = {@size, @rowsOf, @numel, @ndims, @length, @isvector, @double}, same(f{1}, a), end
same(@ctranspose, m)
x = weft.array(z, 'complex128');
must(isequal((x').double(), z') && isequal((x.').double(), z.'), 'transposes of complex numbers');
same(@(x) size(x, 3), a), same(@(x) size(x, [1, 3]), a)
same(@(x) reshape(x, 3, 2), m), same(@(x) reshape(x, [], 2), a), same(@(x) reshape(x, [4, 6]), a)
same(@(x) permute(x, [3, 1, 2]), a), same(@(x) permute(x, [3, 1, 2]), m), same(@(x) permute(x, [2, 1]), v)
same(@(x, y) [x, y; y, x], m, n), same(@(x, y) [x; y; [0, 1, 2]], m, v), same(@(x, y) cat(3, x, y), m, n)
same(@(x) isequal(x, m), m), same(@(x) isequal(x, x + 1), m)

same(@(x) x(1, :), m), same(@(x) x(:, 2), m), same(@(x) x(2, 3), m), same(@(x) x(end, [3, 1]), m), same(@(x) x(:), m)
same(@(x) x(5), m), same(@(x) x([6, 1; 1, 2]), m), same(@(x) x(x > 1), m), same(@(x) x(end), m), same(@(x) x(2:end), v)
same(@(x) x(:, :, 2), a), same(@(x) x(2, [3, 1], end), a), same(@(x) x(:, :), a), same(@(x) x(:, 5), a)
same(@(x) x(logical([1, 0]), :), m), same(@(x) x(1, :)(2), m), same(@(x) x(:, []), m)
same(@(x) written(x, 5, 1, ':'), m), same(@(x) written(x, [1, 2; 3, 4], ':', 2:3), m), same(@(x) written(x, 0, 3), v)
same(@(x, y) written(x, y, 2, ':'), m, v), same(@(x) written(x, 9, 2, 1, [1, 4]), a), same(@grown, m)
x = weft.array(m, 'float64');
y = x;
y(1, 1) = 100;
must(isequal(x.double(), m) && y.double()(1, 1) == 100, 'an array of another name was written');
x.attachGrad();
head = weft.record(@() sum(x(:, 1)' .* x(1, 2:3)));
head.backward();
must(isequal(x.gradient().double(), [m(1, 2), m(1, 1), m(2, 1); m(1, 3), 0, 0]), 'another gradient');

says(@() x(3, 1), 'tensor(3): out of bound 2'), says(@() x(1.5), 'subscripts'), says(@() x{1}, 'x(i, j) chooses')
says(@() written(x, 0, 7), 'tensor(7): out of bound 6')
says(@() written(x, [1, 2], 1, ':'), 'the indices choose [1 3]; the value is [1 2]')
says(@() written(x, [], 1, ':'), 'loses no elements')
says(@() written(weft.array([1, 2], 'int32'), 0.5, 1), 'whole numbers alone')
says(@() sum(x, 'native'), 'sum: expected one dimension')
says(@() x ^ 2, '.^ is that of the elements')
says(@() transpose(weft.array(a)), 'expected a matrix; got [2 3 4]')
says(@() x + [1, 2, 3], 'weft.array(x) makes one')
must(isequal(weft.array(x), m) && strcmp(dtype(weft.array(x, 'int32')), 'int32'), 'an array of an array')
says(@() weft.array(x, [], [3, 2]), 'reshape(x, ...) gives another')
disp('passed');
clear all;
exit(0);
