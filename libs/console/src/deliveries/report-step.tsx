// Shows what another server or a program reported about a delivery, as an event of its course.
import { Text } from '@mantine/core';
import { type ReportKind } from '@billing-mail/contracts';
import {
  IconCalendarOff,
  IconClockPause,
  IconCornerDownLeft,
  IconMailCheck,
  IconMailForward,
  IconMessageReply,
  IconThumbDown,
  IconUsers,
} from '@tabler/icons-react';
import { useLanguage } from '../words/words-context.js';
import { Line } from './course-line.js';
import { type CourseStep } from './delivery-course.js';
import { RawReply } from './raw-reply.js';
import { type Tone } from './status-mark.js';

const LOOKS: Record<ReportKind, { icon: typeof IconMailCheck; tone: Tone }> = {
  bounced: { icon: IconCornerDownLeft, tone: 'bad' },
  delayed: { icon: IconClockPause, tone: 'wait' },
  delivered: { icon: IconMailCheck, tone: 'good' },
  relayed: { icon: IconMailForward, tone: 'calm' },
  expanded: { icon: IconUsers, tone: 'calm' },
  complaint: { icon: IconThumbDown, tone: 'bad' },
  absence: { icon: IconCalendarOff, tone: 'calm' },
  auto_reply: { icon: IconMessageReply, tone: 'calm' },
};

type Reported = Extract<CourseStep, { kind: 'reported' }>;

/** `at`, and `until`, the time until which the other server tries, are already formatted. */
export function ReportStep({ step: { report, isPassedOn }, at, until }: { step: Reported; at: string; until: string | null }) {
  const words = useLanguage().words.bounces;
  const { kind, recipient, reporter, explanation, diagnostic } = report;
  const { icon: Icon, tone } = LOOKS[kind];
  return (
    <Line icon={<Icon aria-hidden />} tone={tone} title={words.reports[kind](isPassedOn ? words.passedOn : recipient)} at={at}>
      {/* The explanation is about the delivery's own recipient. */}
      {explanation === null || isPassedOn ? null : (
        <Text size="sm">
          {explanation} {recipient === null ? words.askAll : ''}
        </Text>
      )}
      {until === null ? null : <Text size="sm">{words.triedUntil(until)}</Text>}
      {reporter === null ? null : (
        <Text size="sm" c="dimmed" className="breakable">
          {words.reportedBy(reporter)}
        </Text>
      )}
      {diagnostic === null ? null : <RawReply reply={diagnostic} title={words.rawReport} />}
    </Line>
  );
}
