#!/usr/bin/env bash
# Brings all C++ sources into the style of .clang-format.   format.sh --check only lists what differs.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.h' '*.cpp')
case ${1:-} in
  '') clang-format-19 -i "${files[@]}" ;;
  --check) clang-format-19 --dry-run --Werror "${files[@]}" ;;
  *) sed -n 2p "$0" | cut -c3- >&2; exit 2 ;;
esac
