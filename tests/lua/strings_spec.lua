-- strings_spec.lua - moongrad's own Lua calls string.format(s, ...) and its kin, never s:format(...).
--
-- Whoever changes the metatable of strings, or a function of string, changes what s:format(...) means everywhere; in
-- the session moongrad's own Lua has Lua's functions as they were at the start.

local methods = {}
for name in pairs(string) do methods[name] = true end

describe("moongrad's own Lua", function()
  it("calls no method of a string", function()
    local files = 0
    for path in assert(io.popen "find lua -name '*.lua'"):lines() do
      local file = assert(io.open(path))
      local text = file:read "a"
      file:close()
      files = files + 1
      for name, after in text:gsub("%-%-[^\n]*", ""):gmatch ":(%a+)%s*([%(\"'%[{]?)" do
        assert.is_false(methods[name] and after ~= "" and not path:find "lualib" or false,
          ("%s: write string.%s(s, ...) for s:%s(...)"):format(path, name, name))
      end
    end
    assert.is_true(files > 50)
  end)
end)
