-- characters.lua - names a character that Lua does not know, as slides and web pages have it, and what Lua writes.

local byte_of, find, format, sub = string.byte, string.find, string.format, string.sub

local characters = {}

local quote = [[a string is written "..." or '...']]
local minus = "minus is -"
local blank = "a blank is the ordinary one"

-- code point -> its name, and what Lua writes
local known = {
  [0xA0] = { "a no-break space", blank }, [0x2007] = { "a figure space", blank },
  [0x202F] = { "a narrow no-break space", blank },
  [0x3000] = { "an ideographic space", blank }, [0x2009] = { "a thin space", blank },
  [0x200B] = { "a zero-width space", "delete it" }, [0x200C] = { "a zero-width non-joiner", "delete it" },
  [0x200D] = { "a zero-width joiner", "delete it" }, [0x2060] = { "a word joiner", "delete it" },
  [0xFEFF] = { "a byte order mark", "delete it" }, [0xAD] = { "a soft hyphen", "delete it" },
  [0x201C] = { "a curly quote", quote }, [0x201D] = { "a curly quote", quote }, [0x201E] = { "a curly quote", quote },
  [0x2018] = { "a curly quote", quote }, [0x2019] = { "a curly quote", quote }, [0xAB] = { "a quotation mark", quote },
  [0xBB] = { "a quotation mark", quote }, [0x2032] = { "a prime", quote }, [0x2033] = { "a double prime", quote },
  [0x2212] = { "a minus sign", minus }, [0x2010] = { "a hyphen", minus }, [0x2011] = { "a no-break hyphen", minus },
  [0x2013] = { "an en dash", minus }, [0x2014] = { "an em dash", "minus is -, a comment begins with --" },
  [0xD7] = { "a multiplication sign", "times is *" }, [0xB7] = { "a middle dot", "times is *" },
  [0xF7] = { "a division sign", "divided by is /" }, [0x2260] = { "a sign of inequality", "not equal is ~=" },
  [0x2264] = { "a comparison sign", "at most is <=" }, [0x2265] = { "a comparison sign", "at least is >=" },
  [0x2026] = { "an ellipsis", "more arguments are ..." }, [0xFF08] = { "a wide bracket", "a bracket is (" },
  [0xFF09] = { "a wide bracket", "a bracket is )" }, [0xFF0C] = { "a wide comma", "a comma is ," },
  [0xB2] = { "a superscript", "a power is x ^ 2" }, [0xB3] = { "a superscript", "a power is x ^ 3" },
}

--- Returns what to say of the character at this byte of a source, "it is a curly quote, U+201C; a string is in ...";
-- nil if it is an ASCII character.
function characters.explain(source, at)
  local byte = byte_of(source, at)
  if not byte then return nil end
  if find(source, "^\xFF\xFE") or find(source, "^\xFE\xFF") or byte == 0 then
    return "this is UTF-16 or binary: save the text as UTF-8"
  end
  if byte < 0x80 then return nil end
  local text = sub(source, at, at + 3)
  local ok, code = pcall(utf8.codepoint, text, 1, 1, true)
  if not ok then return "this byte is no UTF-8: save the text as UTF-8" end
  local name = known[code]
  if name then return format("it is %s, U+%04X; %s", name[1], code, name[2]) end
  return format("it is %s, U+%04X: outside of strings and comments Lua reads ASCII only", utf8.char(code), code)
end

return characters
