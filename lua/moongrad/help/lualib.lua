-- lualib.lua - a line of help about each of Lua's own functions and keywords, with the section of Lua's manual.

local format, gmatch, match = string.format, string.gmatch, string.match

local lualib = {}

-- Section of the Lua 5.4 Reference Manual -> its functions or keywords, a line each: signature, two blanks,
-- description.
local sections = {
  ["3.3"] = [==[
and  a and b: a if a is false or nil, else b; b is evaluated only in the second case
break  leaves the innermost loop
do  do ... end: a block of its own, with its own locals
else  what an if does otherwise
elseif  another condition of an if
end  ends do, function, if, for and while
false  the boolean; false and nil alone count as untrue
for  for i = 1, 10 do ... end; for i = a, b, step do ... end; for k, v in pairs(t) do ... end
function  function f(a, b) ... return x end; function(a) ... end is a value
goto  goto name jumps to ::name::
if  if a then ... elseif b then ... else ... end
in  for k, v in pairs(t) do ... end
local  local x = 1: a variable of the block; at the prompt, of its input only
nil  no value: what a variable is that was never set
not  not a: true when a is false or nil
or  a or b: b if a is false or nil, else a
repeat  repeat ... until condition: at least once
return  return x, y: the last statement of a block
then  if a then ... end
true  the boolean; all but false and nil count as true
until  repeat ... until condition
while  while condition do ... end]==],
  ["6.1"] = [==[
_G  the table of all globals
_VERSION  which Lua this is
assert(v [, message])  raises message when v is false or nil, else returns all its arguments
collectgarbage([option [, argument]])  frees memory now; "count" returns the kilobytes in use
dofile([path])  runs a file of Lua and returns what it returns
error(message [, level])  raises an error; level 2 blames the caller, 0 adds no position
getmetatable(v)  the metatable of v, or nil
ipairs(t)  for i, v in ipairs(t): t[1], t[2], ... up to the first nil
load(chunk [, name [, mode [, env]]])  compiles a text to a function; nil and a message when it is no Lua
loadfile([path [, mode [, env]]])  compiles a file to a function; nil and a message when it cannot
next(t [, key])  a key of t after this one, and its value; nil after the last
pairs(t)  for k, v in pairs(t): all keys and values, in no order
pcall(f, ...)  calls f: true and what it returns, or false and the error
print(...)  writes its arguments, made text by tostring, in a line
rawequal(a, b)  is a the very same as b? Asks no metatable
rawget(t, key)  t[key] without asking a metatable
rawlen(v)  #v without asking a metatable
rawset(t, key, v)  t[key] = v without asking a metatable
require(name)  loads a module once and returns its value
select(n, ...)  all arguments from the n-th on; select("#", ...) is how many there are
setmetatable(t, meta)  gives t a metatable, nil takes it away; returns t
tonumber(v [, base])  v as a number, nil when it is none
tostring(v)  v as text
type(v)  "nil" "boolean" "number" "string" "table" "function" "thread" or "userdata"
warn(message, ...)  writes a warning on standard error; warn "@on" begins, warn "@off" ends
xpcall(f, handler, ...)  pcall with a function that gets the error where it happens]==],
  ["6.2"] = [==[
coroutine.close(co)  ends a suspended coroutine and closes what it has to close
coroutine.create(f)  a new coroutine that will run f
coroutine.isyieldable([co])  can it yield?
coroutine.resume(co, ...)  runs it until it yields or ends: true and the values, or false and the error
coroutine.running()  the running coroutine, and whether it is the main one
coroutine.status(co)  "running" "suspended" "normal" or "dead"
coroutine.wrap(f)  a function that resumes a new coroutine at each call
coroutine.yield(...)  suspends; the values are what resume returns]==],
  ["6.3"] = [==[
package.config  the characters that paths are made with here
package.cpath  where require looks for C modules
package.loaded  the modules that are loaded, by name
package.loadlib(path, name)  a C function of a library
package.path  where require looks for Lua modules
package.preload  functions that make modules, by name
package.searchers  the functions by which require looks for a module
package.searchpath(name, path [, sep [, rep]])  the file that a module would come from]==],
  ["6.4"] = [==[
string.byte(s [, i [, j]])  the codes of the bytes i to j
string.char(...)  a string of the bytes with these codes
string.dump(f [, strip])  f precompiled
string.find(s, pattern [, start [, plain]])  where a pattern first matches: first and last place, captures
string.format(format, ...)  the values put into the format: %d whole, %g and %.17g numbers, %s text, %q as Lua
string.gmatch(s, pattern [, start])  for word in s:gmatch "%a+": every match in turn
string.gsub(s, pattern, new [, n])  s with every match replaced by a text, or by what a table or function says
string.len(s)  the bytes of s, as #s
string.lower(s)  s in small letters
string.match(s, pattern [, start])  the captures of the first match, or all of it; nil without one
string.pack(format, ...)  values as bytes
string.packsize(format)  how many bytes that takes
string.rep(s, n [, between])  s n times
string.reverse(s)  s from its last byte to its first
string.sub(s, i [, j])  the bytes i to j; negative places count from the end
string.unpack(format, s [, start])  the values that bytes stand for, and the place after them
string.upper(s)  s in capitals]==],
  ["6.5"] = [==[
utf8.char(...)  the text of these code points
utf8.charpattern  a pattern that matches one character
utf8.codepoint(s [, i [, j [, lax]]])  the code points of the characters that begin in i to j
utf8.codes(s [, lax])  for place, code in utf8.codes(s): every character
utf8.len(s [, i [, j [, lax]]])  how many characters; nil and the place of the first bad byte
utf8.offset(s, n [, i])  the byte where the n-th character begins]==],
  ["6.6"] = [==[
table.concat(t [, between [, i [, j]]])  t[i] to t[j] as one text
table.insert(t, [place,] v)  puts v at the end, or at a place, the others moving up
table.move(t, i, j, to [, other])  copies t[i] to t[j] to t[to], or other[to], and on
table.pack(...)  a table of its arguments, n how many
table.remove(t [, place])  takes the last out, or the one at a place, and returns it
table.sort(t [, before])  sorts t in place, by < or by before(a, b)
table.unpack(t [, i [, j]])  t[i], ..., t[j] as values]==],
  ["6.7"] = [==[
math.abs(x)  the absolute value
math.acos(x)  the arc cosine, in radians
math.asin(x)  the arc sine, in radians
math.atan(y [, x])  the angle whose tangent is y / x, in radians
math.atan2(y, x)  the old name of atan
math.ceil(x)  the smallest whole number not below x
math.cos(x)  the cosine, x in radians
math.cosh(x)  the hyperbolic cosine, of the old functions
math.deg(x)  radians in degrees
math.exp(x)  e to the x
math.floor(x)  the largest whole number not above x
math.fmod(x, y)  the remainder of x / y, with the sign of x
math.frexp(x)  m and e with x = m 2^e, m at least .5 and below 1, of the old functions
math.huge  infinity
math.ldexp(m, e)  m 2^e, of the old functions
math.log(x [, base])  the logarithm, of base e when none is given
math.log10(x)  the logarithm of base 10, of the old functions
math.max(x, ...)  the largest
math.maxinteger  the largest integer, 2^63 - 1
math.min(x, ...)  the smallest
math.mininteger  the smallest integer, -2^63
math.modf(x)  the whole part and the fraction
math.pi  3.14159...
math.pow(x, y)  the old name of x ^ y
math.rad(x)  degrees in radians
math.random([m [, n]])  Lua's own random numbers, not NumPy's: rand() draws those
math.randomseed([x [, y]])  seeds Lua's own random numbers; seed(k) is for rand, randn and THETA
math.sin(x)  the sine, x in radians
math.sinh(x)  the hyperbolic sine, of the old functions
math.sqrt(x)  the square root
math.tan(x)  the tangent, x in radians
math.tanh(x)  the hyperbolic tangent, of the old functions; tanh(x) takes matrices, too
math.tointeger(x)  x as an integer, nil when it is not whole
math.type(x)  "integer" "float" or nil
math.ult(m, n)  m < n, both taken as unsigned]==],
  ["6.8"] = [==[
io.close([file])  closes a file
io.flush()  writes out what was held back
io.input([file])  the file that io.read reads, or another
io.lines([path, ...])  for line in io.lines(path): every line of a file
io.open(path [, mode])  opens a file, "r" "w" "a" "r+" "w+" "a+", with b binary; nil and a message when it cannot
io.output([file])  the file that io.write writes, or another
io.popen(command [, mode])  runs a command; a file to read from it or write to it
io.read(...)  reads "l" a line, "n" a number, "a" all, or so many bytes
io.stderr  the standard error file
io.stdin  the standard input file
io.stdout  the standard output file
io.tmpfile()  a new file that goes when the program ends
io.type(v)  "file" "closed file" or nil
io.write(...)  writes texts and numbers
file  an open file, what io.open returns: file:read file:write file:lines file:seek file:close
file:close()  closes it
file:flush()  writes out what was held back
file:lines(...)  for line in file:lines(): every line
file:read(...)  reads "l" a line, "n" a number, "a" all, or so many bytes
file:seek([from [, offset]])  goes to a place, from "set" "cur" or "end"; returns it
file:setvbuf(mode [, size])  holds back nothing "no", a block "full" or a line "line"
file:write(...)  writes texts and numbers; returns the file]==],
  ["6.9"] = [==[
os.clock()  the processor's seconds used so far
os.date([format [, time]])  date and time as text, or with "*t" as a table
os.difftime(t2, t1)  seconds from t1 to t2
os.execute([command])  runs a command of the system
os.exit([code [, close]])  ends the program
os.getenv(name)  a variable of the environment, or nil
os.remove(path)  deletes a file
os.rename(from, to)  renames a file
os.setlocale([locale [, category]])  the locale, or another
os.time([table])  now, or that date, in seconds since 1970
os.tmpname()  the name of a new temporary file]==],
  ["6.10"] = [==[
debug.debug()  reads lines and runs each, until cont
debug.gethook([thread])  the hook, its mask and its count
debug.getinfo([thread,] f [, what])  a table about a function or a level of the stack
debug.getlocal([thread,] f, i)  name and value of a local
debug.getmetatable(v)  the metatable, also where it is hidden
debug.getregistry()  the registry, C's own table
debug.getupvalue(f, i)  name and value of an upvalue
debug.getuservalue(u [, n])  a value that belongs to a userdata
debug.setcstacklimit(n)  does nothing any more
debug.sethook([thread,] hook, mask [, count])  a function called at calls, returns, lines or every so often
debug.setlocal([thread,] level, i, v)  changes a local
debug.setmetatable(v, meta)  gives any value a metatable
debug.setupvalue(f, i, v)  changes an upvalue
debug.setuservalue(u, v [, n])  changes a value that belongs to a userdata
debug.traceback([thread,] [message [, level]])  the calls on the stack, as text
debug.upvalueid(f, i)  an identifier of an upvalue, the same for functions that share it
debug.upvaluejoin(f1, i1, f2, i2)  makes an upvalue of f1 the same variable as one of f2]==],
}

-- Returns all of them as a list of {path = "string.format", title =, text =}.
function lualib.entries()
  local list = {}
  for section, lines in pairs(sections) do
    for line in gmatch(lines, "[^\n]+") do
      local title, words = match(line, "^(.-)  (.*)$")
      list[#list + 1] = { path = match(title, "^[%w_.:]+"), title = title,
        text = format("%s.\n  Lua 5.4 Reference Manual, section %s", words, section) }
    end
  end
  return list
end

return lualib
