#!/usr/bin/env bash
# Which lines of the parsers the fuzz corpora reach: builds their replays with clang's source coverage, runs the corpora of the sigstore
# targets with their mutations (test/fuzz/README.md), prints the share of lines of each file, and fails below 90 % of all.
#
#   coverage.sh          the table
#   coverage.sh --lines  also every line that nothing reaches
#
# Counted is what reads bytes of others on the way from a bundle or trusted root to a verdict, and what it is read with. What only
# computes or compares (chains, Merkle paths, thresholds) is not: no input reaches most of it without keys, and unit tests do.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
least=90

targets=(bundle trusted_root certificate_extensions der_splice sct_list checkpoint log_body timestamp statement simple_signing)
files=(
  sigstore/{bundle,dsse,log_entry,json_fields}.cpp                                   # bundle
  sigstore/{trusted_root,transparency_log,authority,key_details}.cpp                 # trusted root
  sigstore/{certificate,asn1_time,public_key,fulcio_extensions,fulcio_claims}.cpp    # certificates and their extensions
  sigstore/sct.cpp                                                                   # SCT list, and the DER splice for it
  sigstore/checkpoint.cpp                                                            # signed note
  sigstore/{rekor_v1,rekor_v2,pem}.cpp                                               # log body
  sigstore/timestamp_token.cpp                                                       # TimeStampResp
  sigstore/statement.cpp
  sigstore/{simple_signing,legacy_signature}.cpp                                     # simple signing payload
  sigstore/der.cpp base/{strict_json,json_reader,bytes,digest,time}.cpp              # what all of them read with
)

lines=
case ${1:-} in
  '') ;;
  --lines) lines=1 ;;
  *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d' >&2; exit 2 ;;
esac

command -v llvm-cov-19 > /dev/null && command -v llvm-profdata-19 > /dev/null || bash scripts/setup.sh coverage
log=build/coverage-logs
rm -rf "$log" && mkdir -p "$log"
{ cmake --preset coverage && cmake --build --preset coverage --target "${targets[@]/#/replay_}"; } > "$log/build.log" 2>&1 ||
  { tail -40 "$log/build.log"; exit 1; }

objects=()
for target in "${targets[@]}"; do
  replay=build/coverage/bin/replay_$target
  # llvm-cov takes the first without the option.
  if [ ${#objects[@]} -eq 0 ]; then objects=("$replay"); else objects+=(-object "$replay"); fi
  LLVM_PROFILE_FILE=$log/$target.profraw "$replay" "test/fuzz/corpus/$target" > "$log/$target.log" 2>&1 ||
    { tail -3 "$log/$target.log"; echo "coverage: $target does not pass" >&2; exit 1; }
done
llvm-profdata-19 merge -sparse "$log"/*.profraw -o "$log/all.profdata"
[ -z "$lines" ] || llvm-cov-19 show -instr-profile="$log/all.profdata" "${objects[@]}" "${files[@]}" |
  awk '/^\/.*:$/ { file = $0 } /^ +[0-9]+\| +0\|/ { print file, $0 }' | sed "s#^$root/##"
llvm-cov-19 export -summary-only -instr-profile="$log/all.profdata" "${objects[@]}" "${files[@]}" > "$log/summary.json"
python3 - "$log/summary.json" "$root" $least "${#files[@]}" <<'PYTHON'
import json
import sys

summary, root, least, expected = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
files = json.load(open(summary, encoding="utf-8"))["data"][0]["files"]
assert len(files) == expected, f"{len(files)} of {expected} files are in the replays"
counts = [(file["filename"].removeprefix(root + "/"), file["summary"]["lines"]) for file in files]
reached, all_lines = (sum(lines[key] for _, lines in counts) for key in ("covered", "count"))
for name, lines in [*sorted(counts), ("all", {"covered": reached, "count": all_lines})]:
    print(f"{name:<34} {lines['covered']:>5} of {lines['count']:>5} lines  {100 * lines['covered'] / lines['count']:5.1f} %")
if 100 * reached < least * all_lines:
    sys.exit(f"coverage: less than {least:g} %")
PYTHON
