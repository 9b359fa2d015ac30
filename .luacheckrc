-- luacheck's settings: Lua 5.4, and where which globals are meant.
std = "lua54"
max_line_length = 120

ignore = { "581" } -- not (x <= y) is not x > y when one is NaN, which is often the point

-- Scripts are written in the session names, which are live globals, and in the library's.
local session = { globals = { "NET" }, read_globals = { "mg", "data" } }
for of, records in pairs(dofile "lua/moongrad/commands.lua".of) do -- make lint runs beside it
  for name, record in pairs(records) do
    local is_global = of == "mg" or of == "session" or of == "prompt" or of == "net" and not record.only_net
    if is_global then table.insert(session.read_globals, name) end
  end
end
for _, quantity in ipairs(dofile "lua/moongrad/quantities.lua") do
  session.globals[#session.globals + 1] = quantity.name
end
files["scripts"] = session
files["bench"] = session
files["tests/smoke.lua"] = session
files["tests/lua"] = { std = "+busted" }
