// Deliveries that did not end as sent and that nobody has sent again: announced at the head of a page, and sent again in one go.
import { Alert, Anchor, Button, Checkbox, Group, Modal, Progress, Text, VisuallyHidden } from '@mantine/core';
import { type DeliverySummary } from '@billing-mail/contracts';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { ask, type Clients } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { deliveriesPath, deliveryPath } from '../paths.js';
import { type TeamRole } from '../session/read-token.js';
import { Address } from '../shell/address.js';
import { BusyButton } from '../shell/busy-button.js';
import { DialogFoot } from '../shell/dialog-foot.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { CALM_MS, hasAnswered, readAll, readDeliveries, readInTime } from './deliveries-queries.js';
import { useIncidents } from './incident-queries.js';
import { type DeliveryFilter, writeFilter } from './delivery-filter.js';
import classes from './needs-attention.module.css';
import { noted, NoteField } from './note-field.js';

const ATTENTION: DeliveryFilter = { status: 'needs_attention' };
/** Deliveries are counted up to this number; a reader needs no larger one to see that there are many. */
const COUNTED = 100;

function useAttention(team: string) {
  const clients = useClients();
  return useQuery({
    queryKey: ['deliveries-attention', team],
    queryFn: () => readDeliveries(clients, team, ATTENTION, null, { limit: COUNTED }),
    refetchInterval: CALM_MS,
  });
}

/** Returns whether the page knows what stands at its head, so that nothing below moves. */
export function useIsAttentionKnown(team: string): boolean {
  const [attention, incidents] = [useAttention(team), useIncidents(team)];
  return hasAnswered(attention) && hasAnswered(incidents);
}

/** Returns the address at which a reader begins with the log: filtered by what needs attention if anything does. */
export const useStartOfLog = (team: string): string =>
  `${deliveriesPath(team)}${(useAttention(team).data?.items.length ?? 0) > 0 ? writeFilter(ATTENTION) : ''}`;

type BannerProps = { team: string; role: TeamRole; variant?: 'filled' | 'default' };

/** `variant`: of its button, which is not the main one of every page. */
export function AttentionBanner({ team, role, variant = 'filled' }: BannerProps) {
  const words = useLanguage().words.deliveries.attention;
  const { data } = useAttention(team);
  const [isOpen, setIsOpen] = useState(false);
  const { items, nextCursor } = data ?? { items: [], nextCursor: null };
  return (
    <>
      {items.length === 0 ? null : (
        <Alert color="yellow" variant="outline" icon={<IconAlertTriangle aria-hidden />} mb="md" className={classes.banner} role="status">
          <Text size="sm">{words.count(items.length, nextCursor !== null)}</Text>
          <Group gap="md" mt="xs">
            {role === 'admin' ? (
              <Button variant={variant} size="xs" onClick={() => setIsOpen(true)}>
                {words.open}
              </Button>
            ) : null}
            <Anchor component={Link} href={`${deliveriesPath(team)}${writeFilter(ATTENTION)}`} size="sm" underline="always">
              {words.show(items.length)}
            </Anchor>
          </Group>
        </Alert>
      )}
      {/* Stays when the last delivery is gone from the list, and then says how the sending went. */}
      <SendAllAgainDialog team={team} filter={ATTENTION} isOpen={isOpen} onClose={() => setIsOpen(false)} />
    </>
  );
}

/** States in which a delivery may need attention. A filter by one of them may also show deliveries that were sent again since. */
const UNSENT = ['failed', 'partly_sent', 'uncertain'] as const satisfies readonly DeliverySummary['status'][];

/** Returns whether the filter shows only deliveries that did not end as sent. */
export const mayHoldUnsent = ({ status }: DeliveryFilter): boolean =>
  status === 'needs_attention' || status === 'in_trouble' || UNSENT.some((each) => each === status);

/** Reads the deliveries that the filter shows and that nobody has sent again. @throws ProblemError, AwayError */
async function readUnsent(clients: Clients, team: string, filter: DeliveryFilter): Promise<DeliverySummary[]> {
  const found = await readAll(clients, team, { ...filter, status: 'needs_attention' });
  return UNSENT.some((each) => each === filter.status) ? found.filter(({ status }) => status === filter.status) : found;
}

/** Button that sends again what the filter shows, or some of it: recipients who did not get it get it as a new delivery. */
export function SendAllAgain({ team, filter }: { team: string; filter: DeliveryFilter }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>{useLanguage().words.deliveries.attention.open}</Button>
      <SendAllAgainDialog team={team} filter={filter} isOpen={isOpen} onClose={() => setIsOpen(false)} />
    </>
  );
}

type DialogProps = { team: string; filter: DeliveryFilter; isOpen: boolean; onClose: () => void };

function SendAllAgainDialog({ team, filter, isOpen, onClose }: DialogProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title={useLanguage().words.deliveries.attention.title} size="lg">
      <SendAllAgainForm team={team} filter={filter} onDone={onClose} />
    </Modal>
  );
}

/**
 * Returns whether a delivery is chosen from the start. The others go out only on purpose: a recipient who may have the document would get
 * it twice, and an address that does not exist would fail again.
 */
const isWorthwhile = ({ status, failure }: DeliverySummary): boolean => status !== 'uncertain' && failure?.code !== 'recipient_unknown';

