#!/bin/sh
# Installs the peers that "ballast bench peers" compares with, in a folder of their own: a virtual
# environment with PyTorch and JAX, and the jars of ONNX Runtime and DJL with a side compiled
# against each. About 1.5 GB; run it again to bring it up to date.
#
#   bench/peers/install.sh [DIR]       DIR: .peers in the project, if not given
#
# Needs python3 with venv, Maven, and a JDK 25 (JAVA_HOME, or javac on the PATH).

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
project=$(dirname "$(dirname "$here")")
mkdir -p "${1:-$project/.peers}"
peers=$(CDPATH='' cd -- "${1:-$project/.peers}" && pwd -P)
javac=javac
jar=jar
if [ -n "${JAVA_HOME:-}" ]; then
  javac=$JAVA_HOME/bin/javac
  jar=$JAVA_HOME/bin/jar
fi

# "python", so that an environment that is a link elsewhere does as well.
[ -x "$peers/venv/bin/python" ] || python3 -m venv "$peers/venv"
"$peers/venv/bin/python" -m pip install --quiet -r "$here/requirements.txt"

rm -rf "$peers/java"
mvn -q -B -f "$here/java/pom.xml" dependency:copy-dependencies -DoutputDirectory="$peers/java/lib"

# What the sides share with the harness comes from its sources; the harness brings its own at run time.
mkdir "$peers/java/classes"
"$javac" --release 25 -d "$peers/java/classes" -cp "$peers/java/lib/*" \
  -sourcepath "$project/bench/main/java" "$here"/java/*.java
"$jar" --create --file "$peers/java/sides.jar" -C "$peers/java/classes" .
rm -r "$peers/java/classes"
echo "the peers are in $peers; try: ./ballast bench peers --peers $peers --only mlp-b64"
