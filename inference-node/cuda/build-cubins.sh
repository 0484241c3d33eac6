#!/usr/bin/env bash
# Compiles the kernels to machine code for every architecture that the jar carries, and writes down what they
# were made of (kernels/cubins.sha256) and what each needs (registers, shared memory, spills: the compiler's own
# words, in src/test/resources/kernel-resources.tsv, which a test compares with the cubins and with the last
# table). Run by `./mvnw -Pcuda-kernels -pl inference-node/cuda -am test-compile`; needs nvcc 13.0 on the PATH
# or in $NVCC. Newer compilers' cubins need newer drivers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/src/main/resources/kernels"
NVCC=${NVCC:-nvcc}
TABLE=../../../test/resources/kernel-resources.tsv
FAMILIES="embed pack project attention sample random plain"
ARCHITECTURES="80 86 89 90 100 120"

command -v "$NVCC" >/dev/null || {
  echo "build-cubins: no nvcc (expected: CUDA 13.0's, on the PATH or in NVCC)" >&2
  exit 1
}
mkdir -p "$(dirname "$TABLE")"
printf 'architecture\tkernel\tregisters\tshared bytes\tspilled bytes\n' >"$TABLE"
for architecture in $ARCHITECTURES; do
  mkdir -p "sm_$architecture"
  for family in $FAMILIES; do
    "$NVCC" -std=c++17 -fmad=false -cubin "-arch=sm_$architecture" --resource-usage \
      -o "sm_$architecture/$family.cubin" "$family.cu" 2>&1 |
      awk -v architecture="$architecture" '
        /error/ { print > "/dev/stderr"; failed = 1 }
        /Compiling entry function/ { split($0, quoted, "\x27"); kernel = quoted[2] }
        /spill stores/ && kernel { match($0, /[0-9]+ bytes spill stores/); spilled = substr($0, RSTART) + 0 }
        /Used [0-9]+ registers/ {
          registers = $0; sub(/.*Used /, "", registers)
          shared = 0
          if (match($0, /[0-9]+ bytes smem/)) shared = substr($0, RSTART) + 0
          printf "%s\t%s\t%d\t%d\t%d\n", architecture, kernel, registers, shared, spilled
          kernel = ""
        }
        END { exit failed }' | sort >>"$TABLE"
  done
done
sha256sum ./*.cuh ./*.cu sm_*/*.cubin | sed 's|\./||' >cubins.sha256