function SendAllAgainForm({ team, filter, onDone }: { team: string; filter: DeliveryFilter; onDone: () => void }) {
  const { attention: words, resend } = useLanguage().words.deliveries;
  const clients = useClients();
  const found = useQuery({
    // Not one of the keys `deliveries…`, which are read again after sending: the list must not change while the reader looks at it and
    // unticks entries, and the next dialog must begin with a list of its own.
    queryKey: ['unsent', team, filter],
    queryFn: () => readUnsent(clients, team, filter),
    staleTime: Infinity,
    gcTime: 0,
  });
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  const [note, setNote] = useState('');
  const sending = useSendAgain(team);
  if (found.error) return <Trouble error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Text role="status">{words.reading}</Text>;
  const isChosen = (item: DeliverySummary): boolean => isWorthwhile(item) !== changed.has(item.id);
  const chosen = found.data.filter(isChosen);
  const toggle = (id: string): void => setChanged(new Set(changed.has(id) ? [...changed].filter((each) => each !== id) : [...changed, id]));
  const chooseAll = (isToBe: boolean): void =>
    setChanged(new Set(found.data.filter((item) => isWorthwhile(item) !== isToBe).map(({ id }) => id)));
  if (sending.state !== null) return <Sending {...sending.state} onDone={onDone} />;
  if (found.data.length === 0) return <Text role="status">{words.nothingLeft}</Text>;
  return (
    <>
      <Text mb="md">{words.lead}</Text>
      <Group gap="xs" mb="sm">
        <Button variant="default" size="compact-sm" onClick={() => chooseAll(true)}>
          {resend.all}
        </Button>
        <Button variant="default" size="compact-sm" onClick={() => chooseAll(false)}>
          {resend.nobody}
        </Button>
      </Group>
      <div className={classes.list}>
        {found.data.map((item) => (
          <Checkbox
            key={item.id}
            checked={isChosen(item)}
            label={<UnsentDocument team={team} item={item} />}
            description={item.status === 'uncertain' ? words.uncertain : item.failure?.message}
            onChange={() => toggle(item.id)}
          />
        ))}
      </div>
      <div className={classes.note}>
        <NoteField label={resend.note} note={note} onChange={setNote} />
      </div>
      <DialogFoot>
        <BusyButton busy={false} disabled={chosen.length === 0} onClick={() => sending.begin(chosen, note)}>
          {words.send(chosen.length)}
        </BusyButton>
      </DialogFoot>
    </>
  );
}

/** Names a document and its customer. The link opens a tab of its own, because this page keeps what is ticked. */
function UnsentDocument({ team, item: { id, document, status, recipients, recipientCount } }: { team: string; item: DeliverySummary }) {
  const { page, deliveries } = useLanguage().words;
  const [first] = recipients;
  return (
    <span className="breakable">
      <Anchor href={deliveryPath(team, id)} target="_blank" inherit underline="always">
        {deliveries.types[document.type]} <span className="number">{document.number ?? document.id}</span>
        <VisuallyHidden> ({page.newTab})</VisuallyHidden>
      </Anchor>
      {first === undefined ? null : (
        <span className={classes.recipient}>
          <Address>{first.name === null ? first.address : `${first.name} <${first.address}>`}</Address>
          {/* The others of a document that was sent to some do not all get it again. */}
          {recipientCount > 1 && status !== 'partly_sent' ? ` ${deliveries.andMore(recipientCount - 1)}` : null}
        </span>
      )}
    </span>
  );
}

type SendingState = { sent: number; total: number; failed: { item: DeliverySummary; error: Error }[]; isOver: boolean };

function Sending({ sent, total, failed, isOver, onDone }: SendingState & { onDone: () => void }) {
  const { attention: words, types } = useLanguage().words.deliveries;
  const { close } = useLanguage().words.page;
  return (
    <div role="status">
      <Text mb="xs">{isOver ? words.done(sent) : words.progress(sent, total)}</Text>
      <Progress value={(100 * (sent + failed.length)) / total} aria-label={words.title} mb="md" />
      {failed.map(({ item, error }) => (
        <Trouble key={item.id} error={error} title={`${types[item.document.type]} ${item.document.number ?? item.document.id}`} />
      ))}
      {isOver ? (
        <DialogFoot>
          <Button onClick={onDone}>{close}</Button>
        </DialogFoot>
      ) : null}
    </div>
  );
}

type SendingAgain = { state: SendingState | null; begin: (items: readonly DeliverySummary[], note: string) => void };

/**
 * Sends deliveries again one after the other, each under an idempotency key of its own: begun twice, or in two windows, a delivery goes
 * out once, with the first note.
 */
function useSendAgain(team: string): SendingAgain {
  const { dispatcher } = useClients();
  const queries = useQueryClient();
  const [state, setState] = useState<SendingState | null>(null);
  const run = async (items: readonly DeliverySummary[], note: string): Promise<void> => {
    let now: SendingState = { sent: 0, total: items.length, failed: [], isOver: false };
    setState(now);
    for (const item of items) {
      try {
        const path = { teamId: team, id: item.id };
        const header = { 'Idempotency-Key': `all-again-${item.id}` };
        const asked = { params: { path, header }, body: noted(note) };
        await readInTime(() => ask(dispatcher.POST('/v1/teams/{teamId}/deliveries/{id}/resend', asked)));
        now = { ...now, sent: now.sent + 1 };
      } catch (error) {
        now = { ...now, failed: [...now.failed, { item, error: error as Error }] };
      }
      setState(now);
    }
    setState({ ...now, isOver: true });
    await queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('deliveries') });
  };
  return { state, begin: (items, note) => void run(items, note) };
}
