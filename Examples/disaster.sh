#!/usr/bin/env bash
# Disaster: archives go to a stick, to a server by SFTP and to a bucket, the vault's folder is destroyed, and two of three
# recovery cards bring it back: the same customer, and a log that goes on where it was. Then one customer is brought back
# alone, and the records alone are lost.
#
# COFFER_BIN names the folder of the two programs (default: .build/release).
# Ends with 0 only if every step did what it should, the refused ones included.
set -euo pipefail

people=(operator)
# shellcheck source=Examples/stage.sh
source "$(dirname "${BASH_SOURCE[0]}")/stage.sh"

# A real SSH server on loopback, with keys of its own: a friend's computer.
sftp_server() {
    local sshd=/usr/sbin/sshd keys=$work/ssh pam=yes
    [ "$EUID" = 0 ] && mkdir -p /run/sshd && pam=no
    mkdir "$keys" "$work/office"
    ssh-keygen -q -t ed25519 -N '' -f "$keys/host"
    ssh-keygen -q -t ed25519 -N '' -f "$keys/operator"
    cp "$keys/operator.pub" "$keys/authorized"
    sftp_port=$((20000 + RANDOM % 20000))
    printf '%s\n' "ListenAddress 127.0.0.1" "Port $sftp_port" "HostKey $keys/host" \
        "AuthorizedKeysFile $keys/authorized" "PidFile none" "UsePAM $pam" "StrictModes no" \
        "PermitRootLogin prohibit-password" "Subsystem sftp internal-sftp" >"$keys/config"
    "$sshd" -D -e -f "$keys/config" 2>"$keys/log" &
    servers+=($!)
    for _ in $(seq 100); do grep -q 'Server listening' "$keys/log" && break; sleep 0.05; done
    grep -q 'Server listening' "$keys/log"
    printf 'key-file = %s\n' "$keys/operator" >"$work/office.credentials"
    host_key=$(ssh-keygen -lf "$keys/host.pub" | cut -d ' ' -f 2)
}

# A service that speaks S3 on loopback and checks signatures. Sets s3_port; fails where Python lacks the packages.
s3_server() {
    local python=$root/.build-venv/bin/python
    "$python" -c 'import moto, boto3' 2>/dev/null || return 1
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
        -keyout "$work/s3.key" -out "$work/s3.crt" 2>/dev/null
    "$python" "$root/Tests/TestSupport/Servers/s3_server.py" "$work/s3.crt" "$work/s3.key" >"$work/s3.log" 2>&1 &
    servers+=($!)
    for _ in $(seq 400); do grep -q ' end$' "$work/s3.log" && break; sleep 0.05; done
    read -r _ s3_port control _ < <(grep '^ready' "$work/s3.log")
    "$python" -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$control/make?bucket=archives&kind=lockable')"
    printf 'access-key-id = TESTACCESSKEY\nsecret-access-key = canary-51f0/test+secret\n' >"$work/cloud.credentials"
}

say "The owner makes a vault with recovery cards: any two of three bring it back"
as owner 0 init --policy "$root/policies/takeout.yaml" --owner "Owner" --profile test \
    --unseal-passphrase-file "$work/vault.pass" --recovery 2/3 --cards "$work/cards"
start
as owner 0 unseal --unseal-passphrase-file "$work/vault.pass"
as owner 0 keys cards confirm --recovery --card-file "$work/cards/recovery-1-of-3.txt" \
    --card-file "$work/cards/recovery-2-of-3.txt"
enrol counter Lin customer-service
enrol officer Chen compliance-officer
enrol operator Zhao backup-operator

say "Customers come in"
as counter 0 import "$root/Examples/takeout-customers.csv" --map "$root/policies/maps/takeout-customers.yaml"
as counter 0 customer add --field "name=林小美" --field "phone=+8613912345678" \
    --field "address=浙江省杭州市西湖区文三路 100 号" --purpose order --json
number=$(member number)

say "The backup operator reads no customer, and carries archives to a stick, a friend's computer and a bucket"
as operator 3 customer show "$number" --fields name --purpose order
mkdir "$work/stick"
sftp_server
as operator 0 backup targets add stick "$work/stick"
as operator 2 backup targets add office "sftp://$(id -un)@127.0.0.1:$sftp_port$work/office" \
    --credentials "$work/office.credentials"
as operator 0 backup targets add office "sftp://$(id -un)@127.0.0.1:$sftp_port$work/office" \
    --credentials "$work/office.credentials" --host-key "$host_key"
if s3_server; then
    as operator 0 backup targets add cloud s3://archives/shop --endpoint "http://127.0.0.1:$s3_port" \
        --region us-east-1 --lock compliance --credentials "$work/cloud.credentials"
else
    echo "no bucket in this story: its server needs moto and boto3 (scripts/python-deps.sh installs them)"
