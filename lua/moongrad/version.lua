-- version.lua - moongrad's version, for the Makefile; by it the program also knows that these Lua files are its own.

return "0.1.0"
