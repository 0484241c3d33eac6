# Shared by the scripts of a packed folder. Sourced; sets HERE, JAVA and OPTIONS.
# The machine needs Linux on x86-64 and an NVIDIA driver for CUDA 13.0 or newer; without a GPU the node runs
# on the CPU.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
JAVA=$HERE/runtime/bin/java
# The driver's own library comes with the driver; CUDA's run-time library lies here.
export LD_LIBRARY_PATH=$HERE/native${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
OPTIONS=(--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED
  --sun-misc-unsafe-memory-access=allow "-Dorg.bytedeco.javacpp.cachedir=$HERE/cache")
