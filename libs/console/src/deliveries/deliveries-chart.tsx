// Shows what became of the documents of the last 30 days, as a chart and as a table of the same figures. Each day links to its documents.
import { Text, Title } from '@mantine/core';
import { type DeliveryStatistics, type LogStatus } from '@billing-mail/contracts';
import { useId } from 'react';
import { Link } from 'wouter';
import { deliveriesPath } from '../paths.js';
import { useLanguage } from '../words/words-context.js';
import { ChartTable } from './chart-table.js';
import { type ChartLayout, layOutChart, SERIES, type Series } from './chart-layout.js';
import classes from './deliveries-chart.module.css';
import { writeFilter } from './delivery-filter.js';
import { CHART_DAYS, countTrouble, useStatistics } from './statistics-queries.js';

type Days = DeliveryStatistics['days'];
type Props = { team: string; from: string | undefined; until: string | undefined };

const HEIGHT = 112;
const DAYS_BETWEEN_LABELS = 7;

/** `from` and `until`: the days that the list shows. */
export function DeliveriesChart({ team, ...shown }: Props) {
  const { chart } = useLanguage().words.deliveries;
  const { data, error } = useStatistics(team);
  const title = useId();
  return (
    <section aria-labelledby={title} className={classes.chart}>
      <Patterns />
      <div className={classes.head}>
        <Title order={2} size="h4" id={title}>
          {chart.title(CHART_DAYS)}
        </Title>
        <Legend />
      </div>
      {/* As high as the chart in every state, so that nothing below moves. */}
      <div className={classes.frame}>
        {data ? <Bars team={team} days={data.days} {...shown} /> : error ? <Text size="sm">{chart.away}</Text> : null}
      </div>
      <ChartTable days={data?.days ?? []} hrefOf={(date, status) => pathOfDay(team, date, status)} />
    </section>
  );
}

const pathOfDay = (team: string, date: string, status?: LogStatus): string =>
  `${deliveriesPath(team)}${writeFilter({ from: date, until: date, ...(status === undefined ? {} : { status }) })}`;

function Bars({ team, days, from, until }: Props & { days: Days }) {
  const { words, formats } = useLanguage();
  const { chart } = words.deliveries;
  const { scaleEnd, bars } = layOutChart(days, HEIGHT);
  if (bars.every(({ segments }) => segments.length === 0)) return <Text c="dimmed">{chart.none(CHART_DAYS)}</Text>;
  const total = (count: (day: Days[number]) => number): number => days.reduce((sum, day) => sum + count(day), 0);
  const isShown = (date: string): boolean => (from ?? until) !== undefined && date >= (from ?? '') && date <= (until ?? date);
  return (
    <figure
      className={classes.figure}
      aria-label={chart.summary(
        total(({ sent }) => sent),
        total(({ fellBack }) => fellBack),
        total(countTrouble),
      )}
    >
      <span className={classes.scale} aria-hidden>
        <span>{formats.number(scaleEnd)}</span>
        <span>0</span>
      </span>
      {/* For readers who see and use a pointer; the table has the same content for everybody else. */}
      <svg className={classes.plot} height={HEIGHT} aria-hidden>
        {bars.map((bar, index) => (
          <Bar key={bar.date} bar={bar} index={index} of={bars.length} href={pathOfDay(team, bar.date)} isShown={isShown(bar.date)} />
        ))}
      </svg>
      <span className={classes.days} aria-hidden>
        {days.map(({ date }, index) =>
          (days.length - 1 - index) % DAYS_BETWEEN_LABELS === 0 ? (
            <span key={date} style={{ left: percent((index + 0.5) / days.length) }}>
              {formats.calendarDay(date)}
            </span>
          ) : null,
        )}
      </span>
    </figure>
  );
}

type BarProps = { bar: ChartLayout['bars'][number]; index: number; of: number; href: string; isShown: boolean };

function Bar({ bar: { date, segments }, index, of, href, isShown }: BarProps) {
  const { words, formats } = useLanguage();
  const { series } = words.deliveries.chart;
  const hint = [formats.calendarDay(date), ...segments.map((each) => `${formats.number(each.count)} ${series[each.series]}`)].join('\n');
  return (
    <Link href={href} tabIndex={-1} className={classes.bar} data-date={date} data-shown={isShown || undefined}>
      <title>{hint}</title>
      <rect className={classes.day} x={percent(index / of)} width={percent(1 / of)} y={0} height={HEIGHT} />
      {segments.map(({ series: each, top, height }) => (
        <rect
          key={each}
          className={classes[each]}
          fill={`url(#${patternId(each)})`}
          x={percent((index + 0.15) / of)}
          width={percent(0.7 / of)}
          y={top}
          height={height}
        />
      ))}
    </Link>
  );
}

function Legend() {
  const { series } = useLanguage().words.deliveries.chart;
  return (
    <ul className={`plain-list ${classes.legend}`}>
      {SERIES.map((each) => (
        <li key={each}>
          <svg width={14} height={14} aria-hidden className={classes[each]}>
            <rect width={14} height={14} fill={`url(#${patternId(each)})`} />
          </svg>
          {series[each]}
        </li>
      ))}
    </ul>
  );
}

const patternId = (series: Series): string => `chart-${series}`;
const percent = (part: number): string => `${(part * 100).toFixed(3)}%`;

// Patterns, so that the series differ not by colour alone (WCAG 2.2 1.4.1): plain, striped and crossed.
const STRIPES: Record<Series, string> = { sent: '', fellBack: 'M0 6L6 0', trouble: 'M0 6L6 0M0 0L6 6' };

function Patterns() {
  return (
    <svg width={0} height={0} className={classes.patterns} aria-hidden>
      {SERIES.map((each) => (
        <pattern key={each} id={patternId(each)} className={classes[each]} width={6} height={6} patternUnits="userSpaceOnUse">
          <rect width={6} height={6} className={classes.ground} />
          <path d={STRIPES[each]} className={classes.stripes} />
        </pattern>
      ))}
    </svg>
  );
}
