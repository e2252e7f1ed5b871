// What became of a billing run: how many documents went out, arrived as far as known, came back or wait; as figures and as a file.
import { Paper, Text, Title } from '@mantine/core';
import { type RunReport } from '@billing-mail/contracts';
import { type ReactNode } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useClients } from '../api/clients-context.js';
import { deliveriesPath, runReportPath } from '../paths.js';
import { useDocumentTitle } from '../shell/document-title.js';
import { PageSkeleton } from '../shell/page-skeleton.js';
import { Trouble } from '../shell/trouble.js';
import { type Language, useLanguage } from '../words/words-context.js';
import { CsvButton } from './csv-button.js';
import { writeFilter } from './delivery-filter.js';
import { LogPageHead } from './log-page.js';
import { readRunFilter, type RunFilter, writeRunFilter } from './run-filter.js';
import classes from './run-report.module.css';
import { RunReportFilter } from './run-report-filter.js';
import { readRun, useRunReport } from './run-report-queries.js';

export function RunReportPage({ team }: { team: string }) {
  const language = useLanguage();
  const { run } = language.words.bounces;
  const clients = useClients();
  const search = useSearch();
  const [, navigate] = useLocation();
  const filter = readRunFilter(search);
  useDocumentTitle(run.title);
  return (
    <>
      <LogPageHead team={team} title={run.title} lead={run.lead}>
        <CsvButton
          name={`report-${team}.csv`}
          read={async () => [run.csvColumns, ...(await readRun(clients, team, filter)).map((line) => toRow(line, language))]}
        />
      </LogPageHead>
      <RunReportFilter key={search} filter={filter} onChange={(next) => navigate(`${runReportPath(team)}${writeRunFilter(next)}`)} />
      <Figures team={team} filter={filter} />
    </>
  );
}

function Figures({ team, filter }: { team: string; filter: RunFilter }) {
  const { words, formats } = useLanguage();
  const { run } = words.bounces;
  const { data, error, refetch } = useRunReport(team, filter);
  if (data === undefined)
    return error ? <Trouble error={error} onRetry={() => void refetch()} /> : <PageSkeleton blocks={[240]} hasTitle={false} />;
  const { type, seriesId, occurrence, ...period } = filter;
  // The list can be filtered by neither type nor series.
  const isOfPeriod = (type ?? seriesId ?? occurrence) === undefined;
  const cameBack = isOfPeriod ? (
    <Link href={`${deliveriesPath(team)}${writeFilter({ ...period, status: 'bounced' })}`}>{run.cameBack}</Link>
  ) : (
    run.cameBack
  );
  return (
    <>
      {error ? <Trouble error={error} onRetry={() => void refetch()} /> : null}
      <Text mb="md" role="status">
        {run.summary(data.deliveries.total, data.recipients.total)}
      </Text>
      <div className={classes.columns}>
        <Table
          title={run.recipients}
          rows={linesOfRecipients(data.recipients, cameBack, run).map(([name, count, part]) => [name, formats.number(count), part])}
        />
        <Table
          title={run.documents}
          rows={linesOfDocuments(data.deliveries, run, words.deliveries.status).map(([name, count]) => [name, formats.number(count)])}
        />
      </div>
      <Text size="sm" c="dimmed" mt="md">
        {run.whatIsKnown}
      </Text>
    </>
  );
}

type Words = Language['words'];
/** `part`: a part of the figure above. */
type Line = [name: ReactNode, count: number, part?: 'part'];

const linesOfRecipients = (of: RunReport['recipients'], cameBack: ReactNode, run: Words['bounces']['run']): Line[] => [
  [run.wentOut, of.accepted + of.bounced + of.uncertain],
  [run.arrived, of.accepted, 'part'],
  [cameBack, of.bounced, 'part'],
  [run.uncertain, of.uncertain, 'part'],
  [run.refused, of.rejected],
  [run.underWay, of.pending],
  [run.cancelled, of.cancelled],
];

const linesOfDocuments = (of: RunReport['deliveries'], run: Words['bounces']['run'], status: Words['deliveries']['status']): Line[] => [
  [status.sent, of.sent],
  [run.partly, of.partly_sent],
  [run.toNobody, of.failed],
  [status.uncertain, of.uncertain],
  [run.underWay, of.queued + of.sending + of.waiting],
  [status.cancelled, of.cancelled],
];

function Table({ title, rows }: { title: string; rows: readonly [name: ReactNode, count: string, part?: 'part'][] }) {
  return (
    <Paper component="section" aria-label={title} withBorder p="lg" radius="md">
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      <table className={classes.table}>
        <tbody>
          {rows.map(([name, count, part], index) => (
            <tr key={index}>
              <th scope="row" className={part && classes.part}>
                {name}
              </th>
              <td>{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Paper>
  );
}

/** Translates a line of the service's file. A value without a translation, such as a state of a later version, stays as it is. */
function toRow(line: Record<string, string>, { words: { deliveries }, formats }: Language): string[] {
  const said = (words: Partial<Record<string, string>>, value = ''): string => words[value] ?? value;
  const { documentId = '', number = '', subject = '', address = '', reply = '', at = '', deliveryId = '' } = line;
  return [
    number,
    documentId,
    said(deliveries.types, line['type']),
    subject,
    said(deliveries.status, line['deliveryStatus']),
    said(deliveries.roles, line['role']),
    address,
    said(deliveries.recipientStatus, line['status']),
    at === '' ? '' : formats.cell(at),
    reply,
    deliveryId,
  ];
}
