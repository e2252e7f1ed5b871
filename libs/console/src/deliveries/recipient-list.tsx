import { Button, Text } from '@mantine/core';
import { type DeliveryView, type RecipientView } from '@billing-mail/contracts';
import { useState } from 'react';
import { Address } from '../shell/address.js';
import { useLanguage } from '../words/words-context.js';
import classes from './delivery-page.module.css';
import { mayHaveComeBack } from './may-have-come-back.js';
import { RawReply } from './raw-reply.js';
import { inReadingOrder } from './reading-order.js';
import { RecipientStatusMark } from './status-mark.js';

// A delivery may go to thousands. Recipients about whom there is something to read come first, the rest on request.
const SHOWN_AT_FIRST = 50;

/** Lists each recipient with status, the meaning of the server's answer, what to do, and the answer itself. */
export function RecipientList({ delivery }: { delivery: DeliveryView }) {
  const { words } = useLanguage();
  const [isWhole, setIsWhole] = useState(false);
  const sorted = inReadingOrder(delivery);
  const shown = isWhole ? sorted : sorted.slice(0, SHOWN_AT_FIRST);
  return (
    <>
      <ul className={`plain-list ${classes.recipients}`}>
        {shown.map((recipient) => (
          <Recipient key={`${recipient.role} ${recipient.address}`} recipient={recipient} delivery={delivery} />
        ))}
      </ul>
      {shown.length < sorted.length ? (
        <Button variant="subtle" size="compact-sm" px={0} mt={8} onClick={() => setIsWhole(true)}>
          {words.settings.copies.showAll(sorted.length)}
        </Button>
      ) : null}
      {delivery.recipientsNotShown > 0 ? (
        <Text size="sm" c="dimmed" mt="sm">
          {words.deliveries.detail.notShown(delivery.recipientsNotShown)}
        </Text>
      ) : null}
      {delivery.recipients.some(({ route, status }) => route === 'custom' && (status === 'accepted' || status === 'uncertain')) ? (
        <Text size="sm" mt="sm">
          {words.bounces.ownMailbox}
        </Text>
      ) : null}
    </>
  );
}

function Recipient({ recipient, delivery }: { recipient: RecipientView; delivery: DeliveryView }) {
  const { words, formats } = useLanguage();
  const { roles } = words.deliveries;
  const { address, name, role, status, reply, at, explanation, bouncedBefore } = recipient;
  return (
    <li data-recipient={address}>
      <Text size="sm" className="breakable">
        <Text span c="dimmed" inherit>
          {roles[role]}
        </Text>{' '}
        <strong>
          <Address>{address}</Address>
        </strong>
        {name === null ? '' : ` (${name})`}
      </Text>
      <Text size="sm" component="div">
        <RecipientStatusMark status={mayHaveComeBack(delivery, recipient) ? 'not_known' : status}>
          {/* What is still to be sent has no time of its own. */}
          {at === null || status === 'pending' ? null : (
            <Text span inherit c="dimmed">
              {formats.moment(at, delivery.createdAt)}
            </Text>
          )}
        </RecipientStatusMark>
      </Text>
      {explanation === null ? null : <Text size="sm">{explanation}</Text>}
      {bouncedBefore === null || status === 'bounced' ? null : (
        <Text size="sm" className={classes.warning}>
          {words.bounces.bouncedBefore(formats.inSentence(bouncedBefore))}
        </Text>
      )}
      {reply === null ? null : <RawReply reply={reply} />}
    </li>
  );
}
