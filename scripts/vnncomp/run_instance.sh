#!/usr/bin/env bash
# Runs one instance: run_instance.sh v1 CATEGORY ONNX VNNLIB RESULTS_FILE TIMEOUT
#
# Writes the verdict, and the counterexample of "sat", to RESULTS_FILE. Exit code 0 means that it was written.
set -euo pipefail
if [[ ${1-} != v1 ]]; then
  echo "run_instance.sh: version '${1-}' is not known, expected v1" >&2
  exit 2
fi
if (($# != 6)); then
  echo "run_instance.sh: $# arguments, expected v1 CATEGORY ONNX VNNLIB RESULTS_FILE TIMEOUT" >&2
  exit 2
fi
exec "$(dirname "${BASH_SOURCE[0]}")/../../.build/release/surety" verify "$3" "$4" \
  --timeout "$6" --result "$5" --quiet
