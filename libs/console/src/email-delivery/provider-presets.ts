import { type SmtpSecurity } from '@billing-mail/contracts';
import { type Draft } from './draft.js';
import { typedLimitsOf, withAccount } from './draft-limits.js';

/** What a clerk has to know before sign-in with a user name and a password works at a provider. */
export type SignInHint = 'microsoft' | 'google' | 'mailbox' | 'telekom' | 'ses' | 'postmark';

/** What a provider requires, according to its own help pages; `auth`: the way in which it wants people to sign in. */
export type ProviderPreset = {
  id: string;
  name: string;
  host: string;
  port: number;
  security: SmtpSecurity;
  auth: Draft['auth'];
  hint: SignInHint;
};

const tls = { port: 465, security: 'tls', auth: 'password' } as const;
const starttls = { port: 587, security: 'starttls' } as const;

export const PROVIDER_PRESETS: readonly ProviderPreset[] = [
  { id: 'microsoft365', name: 'Microsoft 365', host: 'smtp.office365.com', ...starttls, auth: 'oauth2', hint: 'microsoft' },
  { id: 'google', name: 'Google Workspace', host: 'smtp.gmail.com', ...starttls, auth: 'oauth2', hint: 'google' },
  { id: 'strato', name: 'Strato', host: 'smtp.strato.de', ...tls, hint: 'mailbox' },
  { id: 'ionos', name: 'IONOS', host: 'smtp.ionos.de', ...tls, hint: 'mailbox' },
  { id: 'telekom', name: 'Telekom', host: 'securesmtp.t-online.de', ...tls, hint: 'telekom' },
  { id: 'hetzner', name: 'Hetzner', host: 'mail.your-server.de', ...tls, hint: 'mailbox' },
  {
    ...{ id: 'ses', name: 'Amazon SES (Frankfurt)', host: 'email-smtp.eu-central-1.amazonaws.com' },
    ...{ ...starttls, auth: 'password', hint: 'ses' },
  },
  { id: 'postmark', name: 'Postmark', host: 'smtp.postmarkapp.com', ...starttls, auth: 'password', hint: 'postmark' },
];

/** Returns the provider of a host; `null` for any other host. */
export const presetOf = (host: string): ProviderPreset | null =>
  PROVIDER_PRESETS.find((preset) => preset.host === host.trim().toLowerCase()) ?? null;

/** Returns what choosing a provider changes; any other id empties the host. `base` has the password that stays if none is asked for. */
export function withPreset(base: Draft, draft: Draft, id: string): Partial<Draft> {
  const preset = PROVIDER_PRESETS.find((each) => each.id === id);
  if (preset === undefined) return withAccount(draft, { host: '' });
  const { host, port, security, auth } = preset;
  return { host, port: String(port), security, ...withAuth(base, auth), ...typedLimitsOf({ ...draft, host }) };
}

/** Changes the way to sign in. A password that was typed for the previous way is not kept for another one. */
export const withAuth = (base: Draft, auth: Draft['auth']): Partial<Draft> =>
  auth === 'password' ? { auth } : { auth, password: base.password };
