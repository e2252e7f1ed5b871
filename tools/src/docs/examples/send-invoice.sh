# MAIL_DISPATCHER: in .data/start.json; TOKEN: npm run --silent token -- service
{
  printf '%s' '{
    "requestedBy": { "userId": "u17", "email": "clerk@acme.example", "locale": "en" },
    "document": { "id": "inv-2026-0043", "type": "invoice", "number": "2026-0043" },
    "to": [{ "address": "payables@customer.example", "name": "Accounts payable" }],
    "subject": "Invoice 2026-0043",
    "text": "Hello,\n\nplease find attached our invoice 2026-0043.\n",
    "attachments": [{ "filename": "2026-0043.pdf", "contentType": "application/pdf", "content": "'
  base64 < invoice.pdf | tr -d '\n'
  printf '%s' '" }] }'
} | curl --silent --show-error --fail-with-body "$MAIL_DISPATCHER/v1/teams/acme/deliveries" \
  --header "Authorization: Bearer $TOKEN" \
  --header 'Idempotency-Key: inv-2026-0043' \
  --header 'Content-Type: application/json' \
  --data-binary @-
