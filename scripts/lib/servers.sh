# A private PostgreSQL and a broker for scripts, in a scratch directory that goes with them. To be sourced; sets `scratch`
# and a trap that ends what was started.

programs="$(pg_config --bindir)"
scratch="$(mktemp -d)"
as_postgres=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses root
  as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
  chmod 711 "$scratch"
fi
own_processes=()

finish() {
  local process
  for process in "${own_processes[@]}"; do kill "$process" 2> /dev/null || true; done
  for process in "${own_processes[@]}"; do wait "$process" 2> /dev/null || true; done
  [ ! -f "$scratch/postgres/postmaster.pid" ] \
    || "${as_postgres[@]}" "$programs/pg_ctl" -D "$scratch/postgres" -m immediate stop > "$scratch/stop.log" || true
  [ ! -f "$scratch/kafka/pid" ] || "$KAFKA_HOME/bin/stop" --dir "$scratch/kafka" --kill || true
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Two neighbouring ports, broker and controller, that nobody listens on.
free_port() {
  local port
  while port=$((20000 + RANDOM % 5000 * 2)); do
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && continue
    (exec 3<> "/dev/tcp/127.0.0.1/$((port + 1))") 2> /dev/null && continue
    echo "$port"
    return
  done
}

# start_postgres [SETTING=VALUE ...]: on a socket in $scratch/socket, for the user bongsu.
start_postgres() {
  local setting options="-c listen_addresses= -c wal_level=logical -c unix_socket_directories=$scratch/socket"
  for setting in "$@"; do options+=" -c $setting"; done
  mkdir "$scratch/postgres" "$scratch/socket"
  [ ${#as_postgres[@]} = 0 ] || chown postgres: "$scratch/postgres" "$scratch/socket"
  (cd "$scratch/postgres" \
    && "${as_postgres[@]}" "$programs/initdb" -D . -U bongsu -A trust -E UTF8 --no-locale --no-instructions \
      > "$scratch/initdb.log")
  (cd "$scratch/postgres" \
    && "${as_postgres[@]}" "$programs/pg_ctl" -D . -l log -w start -o "$options" > "$scratch/start.log") \
    || { cat "$scratch/postgres/log" >&2; exit 1; }
  conninfo="host=$scratch/socket user=bongsu dbname=postgres"
}

# wait_for WHAT LOG COMMAND...: until it succeeds, or half a minute is over; then LOG tells why.
wait_for() {
  local what="$1" log="$2" end=$((SECONDS + 30))
  shift 2
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || { echo "$script: not within 30 s: $what" >&2; cat "$log" >&2; exit 1; }
    read -rt 0.05 <> <(:) || true
  done
}

# start_broker BONGSU [FLAG...]: the embedded one.
start_broker() {
  local port
  port="$(free_port)"
  "$1" broker --data "$scratch/broker" --listen "127.0.0.1:$port" --http-listen 127.0.0.1:0 "${@:2}" \
    2> "$scratch/broker.log" &
  own_processes+=($!)
  wait_for "the broker serves" "$scratch/broker.log" grep -q '"message":"serving"' "$scratch/broker.log"
  bootstrap_servers="127.0.0.1:$port"
}

# The Kafka that KAFKA_HOME names, by its bin/start and bin/stop.
start_kafka() {
  local port
  port="$(free_port)"
  # Kafka's own tool takes an id that begins with a hyphen for an option.
  "$KAFKA_HOME/bin/start" --dir "$scratch/kafka" --port "$port" \
    --cluster-id "b$(head -c 15 /dev/urandom | base64 | tr '+/' '-_')A" > /dev/null
  bootstrap_servers="127.0.0.1:$port"
}
