-- finding.lua - what a diagnosis says: a cause by its name, in words, with the changes that may mend it.

local find, format = string.find, string.format

local finding = {}

-- Adds f to the findings of a diagnosis:
--   name, text   the cause, and the numbers that tell it
--   fixes        lines that may mend it, the likely first; remedy.lua tries them on copies and makes of one the try
--   kind         which other changes may go with a fix: "eta", or all
--   try          a line that needs no trial
--   minor        worth a line, but no reason that the network does not learn
function finding.add(self, f)
  f.minor = f.minor or false
  self.findings[#self.findings + 1] = f
  if not f.minor then self.ok = false end
end

-- The first finding of this name that is not minor; nil when there is none.
function finding.of(self, name)
  for _, f in ipairs(self.findings) do
    if f.name == name and not f.minor then return f end
  end
end

function finding.percent(x) return format("%.3g%%", 100 * x) end

-- "1, 2 and 5", the first few
function finding.list(numbers, most)
  local parts = {}
  for i = 1, math.min(#numbers, most) do parts[i] = tostring(numbers[i]) end
  if #numbers > most then return table.concat(parts, ", ") .. format(" and %d more", #numbers - most) end
  if #parts == 1 then return parts[1] end
  return table.concat(parts, ", ", 1, #parts - 1) .. " and " .. parts[#parts]
end

-- Raises again what a Ctrl-C raised; other errors of a copy are results.
function finding.pass_on(message)
  if find(tostring(message), "interrupted", 1, true) then error(message, 0) end
end

return finding
