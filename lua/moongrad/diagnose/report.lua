-- report.lua - the metatable of diagnoses: how diagnose's result is printed.

local finding = require "moongrad.diagnose.finding"
local page = require "moongrad.help.page"
local format = string.format

local diagnosis = { __name = "diagnosis", __metatable = false }
diagnosis.__index = diagnosis

local row = "  %-5s  %-11s  %13s  %13s  %9s  %9s"

-- The table of the layers; when the terminal is narrower, a sentence for each layer.
local function numbers(self)
  local head = format(row, "layer", "activation", "update/weight", "gradient norm", "saturated", "dead")
  local is_wide = #head <= page.width()
  local lines = { is_wide and head or nil }
  for l, m in ipairs(self.layers) do
    local form = is_wide and row or "  layer %s, %s: update/weight %s, gradient norm %s, saturated %s, dead %s"
    lines[#lines + 1] = page.layout(format(form, l, m.activation, m.update and format("%.2g", m.update) or "-",
      format("%.2g", m.gradient), finding.percent(m.saturated), format("%d of %d", m.dead, m.units)))
  end
  return table.concat(lines, "\n")
end

-- How epochs were tried: "in 300 epochs on a copy".
local function tried(self)
  local text = format("in %d epochs%s on a copy", self.epochs, self.batch and " of batches of " .. self.batch or "")
  return self.rows == self.all_rows and text or text .. format(" with %d of the %d rows", self.rows, self.all_rows)
end

-- The line about mse and about the cost in the epochs that were tried.
local function shape(self)
  if not self.mse then return nil end
  local text = format("mse %.6g, ", self.mse) .. (self.explained and finding.percent(math.max(self.explained, 0))
    .. " of the variance of y explained" or self.all_rows == 1 and "of one row" or "y is the same in every row")
  if not self.trend then return text end
  if self.trend == "diverges" then return text .. "; a copy that goes on diverges" end
  text = text .. format("; %s the cost ", tried(self))
  if self.fall == 0 then return text .. "stays" end
  text = text .. (self.fall < 0 and "rises by " or "falls by ") .. (math.abs(self.fall) < .01 and "only " or "")
    .. finding.percent(math.abs(self.fall))
  local is_unsteady = self.fall > 0 and self.ups > .1 * self.epochs
  return is_unsteady and text .. format(", though it rises in %d of them", self.ups) or text
end

function diagnosis.__tostring(self)
  local lines = {}
  local function add(text) lines[#lines + 1] = text and page.layout(text) end
  add(self.network)
  add(shape(self))
  if #self.layers > 0 then lines[#lines + 1] = numbers(self) end
  add(self.lacks)
  if self.ok and not self.lacks then add "nothing wrong found" end
  for _, f in ipairs(self.findings) do
    add(format("%s%s: %s", f.minor and "also " or "", f.name, f.text))
  end
  if self.try then lines[#lines + 1] = "try  " .. self.try end
  return table.concat(lines, "\n")
end

return diagnosis
