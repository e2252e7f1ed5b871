import { Button, NativeSelect, Text, TextInput } from '@mantine/core';
import { LOG_STATUSES, type LogStatus } from '@billing-mail/contracts';
import { type FormEvent, useState } from 'react';
import { useLanguage } from '../words/words-context.js';
import { ChosenDays } from './chosen-days.js';
import classes from './deliveries-filter.module.css';
import { type DeliveryFilter, isFiltered, readFilter } from './delivery-filter.js';
import { isBackward } from './period.js';

type Typed = Required<Omit<DeliveryFilter, 'status' | 'since' | 'incident'>>;

/** Fields that are folded away on a phone, where they would push the list out of sight. */
const RARER = ['from', 'until', 'recipient', 'documentId'] as const satisfies readonly (keyof Typed)[];

/** The filter of the log. A chosen status applies at once, typed text on Enter or "Show", so that not every letter sends a request. */
export function DeliveriesFilter({ filter, onChange }: { filter: DeliveryFilter; onChange: (filter: DeliveryFilter) => void }) {
  const { words } = useLanguage();
  const { filter: says, status: statusWords } = words.deliveries;
  const names: Record<LogStatus, string> = {
    ...statusWords,
    bounced: words.bounces.cameBack,
    needs_attention: words.deliveries.attention.status,
    ...words.deliveries.figures,
  };
  const { status, since, incident, ...rest } = filter;
  const kept = incident === undefined ? {} : { incident };
  const [typed, setTyped] = useState<Typed>({ search: '', recipient: '', documentId: '', from: '', until: '', ...rest });
  const [isUnfolded, setUnfolded] = useState(RARER.some((name) => typed[name] !== ''));
  const rarer = (width: string | undefined = ''): string => `${width} ${isUnfolded ? '' : classes.folded}`;
  const field = (name: keyof Typed) => ({
    value: typed[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) => setTyped({ ...typed, [name]: value }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isBackward(typed)) onChange({ ...typed, ...kept, ...(status ? { status } : {}), ...ofLastDay });
  };
  // Chosen days replace the last 24 hours.
  const ofLastDay = since === undefined || typed.from !== '' || typed.until !== '' ? {} : { since };
  return (
    <form role="search" aria-label={says.label} className={classes.filter} onSubmit={submit}>
      <TextInput
        {...field('search')}
        label={`${says.search} (${says.searchHint})`}
        type="search"
        maxLength={200}
        className={classes.wide}
      />
      <NativeSelect
        label={says.status}
        value={status ?? ''}
        data={[{ value: '', label: says.all }, ...LOG_STATUSES.map((each) => ({ value: each, label: names[each] }))]}
        onChange={({ currentTarget: { value } }) => onChange({ ...rest, ...kept, ...ofLastDay, ...readFilter(`status=${value}`) })}
        className={classes.wide}
      />
      <TextInput {...field('from')} label={says.from} type="date" className={rarer()} />
      <TextInput
        {...field('until')}
        label={says.until}
        type="date"
        error={isBackward(typed) ? says.backward : undefined}
        className={rarer()}
      />
      <TextInput
        {...field('recipient')}
        label={`${says.recipient} (${says.recipientHint})`}
        inputMode="email"
        autoComplete="off"
        className={rarer(classes.wide)}
      />
      <TextInput
        {...field('documentId')}
        label={`${says.document} (${says.documentHint})`}
        autoComplete="off"
        className={rarer(classes.wide)}
      />
      <div className={classes.buttons}>
        {since === undefined ? null : (
          <Text size="sm" fw={550}>
            {says.lastDay}
          </Text>
        )}
        <ChosenDays from={typed.from} until={typed.until} />
        <Button type="submit" variant="default">
          {says.apply}
        </Button>
        <Button variant="subtle" className={classes.unfold} aria-expanded={isUnfolded} onClick={() => setUnfolded(!isUnfolded)}>
          {isUnfolded ? says.fewer : says.more}
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
