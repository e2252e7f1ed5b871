#!/bin/sh
# Starts a mail-dispatcher with a result journal of its own: the first folder below RESULT_JOURNAL_DIR that no other dispatcher has locked.
# A container that replaces another finds the results that the other could not record. The lock ends with the process, however it ends.
set -eu
folder=${RESULT_JOURNAL_DIR:?names the folder of the result journals}
number=1
while :; do
  RESULT_JOURNAL_DIR=$folder/$number
  mkdir -p -m 0700 "$RESULT_JOURNAL_DIR"
  exec 9>"$RESULT_JOURNAL_DIR/.lock"
  if flock --nonblock 9; then break; fi
  number=$((number + 1))
done
export RESULT_JOURNAL_DIR
exec node apps/mail-dispatcher/dist/main.js
