// The delivery log and single deliveries in every state.
import { type DeliveryView } from '@billing-mail/contracts';
import { type Page } from 'playwright-core';
import { deliveriesOf, openIncidentOf } from '../seed.js';
import { type System } from '../system.js';
import { alerted, away, held, loading, loadingWhole, REFUSED, type View } from './view.js';

const log = (team: string): string => `/teams/${team}/deliveries`;

/** Returns the address of a team's newest delivery in a state. */
const newest =
  (team: string, status: string) =>
  async (system: System): Promise<string> => {
    const [delivery] = await deliveriesOf(system, team, status);
    if (delivery === undefined) throw new Error(`${team} has no delivery that is ${status}`);
    return `${log(team)}/${delivery.id}`;
  };

/** Returns the address of the incident of a team's server. */
function incidentOf(team: string): (system: System) => Promise<string> {
  return async (system) => `/teams/${team}/incidents/${await openIncidentOf(system, team)}`;
}

export const DELIVERIES_VIEWS: readonly View[] = [
  { name: 'deliveries', path: log('acme') },
  { name: 'deliveries-loading', path: log('acme'), before: held('/v1/teams/acme/deliveries'), ready: loading },
  { name: 'deliveries-away', path: log('acme'), before: away('/v1/teams/acme/deliveries'), ready: alerted, allow: [REFUSED] },
  { name: 'deliveries-empty', path: log('fresh') },
  { name: 'deliveries-attention', path: `${log('acme')}?status=needs_attention`, arrange: openSendAllAgain },
  { name: 'deliveries-no-match', path: '/teams/acme/deliveries?recipient=nobody%40customer.example' },
  // The HTML of the mail is parsed under the page's policy, which makes the browser report that it does not apply the styles.
  { name: 'delivery', path: newest('globex', 'sent'), allow: ['Applying inline style'] },
  { name: 'delivery-refused', path: newest('acme', 'partly_sent') },
  { name: 'delivery-waiting', path: newest('brandt', 'waiting') },
  { name: 'delivery-uncertain', path: newest('brandt', 'uncertain') },
  { name: 'delivery-cancelled', path: newest('brandt', 'cancelled') },
  { name: 'delivery-loading', path: newest('acme', 'partly_sent'), before: held('/v1/teams/acme/deliveries/'), ready: loadingWhole },
  { name: 'delivery-resend', path: newest('acme', 'partly_sent'), arrange: openDialog },
  { name: 'delivery-sent-again', path: newest('acme', 'partly_sent'), before: sentAgain },
  { name: 'delivery-resend-many', path: newest('acme', 'partly_sent'), before: toThousand, arrange: openDialog },
  { name: 'delivery-transcript', path: newest('brandt', 'uncertain'), arrange: unfoldAll },
  { name: 'delivery-came-back', path: newest('acker', 'partly_sent') },
  { name: 'delivery-correct', path: newest('acker', 'partly_sent'), arrange: openDialog },
  { name: 'delivery-to-undeliverable', path: newest('acker', 'sent') },
  { name: 'deliveries-came-back', path: `${log('acker')}?status=bounced` },
  { name: 'run-report', path: `${log('acker')}/report` },
  {
    name: 'run-report-away',
    path: `${log('acker')}/report`,
    before: away('/v1/teams/acker/deliveries/report'),
    ready: alerted,
    allow: [REFUSED],
  },
  { name: 'undeliverable', path: `${log('acker')}/undeliverable-addresses` },
  { name: 'undeliverable-empty', path: `${log('fresh')}/undeliverable-addresses` },
  { name: 'undeliverable-loading', path: `${log('acker')}/undeliverable-addresses`, before: held('/bounced-addresses'), ready: loading },
  { name: 'delivery-reschedule', path: newest('brandt', 'waiting'), arrange: (page) => openDialogBy(page, 1) },
  { name: 'delivery-cancel', path: newest('brandt', 'waiting'), arrange: (page) => openDialogBy(page, 2) },
  { name: 'delivery-received', path: newest('brandt', 'uncertain'), arrange: openDialog },
  { name: 'incident', path: incidentOf('globex') },
  { name: 'incident-loading', path: incidentOf('globex'), before: held('/v1/teams/globex/incidents/'), ready: loadingWhole },
];

/** Changes the answer about a delivery in the browser. It is not stored, because the same delivery is looked at in other states. */
async function answered(page: Page, change: (delivery: DeliveryView) => object): Promise<void> {
  await page.route(/\/v1\/teams\/[^/]+\/deliveries\/[0-9a-f-]{36}$/, async (route) => {
    const response = await route.fetch();
    const delivery = (await response.json()) as DeliveryView;
    await route.fulfill({ response, json: { ...delivery, ...change(delivery) } });
  });
}

function sentAgain(page: Page): Promise<void> {
  const note = 'Frau Lin hat am Telefon die richtige Adresse genannt; die alte gibt es seit dem Umzug nicht mehr.';
  return answered(page, ({ id }) => ({ sentAgainAs: id, sentAgain: { by: 'anna.berg', at: '2026-11-23T11:00:00.000Z', note } }));
}

function toThousand(page: Page): Promise<void> {
  return answered(page, ({ recipients: [first] }) => ({
    recipients: Array.from({ length: 1001 }, (_, index) => ({ ...first, address: `niederlassung-${index + 1}@klinikum-seeberg.example` })),
  }));
}

async function unfoldAll(page: Page): Promise<void> {
  await page.locator('main details').evaluateAll((all) => all.forEach((each) => each.setAttribute('open', '')));
}

async function openSendAllAgain(page: Page): Promise<void> {
  await openDialog(page);
  await page.getByRole('dialog').getByRole('checkbox').first().waitFor();
}

async function openDialog(page: Page): Promise<void> {
  await openDialogBy(page, 0);
}

/** Opens a dialog by a button of the page, counted from the head. */
async function openDialogBy(page: Page, place: number): Promise<void> {
  await page.locator('main button').nth(place).click();
  await page.getByRole('dialog').waitFor();
}
