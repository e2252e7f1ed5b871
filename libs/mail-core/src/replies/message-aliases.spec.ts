import { messageAliasesIn } from './message-aliases.js';

describe('messageAliasesIn', () => {
  it.each<[string | null, string[]]>([
    [
      '2.6.0 <AM0PR02MB1234@AM0PR02MB1234.eurprd02.prod.outlook.com> [InternalId=123, Hostname=AM0PR02MB1.eurprd02.prod.outlook.com] 9150 bytes in 0.2 Queued mail for delivery',
      ['AM0PR02MB1234@AM0PR02MB1234.eurprd02.prod.outlook.com'],
    ],
    [
      'Ok 0100017f3c1d2e3f-6dd8c1c4-1111-2222-3333-444455556666-000000',
      [
        '0100017f3c1d2e3f-6dd8c1c4-1111-2222-3333-444455556666-000000@email.amazonses.com',
        '0100017f3c1d2e3f-6dd8c1c4-1111-2222-3333-444455556666-000000',
      ],
    ],
    ['2.0.0 Ok: queued as 4XyZ1234', []],
    ['OK id=1tFq2w-0001AB-Cd', []],
    ['2.0.0 <not an id> <@>', []],
    [null, []],
  ])('finds in %j: %j', (reply, expected) => {
    expect(messageAliasesIn(reply)).toEqual(expected);
  });
});
