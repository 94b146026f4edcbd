#!/usr/bin/env bash
# Installs Surety for the verification competition: install_tool.sh v1
set -euo pipefail
if [[ ${1-} != v1 ]]; then
  echo "install_tool.sh: version '${1-}' is not known, expected v1" >&2
  exit 2
fi
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/install-dependencies
swift build --configuration release --product surety
