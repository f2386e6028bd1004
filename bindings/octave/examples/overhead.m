% What a call costs: nanoseconds of a run of a bound context and of an addition of four numbers; the best of
% many: octave-cli --path . --path build examples/overhead.m model.weft
1;
function least = best(call)
  least = Inf;
  for batch = 1:20
    start = tic;
    for i = 1:200, call(); end
    least = min(least, toc(start) / 200 * 1e9);
  end
end
given = argv();
model = weft.Model(given{end});
context = model.context();
ports = context.ports('inputs');
context.setInput(1, ones(ports(1).shape));
x = weft.array([1, 2, 3, 4]);
id = context.id;
printf('run %.1f ns; addition %.1f ns\n', best(@() weft_mex('run', id)), best(@() x + x));
clear all;
exit(0);
