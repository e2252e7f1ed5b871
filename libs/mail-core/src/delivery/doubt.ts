import { type FailureCode } from '@billing-mail/contracts';

/** Why nobody knows whether a recipient in doubt has the mail, whatever a later try was answered. */
export const doubtOf = (reason: FailureCode | null): 'no_final_reply' | 'restored_from_backup' =>
  reason === 'restored_from_backup' ? reason : 'no_final_reply';
