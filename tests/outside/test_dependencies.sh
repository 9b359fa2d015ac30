#!/bin/sh
# Dependencies run one way: shell and binding know the layer below, never the one above.

echo 1..13
n=0
# none WHAT FOUND: passes when nothing was found.
none() {
  n=$((n + 1))
  if [ -z "$2" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; echo "$2" | sed 's/^/# /'; fi
}

headers='^ *# *include *[<"]'
none "the engine includes only C's headers and its own" \
  "$(grep -nE "$headers" src/engine/*.[ch] src/engine/*/*.[ch] | grep -vE '<[a-z0-9]+\.h>|simd\.h:.*<(immintrin|arm_neon)\.h>|"(kernels/)?[a-z0-9_]+\.[ch]"')"
none "the engine includes nothing of Lua's or Readline's" \
  "$(grep -nE "$headers(lua|lauxlib|readline)" src/engine/*.[ch] src/engine/*/*.[ch])"
none "the binding includes nothing of the shell's; only workers.c, which makes processes, touches signals" \
  "$(grep -nE "$headers.*(shell|readline|signal\.h)" src/binding/*.[ch] | grep -v '^src/binding/workers.c:.*<signal.h>')"
none "the shell includes nothing of the engine's or the binding's" \
  "$(grep -nE "$headers.*(engine|binding)" src/shell/*.[ch])"
none "only the shell includes Readline" \
  "$(grep -lE "$headers.*readline" src/*/*.[ch] src/*/*/*.[ch] | grep -v '^src/shell/')"

none "src/files includes only C's and POSIX's headers and its own" \
  "$(grep -nE "$headers" src/files/*.[ch] | grep -vE '<(sys/)?[a-z0-9]+\.h>|"[a-z0-9_]+\.h"')"
none "a part includes nothing of moongrad's but src/files; nobody else includes its library" \
  "$(grep -nE "$headers\.\." src/parts/*.c | grep -v '"../files/'; grep -nE "$headers(zlib|zip|jansson|matio)" src/[!p]*/*.[ch] src/[!p]*/*/*.[ch])"

# What the engine's objects ask of the C library, and what of theirs changes.
engine=$BUILD/obj/engine
none "the engine does not print, exit or touch signals" \
  "$(nm -A "$engine"/*.o "$engine"/*/*.o | grep -E ' U (.*printf|puts|putchar|fputs|fwrite|std(out|err)|exit|_exit|abort|signal|sigaction|raise|longjmp|setjmp)$')"
none "the engine has no variable that outlives a call" \
  "$(size -A "$engine"/*.o "$engine"/*/*.o | awk '$2 == ":" { file = $1 }
     $1 ~ /^\.(t?bss|tdata|data|data\.rel|data\.rel\.local)$/ && $2 > 0 { print file, $1, $2, "bytes" }')"

# circles FOLDER: the files of src/FOLDER whose objects need each other in a circle, as tsort tells them.
# A kernel file's objects, one for each precision and instruction set, count as one.
circles() {
  for source in src/"$1"/*.c src/"$1"/kernels/*.c; do
    name=$(basename "$source" .c)
    nm -A "$BUILD/obj/$1/$name.o" "$BUILD/obj/$1"/*/"$name.o" 2>/dev/null
  done | needs | tsort 2>&1 >/dev/null
}

# Lines of nm -A in, pairs "object, object whose symbol it uses" out.
needs() {
  awk '{ file = $1; sub(/:.*/, "", file); sub(/.*\//, "", file); symbol = $NF }
    $(NF - 1) ~ /^[TDRB]$/ { home[symbol] = file }
    $(NF - 1) == "U" { n++; user[n] = file; used[n] = symbol }
    END { for (i = 1; i <= n; i++) if (used[i] in home) print user[i], home[used[i]] }'
}

none "no circle among the objects of src/engine" "$(circles engine)"
none "no circle among the objects of src/binding" "$(circles binding)"
none "no circle among the objects of src/shell" "$(circles shell)"

# A circle that is put in is seen.
circle() (
  mkdir -p "$BUILD/test/circle" && cd "$BUILD/test/circle" &&
    echo 'void one(void); void two(void); void one(void) { two(); }' >one.c &&
    echo 'void one(void); void two(void); void two(void) { one(); }' >two.c &&
    cc -c one.c two.c && nm -A one.o two.o | needs | tsort 2>&1 >/dev/null
)
n=$((n + 1))
case $(circle) in *loop*one.o*two.o*) echo "ok $n - two files that need each other are seen" ;;
*) echo "not ok $n - two files that need each other are seen" ;; esac
