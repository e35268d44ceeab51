#!/bin/sh
# Prints a ladder of N diamonds, each with two ways through it: 2^N paths from x.
#   sh models/lecture/ladder.sh 10000 > ladder.expr
awk -v n="${1:?how many diamonds}" 'BEGIN {
  for (i = 1; i <= n; i++) {
    from = i == 1 ? "x" : "x" (i - 1)
    printf "l%d = 2 * %s\nr%d = 3 * %s\nx%d = l%d + r%d\n", i, from, i, from, i, i, i
  }
}'
