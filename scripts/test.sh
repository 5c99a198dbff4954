#!/usr/bin/env bash
# From nothing to all tests run: installs what is missing, builds the release and the sanitized program, runs the unit and component
# tests of both and what needs threads under the thread sanitizer, replays the fuzz corpora, runs the lints, compares verdicts with those
# of cosign and sigstore-go, asks whether the tests notice a missing check, and runs the end-to-end tests with real clients and registries.
# The last line is "N passed, N failed".
#
#   test.sh                     everything
#   test.sh PHASE...            only these, in order: setup build lint unit tsan differential mutation e2e
#
# Logs are kept in build/test-logs. What cannot run here prints "SKIPPED: what (why)"; with CI=true that counts as a failure.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
logs=$root/build/test-logs
mkdir -p "$logs"
rm -f "$logs"/*.tally
# One compiler cache for all clones: paths are made relative, and the folder of a build is no part of the key.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
presets=(release asan)
# Public bundles made by others are no part of the repository; where they lie beside it, they are tested too.
for public in "$root"/../*/data; do
  if [ -d "$public/bundles/conformance" ]; then export COUNTERSIGN_PUBLIC_DATA=${COUNTERSIGN_PUBLIC_DATA:-$public}; fi
done

begin=$SECONDS
passed=0 failed=0

# note NAME STATUS: one check of this script itself, such as a build
note() {
  if [ "$2" -eq 0 ]; then passed=$((passed + 1)); echo "ok: $1"; else failed=$((failed + 1)); echo "FAILED: $1"; fi
}

# tally NAME STATUS: adds what a runner counted ("PASSED FAILED" in its file); a runner that counted nothing has failed
tally() {
  local p=0 f=0
  read -r p f < "$logs/$1.tally" 2>/dev/null || { note "$1 ended without a result (status $2)" 1; return; }
  passed=$((passed + p)) failed=$((failed + f))
  if [ "$2" -ne 0 ] && [ "$f" -eq 0 ]; then note "$1 ended with status $2" 1; fi
}

setup() {
  bash scripts/setup.sh 2>&1 | tee "$logs/setup.log"
  note "setup" "${PIPESTATUS[0]}"
}

# build_preset NAME: what its build preset names, which is everything where it names nothing
build_preset() {
  { cmake --preset "$1" && cmake --build --preset "$1" -- -k 0; } > "$logs/build-$1.log" 2>&1
  local status=$?
  note "build of $1" $status
  # Of a failed build: what the compiler says, not the whole command lines.
  [ $status -eq 0 ] || grep -E 'error:|FAILED:|CMake Error' "$logs/build-$1.log" | cut -c1-300 | head -40
}

build() {
  local preset
  for preset in "${presets[@]}"; do build_preset "$preset"; done
}

lint() {
  python3 test/lint/run.py --tally "$logs/lint.tally" > "$logs/lint.log" 2>&1
  local status=$?
  grep -v '^ok:' "$logs/lint.log"
  tally lint $status
}

unit() {
  local preset
  for preset in "${presets[@]}"; do
    python3 scripts/lib/run_programs.py "build/$preset" "$logs/unit-$preset" --tally "$logs/unit-$preset.tally"
    tally "unit-$preset" $?
  done
}

# Only what runs on several threads: the gate in one process, and the streams, servers and clients below it.
tsan() {
  build_preset tsan
  python3 scripts/lib/run_programs.py build/tsan "$logs/unit-tsan" --tally "$logs/unit-tsan.tally" --only component unit_http
  tally unit-tsan $?
}

# A fixed sample; test/differential/run.py alone judges 5 000 bundles.
differential() {
  bash test/e2e/stack/stack.sh build cosign sigstore-go > "$logs/build-judges.log" 2>&1
  note "build of cosign and sigstore-go" $?
  python3 test/differential/run.py --count 200 --tally "$logs/differential.tally" 2> "$logs/differential.err" > "$logs/differential.log"
  local status=$?
  grep -E '^(FAILED|differential)' "$logs/differential.log"
  tally differential $status
}

# A fixed sample; test/mutation/run.py alone judges all.
mutation() {
  python3 test/mutation/self_test.py > "$logs/mutation-self.log" 2>&1
  note "the mutator changes what it says" $?
  cmake --build build/release --target unit_sigstore_mutants > "$logs/build-mutants.log" 2>&1
  note "build of the mutants" $?
  python3 test/mutation/run.py --sample 60 --tally "$logs/mutation.tally" > "$logs/mutation.log" 2>&1
  local status=$?
  grep -E '^(FAILED|mutation)' "$logs/mutation.log"
  tally mutation $status
}

e2e() {
  python3 test/e2e/run.py --logs "$logs/e2e" --tally "$logs/e2e.tally" 2>&1 | tee "$logs/e2e.log"
  tally e2e "${PIPESTATUS[0]}"
  echo "-- the same with the sanitized program and one client"
  python3 test/e2e/run.py --sanitized --logs "$logs/e2e-asan" --tally "$logs/e2e-asan.tally" > "$logs/e2e-asan.log" 2>&1
  local status=$?
  grep -av '^ok:' "$logs/e2e-asan.log"
  tally e2e-asan $status
}

phases=("$@")
[ ${#phases[@]} -gt 0 ] || phases=(setup build lint unit tsan differential mutation e2e)
for phase in "${phases[@]}"; do
  case $phase in setup | build | lint | unit | tsan | differential | mutation | e2e) ;; *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d' >&2; exit 2 ;; esac
done
for phase in "${phases[@]}"; do
  start=$SECONDS
  echo "== $phase"
  "$phase"
  echo "== $phase took $((SECONDS - start)) s"
done
echo "all phases took $((SECONDS - begin)) s; logs are in build/test-logs"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
