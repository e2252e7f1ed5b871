// Which recipients get a delivery again; the rest of sending again is tested over HTTP in deliveries.spec.ts.
import { type RecipientView } from '@billing-mail/contracts';
import { chooseRecipients } from './resend-delivery.js';

const MANY = 30_000;
// Searching the whole list for each recipient takes a minute of CPU time; with a map, all take a tenth of a second.
const MOST_CPU_US = 10_000_000;

const recipient = (address: string): RecipientView => ({
  ...{ address, name: null, role: 'bcc', status: 'accepted', route: 'platform', reply: null, at: null },
  ...{ explanation: null, bouncedBefore: null, isAddressWrong: false },
});

it('is chosen by as many names as a long list has recipients without a stall', () => {
  const recipients = Array.from({ length: MANY }, (_, index) => recipient(`r${index}@customer.example`));
  const since = process.cpuUsage();
  const named = recipients.map(({ address }) => ({ address: address.replace('r', 'new'), insteadOf: address.toUpperCase() }));
  expect(chooseRecipients(recipients, { recipients: named }).at(-1)).toEqual({
    address: `new${MANY - 1}@customer.example`,
    name: null,
    role: 'bcc',
  });
  const { user, system } = process.cpuUsage(since);
  expect(user + system).toBeLessThan(MOST_CPU_US);
});

it('is the first of two recipients with one address, as they stand in the delivery', () => {
  const twice = [recipient('a@customer.example'), { ...recipient('A@customer.example'), role: 'to' as const }];
  expect(chooseRecipients(twice, { recipients: [{ address: 'a@customer.example' }] })).toMatchObject([{ role: 'bcc' }]);
});
