import { type FailureCode } from '@billing-mail/contracts';

/** Returns why nobody knows whether a recipient in doubt has the mail. The reply to a later try does not change that reason. */
export const doubtOf = (reason: FailureCode | null): 'no_final_reply' | 'restored_from_backup' =>
  reason === 'restored_from_backup' ? reason : 'no_final_reply';
