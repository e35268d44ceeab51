#!/bin/sh
# Installs the peers that "ballast bench peers" compares with, in a folder of their own: a virtual
# environment with PyTorch and JAX, and the jars of ONNX Runtime and DJL. About 1.5 GB; run it again
# to bring it up to date. The settings of pip and Maven apply, so that a mirror, or an index with a
# PyTorch for the CPU alone, can be named there.
#
#   bench/peers/install.sh [DIR]       DIR: .peers in the project, if not given
#
# Needs python3 with venv, and Maven.

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
project=$(dirname "$(dirname "$here")")
mkdir -p "${1:-$project/.peers}"
peers=$(CDPATH='' cd -- "${1:-$project/.peers}" && pwd -P)

# "python", so that an environment that is a link elsewhere does as well.
[ -x "$peers/venv/bin/python" ] || python3 -m venv "$peers/venv"
"$peers/venv/bin/python" -m pip install --quiet -r "$here/requirements.txt"

rm -rf "$peers/java/lib"
mvn -q -B -f "$here/java/pom.xml" dependency:copy-dependencies -DoutputDirectory="$peers/java/lib"
echo "the peers are in $peers; try: ./ballast bench peers --peers $peers --only mlp-b64"
