import { Button, NativeSelect, TextInput } from '@mantine/core';
import { DELIVERY_STATUSES } from '@billing-mail/contracts';
import { useState } from 'react';
import { useLanguage } from '../words/words-context.js';
import classes from './deliveries-filter.module.css';
import { isDeliveryStatus } from './deliveries-queries.js';
import { type DeliveryFilter, isFiltered } from './delivery-filter.js';

/** State at once, words on Enter or "Show": so that no request goes out at each letter. */
export function DeliveriesFilter({ filter, onChange }: { filter: DeliveryFilter; onChange: (filter: DeliveryFilter) => void }) {
  const { words } = useLanguage();
  const { filter: says, status } = words.deliveries;
  const [recipient, setRecipient] = useState(filter.recipient ?? '');
  const [documentId, setDocumentId] = useState(filter.documentId ?? '');
  const { status: chosen, ...rest } = filter;
  return (
    <form
      role="search"
      aria-label={says.label}
      className={classes.filter}
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ ...filter, recipient, documentId });
      }}
    >
      <NativeSelect
        label={says.status}
        value={chosen ?? ''}
        data={[{ value: '', label: says.all }, ...DELIVERY_STATUSES.map((each) => ({ value: each, label: status[each] }))]}
        onChange={({ currentTarget: { value } }) => onChange(isDeliveryStatus(value) ? { ...rest, status: value } : rest)}
      />
      <TextInput
        label={`${says.recipient} (${says.recipientHint})`}
        value={recipient}
        inputMode="email"
        autoComplete="off"
        onChange={(event) => setRecipient(event.currentTarget.value)}
      />
      <TextInput
        label={`${says.document} (${says.documentHint})`}
        value={documentId}
        autoComplete="off"
        onChange={(event) => setDocumentId(event.currentTarget.value)}
      />
      <div className={classes.buttons}>
        <Button type="submit" variant="default">
          {says.apply}
        </Button>
        {isFiltered(filter) ? (
          <Button variant="subtle" onClick={() => onChange({})}>
            {says.clear}
          </Button>
        ) : null}
      </div>
    </form>
  );
}
