import { Button, NativeSelect, TextInput } from '@mantine/core';
import { DOCUMENT_TYPES } from '@billing-mail/contracts';
import { type FormEvent, useState } from 'react';
import { useLanguage } from '../words/words-context.js';
import { ChosenDays } from './chosen-days.js';
import classes from './deliveries-filter.module.css';
import { isBackward } from './period.js';
import { readRunFilter, type RunFilter } from './run-filter.js';

type Typed = Required<Omit<RunFilter, 'type'>>;

/** Chooses which documents are counted. A chosen type applies at once, the rest on Enter or "Show". */
export function RunReportFilter({ filter, onChange }: { filter: RunFilter; onChange: (filter: RunFilter) => void }) {
  const { words } = useLanguage();
  const { run } = words.bounces;
  const says = words.deliveries.filter;
  const { type, ...rest } = filter;
  const [typed, setTyped] = useState<Typed>({ from: '', until: '', seriesId: '', occurrence: '', ...rest });
  const field = (name: keyof Typed) => ({
    value: typed[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) => setTyped({ ...typed, [name]: value }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isBackward(typed)) onChange({ ...typed, ...(type ? { type } : {}) });
  };
  return (
    <form role="search" aria-label={says.label} className={classes.filter} onSubmit={submit}>
      <TextInput {...field('from')} label={says.from} type="date" />
      <TextInput {...field('until')} label={says.until} type="date" error={isBackward(typed) ? says.backward : undefined} />
      <NativeSelect
        label={run.type}
        value={type ?? ''}
        data={[{ value: '', label: run.allTypes }, ...DOCUMENT_TYPES.map((value) => ({ value, label: words.deliveries.types[value] }))]}
        onChange={({ currentTarget: { value } }) => onChange({ ...rest, ...readRunFilter(`type=${value}`) })}
        className={classes.wide}
      />
      <TextInput
        {...field('seriesId')}
        label={`${run.series} (${says.documentHint})`}
        maxLength={200}
        autoComplete="off"
        className={classes.wide}
      />
      <TextInput
        {...field('occurrence')}
        label={`${run.occurrence} (${run.occurrenceHint})`}
        maxLength={200}
        autoComplete="off"
        className={classes.wide}
      />
      <div className={classes.buttons}>
        <ChosenDays from={typed.from} until={typed.until} />
        <Button type="submit" variant="default">
          {says.apply}
        </Button>
        {Object.keys(filter).length > 0 ? (
          <Button variant="subtle" onClick={() => onChange({})}>
            {says.clear}
          </Button>
        ) : null}
      </div>
    </form>
  );
}
