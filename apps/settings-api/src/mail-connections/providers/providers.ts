import { type MailProviderName } from '@billing-mail/contracts';
import { google } from './google.js';
import { microsoft } from './microsoft.js';
import { oidc } from './oidc.js';
import { type MailProvider } from './provider.js';

export const MAIL_PROVIDER_TABLE: Readonly<Record<MailProviderName, MailProvider>> = { microsoft, google, oidc };
