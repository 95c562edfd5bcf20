#!/usr/bin/env bash
# Cards: a vault that two of three people open when nobody knows its passphrase, and what becomes of the old cards when a
# holder leaves.
#
# COFFER_BIN names the folder of the two programs (default: .build/release).
# Ends with 0 only if every step did what it should, the refused ones included.
set -euo pipefail

people=(holder)
# shellcheck source=Examples/stage.sh
source "$(dirname "${BASH_SOURCE[0]}")/stage.sh"

say "The owner makes a vault with cards: any two of three open it, any two of three others are for recovery"
as owner 0 init --policy "$root/policies/takeout.yaml" --owner "Owner" --profile test \
    --unseal-passphrase-file "$work/vault.pass" --recovery 2/3 --unseal-shares 2/3 --cards "$work/cards"
ls "$work/cards"

say "What stands on a card, but for the card itself"
sed 's/coffer[ur]1.*/(86 letters)/; s/^ \{4\}[a-z0-9 ]\{8,\}$/    (in groups of four)/' "$work/cards/unseal-2-of-3.txt"

say "The set-up is not finished before cards were read back"
start
as owner 0 unseal --unseal-passphrase-file "$work/vault.pass"
as owner 0 status
as owner 0 keys cards confirm --recovery --card-file "$work/cards/recovery-1-of-3.txt" \
    --card-file "$work/cards/recovery-2-of-3.txt"
as owner 0 keys cards confirm --unseal --card-file "$work/cards/unseal-1-of-3.txt" \
    --card-file "$work/cards/unseal-3-of-3.txt"
as owner 0 keys status

say "The machine was switched off. Two holders open the vault; neither has an identity"
stop
start
as holder 0 unseal --share --card-file "$work/cards/unseal-2-of-3.txt"
as holder 3 unseal --share --card-file "$work/cards/recovery-1-of-3.txt"
as holder 0 unseal --share --card-file "$work/cards/unseal-3-of-3.txt"
holds "unsealed 2/2"

say "A holder leaves: new cards and a new root key. The owner's passphrase stays"
as owner 0 keys reshare --unseal-shares 2/3 --cards "$work/new" --keep "1=$work/vault.pass"
as owner 0 keys slots list
as owner 0 keys cards confirm --unseal --card-file "$work/new/unseal-1-of-3.txt" \
    --card-file "$work/new/unseal-2-of-3.txt"

say "The old cards open nothing any more"
stop
start
as holder 3 unseal --share --card-file "$work/cards/unseal-1-of-3.txt"
as holder 0 unseal --share --card-file "$work/new/unseal-1-of-3.txt"
as holder 0 unseal --share --card-file "$work/new/unseal-2-of-3.txt"
holds "unsealed 2/2"

say "The broker is sealed and stops"
end
