#!/bin/sh
# scripts/bootstrap runs its command where it was called, is silent when nothing is missing, and installs what is asked for.

echo 1..7
n=0
is() { n=$((n + 1)); if [ "$2" = "$3" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; echo "# $2, expected $3"; fi; }

bootstrap=$PWD/scripts/bootstrap
command -v dpkg-query >/dev/null || { for i in 1 2 3 4 5 6 7; do echo "ok $i - # SKIP not a Debian system"; done; exit; }
is "says nothing, passes arguments whole" "$("$bootstrap" printf '<%s>' 'a b' '*' 2>&1)" '<a b><*>'
is "the command runs in the caller's directory" "$(cd /usr && "$bootstrap" pwd 2>&1)" /usr
is "the exit status is the command's" "$("$bootstrap" sh -c 'exit 7'; echo $?)" 7

# What it would install where nothing is: dpkg-query and apt-get are ours here, make does nothing.
fake=$(mktemp -d)
for program in dpkg-query make sudo; do printf '#!/bin/sh\nexit 0\n' >"$fake/$program"; done
printf '#!/bin/sh\necho "$@" >>"$0.log"\n' >"$fake/apt-get"
chmod +x "$fake"/*
# installs WORD COMMAND...: is the package among what is installed for the command?
installs() {
  word=$1
  shift
  rm -f "$fake/apt-get.log"
  PATH=$fake:$PATH "$bootstrap" "$@" >/dev/null 2>&1
  case " $(tail -n 1 "$fake/apt-get.log") " in *" $word "*) echo yes ;; *) echo no ;; esac
}
# sudo does nothing, so apt-get is asked only as root.
if [ "$(id -u)" = 0 ]; then
  is "make run installs a compiler" "$(installs gcc make run)" yes
  is "make run installs no tools for tests" "$(installs lua-busted make run)" no
  is "make test installs them" "$(installs lua-busted make test)" yes
  is "make lint installs clang-format" "$(installs clang-format make lint)" yes
else
  for i in 4 5 6 7; do echo "ok $i - # SKIP not root"; done
fi
rm -r "$fake"
