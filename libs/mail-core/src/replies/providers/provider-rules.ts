import { type ProviderRules } from '../reply-rule.js';
import { AMAZON_SES } from './amazon-ses.js';
import { CISCO } from './cisco.js';
import { CPANEL } from './cpanel.js';
import { EXIM } from './exim.js';
import { GOOGLE } from './google.js';
import { GREYLISTING } from './greylisting.js';
import { MICROSOFT } from './microsoft.js';
import { OPENSMTPD } from './opensmtpd.js';
import { POSTFIX } from './postfix.js';

/**
 * Servers and providers that are recognised by their words. Their rules come before the general table. A new one needs a file in this
 * folder and an entry in this list.
 */
export const PROVIDER_RULES: readonly ProviderRules[] = [
  MICROSOFT,
  GOOGLE,
  AMAZON_SES,
  POSTFIX,
  EXIM,
  OPENSMTPD,
  GREYLISTING,
  CPANEL,
  CISCO,
];
