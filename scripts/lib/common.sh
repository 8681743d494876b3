# What scripts share. To be sourced; `script` is the name of the one that runs.

script="$(basename "$0")"
scripts="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# The comment at the head of the script, which is its manual.
usage() { sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "$scripts/$script"; }

# need_kafka [FLAG]: fails unless KAFKA_HOME names a Kafka that can be started; makes it absolute, so that a change of
# folder does not matter. FLAG is what asked for it, for the example.
need_kafka() {
  if [ -z "${KAFKA_HOME:-}" ]; then
    echo "$script: KAFKA_HOME is not set: name the directory of a Kafka with bin/start and bin/stop, as in" >&2
    echo "  KAFKA_HOME=/opt/kafka scripts/$script${1:+ $1}" >&2
    return 1
  fi
  if [ ! -x "$KAFKA_HOME/bin/start" ] || [ ! -x "$KAFKA_HOME/bin/stop" ]; then
    echo "$script: KAFKA_HOME=$KAFKA_HOME has no bin/start and bin/stop; CONTRIBUTING.md says what they do" >&2
    return 1
  fi
  KAFKA_HOME="$(cd "$KAFKA_HOME" && pwd)"
  export KAFKA_HOME
}
