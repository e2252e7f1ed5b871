// Addresses from which documents came back for good: since when, why, and which document. The list can be saved, and an address forgotten
// once it is right.
import { Anchor, Text } from '@mantine/core';
import { type BouncedAddressView } from '@billing-mail/contracts';
import { Link } from 'wouter';
import { useClients } from '../api/clients-context.js';
import { deliveryPath } from '../paths.js';
import { type TeamRole } from '../session/read-token.js';
import { Address } from '../shell/address.js';
import { BusyButton } from '../shell/busy-button.js';
import { useDocumentTitle } from '../shell/document-title.js';
import { useFocusIf } from '../shell/focus-if.js';
import { Nothing } from '../shell/nothing.js';
import { PageSkeleton } from '../shell/page-skeleton.js';
import rows from '../shell/rows.module.css';
import { Trouble } from '../shell/trouble.js';
import { type Language, useLanguage } from '../words/words-context.js';
import { CsvButton } from './csv-button.js';
import { LogPageHead } from './log-page.js';
import { RawReply } from './raw-reply.js';
import classes from './undeliverable-page.module.css';
import { readAllUndeliverable, useForget, useUndeliverable } from './undeliverable-queries.js';

type Props = { team: string; role: TeamRole };

export function UndeliverablePage({ team, role }: Props) {
  const language = useLanguage();
  const { undeliverable } = language.words.bounces;
  const clients = useClients();
  useDocumentTitle(undeliverable.title);
  return (
    <>
      <LogPageHead team={team} title={undeliverable.title} lead={undeliverable.lead}>
        <CsvButton
          name={`undeliverable-${team}.csv`}
          read={async () => [undeliverable.csvColumns, ...(await readAllUndeliverable(clients, team)).map((each) => toRow(each, language))]}
        />
      </LogPageHead>
      <BouncedAddresses team={team} role={role} />
    </>
  );
}

function BouncedAddresses({ team, role }: Props) {
  const { undeliverable } = useLanguage().words.bounces;
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useUndeliverable(team);
  const forgetting = useForget(team);
  if (data === undefined)
    return error ? <Trouble error={error} onRetry={() => void refetch()} /> : <PageSkeleton blocks={[96, 96, 96]} hasTitle={false} />;
  const items = data.pages.flatMap((page) => page.items);
  return (
    <>
      {error ? <Trouble error={error} onRetry={() => void refetch()} /> : null}
      {forgetting.error ? <Trouble error={forgetting.error} /> : null}
      {forgetting.isSuccess ? <Forgotten key={forgetting.variables} address={forgetting.variables} /> : null}
      {items.length === 0 ? <Nothing title={undeliverable.empty} text={undeliverable.emptyText} /> : null}
      <ul className={`plain-list ${rows.rows} ${classes.list}`}>
        {items.map((item) => (
          <BouncedAddress
            key={item.address}
            team={team}
            item={item}
            onForget={role === 'admin' ? () => forgetting.mutate(item.address) : null}
            isBusy={forgetting.isPending && forgetting.variables === item.address}
          />
        ))}
      </ul>
      {hasNextPage ? (
        <BusyButton variant="default" mt="md" onClick={() => void fetchNextPage()} busy={isFetchingNextPage}>
          {undeliverable.more}
        </BusyButton>
      ) : null}
      {role === 'member' && items.length > 0 ? (
        <Text size="sm" c="dimmed" mt="sm">
          {undeliverable.readOnly}
        </Text>
      ) : null}
    </>
  );
}

/** Takes the focus, because the button that had it is gone. */
function Forgotten({ address }: { address: string }) {
  const { forgotten } = useLanguage().words.bounces.undeliverable;
  return (
    <Text ref={useFocusIf<HTMLParagraphElement>(true)} role="status" tabIndex={-1} mb="md" className="breakable">
      <Address>{forgotten(address)}</Address>
    </Text>
  );
}

type AddressProps = { team: string; item: BouncedAddressView; onForget: (() => void) | null; isBusy: boolean };

function BouncedAddress({ team, item, onForget, isBusy }: AddressProps) {
  const { words, formats } = useLanguage();
  const { undeliverable } = words.bounces;
  const { address, explanation, diagnostic, bouncedAt, until, document, deliveryId } = item;
  return (
    <li data-address={address}>
      <div className={rows.text}>
        <Text fw={550} className="breakable">
          <Address>{address}</Address>
        </Text>
        <Text size="sm">{explanation}</Text>
        <Text size="sm" c="dimmed">
          {undeliverable.since(formats.dateTime(bouncedAt), formats.dateTime(until))}
          {document === null ? null : (
            <>
              {' · '}
              <Anchor component={Link} href={deliveryPath(team, deliveryId)} size="sm" underline="always" className="breakable">
                {words.deliveries.types[document.type]} <span className="number">{document.number ?? document.id}</span>
              </Anchor>
            </>
          )}
        </Text>
        {diagnostic === null ? null : <RawReply reply={diagnostic} title={words.bounces.rawReport} />}
      </div>
      {onForget === null ? null : (
        <BusyButton variant="default" size="xs" busy={isBusy} onClick={onForget} aria-label={undeliverable.forgetOf(address)}>
          {undeliverable.forget}
        </BusyButton>
      )}
    </li>
  );
}

function toRow(
  { address, bouncedAt, until, explanation, diagnostic, document, deliveryId }: BouncedAddressView,
  { words, formats }: Language,
): string[] {
  return [
    address,
    formats.cell(bouncedAt),
    formats.cell(until),
    explanation,
    diagnostic ?? '',
    document === null ? '' : words.deliveries.types[document.type],
    document?.number ?? '',
    document?.id ?? '',
    deliveryId,
  ];
}
