-- workloads.lua - the workloads of the bench: what is timed, with which contestants, and the goals.
--
-- task: layers, rows, rows of a batch, hidden activation, eta (explained in peers/task.py, which has the data, too).
-- who: names of contestants.lua. scale: for a workload that is timed on fewer rows, the factor to the time of all rows.
-- sets: kernels of older processors that have rows, too. busy: how many busy loops run beside it. shares = false: the
-- table gives no share of the machine's limit. epochs: how many are trained before results are compared. Goals are for
-- every precision and for one thread unless they say otherwise:
--   { over = peer or "best", times = t }   t times as fast as that peer, or as the fastest
--   { limit = t }                          at most t times the time of the limit
--   { speedup = t }                        two threads t times as fast as one
--   { machine = t }                        at most t times the products at peak speed and the gathering of the rows
--   { peak = p }                           the products at peak speed take that part of the time
--   { above = contestant, most = s }       at most s seconds more than that contestant
--   { most = s }                           at most s (seconds, or megabytes where memory is measured)

local everyone = { "tight", "eager", "fused", "fann", "stepwise", "sklearn" }

local sets = { "base", "avx2", "avx512" }

local list = {
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
    who = everyone, limit = "products", sets = sets,
    goals = { { peak = .72, precision = "double" }, { peak = .65, precision = "single" },
      { over = "best", times = 1, threads = 2 }, { speedup = 1.7 } },
  },
  {
    -- FANN would take a minute an epoch.
    name = "W5", title = "{784, 1024, 1024, 10}, 10,000 rows, batch 256", unit = "s", per = "an epoch",
    task = "784,1024,1024,10 2560 256 sigmoid 0.5", scale = 10000 / 2560,
    precisions = { "double", "single" }, threads = { 1, 2 },
    who = { "tight", "eager", "fused", "sklearn" }, limit = "products", sets = sets,
    goals = { { over = "best", times = 1.1 }, { over = "best", times = 1, threads = 2 }, { speedup = 1.9 } },
  },
  {
    name = "W6", title = "Nielsen's {784, 30, 10}, 50,000 rows, batch 10", unit = "ms", per = "an epoch",
    task = "784,30,10 50000 10 sigmoid 0.5", precisions = { "double", "single" }, threads = { 1, 2 },
    who = everyone,
    goals = { { machine = 1.15 }, { over = "best", times = 1, threads = 2 }, { speedup = 1 } },
  },
  {
    name = "W7", title = "check() of all 4,810 weights of {64, 64, 10}, 32 rows", unit = "ms", per = "a check",
    task = "64,64,10 32 32 sigmoid 0.5", ours = "checking", shares = false, who = { "differences", "gradcheck" },
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
  {
    name = "W10", title = "{784, 128, 10}, relu, softmax, adam, 10,000 rows, batch 64", unit = "ms", per = "an epoch",
    task = "784,128,10 10000 64 relu 0.001", precisions = { "double", "single" }, threads = { 1, 2 },
    ours = "descending", who = { "adam", "foreach", "sklearn_adam" },
    goals = { { over = "best", times = 1.5 } },
  },
}

-- Two threads on a machine that has other things to do: at most 1.15 times as long as one thread there.
for _, i in ipairs { 4, 6 } do
  local calm = list[i]
  list[#list + 1] = {
    name = calm.name .. "busy", title = calm.title .. ", two busy loops beside", unit = calm.unit, per = calm.per,
    task = calm.task, threads = { 1, 2 }, who = { "tight", "fused" }, busy = 2, goals = { { speedup = 1 / 1.15 } },
  }
end

-- Products alone beside BLAS's: those of W5, and squares.
local shapes = { { "W5", "784,1024,1024,10", 256 } }
for _, n in ipairs { 256, 512, 1024, 2048 } do
  shapes[#shapes + 1] = { tostring(n), ("%d,%d,%d"):format(n, n, n), n }
end
for _, s in ipairs(shapes) do
  list[#list + 1] = {
    name = "P" .. s[1], title = ("the products alone of {%s}, %d rows"):format(s[2], s[3]), unit = "ms", per = "a pass",
    task = ("%s %d %d sigmoid 0.5"):format(s[2], s[3], s[3]), precisions = { "double", "single" },
    ours = "ours_products", who = {}, limit = "products", goals = { { limit = 1 } },
  }
end

return list
