// Tests the server as the form has it, step by step, and says at the step that fails the one thing to do.
import { Alert, Button, Group, Text, TextInput } from '@mantine/core';
import { explainAddress, type SmtpTestResult } from '@billing-mail/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { Trouble } from '../shell/trouble.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { useLanguage } from '../words/words-context.js';
import classes from './connection-test.module.css';
import { checkDraft, toServerInput } from './draft.js';
import { useEditing } from './editing.js';
import { Section } from './section.js';
import { TestSteps } from './test-steps.js';

type Run = { server: string; sendTo: string | null };

export function ConnectionTest({ team }: { team: string }) {
  const { words, locale } = useLanguage();
  const { settings } = useClients();
  const { draft, base } = useEditing();
  const [address, setAddress] = useState('');
  const [addressError, setAddressError] = useState<string | null>(null);
  const server = toServerInput(draft);
  const testing = useMutation({
    mutationFn: ({ sendTo }: Run): Promise<SmtpTestResult> =>
      ask(
        settings.POST('/v1/teams/{teamId}/email-delivery/smtp/test', {
          params: { path: { teamId: team } },
          body: { ...(server === null ? {} : { smtp: server }), ...(sendTo === null ? {} : { sendTo }) },
        }),
      ),
  });
  const isIncomplete = checkDraft(base, draft).some(({ pointer }) => pointer.startsWith('/smtp'));
  const serverText = JSON.stringify(server);
  const run = (sendTo: string | null): void => testing.mutate({ server: serverText, sendTo });
  const send = (): void => {
    const reason = explainAddress(address.trim());
    setAddressError(reason && sayFieldMessage(reason, locale));
    if (reason === null) run(address.trim());
  };
  const isOutdated = testing.variables !== undefined && testing.variables.server !== serverText;

  return (
    <Section title={words.test.title}>
      <Text size="sm" c="dimmed" mb="md">
        {words.test.lead}
      </Text>
      <div className={classes.actions}>
        <Button
          variant="default"
          onClick={() => run(null)}
          loading={testing.isPending && testing.variables.sendTo === null}
          disabled={isIncomplete || testing.isPending}
        >
          {words.test.test}
        </Button>
        <div className={classes.send}>
          <TextInput
            label={words.test.sendTo}
            value={address}
            error={addressError}
            inputMode="email"
            autoComplete="email"
            onChange={(event) => setAddress(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              send();
            }}
          />
          <Button
            variant="default"
            onClick={send}
            loading={testing.isPending && testing.variables.sendTo !== null}
            disabled={isIncomplete || testing.isPending}
          >
            {words.test.send}
          </Button>
        </div>
      </div>
      {isIncomplete ? (
        <Text size="sm" mt="sm">
          {words.test.correctFirst}
        </Text>
      ) : null}
      <div role="status">
        {testing.isPending ? (
          <Text size="sm" mt="sm">
            {words.test.running}
          </Text>
        ) : null}
        {testing.error ? <Refused error={testing.error} /> : null}
        {testing.data ? <TestSteps result={testing.data} sentTo={testing.variables.sendTo} /> : null}
        {testing.data && isOutdated ? (
          <Group mt="sm">
            <Text size="sm" c="dimmed">
              {words.test.outdated}
            </Text>
          </Group>
        ) : null}
      </div>
    </Section>
  );
}

function Refused({ error }: { error: Error }) {
  const { words, locale } = useLanguage();
  if (!(error instanceof ProblemError) || error.errors.length === 0) return <Trouble error={error} />;
  const names: Record<string, string> = words.settings.fields;
  return (
    <Alert color="red" variant="outline" mt="sm">
      {error.errors.map(({ pointer, message }) => (
        <Text key={pointer} size="sm">
          {names[pointer] ?? ''} {sayFieldMessage(message, locale)}
        </Text>
      ))}
    </Alert>
  );
}
