// What both a service and the page say in English.
import { type ConnectionRefusal } from '../sign-in-window.js';

export const words = {
  /** By which dates and numbers are written. */
  tag: 'en-GB',
  /** How a sentence names a day and a time; `null`: as dates with a time are written elsewhere. */
  dayAndTime: null as ((day: string, time: string) => string) | null,
  /** Why a mailbox is not connected and what to do. Shown in the window of the sign-in and on the page that opened it. */
  signInRefusals: {
    access_denied: 'The permission was not given. Connect again and agree to what the provider asks for.',
    permission_missing: 'The permission to send e-mail was not among what was granted. Connect again and grant all of it.',
    no_lasting_permission: 'The provider gave no lasting permission. Connect again and agree to lasting access.',
    mailbox_unknown: 'The provider did not say which mailbox it is. Enter its address and connect again.',
    link_expired: 'This sign-in is over: it took longer than ten minutes, or was used already. Connect again.',
    other_browser: 'This sign-in was begun in another browser. Connect from the page where you want to use the mailbox.',
    provider_away: 'The provider does not answer at the moment. Try again in a few minutes.',
    clock_off: 'The clock of our platform is wrong, so the sign-in cannot be checked. Please tell our support.',
    provider_refused: 'The provider has refused the sign-in. Check the app and its secret, and connect again.',
  } satisfies Record<ConnectionRefusal, string>,
};
