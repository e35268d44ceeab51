#!/bin/sh
# Trains models and writes the table of results in README.md:
#
#   models/results.sh                          each model whose data are there
#   models/results.sh mnist-lenet wine-mlp     these
#   models/results.sh --data fashion-mnist=DIR with the data of [data] folder = "fashion-mnist" in DIR
#   models/results.sh check                    trains nothing, says where table and records differ
#   models/results.sh table                    trains nothing, writes the table
#
# See Results.java.
set -eu
cd "$(dirname "$0")/.."
./ballast --version > /dev/null
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp 'src/cli/target/lib/*' models/Results.java "$@"
