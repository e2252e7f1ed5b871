import { Alert, Text, VisuallyHidden } from '@mantine/core';
import { type SmtpTestStep } from '@billing-mail/contracts';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { Address } from '../shell/address.js';
import { useLanguage } from '../words/words-context.js';
import classes from './connection-test.module.css';

/** The steps of a test: how each went, how long it took, what the server said, and what to do about the one that failed. */
export function TestSteps({
  verdict,
  steps,
  notAsked,
}: {
  verdict: string;
  steps: readonly SmtpTestStep[];
  notAsked?: string | undefined;
}) {
  const { words, formats } = useLanguage();
  const { test } = words;
  return (
    <div className={classes.result}>
      <Text fw={600} className="breakable">
        <Address>{verdict}</Address>
      </Text>
      <ol className={`plain-list ${classes.steps}`}>
        {steps.map(({ step, ok, ms, detail, technical, hint }, index) => (
          // A test may connect more than once to a server with several addresses, so that a step may appear again.
          <li key={`${step}-${index}`} data-step={step} data-ok={ok}>
            <span className={ok ? 'tone-good' : 'tone-bad'}>
              {ok ? <IconCircleCheck size={20} aria-hidden /> : <IconCircleX size={20} aria-hidden />}
              <VisuallyHidden>{ok ? test.ok : test.notOk}</VisuallyHidden>
            </span>
            <div>
              <Text size="sm" fw={500}>
                {test.steps[step]}
              </Text>
              <Text size="sm" c="dimmed" className="breakable">
                <Address>{detail}</Address>
              </Text>
              {technical === undefined ? null : (
                <Text component="details" size="sm" c="dimmed" className="breakable">
                  <summary>{test.technical}</summary>
                  {technical}
                </Text>
              )}
              {hint === undefined ? null : (
                <Alert color="red" variant="outline" mt={8} p="sm">
                  {hint}
                </Alert>
              )}
            </div>
            <Text size="sm" c="dimmed" className={classes.time}>
              {formats.duration(ms)}
            </Text>
          </li>
        ))}
      </ol>
      {notAsked === undefined ? null : (
        <Text size="sm" c="dimmed" mt="sm">
          {notAsked}
        </Text>
      )}
    </div>
  );
}
