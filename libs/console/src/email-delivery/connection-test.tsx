// Tests the server as it is in the form, step by step, and says at the step that fails the one thing to do.
import { Alert, Group, Text, TextInput } from '@mantine/core';
import { explainRecipient, type SmtpTestResult, type SmtpTestStep } from '@billing-mail/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemError } from '../api/problem.js';
import { BusyButton } from '../shell/busy-button.js';
import { Trouble } from '../shell/trouble.js';
import { type Catalogue } from '../words/catalogues.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { useLanguage } from '../words/words-context.js';
import classes from './connection-test.module.css';
import { type Draft, toServerInput } from './draft.js';
import { useEditing } from './editing.js';
import { runServerTest } from './run-server-test.js';
import { Section } from './section.js';
import { TestSteps } from './test-steps.js';

type Server = ReturnType<typeof toServerInput>;
/** `base`: what was stored when the test began. */
type Run = { smtp: Server; sendTo: string | null; base: Draft };

export function ConnectionTest({ team }: { team: string }) {
  const { words, locale } = useLanguage();
  const { draft, base, check } = useEditing();
  const [address, setAddress] = useState('');
  const [addressError, setAddressError] = useState<string | null>(null);
  const server = toServerInput(draft);
  const [steps, setSteps] = useState<readonly SmtpTestStep[]>([]);
  const testing = useMutation({
    mutationFn: ({ smtp, sendTo }: Run): Promise<SmtpTestResult> => {
      setSteps([]);
      const request = { ...(smtp === null ? {} : { smtp }), ...(sendTo === null ? {} : { sendTo }) };
      return runServerTest(team, request, locale, (step) => setSteps((before) => [...before, step]));
    },
  });
  const run = (sendTo: string | null): void => {
    if (check('/smtp')) testing.mutate({ smtp: server, sendTo, base });
  };
  const send = (): void => {
    const reason = explainRecipient(address.trim());
    setAddressError(reason && sayFieldMessage(reason, locale));
    if (reason === null) run(address.trim());
  };
  const isOutdated = testing.variables !== undefined && !isSameServer(testing.variables, server, base);
  const isTesting = testing.isPending && testing.variables.sendTo === null;
  const isSending = testing.isPending && testing.variables.sendTo !== null;

  return (
    <Section title={words.test.title}>
      <Text size="sm" c="dimmed" mb="md">
        {words.test.lead}
      </Text>
      <div className={classes.actions}>
        <BusyButton variant="default" onClick={() => run(null)} busy={isTesting} disabled={isSending}>
          {words.test.test}
        </BusyButton>
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
          <BusyButton variant="default" onClick={send} busy={isSending} disabled={isTesting}>
            {words.test.send}
          </BusyButton>
        </div>
      </div>
      <div role="status">
        {testing.isPending ? <TestSteps verdict={words.test.running} steps={steps} /> : null}
        {testing.error ? <Refused error={testing.error} /> : null}
        {testing.data ? (
          <TestSteps
            verdict={verdictOf(testing.data, testing.variables.sendTo, words.test)}
            steps={testing.data.steps}
            notAsked={testing.data.notAsked}
          />
        ) : null}
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

/**
 * Returns whether the server is the one that was tested. A password that was typed then and has been stored since counts as the same,
 * although the form no longer holds it.
 */
function isSameServer({ smtp: tested, base: before }: Run, now: Server, base: Draft): boolean {
  const isStoredSince = base !== before && now?.auth.type === 'password' && now.auth.password === undefined;
  const compared = (server: Server): string =>
    JSON.stringify(
      isStoredSince && server?.auth.type === 'password' ? { ...server, auth: { ...server.auth, password: undefined } } : server,
    );
  return compared(tested) === compared(now);
}

function verdictOf({ steps }: SmtpTestResult, sentTo: string | null, words: Catalogue['test']): string {
  const failed = steps.find(({ ok }) => !ok);
  if (failed) return words.failed(words.steps[failed.step]);
  return sentTo === null ? words.passed : words.passedSent(sentTo);
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
