-- version.lua - moongrad's version. The Makefile reads it; the program compares it with its own to be sure that it
-- loads the Lua files that belong to it.

return "0.1.0"
