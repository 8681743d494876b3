# Runs a command that must not hang. To be sourced.

# within SECONDS COMMAND...: gives COMMAND up after so long, says what each process below it was doing, and ends it.
# Its exit status, or 124.
within() {
  local limit="$1" work status=0
  shift
  "$@" &
  work=$!
  trap 'end_tree "$work"; trap - INT TERM; exit 130' INT TERM
  local deadline=$((SECONDS + limit))
  while kill -0 "$work" 2>/dev/null; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      echo "$script: gave up after $limit s; what ran then:" >&2
      tell_tree "$work" >&2
      end_tree "$work"
      wait "$work" 2>/dev/null
      trap - INT TERM
      return 124
    fi
    sleep 0.5
  done
  wait "$work" || status=$?
  trap - INT TERM
  return "$status"
}

# A process and everything below it, parents first.
tree() {
  local child
  echo "$1"
  for child in $(cat "/proc/$1"/task/*/children 2>/dev/null); do tree "$child"; done
}

# One line a process; of the tests themselves every thread's stack as well, where gdb is installed.
tell_tree() {
  local process
  for process in $(tree "$1"); do
    ps -o pid=,stat=,etime=,wchan=,args= -p "$process" | cut -c1-200
  done
  command -v gdb >/dev/null || return 0
  for process in $(tree "$1"); do
    case "$(cat "/proc/$process/cmdline" 2>/dev/null | tr '\0' ' ')" in
      *.xctest*--testing-library*) gdb -p "$process" -batch -ex 'thread apply all bt 40' 2>/dev/null;;
    esac
  done
}

# The command and its direct children; servers below them end with those, and what cleans up behind them must live.
end_tree() {
  local child
  for child in "$1" $(cat "/proc/$1"/task/*/children 2>/dev/null); do kill -KILL "$child" 2>/dev/null || true; done
}
