// The course of a delivery as a line of events.
import { Text } from '@mantine/core';
import { type AttemptView, type DeliveryView } from '@billing-mail/contracts';
import { IconArrowsSplit2, IconClockPause, IconFlag, IconInbox, IconRosetteDiscountCheck } from '@tabler/icons-react';
import { useLanguage } from '../words/words-context.js';
import { Line } from './course-line.js';
import { type CourseStep, courseOf } from './delivery-course.js';
import { RawReply } from './raw-reply.js';
import { ReportStep } from './report-step.js';
import { type Mark, MARKS } from './status-mark.js';
import { Transcript } from './transcript.js';

export function DeliveryCourse({ delivery }: { delivery: DeliveryView }) {
  return (
    <ol className="plain-list">
      {courseOf(delivery).map((step, index) => (
        <Step key={index} step={step} beside={delivery.createdAt} />
      ))}
    </ol>
  );
}

/** `beside`: when the delivery was handed over. The time of an event on another day includes the date. */
function Step({ step, beside }: { step: CourseStep; beside: string }) {
  const { words, formats } = useLanguage();
  const at = (iso: string): string => formats.moment(iso, beside);
  const { detail, status } = words.deliveries;
  switch (step.kind) {
    case 'queued':
      return (
        <Line icon={<IconInbox aria-hidden />} tone="calm" title={step.isAgain ? detail.queuedAgain : detail.queued} at={at(step.at)} />
      );
    case 'signed':
      return <Line icon={<IconRosetteDiscountCheck aria-hidden />} tone="good" title={detail.signed} />;
    case 'fell_back':
      return <Line icon={<IconArrowsSplit2 aria-hidden />} tone="wait" title={detail.fellBack} at={at(step.at)} />;
    case 'waiting':
      return <Line icon={<IconClockPause aria-hidden />} tone="wait" title={detail.waitingUntil(at(step.until))} />;
    case 'settled':
      return (
        <Line
          icon={<IconFlag aria-hidden />}
          tone={step.status === 'sent' ? 'good' : step.status === 'cancelled' || step.status === null ? 'calm' : 'bad'}
          title={step.status === null ? detail.settled : status[step.status]}
          at={at(step.at)}
        />
      );
    case 'attempt':
      return <Attempt attempt={step.attempt} at={at(step.attempt.startedAt)} />;
    case 'reported':
      return (
        <ReportStep step={step} at={at(step.report.at)} until={step.report.retryUntil && formats.inSentence(step.report.retryUntil)} />
      );
  }
}

const OUTCOMES: Record<NonNullable<AttemptView['outcome']> | 'running', Mark> = {
  accepted: MARKS.accepted,
  partial: MARKS.partly_sent,
  failed: MARKS.failed,
  uncertain: MARKS.uncertain,
  running: MARKS.sending,
};

function Attempt({ attempt, at }: { attempt: AttemptView; at: string }) {
  const { words, formats } = useLanguage();
  const { detail, routes } = words.deliveries;
  const outcome = attempt.outcome ?? 'running';
  const { icon: Icon, tone } = OUTCOMES[outcome];
  // Only a failure is told with its stage: elsewhere the words name it already, or it would read as the reason why some were accepted.
  const stage = outcome === 'failed' && attempt.stage !== null ? ` ${detail.stages[attempt.stage]}` : '';
  const facts = [attempt.server, attempt.tls, attempt.durationMs === null ? null : formats.duration(attempt.durationMs)].filter(
    (fact) => fact !== null,
  );
  return (
    <Line
      icon={<Icon aria-hidden />}
      tone={tone}
      title={`${detail.attempt(attempt.number, routes[attempt.route])}: ${detail.ended[outcome]}${stage}`}
      at={at}
    >
      {facts.length === 0 ? null : (
        <Text size="sm" c="dimmed" className="breakable">
          {facts.join(' · ')}
        </Text>
      )}
      {attempt.reply === null ? null : <RawReply reply={attempt.reply} />}
      {attempt.transcript === null ? null : <Transcript text={attempt.transcript} />}
    </Line>
  );
}
