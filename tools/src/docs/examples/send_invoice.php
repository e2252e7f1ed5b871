<?php
// MAIL_DISPATCHER: in .data/start.json; TOKEN: npm run --silent token -- service
$delivery = [
    "requestedBy" => ["userId" => "u17", "email" => "clerk@acme.example", "locale" => "en"],
    "document" => ["id" => "inv-2026-0047", "type" => "invoice", "number" => "2026-0047"],
    "to" => [["address" => "payables@customer.example", "name" => "Accounts payable"]],
    "subject" => "Invoice 2026-0047",
    "text" => "Hello,\n\nplease find attached our invoice 2026-0047.\n",
    "attachments" => [[
        "filename" => "2026-0047.pdf",
        "contentType" => "application/pdf",
        "content" => base64_encode(file_get_contents("invoice.pdf")),
    ]],
];
$answer = file_get_contents(getenv("MAIL_DISPATCHER") . "/v1/teams/acme/deliveries", false, stream_context_create(["http" => [
    "method" => "POST",
    "header" => [
        "Authorization: Bearer " . getenv("TOKEN"),
        "Idempotency-Key: inv-2026-0047",
        "Content-Type: application/json",
    ],
    "content" => json_encode($delivery, JSON_THROW_ON_ERROR),
]]));
if ($answer === false) {
    exit(1);
}
echo $answer;
