#!/usr/bin/env bash
# Runs the inference node: ./run.sh [--tokenlane.node.model=PATH] [--server.port=8091] [--name=value …]
set -u
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
exec "$JAVA" -Xms48m -Xmx4g "${OPTIONS[@]}" -jar "$HERE/node/node.jar" "$@"
