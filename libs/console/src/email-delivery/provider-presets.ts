import { type SmtpSecurity } from '@billing-mail/contracts';

/** What a provider asks for, as its own help pages say. */
export type ProviderPreset = { id: string; name: string; host: string; port: number; security: SmtpSecurity };

export const PROVIDER_PRESETS: readonly ProviderPreset[] = [
  { id: 'microsoft365', name: 'Microsoft 365', host: 'smtp.office365.com', port: 587, security: 'starttls' },
  { id: 'google', name: 'Google Workspace', host: 'smtp.gmail.com', port: 587, security: 'starttls' },
  { id: 'strato', name: 'Strato', host: 'smtp.strato.de', port: 465, security: 'tls' },
  { id: 'ionos', name: 'IONOS', host: 'smtp.ionos.de', port: 465, security: 'tls' },
  { id: 'telekom', name: 'Telekom', host: 'securesmtp.t-online.de', port: 465, security: 'tls' },
  { id: 'hetzner', name: 'Hetzner', host: 'mail.your-server.de', port: 465, security: 'tls' },
  { id: 'ses', name: 'Amazon SES (Frankfurt)', host: 'email-smtp.eu-central-1.amazonaws.com', port: 587, security: 'starttls' },
  { id: 'postmark', name: 'Postmark', host: 'smtp.postmarkapp.com', port: 587, security: 'starttls' },
];

/** The provider of a host, `null` for any other. */
export const presetOf = (host: string): ProviderPreset | null =>
  PROVIDER_PRESETS.find((preset) => preset.host === host.trim().toLowerCase()) ?? null;
