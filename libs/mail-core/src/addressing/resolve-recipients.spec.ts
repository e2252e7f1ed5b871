import fc from 'fast-check';
import { resolveRecipients } from './resolve-recipients.js';

const none = { cc: [], bcc: [] };

describe('resolveRecipients', () => {
  it('lists the document’s recipients before the team’s, by role', () => {
    const recipients = resolveRecipients(
      { to: [{ address: 'to@a.example', name: 'To' }], cc: [{ address: 'cc@a.example' }], bcc: [{ address: 'bcc@a.example' }] },
      { cc: [{ address: 'team-cc@a.example' }], bcc: [{ address: 'team-bcc@a.example', name: '  ' }] },
    );
    expect(recipients).toEqual([
      { address: 'to@a.example', name: 'To', role: 'to' },
      { address: 'cc@a.example', name: null, role: 'cc' },
      { address: 'team-cc@a.example', name: null, role: 'cc' },
      { address: 'bcc@a.example', name: null, role: 'bcc' },
      { address: 'team-bcc@a.example', name: null, role: 'bcc' },
    ]);
  });

  it.each([
    ['To wins over Cc', { to: ['x@a.example'], cc: ['X@A.example'] }, none, [['x@a.example', 'to']]],
    [
      'Cc wins over Bcc',
      { to: ['t@a.example'], cc: ['x@a.example'], bcc: ['x@a.example'] },
      none,
      [
        ['t@a.example', 'to'],
        ['x@a.example', 'cc'],
      ],
    ],
    [
      'a team’s Cc wins over the document’s Bcc',
      { to: ['t@a.example'], bcc: ['x@a.example'] },
      { cc: ['x@a.example'], bcc: [] },
      [
        ['t@a.example', 'to'],
        ['x@a.example', 'cc'],
      ],
    ],
    [
      'a team’s Bcc does not hide whom the document shows',
      { to: ['x@a.example'] },
      { cc: [], bcc: ['x@a.example'] },
      [['x@a.example', 'to']],
    ],
    ['the domain goes in lower case, the local part as written', { to: ['Max.M@EXAMPLE.com'] }, none, [['Max.M@example.com', 'to']]],
  ])('%s', (_case, document, team, expected) => {
    const mailboxes = (list: string[] = []) => list.map((address) => ({ address }));
    const lists: { to: string[]; cc?: string[]; bcc?: string[] } = document;
    const recipients = resolveRecipients(
      { to: mailboxes(lists.to), cc: mailboxes(lists.cc), bcc: mailboxes(lists.bcc) },
      { cc: mailboxes(team.cc), bcc: mailboxes(team.bcc) },
    );
    expect(recipients.map(({ address, role }) => [address, role])).toEqual(expected);
  });

  it('gives each address once and loses none, whatever the lists', () => {
    const list = fc.array(fc.constantFrom('a@x.example', 'A@x.example', 'b@x.example', 'c@X.example').map((address) => ({ address })));
    fc.assert(
      fc.property(list, list, list, list, list, (to, cc, bcc, teamCc, teamBcc) => {
        const given = new Set([...to, ...cc, ...bcc, ...teamCc, ...teamBcc].map(({ address }) => address.toLowerCase()));
        const resolved = resolveRecipients({ to, cc, bcc }, { cc: teamCc, bcc: teamBcc }).map(({ address }) => address.toLowerCase());
        expect(new Set(resolved)).toEqual(given);
        expect(resolved).toHaveLength(given.size);
      }),
    );
  });
});
