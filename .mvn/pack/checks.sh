#!/usr/bin/env bash
# Runs every test that needs a GPU, then compute-sanitizer if the machine has it, then the benchmarks, and
# leaves all results in a folder: ./checks.sh [--quick] [RESULTS]. Each part has a time limit and runs whatever
# became of the one before; the exit code says whether the tests passed. TOKENLANE_ROOT=DIR takes the models from a
# checkout of the project there, so that they need not travel.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
quick=""
if [ "${1-}" = --quick ]; then
  quick=--quick
  shift
fi
results=${1-$HERE/results}
mkdir -p "$results"
root=${TOKENLANE_ROOT:-$HERE}
common=("${OPTIONS[@]}" "-Dtokenlane.root=$root" "-Dtokenlane.shared=$root/shared" -Djava.awt.headless=true
  -cp "$HERE/lib/*")

nvidia-smi >"$results/nvidia-smi.txt" 2>&1
nvidia-smi --query-gpu=name,driver_version,clocks.max.sm,clocks.max.mem --format=csv \
  >>"$results/nvidia-smi.txt" 2>&1

timeout 240 "$JAVA" -Xmx4g "${common[@]}" io.tokenlane.cuda.ChecksCommand >"$results/tests.txt" 2>&1
tests=$?
echo "tests: exit code $tests (0: all passed), see $results/tests.txt"
tail -n 20 "$results/tests.txt"

if command -v compute-sanitizer >/dev/null && [ -z "$quick" ]; then
  for tool in memcheck racecheck; do
    timeout 300 compute-sanitizer --tool "$tool" --target-processes all "$JAVA" -Xmx4g "${common[@]}" \
      -Djunit.jupiter.execution.timeout.default=5m io.tokenlane.cuda.ChecksCommand >"$results/$tool.txt" 2>&1
    echo "$tool: exit code $?, $(grep -c '^=========.*ERROR SUMMARY: 0' "$results/$tool.txt") clean summaries"
  done
else
  echo "compute-sanitizer: not run" | tee "$results/sanitizer.txt"
fi

for shape in llama-1b llama-8b qwen3-8b glm4-9b; do
  [ -z "$quick" ] || [ "$shape" = llama-1b ] || [ "$shape" = llama-8b ] || continue
  timeout 240 "$JAVA" -Xmx4g "${common[@]}" io.tokenlane.bench.BenchCommand cuda --random --shape "$shape" $quick \
    --json >"$results/bench-$shape.json" 2>"$results/bench-$shape.log"
  echo "bench $shape: exit code $?"
done
exit "$tests"