fi
as operator 0 backup run
as operator 0 backup list
as operator 0 backup check --all
as operator 0 backup status

say "Nothing there can be read without the cards"
if grep -rqF -e "林小美" -e "13912345678" "$work/stick" "$work/office"; then exit 1; fi
echo "neither name nor phone is in any file"

say "A drill: two cards bring it back for a moment, on this machine, and it is thrown away"
mkdir "$work/scratch"
as operator 0 backup drill --from office --scratch "$work/scratch" --card-file "$work/cards/recovery-2-of-3.txt" \
    --card-file "$work/cards/recovery-3-of-3.txt"
as operator 0 backup status

say "A drill without cards: the operator's machine gets a key that opens structure and ciphertexts, and no customer"
as operator 0 backup drill-key new --out "$work/drill.key" --json
recipient=$(member recipient)
as operator 3 backup drill-key set "$recipient"
as owner 0 backup drill-key set "$recipient"
as operator 0 backup run
as operator 0 backup drill --from office --scratch "$work/scratch" --drill-key "$work/drill.key"
as operator 0 backup status
as officer 0 log report --out "$work/report.html"

say "A disk that was swapped for another is noticed, and the other one still gets its archive"
mv "$work/stick" "$work/stick.away"
mkdir "$work/stick"
as operator 10 backup run
rm -r "$work/stick"
mv "$work/stick.away" "$work/stick"
as operator 0 backup run

say "The vault's folder is destroyed, and the stick is lost"
kill -9 "$broker"
wait "$broker" || true
broker=
rm -r "$work/stick"
rm -r "$vault"

say "One card is not enough"
head -c 18 /dev/urandom | base64 >"$work/new.pass"
as owner 17 backup restore --from office --into "$vault" --card-file "$work/cards/recovery-1-of-3.txt" \
    --unseal-passphrase-file "$work/new.pass"

say "Two cards bring the vault back, in a new folder, with new keys; the owner's and Lin's keys live"
as owner 0 backup restore --from office --into "$vault" --card-file "$work/cards/recovery-3-of-3.txt" \
    --card-file "$work/cards/recovery-1-of-3.txt" --unseal-passphrase-file "$work/new.pass" --keep all
quorum=$(sed -n 's/^quorum *//p' "$work/output")
log_key=$(sed -n 's/^log key *//p' "$work/output")

say "Each device follows once, and compares the quorum with what stands on the cards"
start --rebuild-index
as owner 0 identity follow --quorum "$quorum"
as counter 0 identity follow --quorum "$quorum"
as officer 0 identity follow --quorum "$quorum"
as owner 0 unseal --unseal-passphrase-file "$work/new.pass"

say "The same customer"
as counter 0 find --phone 13912345678 --purpose order
as counter 0 customer show "$number" --fields name,phone --purpose order --form full
holds "林小美"

say "Her address is overwritten by mistake; the owner brings her alone back, with two cards"
as counter 0 customer update "$number" --field "address=上海市黄浦区人民大道 1 号" --purpose order
as owner 0 backup pick --customer "$number" --from office --scratch "$work/scratch" --dry-run \
    --card-file "$work/cards/recovery-1-of-3.txt" --card-file "$work/cards/recovery-2-of-3.txt"
as owner 0 backup pick --customer "$number" --from office --scratch "$work/scratch" \
    --card-file "$work/cards/recovery-1-of-3.txt" --card-file "$work/cards/recovery-2-of-3.txt"
as counter 0 customer show "$number" --fields address --purpose order --form full
holds "西湖区"

say "Only the file with the records is lost this time: log and keys go on, and no entry is missing"
kill -9 "$broker"
wait "$broker" || true
broker=
mv "$vault" "$work/vault.old"
head -c 8192 /dev/urandom >"$work/vault.old/vault.db"
as owner 0 backup restore --from office --into "$vault" --live "$work/vault.old" \
    --live-passphrase-file "$work/new.pass" --unseal-passphrase-file "$work/new.pass" \
    --card-file "$work/cards/recovery-2-of-3.txt" --card-file "$work/cards/recovery-3-of-3.txt"
holds "none is lost"
log_key=$(sed -n 's/^log key *//p' "$work/output")
start --rebuild-index
as owner 0 identity follow --quorum "$quorum"
as counter 0 identity follow --quorum "$quorum"
as officer 0 identity follow --quorum "$quorum"
as owner 0 unseal --unseal-passphrase-file "$work/new.pass"
as counter 0 find --phone 13912345678 --purpose order

say "The officer exports the log and verifies it across the restore"
as officer 0 log export --out "$work/export"
as officer 0 log verify "$work/export" --key "$log_key" --quorum "$quorum"
holds "$quorum"

say "The vault is sealed"
end
