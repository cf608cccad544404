#!/bin/sh
# SPDX-License-Identifier: MIT
# Each public header compiles alone. usage: headers.sh COMPILER FLAGS...
bad=0
for h in $(find include -name '*.h' | sort); do
	echo "#include <${h#include/}>" | "$@" -fsyntax-only -x c - || { echo "$h does not compile alone"; bad=1; }
done
[ $bad = 0 ] && echo "headers: each compiles alone"
exit $bad
