#!/usr/bin/env bash
# Builds the fuzz targets of test/fuzz with libFuzzer and the sanitizers, and runs them. What they find that is new is kept in
# build/fuzz-corpus; an input that breaks a property is kept in build/fuzz-findings, and the exit status is 1.
#
#   fuzz.sh                          every target, one after the other, 900 s each
#   fuzz.sh TARGET... [--seconds N]  these, for N seconds each
#   fuzz.sh TARGET... --merge        brings what earlier runs found into test/fuzz/corpus: the fewest and smallest inputs that reach
#                                    it, and the first inputs (test/fuzz/seeds.py)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d' >&2; exit 2; }

targets=() seconds=900 merge=
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) [[ ${2:-} =~ ^[0-9]+$ ]] || usage; seconds=$2; shift 2 ;;
    --merge) merge=1; shift ;;
    -*) usage ;;
    *) targets+=("$1"); shift ;;
  esac
done
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cd test/fuzz/corpus && ls)
for target in "${targets[@]}"; do
  [ -d "test/fuzz/corpus/$target" ] || { echo "fuzz: there is no target $target; there are: $(ls test/fuzz/corpus | tr '\n' ' ')" >&2; exit 2; }
done

log=build/fuzz-logs
mkdir -p "$log" build/fuzz-findings
{ cmake --preset fuzz && cmake --build --preset fuzz --target "${targets[@]/#/fuzz_}"; } > "$log/build.log" 2>&1 || { tail -40 "$log/build.log"; exit 1; }

# run TARGET: the fuzzer itself; its last lines say how far it came
run() {
  build/fuzz/bin/fuzz_"$1" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
    -dict="test/fuzz/dictionaries/$1.dict" -artifact_prefix="build/fuzz-findings/$1-" \
    "build/fuzz-corpus/$1" "test/fuzz/corpus/$1" > "$log/$1.log" 2>&1
}

# largest TARGET: bytes of an input that is kept in the repository. What is there already is never too large: some parsers are reached by
# whole bundles only.
largest() { find "test/fuzz/corpus/$1" -type f -printf '%s\n' | sort -n | tail -1 | awk '{ print ($1 > 2048 ? $1 : 2048) }'; }

# merge TARGET: counts of edges make no difference here, only which edges are reached; that keeps a corpus at 100 to 300 inputs. The
# inputs that were cut out of real ones stay, so that mutations start from them.
merge() {
  local smallest
  smallest=$(mktemp -d)
  build/fuzz/bin/fuzz_"$1" -set_cover_merge=1 -use_counters=0 -max_len="$(largest "$1")" "$smallest" \
    "test/fuzz/corpus/$1" "build/fuzz-corpus/$1" > "$log/$1.merge.log" 2>&1 || { rm -r "$smallest"; return 1; }
  rm -r "test/fuzz/corpus/$1"
  mv "$smallest" "test/fuzz/corpus/$1"
  chmod 755 "test/fuzz/corpus/$1"
  python3 test/fuzz/seeds.py "$1"
}

failed=0
for target in "${targets[@]}"; do
  mkdir -p "build/fuzz-corpus/$target"
  if [ -n "$merge" ]; then
    if merge "$target"; then echo "$target: $(find "test/fuzz/corpus/$target" -type f | wc -l) inputs"; else echo "FAILED: $target: see $log/$target.merge.log"; failed=1; fi
    continue
  fi
  start=$SECONDS
  if run "$target"; then
    reached=$(grep -aE 'cov: ' "$log/$target.log" | tail -1 | grep -aoE 'cov: [0-9]+ ft: [0-9]+' || true)
    echo "ok: $target: $(grep -aoE 'number_of_executed_units: [0-9]+' "$log/$target.log" | grep -oE '[0-9]+') executions in $((SECONDS - start)) s, $reached"
  else
    failed=1
    echo "FAILED: $target: $(grep -aE 'does not hold|ERROR|SUMMARY' "$log/$target.log" | head -2 | tr '\n' ' '); the input is in build/fuzz-findings"
  fi
done
exit $failed
