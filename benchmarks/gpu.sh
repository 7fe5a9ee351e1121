#!/usr/bin/env bash
# Measures Fovea on this machine's GPU, from its tests to the comparison with PyTorch, and keeps all that was said:
#
#   benchmarks/gpu.sh [--folder FOLDER] [options of `npm run bench -- gpu`]
#   benchmarks/gpu.sh --software --quick --entry LeNet    # without a GPU: to see that all works
#
# It needs Linux, a driver for Vulkan with its loader (libvulkan.so.1), and node_modules as `npm ci` leaves it. PyTorch with CUDA
# is compared where python3 has it. No network.
set -u
cd "$(dirname "$0")/.." || exit 1

folder=runs/gpu
if [ "${1:-}" = --folder ]; then
  folder=${2:?--folder needs a name}
  shift 2
fi
mkdir -p "$folder" || exit 1

software=no
case " $* " in *" --software "*) software=yes ;; esac

say() { printf '%s\n' "$*" | tee -a "$folder/summary.txt"; }

node=node_modules/node/bin/node
if [ ! -x "$node" ]; then node=$(command -v node) || { echo "gpu.sh: there is no Node: npm ci" >&2; exit 1; }; fi

# The driver: the one that was chosen outside, or NVIDIA's where it is usually installed.
if [ -z "${VK_ICD_FILENAMES:-}${VK_DRIVER_FILES:-}" ]; then
  if [ "$software" = yes ]; then
    places=(/usr/lib/chromium/vk_swiftshader_icd.json /usr/share/vulkan/icd.d/lvp_icd*.json)
  else
    places=(/usr/share/vulkan/icd.d/nvidia_icd*.json /etc/vulkan/icd.d/nvidia_icd*.json
      /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd*.json)
  fi
  for place in "${places[@]}"; do
    if [ -r "$place" ]; then
      export VK_ICD_FILENAMES=$place
      break
    fi
  done
fi
# Chromium brings a loader along.
if [ "$software" = yes ] && [ -r /usr/lib/chromium/libvulkan.so.1 ]; then
  export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/lib/chromium
fi

: >"$folder/summary.txt"
say "driver: ${VK_ICD_FILENAMES:-${VK_DRIVER_FILES:-chosen by the loader}}"
failed=0

bench() { "$node" --disable-warning=ExperimentalWarning benchmarks/bench.ts gpu "$@"; }

if ! bench "$@" --part none | tee -a "$folder/summary.txt" | grep adapter; then
  say "There is no GPU to measure: it needs a driver for Vulkan, and libvulkan.so.1 where the system's loader finds it" \
    "(Debian: apt install libvulkan1) or in a folder of LD_LIBRARY_PATH."
  exit 1
fi

# step NAME COMMAND…: runs it, keeps what it says in NAME.txt, and goes on whatever comes of it.
step() {
  local name=$1 begin=$SECONDS code
  shift
  printf '\n== %s\n' "$name"
  "$@" 2>&1 | tee "$folder/$name.txt"
  code=${PIPESTATUS[0]}
  if [ "$code" -eq 0 ]; then
    say "$name: passed, $((SECONDS - begin)) s"
  else
    say "$name: FAILED (exit code $code), $((SECONDS - begin)) s"
    failed=1
  fi
}

tests() {
  "$node" node_modules/vitest/vitest.mjs run --testTimeout=600000 --hookTimeout=600000 -t webgpu "$@"
}

# On a processor, all ops take hours.
if [ "$software" = no ]; then
  step conformance tests tests/backend/conformance.test.ts
  step golden tests tests/interop/golden.test.ts
fi
step backend tests tests/backend/webgpu.test.ts tests/backend/gpuStep.test.ts tests/backend/float16.test.ts tests/learn/float16.test.ts
step bench bench --json "$folder/bench.json" "$@"

printf '\n== summary (%s)\n' "$folder"
cat "$folder/summary.txt"
exit "$failed"
