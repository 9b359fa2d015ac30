-- workloads.lua - the workloads of the bench: what is timed, with which contestants, and the goals.
--
-- task: layers, rows, rows of a batch, hidden activation, eta (explained in peers/task.py, which has the data, too).
-- who: names of contestants.lua. scale: for a workload that is timed on fewer rows, the factor to the time of all rows.
-- epochs: how many are trained before results are compared. Goals are for every precision and for one thread unless
-- they say otherwise:
--   { over = peer or "best", times = t }   t times as fast as that peer, or as the fastest
--   { limit = t }                          at most t times the time of the limit
--   { speedup = t }                        two threads t times as fast as one
--   { above = contestant, most = s }       at most s seconds more than that contestant
--   { most = s }                           at most s (seconds, or megabytes where memory is measured)

local everyone = { "tight", "eager", "fused", "fann", "stepwise", "sklearn" }

return {
  {
    name = "W1", title = "XOR {2, 2, 2, 1}, full batch, cost sse", unit = "us", per = "an epoch",
    task = "2,2,2,1 4 4 sigmoid 0.1", epochs = 100,
    who = { "article", "tight", "eager", "fused", "fann", "stepwise" }, limit = "xor",
    goals = { { over = "article", times = 370 }, { over = "best", times = 1.6 } },
  },
  {
    name = "W2", title = "circle {2, 16, 16, 1}, tanh, 1000 rows, batch 10", unit = "ms", per = "an epoch",
    task = "2,16,16,1 1000 10 tanh 0.5", who = everyone,
    goals = { { over = "best", times = 4.7 } },
  },
  {
    name = "W3", title = "digits {64, 64, 10}, 1797 rows, batch 32", unit = "ms", per = "an epoch",
    task = "64,64,10 1797 32 sigmoid 0.5", precisions = { "double", "single" }, who = everyone,
    goals = { { over = "best", times = 3 } },
  },
  {
    name = "W4", title = "{784, 128, 10}, 10,000 rows, batch 64", unit = "ms", per = "an epoch",
    task = "784,128,10 10000 64 sigmoid 0.5", precisions = { "double", "single" }, threads = { 1, 2 },
    who = everyone, limit = "products",
    goals = { { over = "best", times = 1.6 }, { over = "best", times = 1, threads = 2 }, { speedup = 1.55 } },
  },
  {
    -- FANN would take a minute an epoch.
    name = "W5", title = "{784, 1024, 1024, 10}, 10,000 rows, batch 256", unit = "s", per = "an epoch",
    task = "784,1024,1024,10 2560 256 sigmoid 0.5", scale = 10000 / 2560,
    precisions = { "double", "single" }, threads = { 1, 2 },
    who = { "tight", "eager", "fused", "sklearn" }, limit = "products",
    goals = { { limit = 1.10 }, { over = "best", times = 1 }, { over = "best", times = 1, threads = 2 },
      { speedup = 1.85 } },
  },
  {
    name = "W6", title = "Nielsen's {784, 30, 10}, 50,000 rows, batch 10", unit = "ms", per = "an epoch",
    task = "784,30,10 50000 10 sigmoid 0.5", precisions = { "double", "single" }, threads = { 1, 2 },
    who = everyone,
    goals = { { over = "best", times = 2.3, precision = "double" },
      { over = "best", times = 1.7, precision = "single" }, { over = "best", times = 1, threads = 2 } },
  },
  {
    name = "W7", title = "check() of all 4,810 weights of {64, 64, 10}, 32 rows", unit = "ms", per = "a check",
    task = "64,64,10 32 32 sigmoid 0.5", ours = "checking", who = { "differences", "gradcheck" },
    goals = { { over = "gradcheck", times = 190 } },
  },
  {
    name = "W8", title = "start to exit of an empty script", unit = "ms", per = "a run",
    startup = true, goals = { { most = .004 } },
    memory = { title = "resident at the prompt, XOR trained", goals = { { most = 8 } } },
  },
  {
    name = "W9", title = "step(1) of XOR from a Lua loop, beside step(n)", unit = "us", per = "an epoch",
    task = "2,2,2,1 4 4 sigmoid 0.1", epochs = 100, ours = "looping", who = { "moongrad" },
    goals = { { above = "moongrad", most = .3e-6 } },
  },
}
