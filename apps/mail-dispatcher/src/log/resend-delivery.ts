// Sends a settled delivery again, as a new delivery of the same document to chosen recipients, linked to the first.
import { Injectable } from '@nestjs/common';
import {
  type DeliveryView,
  type FieldError,
  type Locale,
  type Mailbox,
  type RecipientView,
  type ResendRequest,
} from '@billing-mail/contracts';
import { isSettled } from '@billing-mail/mail-core';
import { type Caller, invalidInput, ProblemException } from '@billing-mail/platform';
import { v7 as uuidv7 } from 'uuid';
import { AcceptDocument, type Intake } from '../intake/accept-document.js';
import { DeliveriesStore } from './deliveries.store.js';
import { requesterOfResend } from './requester.js';

@Injectable()
export class ResendDelivery {
  constructor(
    private readonly accepting: AcceptDocument,
    private readonly deliveries: DeliveriesStore,
  ) {}

  async resend(
    original: DeliveryView,
    request: ResendRequest,
    { caller, reader }: { caller: Caller; reader: Locale | null },
    key = `resend-${uuidv7()}`,
  ): Promise<Intake> {
    if (!isSettled(original.status))
      throw new ProblemException(409, 'not-settled', 'The delivery is still under way; wait until it is settled, or cancel it first.');
    const chosen = chooseRecipients(original.recipients, request);
    const { requestedBy } = (await this.deliveries.find(original.teamId, original.id)) ?? {};
    if (requestedBy === undefined) throw new ProblemException(404, 'not-found', 'The delivery does not exist, or is not yours.');
    const content = await this.deliveries.contentOf(original.id);
    if (content === null)
      throw new ProblemException(409, 'content-removed', 'Its text and documents are kept no longer; issue the document once more.');
    const { attachments, text, html } = content;
    return this.accepting.acceptStored(
      {
        teamId: original.teamId,
        key,
        requestedBy: requesterOfResend(caller, requestedBy, reader),
        document: original.document,
        ...byRole(chosen),
        subject: original.subject,
        text,
        ...(html === null ? {} : { html }),
        attachments: [],
        resendOf: original.id,
        ...(request.note === undefined ? {} : { resendNote: request.note }),
      },
      attachments,
    );
  }
}

type Chosen = Pick<RecipientView, 'address' | 'name' | 'role'>;

/**
 * Returns the named recipients, each of whom must be a recipient of the original or replace one. By default returns those who were not
 * accepted, including uncertain ones, or all recipients if all were accepted.
 */
export function chooseRecipients(recipients: readonly RecipientView[], { recipients: named }: ResendRequest): Chosen[] {
  if (named === undefined) {
    const open = recipients.filter(({ status }) => status !== 'accepted');
    return open.length > 0 ? open : [...recipients];
  }
  // A map, because searching a list of 45,000 recipients for as many addresses would take minutes. The first of equal addresses counts.
  const byAddress = new Map(recipients.toReversed().map((recipient) => [recipient.address.toLowerCase(), recipient]));
  const errors: FieldError[] = [];
  const chosen = named.flatMap(({ address, insteadOf }, index): Chosen[] => {
    const wanted = (insteadOf ?? address).toLowerCase();
    const original = byAddress.get(wanted);
    if (original) return [{ address, name: original.name, role: original.role }];
    errors.push({
      pointer: `/recipients/${index}/${insteadOf === undefined ? 'address' : 'insteadOf'}`,
      message: 'is no recipient of this delivery; name one, and give a corrected address as "address" with "insteadOf"',
    });
    return [];
  });
  if (errors.length > 0) throw invalidInput(errors);
  return chosen;
}

function byRole(chosen: readonly Chosen[]): { to: Mailbox[]; cc: Mailbox[]; bcc: Mailbox[] } {
  const of = (role: Chosen['role']): Mailbox[] =>
    chosen.filter((recipient) => recipient.role === role).map(({ address, name }) => (name === null ? { address } : { address, name }));
  return { to: of('to'), cc: of('cc'), bcc: of('bcc') };
}
