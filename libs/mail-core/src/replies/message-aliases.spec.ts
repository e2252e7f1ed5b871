import { bareMessageId, messageAliasIn } from './message-aliases.js';

const OF_SES = '0100017f3c1d2e3f-6dd8c1c4-1111-2222-3333-444455556666-000000';

it.each<[string | null, string | null]>([
  [
    '2.6.0 <AM0PR02MB1234@AM0PR02MB1234.eurprd02.prod.outlook.com> [InternalId=123, Hostname=AM0PR02MB1.eurprd02.prod.outlook.com] 9150 bytes in 0.2 Queued mail for delivery',
    'AM0PR02MB1234@AM0PR02MB1234.eurprd02.prod.outlook.com',
  ],
  ['250 2.6.0 <a1@mx.example> Queued mail for delivery', 'a1@mx.example'],
  [`Ok ${OF_SES}`, OF_SES],
  [`250 Ok ${OF_SES}`, OF_SES],
  // The recipient, which LMTP servers put into their reply, is not a name of the message.
  ['250 2.0.0 <anna@customer.example> 9xYkAbC Saved', null],
  ['2.0.0 Ok: queued as 4XyZ1234', null],
  ['OK id=1tFq2w-0001AB-Cd', null],
  ['2.0.0 <not an id> <@>', null],
  [null, null],
])('finds in %j the name %j', (reply, expected) => {
  expect(messageAliasIn(reply)).toBe(expected);
});

it.each([
  [' <a@b.example> ', 'a@b.example'],
  [`<${OF_SES}@email.amazonses.com>`, OF_SES],
  [`${OF_SES}@eu-central-1.amazonses.com`, OF_SES],
  ['', ''],
])('writes %j as %j', (value, expected) => {
  expect(bareMessageId(value)).toBe(expected);
});
