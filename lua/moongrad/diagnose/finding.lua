-- finding.lua - the findings of a diagnosis: each is a cause, with its name, words, and changes that may mend it.

local find, format = string.find, string.format

local finding = {}

-- Adds f to the findings of a diagnosis:
--   name, text   the cause, and words with the numbers that show it
--   fixes        lines that may mend it, the likely first; remedy.lua tries them on copies, and the one that helps
--                becomes the try
--   kind         what may be changed beside a fix: "eta", ETA and THETA alone; nil, also activations and hidden units
--   try          a line that is proposed untried
--   minor        true: it is shown, but it is no reason that the network does not learn
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

-- Numbers as "1, 2 and 5"; at most `most` of them, then how many more.
function finding.list(numbers, most)
  local parts = {}
  for i = 1, math.min(#numbers, most) do parts[i] = tostring(numbers[i]) end
  if #numbers > most then return table.concat(parts, ", ") .. format(" and %d more", #numbers - most) end
  if #parts == 1 then return parts[1] end
  return table.concat(parts, ", ", 1, #parts - 1) .. " and " .. parts[#parts]
end

-- Raises message again when it comes from Ctrl-C. Other errors in trials on copies are results.
function finding.pass_on(message)
  if find(tostring(message), "interrupted", 1, true) then error(message, 0) end
end

return finding
