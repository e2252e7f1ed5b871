# MAIL_DISPATCHER: in .data/start.json; TOKEN: npm run --silent token -- service
curl --silent --show-error --fail-with-body "$MAIL_DISPATCHER/v1/teams/acme/deliveries" \
  --header "Authorization: Bearer $TOKEN" \
  --header 'Idempotency-Key: inv-2026-0044' \
  --form 'delivery={
    "requestedBy": { "userId": "u17", "email": "clerk@acme.example", "locale": "en" },
    "document": { "id": "inv-2026-0044", "type": "invoice", "number": "2026-0044" },
    "to": [{ "address": "payables@customer.example", "name": "Accounts payable" }],
    "subject": "Invoice 2026-0044",
    "text": "Hello,\n\nplease find attached our invoice 2026-0044.\n",
    "attachments": [{ "filename": "2026-0044.pdf", "contentType": "application/pdf", "part": "file1" }]
  };type=application/json' \
  --form 'file1=@invoice.pdf'
