-- repeats.lua - which results an empty input at the prompt repeats: after step() it runs step() again.
--
-- A table: metatable of the result -> true, or a function. The function takes the text of the input that returned the
-- result, and returns the text to run instead of it.

local core = require "moongrad.core"

return { [core.report] = true }
