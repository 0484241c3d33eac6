# shellcheck shell=sh
# Finds a JDK 25 or newer and exports JAVA_HOME. Sourced by ./mvnw and ./tokenlane (POSIX sh).
# Looks at JAVA_HOME, at the folders that TOKENLANE_JDK_DIRS lists (by default the usual ones), then
# at the java on PATH. Returns 1, having said what to install, where there is none.

tokenlane_jdk_major() {
  # Prints the feature version of the JDK in $1 from its `release` file; no JVM is started.
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

tokenlane_find_jdk() {
  tokenlane_on_path=$(command -v javac 2>/dev/null) &&
    tokenlane_on_path=$(dirname "$(dirname "$(readlink -f "$tokenlane_on_path")")")
  tokenlane_usual="/usr/lib/jvm/* /opt/java/* ${HOME-}/.sdkman/candidates/java/*"
  tokenlane_usual="$tokenlane_usual /Library/Java/JavaVirtualMachines/*/Contents/Home"
  # shellcheck disable=SC2086 # the folders are patterns
  for tokenlane_home in "${JAVA_HOME-}" ${TOKENLANE_JDK_DIRS-$tokenlane_usual} "$tokenlane_on_path"; do
    tokenlane_version=$(tokenlane_jdk_major "$tokenlane_home") || continue
    if [ "${tokenlane_version:-0}" -ge 25 ]; then
      JAVA_HOME=$tokenlane_home
      export JAVA_HOME
      return 0
    fi
  done
  echo "tokenlane: no JDK 25 found in JAVA_HOME, /usr/lib/jvm or PATH." \
    "Install one (for example Eclipse Temurin 25: https://adoptium.net) or set JAVA_HOME." >&2
  return 1
}

tokenlane_find_jdk
