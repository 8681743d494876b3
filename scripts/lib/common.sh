# What scripts share. To be sourced; `script` is the name of the one that runs.

script="$(basename "$0")"
scripts="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# The comment at the head of the script, which is its manual.
usage() { sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "$scripts/$script"; }

# Fails unless KAFKA_HOME names a directory; makes it absolute, so that a change of folder does not matter.
need_kafka() {
  if [ -z "${KAFKA_HOME:-}" ]; then
    echo "$script: KAFKA_HOME is not set: name the directory of a Kafka with bin/start, as in" >&2
    echo "  KAFKA_HOME=../shared/kafka scripts/$script" >&2
    return 1
  fi
  KAFKA_HOME="$(cd "$KAFKA_HOME" && pwd)"
  export KAFKA_HOME
}
