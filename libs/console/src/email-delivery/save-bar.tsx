import { Button, Group, Text } from '@mantine/core';
import { BusyButton } from '../shell/busy-button.js';
import { useLanguage } from '../words/words-context.js';
import { type FormState } from './form-state.js';
import classes from './save-bar.module.css';

/** A bar that is always in sight: how much is unsaved or wrong, and the two things to do about it. */
export function SaveBar({ form }: { form: FormState }) {
  const words = useLanguage().words.settings.save;
  const count = form.changed.length;
  const state = count > 0 ? words.unsaved(count) : form.hasSaved ? words.saved : words.nothing;
  // The summary of mistakes, which leads to each field, may be far above.
  const left = form.errors.length > 0 ? words.invalid(form.errors.length) : form.saving.error ? words.failed : state;
  const said = form.saving.isPending ? words.saving : left;
  return (
    <div className={classes.bar} data-saved={form.hasSaved && count === 0} role="region" aria-label={words.region}>
      <Text size="sm" fw={500} role="status">
        {said}
      </Text>
      <Group gap="xs" wrap="nowrap">
        {count > 0 ? (
          <Button variant="default" onClick={form.discard} disabled={form.saving.isPending}>
            {words.discard}
          </Button>
        ) : null}
        <BusyButton type="submit" variant={count > 0 ? 'filled' : 'default'} busy={form.saving.isPending}>
          {words.save}
        </BusyButton>
      </Group>
    </div>
  );
}
