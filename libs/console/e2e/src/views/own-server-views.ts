// The team's own server with a connected mailbox and with a certificate. What providers and issuers say is answered here, not stored.
import { type Page } from 'playwright-core';
import { type View } from './view.js';

const OWN_SERVER = '/teams/brandt/settings/invoicing';
const MAILBOX = 'rechnungen-und-gutschriften@brandt-maschinenbau.example';
const CONNECTION = {
  provider: 'microsoft',
  mailbox: MAILBOX,
  connectedAt: '2026-03-02T09:14:00.000Z',
  trouble: null,
  grant: 'delegated',
  clientId: null,
  issuer: 'https://login.microsoftonline.com/organizations/v2.0',
  scope: 'offline_access',
  connectedBy: 'anna.berg',
  server: { host: 'smtp.office365.com', port: 587, security: 'starttls' },
};
const EXPIRED = { code: 'sign_in_expired', since: '2026-11-20T06:30:00.000Z' };
const CERTIFICATE = {
  subject: 'CN=Brandt Maschinenbau GmbH & Co. KG, O=Brandt Maschinenbau GmbH & Co. KG, C=DE',
  addresses: ['rechnung@brandt.example', MAILBOX],
  issuer: 'CN=Example Trust S/MIME CA 2024, O=Example Trust Services GmbH, C=DE',
  fingerprint: Array.from({ length: 32 }, (_, index) => (index * 7 + 16).toString(16).toUpperCase()).join(':'),
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2099-12-31T23:59:59.000Z',
};

const { addresses: _, ...AUTHORITY } = {
  ...CERTIFICATE,
  subject: 'CN=Brandt Maschinenbau Server CA, O=Brandt Maschinenbau GmbH & Co. KG, C=DE',
};
const CLIENT = { ...AUTHORITY, subject: 'CN=rechnungsversand.brandt.example', fingerprint: CERTIFICATE.fingerprint.replaceAll('1', 'A') };
const CA = '-----BEGIN CERTIFICATE-----\nMIIDazCCAlOgAwIBAgIUEjRWeJCrze8SNFZ4kKvN7xI0VngwDQYJKoZIhvcNAQEL\n-----END CERTIFICATE-----';

export const OWN_SERVER_VIEWS: readonly View[] = [
  { name: 'mailbox-choose', path: OWN_SERVER, arrange: chooseMailbox },
  { name: 'mailbox-own-app', path: OWN_SERVER, arrange: showOwnApp },
  { name: 'mailbox-app-alone', path: OWN_SERVER, arrange: showAppAlone('microsoft') },
  { name: 'mailbox-app-alone-wrong', path: OWN_SERVER, arrange: refuseAppAlone, allow: [422] },
  { name: 'mailbox-service-account', path: OWN_SERVER, arrange: showAppAlone('google') },
  { name: 'mailbox-app-wrong', path: OWN_SERVER, arrange: refuseApp, allow: [422] },
  { name: 'mailbox-connected', path: OWN_SERVER, before: connectedAs(CONNECTION), arrange: chooseMailbox },
  { name: 'mailbox-trouble', path: OWN_SERVER, before: connectedAs({ ...CONNECTION, trouble: EXPIRED }), arrange: chooseMailbox },
  { name: 'mailbox-disconnect', path: OWN_SERVER, before: connectedAs(CONNECTION), arrange: disconnect },
  { name: 'certificate', path: OWN_SERVER, before: signedWith(CERTIFICATE) },
  { name: 'certificate-ended', path: OWN_SERVER, before: signedWith({ ...CERTIFICATE, validTo: '2026-11-01T10:00:00.000Z' }) },
  { name: 'certificate-wrong', path: OWN_SERVER, arrange: uploadInVain, allow: [422] },
  { name: 'trust', path: OWN_SERVER, before: trustedBy({ ca: CA, certificates: [AUTHORITY], clientCertificate: CLIENT }) },
  { name: 'trust-wrong', path: OWN_SERVER, arrange: trustInVain, allow: [422] },
];

function connectedAs(connection: object): View['before'] {
  return (page) => page.route('**/email-delivery/connection', (route) => route.fulfill({ json: connection })).then(() => undefined);
}

function signedWith(certificate: object): View['before'] {
  return async (page) => {
    await page.route('**/email-delivery', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...((await response.json()) as object), certificate } });
    });
  };
}

function trustedBy(tls: object): View['before'] {
  return async (page) => {
    await page.route('**/email-delivery', async (route) => {
      const response = await route.fetch();
      const settings = (await response.json()) as { smtp: object };
      await route.fulfill({ response, json: { ...settings, smtp: { ...settings.smtp, tls } } });
    });
  };
}

const mailbox = (page: Page) => page.locator('#connected-mailbox');

async function chooseMailbox(page: Page): Promise<void> {
  await page.locator('#field-smtp-auth-type').selectOption('oauth2');
  await mailbox(page).locator('button').first().waitFor();
}

async function showOwnApp(page: Page): Promise<void> {
  await chooseMailbox(page);
  await mailbox(page).locator('button[aria-expanded]').click();
  await mailbox(page).locator('select').selectOption('oidc');
}

async function refuseApp(page: Page): Promise<void> {
  await showOwnApp(page);
  await mailbox(page).locator('button').last().click();
  await mailbox(page).locator('.mantine-TextInput-error').first().waitFor();
}

function showAppAlone(provider: 'microsoft' | 'google'): (page: Page) => Promise<void> {
  return async (page) => {
    await showOwnApp(page);
    await mailbox(page).locator('select').selectOption(provider);
    await mailbox(page).locator('input[type="radio"][value="app"]').check();
  };
}

async function refuseAppAlone(page: Page): Promise<void> {
  await showAppAlone('microsoft')(page);
  await mailbox(page).locator('button').last().click();
  await mailbox(page).locator('.mantine-TextInput-error').first().waitFor();
}

async function disconnect(page: Page): Promise<void> {
  await chooseMailbox(page);
  await mailbox(page).locator('button').last().click();
  await page.getByRole('dialog').waitFor();
}

async function uploadInVain(page: Page): Promise<void> {
  await page
    .locator('input[name="certificate"]')
    .setInputFiles({ name: 'zertifikat.pem', mimeType: 'text/plain', buffer: Buffer.from('-----BEGIN CERTIFICATE-----\n') });
  await page.locator('section:has(input[name="certificate"]) button:not([aria-hidden])').last().click();
  await page.locator('.mantine-FileInput-error, .mantine-InputWrapper-error').first().waitFor();
}

async function trustInVain(page: Page): Promise<void> {
  await page.locator('details:has(#field-smtp-tls-ca) > summary').click();
  await page.locator('#field-smtp-tls-ca').fill('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----');
  await page
    .locator('input[name="clientCertificate"]')
    .setInputFiles({ name: 'rechnungsversand.p12', mimeType: 'application/x-pkcs12', buffer: Buffer.from('no certificate') });
  await page.getByText('rechnungsversand.p12').waitFor();
  // A newly trusted server would get the password, so that it must be entered again.
  await page.locator('#field-smtp-auth-password').fill('the password once more');
  await page.locator('button[type="submit"]').click();
  await page.locator('details .mantine-InputWrapper-error').first().waitFor();
}
