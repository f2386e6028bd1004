% What a call costs: nanoseconds of a run of a bound context and of an addition of four numbers; the best of
% many: octave-cli --path . --path build examples/overhead.m model.weft
1;
function least = best(call)
  least = Inf;
  for batch = 1:200
    start = tic;
    for i = 1:20, call(); end
    least = min(least, toc(start) / 20 * 1e9);
  end
end
addpath(fileparts(mfilename('fullpath')));
given = argv();
model = weft.Model(given{end});
context = model.context();
ports = context.ports('inputs');
context.setInput(1, ones(ports(1).shape));
x = weft.array([1, 2, 3, 4]);
id = context.id;
% Octave's own part: an operator that does nothing, and one that only gives a new object.
nothing = Nothing();
printf('run %.1f ns; addition %.1f ns; nothing %.1f ns; object %.1f ns\n', best(@() weft_mex('run', id)), ...
       best(@() x + x), best(@() nothing + nothing), best(@() nothing - nothing));
clear all;
exit(0);
