#!/bin/sh
# Installs the model server and the sample model of examples/iris into the root file system of an image.
#
# usage: iris.sh ROOT
# environment:
#   EXAMPLE        the folder examples/iris
#   SITE_PACKAGES  where Debian's Python finds packages of pip, relative to ROOT
#   PIP_PLATFORMS  options `--platform` of pip, separated by spaces
set -eu
root=$1
packages=$root/$SITE_PACKAGES

# shellcheck disable=SC2086 # PIP_PLATFORMS has several options.
python3 -m pip install --quiet --no-cache-dir --no-compile --only-binary :all: --python-version 3.13 \
    $PIP_PLATFORMS --target "$packages" --requirement "$EXAMPLE/requirements.txt"
# pip writes the path of the Python that runs it into the programs. Tests are a third of all files.
sed --in-place '1s|^#!.*|#!/usr/bin/python3|' "$packages"/bin/*
mv "$packages"/bin/* "$root/usr/local/bin/"
find "$packages" -type d -name tests -prune -exec rm -r {} +
mkdir -p "$root/app/model"
cp "$EXAMPLE/score.py" "$EXAMPLE/train.py" "$EXAMPLE/requirements.txt" "$root/app/"
chroot "$root" python3 /app/train.py /app/model
# The user of the image cannot write, so without this the server would compile every module at every start.
chroot "$root" python3 -m compileall -q "/$SITE_PACKAGES" || true
