% Classifies an image by a .weft file: octave-cli --path . --path build examples/classify.m digits.weft image.csv
given = argv();
ink = csvread(given{end});
model = weft.Model(given{end - 1});
context = model.context();
ports = context.ports('inputs');
% The file was made for a batch; the image is its first row.
images = zeros(ports(1).shape);
images(1, 1, :, :) = reshape(ink(1:64), 8, 8)' / 16;
context.setInput(1, images);
context.run();
scores = context.output();
scores = scores.double();
[~, best] = max(scores(1, :));
disp(best - 1);
clear all;
exit(0);
