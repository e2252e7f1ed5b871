// Changes that were not saved when the session ended: kept while a user edits, and offered again to that user.
import { Alert, Button, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { forgetDraft, keepDraft, keptDraft } from '../session/kept-draft.js';
import { currentSession } from '../session/session-store.js';
import { useLanguage } from '../words/words-context.js';
import { changedFields, type Draft, DRAFT_FIELDS } from './draft.js';
import { type FormState } from './form-state.js';

/** Fields that are not kept, so that nobody can read them in the tab's storage. */
const SECRETS: readonly (keyof Draft)[] = ['password', 'clientCertificate', 'clientPassphrase'];

export function KeptChanges({ team, form: { base, draft, edit } }: { team: string; form: FormState }) {
  const { kept: words } = useLanguage().words.settings;
  const place = `settings of ${team}`;
  const [offered, setOffered] = useState(() => readable(keptDraft(currentSession(), place), base));
  useEffect(() => {
    const changes = changesOf(base, draft);
    if (Object.keys(changes).length > 0) keepDraft(currentSession(), place, { ...offered, ...changes });
    else if (offered === null && currentSession().kind === 'signed_in') forgetDraft(place);
  }, [place, base, draft, offered]);
  if (offered === null) return null;
  return (
    <Alert color="yellow" variant="outline" title={words.title(Object.keys(offered).length)} role="status">
      <Text size="sm" mb="sm">
        {words.text}
      </Text>
      <Group gap="xs">
        <Button
          size="xs"
          onClick={() => {
            edit(offered);
            setOffered(null);
          }}
        >
          {words.take}
        </Button>
        <Button size="xs" variant="default" onClick={() => setOffered(null)}>
          {words.drop}
        </Button>
      </Group>
    </Alert>
  );
}

function changesOf(base: Draft, draft: Draft): Partial<Draft> {
  const fields = changedFields(base, draft).map((pointer) => DRAFT_FIELDS[pointer]);
  return Object.fromEntries(fields.filter((field) => !SECRETS.includes(field)).map((field) => [field, draft[field]]));
}

/** Returns the changes that fit the form as it is now: a newer page may have other fields. */
function readable(kept: Record<string, unknown> | null, base: Draft): Partial<Draft> | null {
  const fits = Object.entries(kept ?? {}).filter(
    ([name, value]) =>
      name in base &&
      typeof value === typeof base[name as keyof Draft] &&
      Array.isArray(value) === Array.isArray(base[name as keyof Draft]) &&
      JSON.stringify(value) !== JSON.stringify(base[name as keyof Draft]),
  );
  return fits.length === 0 ? null : Object.fromEntries(fits);
}
