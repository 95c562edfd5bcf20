# What the demonstrations share: a throw-away vault, its broker, and commands whose exit codes are held against what they
# should be. Sourced by the scripts beside it, which set `people` before: those who need a passphrase besides owner,
# counter and officer.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=${COFFER_BIN:-$root/.build/release}
work=$(mktemp -d "${TMPDIR:-/tmp}/coffer-demo.XXXXXX")
vault=$work/vault
broker=
# Other processes of a story, to be ended with it.
servers=()
step=0

finish() {
    status=$?
    if [ -n "$broker" ]; then
        kill "$broker" 2>/dev/null || true
        wait "$broker" 2>/dev/null || true
    fi
    for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
    rm -rf "$work"
    [ "$status" = 0 ] || printf '\ndemo: step %s did not end as it should\n' "$step" >&2
    exit "$status"
}
trap finish EXIT

# Nothing of the caller's own set-up may lead the demo to another vault or key.
unset COFFER_DIR COFFER_IDENTITY COFFER_BROKER COFFER_PASSPHRASE_FILE SSH_AUTH_SOCK
export XDG_STATE_HOME=$work/state XDG_CONFIG_HOME=$work/config SWIFT_BACKTRACE=enable=no
umask 077

# say TEXT — a heading
say() {
    step=$((step + 1))
    printf '\n== %d. %s\n' "$step" "$1"
}

# as WHO EXPECTED ARGUMENTS... — prints the command, runs it with WHO's key, holds its exit code against EXPECTED.
# Its standard output is also kept in $output.
as() {
    local who=$1 expected=$2 code=0
    shift 2
    printf '%s$ coffer %s\n' "$who" "${*//$work\//}"
    "$bin/coffer" "$@" --dir "$vault" --identity "$work/$who.key" --passphrase-file "$work/$who.pass" \
        >"$work/output" || code=$?
    cat "$work/output"
    if [ "$code" != "$expected" ]; then
        printf 'demo: expected exit code %s, got %s\n' "$expected" "$code" >&2
        exit 1
    fi
    output=$(cat "$work/output")
}

# member NAME — a text member of the JSON object printed last
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/output" | head -n 1; }

# holds TEXT — the output printed last contains TEXT
holds() {
    grep -qF -- "$1" "$work/output" || {
        printf 'demo: the output lacks "%s"\n' "$1" >&2
        exit 1
    }
}

# A passphrase per person, drawn here and known to nobody: files, because an argument is visible to every user.
for name in owner vault counter officer "${people[@]}"; do
    head -c 18 /dev/urandom | base64 >"$work/$name.pass"
done

# start [OPTION] — a broker for the vault, sealed
start() {
    printf 'broker$ cofferd --dir vault%s\n' "${1:+ $1}"
    "$bin/cofferd" --dir "$vault" "$@" 2>"$work/broker.log" &
    broker=$!
    for _ in $(seq 200); do
        grep -q '^ready' "$work/broker.log" && break
        kill -0 "$broker" 2>/dev/null || break
        sleep 0.05
    done
    cat "$work/broker.log"
    grep -q '^ready' "$work/broker.log"
}

# stop — as the machine does when it is switched off
stop() {
    kill "$broker"
    wait "$broker"
    broker=
}

# begin — the owner makes a vault and a broker serves it
begin() {
    say "The owner makes a vault with the takeout policy (test profile: cheap key stretching, loopback only)"
    as owner 0 init --policy "$root/policies/takeout.yaml" --owner "Owner" --profile test \
        --unseal-passphrase-file "$work/vault.pass" --json
    log_key=$(member log_key)

    say "The broker starts; it is sealed until a person unseals it"
    start
    as owner 0 status
    as owner 0 unseal --unseal-passphrase-file "$work/vault.pass"
}

# enrol WHO NAME ROLE — an invitation, a key made with its code, the owner's approval
enrol() {
    as owner 0 staff invite --name "$2" --role "$3" --json
    as "$1" 0 enroll --code "$(member code)"
    as owner 0 staff approve "$2"
}

# add_customer — whom the stories are about; sets number
add_customer() {
    as counter 0 customer add --field "name=林小美" --field "phone=+8613912345678" \
        --field "address=浙江省杭州市西湖区文三路 100 号 2 幢 301 室" --purpose order --json
    number=$(member number)
}

# verify_log — the officer takes the log away and checks it without the vault
verify_log() {
    as officer 0 log export --out "$work/export"
    as officer 0 log verify "$work/export" --key "$log_key"
}

# end — seals the vault
end() {
    as owner 0 seal
    wait "$broker"
    broker=
    printf '\ndemo: all %d steps ended as they should\n' "$step"
}
