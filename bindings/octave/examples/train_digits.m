% Trains a small convolutional network on handwritten digits, saves it, loads the file and counts:
% octave-cli --path . --path build examples/train_digits.m digits.csv 12 0.97
%
% A line of digits.csv (examples/digits/data/digits.csv.gz) has 64 counts of ink from 0 to 16 and the digit.
% Every fifth line is held out: prints the accuracy on those, and fails if it is below the last argument.
1;

function net = network()
  relu = @(x) weft.ops.relu(x);
  half = @(x) weft.ops.pooling(x, 'kernel', [2, 2], 'stride', [2, 2]);
  net = weft.nn.sequential('conv1', weft.nn.conv2d(16, 1, 3, 1, relu), 'conv2', weft.nn.conv2d(32, 16, 3, 1, relu), ...
                           'pool', weft.nn.lambda(half), 'dense1', weft.nn.dense(64, 512, relu), ...
                           'dense2', weft.nn.dense(10, 64));
end
% Rows of 64 counts become images of 8 x 8; MATLAB's arrays have the first index fastest.
function x = pixels(rows)
  x = permute(reshape(rows(:, 1:64)' / 16, 8, 8, 1, []), [4, 3, 2, 1]);
end
function out = slopesOf(net, x, y)
  loss = weft.record(@() weft.ops.mean(weft.ops.softmax_cross_entropy(net.call(x), y)));
  out = weft.grad(loss, net.weights);
end

given = argv();
given = given(end - 2:end);
batch = 64;
rows = csvread(given{1});
kept = mod(1:size(rows, 1), 5) == 0;
train = rows(~kept, :);
heldOut = rows(kept, :);

weft.seed(0);
net = network();
adam = weft.nn.Adam(net.weights, 0.002);
% A step is one planned graph from images and labels to the slopes.
step = weft.Function(@(x, y) slopesOf(net, x, y), weft.zeroed([batch, 1, 8, 8]), weft.zeroed(batch, 'int64'));
images = weft.array(pixels(train));
labels = weft.array(train(:, 65)', 'int64');
for epoch = 1:str2double(given{2})
  order = weft.ops.permutation(size(train, 1));
  for start = 1:batch:size(train, 1) - batch + 1
    chosen = order.part(start, start + batch - 1);
    adam.step(step.call(weft.ops.take(images, chosen, 'axis', 0), weft.ops.take(labels, chosen, 'axis', 0)));
  end
end

forward = weft.Function(@(x) net.call(x), weft.zeroed([size(heldOut, 1), 1, 8, 8]));
forward.save('digits.weft', {'images'}, {'scores'}, containers.Map(net.names, net.weights, 'UniformValues', false));
model = weft.Model('digits.weft');
context = model.context();
context.setInput('images', pixels(heldOut));
context.run();
scores = context.output('scores');
[~, best] = max(scores.double(), [], 2);
accuracy = mean(best - 1 == heldOut(:, 65));
printf('%.4f\n', accuracy);
wanted = str2double(given{3});
clear -x accuracy wanted;
exit(double(accuracy < wanted));
