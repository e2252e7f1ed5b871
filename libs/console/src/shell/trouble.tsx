import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type Ref } from 'react';
import { AwayError, ProblemError } from '../api/problem.js';
import { useLanguage } from '../words/words-context.js';

type Props = { ref?: Ref<HTMLDivElement>; error: Error; title?: string; onRetry?: () => void };

/** Shows a failed answer: what happened, the request id to name to support, and a way to try again. The holder of `ref` may focus it. */
export function Trouble({ ref, error, title, onRetry }: Props) {
  const {
    formats,
    words: {
      page: { trouble: words },
    },
  } = useLanguage();
  const kind = error instanceof ProblemError ? error.kind : 'unknown';
  const retryAfterSeconds = error instanceof ProblemError && error.status === 429 ? error.retryAfterSeconds : null;
  const isAway = error instanceof AwayError;
  return (
    <Alert
      ref={ref}
      tabIndex={ref === undefined ? undefined : -1}
      color="red"
      variant="outline"
      icon={<IconAlertTriangle aria-hidden />}
      title={title ?? (isAway ? words.awayTitle : words.failedTitle)}
      role="alert"
    >
      <Text size="sm" className="breakable">
        {isAway ? words.away : (words.kinds[kind] ?? words.kinds.unknown)}{' '}
        {retryAfterSeconds === null ? '' : words.comeAgain(formats.duration(retryAfterSeconds * 1000))}
      </Text>
      <Group mt="xs" gap="md">
        {onRetry ? (
          <Button size="xs" variant="default" onClick={onRetry}>
            {words.retry}
          </Button>
        ) : null}
        {error instanceof ProblemError && error.requestId !== null ? (
          <Text size="xs" c="dimmed" className="breakable">
            {words.requestId(error.requestId)}
          </Text>
        ) : null}
      </Group>
    </Alert>
  );
}
