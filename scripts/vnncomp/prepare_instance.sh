#!/usr/bin/env bash
# Prepares one instance: prepare_instance.sh v1 CATEGORY ONNX VNNLIB
#
# Ends what an earlier instance may have left running, and checks that both files can be read. Exit code 0 means that
# the instance can be run.
set -euo pipefail
if [[ ${1-} != v1 ]]; then
  echo "prepare_instance.sh: version '${1-}' is not known, expected v1" >&2
  exit 2
fi
if (($# != 4)); then
  echo "prepare_instance.sh: $# arguments, expected v1 CATEGORY ONNX VNNLIB" >&2
  exit 2
fi
for file in "$3" "$4"; do
  if [[ ! -r $file ]]; then
    echo "prepare_instance.sh: $file cannot be read" >&2
    exit 1
  fi
done
pkill -x surety 2>/dev/null || true
"$(dirname "${BASH_SOURCE[0]}")/../../.build/release/surety" info "$3" >/dev/null
