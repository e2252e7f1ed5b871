# MAIL_DISPATCHER: in .data/start.json; TOKEN: npm run --silent token -- service
import base64, json, os, urllib.request

with open("invoice.pdf", "rb") as file:
    pdf = base64.b64encode(file.read()).decode()

request = urllib.request.Request(
    os.environ["MAIL_DISPATCHER"] + "/v1/teams/acme/deliveries",
    headers={
        "Authorization": "Bearer " + os.environ["TOKEN"],
        "Idempotency-Key": "inv-2026-0046",
        "Content-Type": "application/json",
    },
    data=json.dumps({
        "requestedBy": {"userId": "u17", "email": "clerk@acme.example", "locale": "en"},
        "document": {"id": "inv-2026-0046", "type": "invoice", "number": "2026-0046"},
        "to": [{"address": "payables@customer.example", "name": "Accounts payable"}],
        "subject": "Invoice 2026-0046",
        "text": "Hello,\n\nplease find attached our invoice 2026-0046.\n",
        "attachments": [{"filename": "2026-0046.pdf", "contentType": "application/pdf", "content": pdf}],
    }).encode(),
)
with urllib.request.urlopen(request) as response:
    print(response.read().decode())
