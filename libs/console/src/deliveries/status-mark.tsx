import { type DeliveryStatus, type DeliveryView, type RecipientStatus } from '@billing-mail/contracts';
import {
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClockPause,
  IconCornerDownLeft,
  IconHelpCircle,
  IconProgress,
  IconProgressAlert,
} from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type Catalogue } from '../words/catalogues.js';
import { useLanguage } from '../words/words-context.js';
import { isSettled } from './deliveries-queries.js';
import classes from './status-mark.module.css';

/** How something stands. Each has a class of its colour in `page.css`. */
export type Tone = 'good' | 'wait' | 'bad' | 'calm';
export type Mark = { icon: typeof IconProgress; tone: Tone };

/** `not_known`: accepted, and a report that does not say from whom the document came back may be about this recipient. */
type ShownStatus = DeliveryStatus | RecipientStatus | 'not_known';

export const MARKS: Record<ShownStatus, Mark> = {
  queued: { icon: IconCircleDashed, tone: 'wait' },
  sending: { icon: IconProgress, tone: 'wait' },
  waiting: { icon: IconClockPause, tone: 'wait' },
  sent: { icon: IconCircleCheck, tone: 'good' },
  partly_sent: { icon: IconProgressAlert, tone: 'bad' },
  failed: { icon: IconCircleX, tone: 'bad' },
  uncertain: { icon: IconHelpCircle, tone: 'bad' },
  cancelled: { icon: IconCircleDashed, tone: 'calm' },
  pending: { icon: IconProgress, tone: 'wait' },
  accepted: { icon: IconCircleCheck, tone: 'good' },
  rejected: { icon: IconCircleX, tone: 'bad' },
  bounced: { icon: IconCornerDownLeft, tone: 'bad' },
  not_known: { icon: IconHelpCircle, tone: 'calm' },
};

function StatusMark({ status, children }: { status: ShownStatus; children: ReactNode }) {
  const { icon: Icon, tone } = MARKS[status];
  return (
    <span className={classes.mark} data-status={status}>
      <Icon size={18} aria-hidden className={`tone-${tone}`} />
      <span>{children}</span>
    </span>
  );
}

type Of = Pick<DeliveryView, 'status' | 'failure'>;

/** State of a delivery as icon and words. */
export function DeliveryStatusMark({ delivery }: { delivery: Of }) {
  const { words } = useLanguage();
  const { status, text } = sayStatus(delivery, words);
  return <StatusMark status={status}>{text}</StatusMark>;
}

/** Returns the status and its words, which say what of ours the delivery waits for, or that it came back. */
export function sayStatus({ status, failure }: Of, { deliveries: words, bounces }: Catalogue): { status: DeliveryStatus; text: string } {
  const waitsFor: Partial<Record<string, string>> = words.waitsFor;
  const held = isSettled(status) ? undefined : waitsFor[failure?.code ?? ''];
  // The document was sent; only later did we learn that it came back.
  const cameBack = failure?.code === 'bounced' && (status === 'failed' || status === 'partly_sent') ? bounces.status[status] : undefined;
  return { status: held === undefined ? status : 'waiting', text: held ?? cameBack ?? words.status[status] };
}

/** State of a recipient as icon and words, with `children` after the words. */
export function RecipientStatusMark({ status, children }: { status: RecipientStatus | 'not_known'; children: ReactNode }) {
  const { deliveries, bounces } = useLanguage().words;
  return (
    <StatusMark status={status}>
      {status === 'not_known' ? bounces.notKnown : deliveries.recipientStatus[status]} {children}
    </StatusMark>
  );
}
