-- run.lua - make bench: times training with moongrad and with other libraries, and prints one table.
--
--   make bench                 all of workloads.lua
--   make bench W=1  W=1,4      some of them
--   make bench TURNS=21        more turns than 9
--
-- The table goes to the terminal and to bench.tsv in the build directory.

local here = os.getenv "BENCH" or error("start it by make bench", 0)
package.path = "bench/?.lua;" .. package.path
package.cpath = here .. "/?.so;" .. package.cpath

local contest = require "contest"
local contestants = require "contestants"
local goals = require "goals"
local machine = require "machine"
local process = require "process"
local startup = require "startup"
local tell = require "tell"
local workloads = require "workloads"

local TURNS = math.max(1, math.tointeger(os.getenv "TURNS") or 9)
local wanted = os.getenv "W" or ""
local cores = process.cores()

local limits = machine.look()
local count = { reached = 0, all = 0 }

local function judge(workload, list, rows, precision, unit)
  for _, goal in ipairs(goals.judge(list, rows, precision, tell.with(unit))) do
    tell.goal(workload.name, precision, unit, goal)
    count.all = count.all + 1
    if goal.ok then count.reached = count.reached + 1 end
  end
end

-- Starts all contestants that can run in one precision, ours first; none when ours cannot.
local function gather(workload, precision)
  local names = { workload.ours or "moongrad" }
  for _, name in ipairs(workload.who) do names[#names + 1] = name end
  names[#names + 1] = workload.limit
  for _, set in ipairs(workload.sets or {}) do
    if set ~= limits.kernels then names[#names + 1] = set end
  end
  local all, said = {}, {}
  for _, threads in ipairs(workload.threads or { 1 }) do
    if threads > cores then
      tell.note "two threads need two cores"
      break
    end
    for i, name in ipairs(names) do
      local c, why = contestants.start(name, workload.task, precision, threads)
      if c then
        all[#all + 1] = c
      elseif why and i == 1 then
        tell.note(("%s skipped: %s"):format(precision, why))
        return all
      elseif why and not said[why] then
        tell.note(why)
        said[why] = true
      end
    end
  end
  return all
end

local function close(all)
  for _, c in ipairs(all) do c:close() end
end

-- Seconds quoted for all of the data, and how they compare to the least that the machine can do.
local function finish(rows, workload, precision)
  local by = workload.scale or 1
  for _, row in ipairs(rows) do
    for _, field in ipairs { "median", "least", "most" } do row[field] = row[field] * by end
    if workload.shares ~= false then
      local products, gathering = machine.least(limits, workload.task, precision)
      row.products, row.gather = products * by, gathering * by
      row.peak = row.products / row.threads / row.median
    end
  end
end

local function run_training(workload)
  for _, precision in ipairs(workload.precisions or { "double" }) do
    local all, beside = gather(workload, precision), {}
    for i = 1, workload.busy or 0 do beside[i] = contestants.busy() end
    if #all > 0 then
      local rows = contest.run(all, TURNS, workload.epochs or 1)
      finish(rows, workload, precision)
      tell.rows(workload.name, precision, workload.unit, rows)
      judge(workload, workload.goals, rows, precision, workload.unit)
    end
    for _, pid in ipairs(beside) do process.kill(pid) end
    close(all)
  end
end

local function run_startup(workload)
  local all, absent = startup.contestants()
  for _, why in ipairs(absent) do tell.note(why) end
  local rows = contest.run(all, TURNS)
  tell.rows(workload.name, "", workload.unit, rows)
  judge(workload, workload.goals, rows, "", workload.unit)
  tell.title(workload.name, workload.memory.title, "MB")
  rows = startup.memory()
  tell.rows(workload.name, "", "MB", rows)
  judge(workload, workload.memory.goals, rows, "", "MB")
end

local function is_wanted(name)
  if wanted == "" then return true end
  for word in wanted:gmatch "[^,%s]+" do
    if name == word or name == "W" .. word then return true end
  end
end

local start = process.now()
tell.open(here .. "/../bench.tsv", TURNS, limits.words)
for _, workload in ipairs(workloads) do
  if is_wanted(workload.name) then
    tell.title(workload.name, workload.title, workload.unit, workload.per)
    local ok, why = pcall(workload.startup and run_startup or run_training, workload)
    if not ok then tell.note(why) end
  end
end
tell.close()
print(("\n%d of %d goals reached; %.0f s"):format(count.reached, count.all, process.now() - start))
print [[

Everyone trains on the same data, from the same weights, in the same order of rows, with sigmoid outputs and the cost
squares / 2, a mean over the batch (XOR: the sum); a result that differs from ours is said. Only the loop is timed, in
processes that stay, one after the other. What differs: scikit-learn trains these outputs on cross-entropy and draws its
own weights; FANN bounds derivatives from below, and its stepwise sigmoid is a table of six points; a second thread is
BLAS's for all the peers, and FANN has none; W5 is timed on 2,560 rows and quoted for 10,000; of the prompts in W8 only
ours has trained; W10 has softmax outputs and their cross-entropy.]]
