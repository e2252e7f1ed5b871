/** The README of an archive, for somebody who has the folder and nothing else. */
export const ARCHIVE_README = `What this folder is
===================

The billing documents that a company sent by e-mail in a period, made by "npm run archive" of Billing Mail. archive.json says of whom,
from when until when (the end is not included), and how many there are. Times are UTC.

documents/    each document that was attached, byte for byte as it was handed over
messages/     each message as it was sent, byte for byte. A program for e-mail opens it; where it is signed (S/MIME), that shows who sent it
              and that nothing has changed since
deliveries.jsonl  the log: a line of JSON for each delivery, the newest first, with its recipients, every try and what the server answered
              (all that was said, where not all were accepted), what came back, its texts, and which files above belong to it with their SHA-256
recipients.csv    the same as a table: a line for each recipient, with the state and the answer of the server
differences.csv   what is missing above, and why
SHA256SUMS    the check sum of every other file

How to check it
===============

In this folder:   sha256sum -c --quiet SHA256SUMS
(Windows:         Get-FileHash FILE, and compare)

No output means that no file has changed since the folder was made. Keep the check sum of SHA256SUMS itself elsewhere, for example in the
minutes of the handover, so that nobody can change a file and its line together:   sha256sum SHA256SUMS

The SHA-256 of each message was recorded when it was handed to the mail server, before anybody knew of this export. The export makes each
message once more and takes it only if it has that check sum. In deliveries.jsonl it stands as "sha256" of the message.

When something is in differences.csv
====================================

The log of that delivery is complete all the same; what can not be had is a file. The column "reason" says why. A message can not be made
again byte for byte where the certificate that it was signed with has been replaced, or its document was changed or removed by whoever keeps
it. Texts and documents are removed when their time for keeping is over. For a message, the column "sha256" is the check sum of what went
out, so that the recipient's copy can be held against it. It is empty for a file, and once the texts have been removed.

A signature is checked, for example, by:   openssl cms -verify -in MESSAGE.eml -CAfile AUTHORITY.pem -out /dev/null
`;
