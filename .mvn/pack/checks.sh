#!/usr/bin/env bash
# Runs every test that needs a GPU, the benchmarks, and compute-sanitizer if the machine has it; leaves all results
# in a folder: ./checks.sh [--quick] [--seconds N] [--only TESTS] [RESULTS]. Nobody has to watch: all of it ends within N seconds (default
# 570), each part within its own limit too, and a part runs whatever became of the one before. What a part found out until
# it was stopped is in its file; summary.txt has a line for each. The exit code says whether the tests passed.
# --only CudaDriverTest runs that test alone.
# TOKENLANE_ROOT=DIR takes the models from a checkout of the project there, so that they need not travel.
# TOKENLANE_PEER_PYTHON=PROGRAM names a Python with torch and transformers, to be measured against (default: python3).
set -u
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
quick=""
only=""
seconds=570
while [ $# -gt 0 ]; do
  case $1 in
  --quick) quick=--quick ;;
  --seconds)
    seconds=${2-}
    case $seconds in '' | *[!0-9]*) echo "checks: --seconds: ${2-nothing} (expected: a number)" >&2 && exit 2 ;; esac
    shift
    ;;
  --only)
    only=${2-}
    [ -n "$only" ] || { echo "checks: --only: nothing (expected: a pattern of test classes)" >&2 && exit 2; }
    shift
    ;;
  -*) echo "checks: unknown option $1 (expected: --quick, --seconds N, --only TESTS)" >&2 && exit 2 ;;
  *) break ;;
  esac
  shift
done
results=${1-$HERE/results}
mkdir -p "$results" || exit 2
: >"$results/summary.txt"
root=${TOKENLANE_ROOT:-$HERE}
export TOKENLANE_PEER_SECONDS=${TOKENLANE_PEER_SECONDS:-60}
java=("$JAVA" -Xmx4g "${OPTIONS[@]}" "-Dtokenlane.root=$root" "-Dtokenlane.shared=$root/shared"
  -Djava.awt.headless=true -cp "$HERE/lib/*")
tests=(io.tokenlane.cuda.ChecksCommand)
bench=(io.tokenlane.bench.BenchCommand cuda --random $quick --json)

say() { echo "$*" | tee -a "$results/summary.txt"; }

part() { # part NAME SECONDS COMMAND... : its output and errors to NAME.txt and NAME.log; its exit code
  local name=$1 limit=$2 left=$((seconds - SECONDS)) begun=$SECONDS code
  shift 2
  [ "$limit" -le "$left" ] || limit=$left
  if [ "$limit" -lt 5 ]; then
    say "$name: not run, $left s are left"
    return 125
  fi
  timeout --kill-after=5 "$limit" "$@" >"$results/$name.txt" 2>"$results/$name.log" </dev/null
  code=$?
  case $code in
  124 | 137) say "$name: stopped after $((SECONDS - begun)) s" ;;
  *) say "$name: exit code $code after $((SECONDS - begun)) s" ;;
  esac
  return $code
}

sanitizer() { # sanitizer TOOL SECONDS : over tests that reach every kernel
  local tool
  tool=$(command -v compute-sanitizer) || tool=$(ls -d /usr/local/cuda*/bin/compute-sanitizer 2>/dev/null | tail -n 1)
  if [ -z "$tool" ]; then
    say "$1: not run, no compute-sanitizer"
    return
  fi
  part "$1" "$2" "$tool" --tool "$1" --target-processes all --error-exitcode 9 "${java[@]}" -Dtokenlane.cuda.cases=1 \
    "${tests[@]}" CudaDriverTest CudaTileTest CudaSamplingTest CudaPartitionTest CudaReferenceTest
  say "$1: $(grep -c 'ERROR SUMMARY: 0 errors' "$results/$1.txt") clean summaries, \
$(grep 'ERROR SUMMARY' "$results/$1.txt" | grep -vc ' 0 errors') others"
}

{
  uname -a
  cat /proc/driver/nvidia/version
  grep -m 1 'model name' /proc/cpuinfo
  ldconfig -p | grep -E 'libcuda|libcudart|libcublas|libnvrtc'
} >"$results/machine.txt" 2>&1
part nvidia-smi 30 nvidia-smi
part nvidia-smi-facts 30 nvidia-smi --query-gpu=name,driver_version,clocks.max.sm,clocks.max.mem --format=csv

if [ -n "$only" ]; then
  part tests 150 "${java[@]}" -Dtokenlane.cuda.cases=1 "${tests[@]}" "$only"
  tested=$?
  tail -n 40 "$results/tests.txt"
  exit "$tested"
fi

# Everything once with few cases, so that a run that is cut off soon has seen all of it.
part tests-first 90 "${java[@]}" -Dtokenlane.cuda.cases=1 "${tests[@]}"
tested=$?
[ -n "$quick" ] || {
  part tests 150 "${java[@]}" "${tests[@]}"
  tested=$?
}
grep -h -E '^failed|passed, ' "$results"/tests*.txt | tail -n 40
part bench-kernels 60 "${java[@]}" "${bench[@]}" --kernels --shape llama-8b
part bench-llama-8b 150 "${java[@]}" "${bench[@]}" --shape llama-8b
part bench-llama-1b 90 "${java[@]}" "${bench[@]}" --shape llama-1b
if [ -z "$quick" ]; then
  sanitizer memcheck 90
  sanitizer racecheck 90
  part bench-qwen3-8b 120 "${java[@]}" "${bench[@]}" --shape qwen3-8b
  part bench-glm4-9b 120 "${java[@]}" "${bench[@]}" --shape glm4-9b
fi
exit "$tested"
