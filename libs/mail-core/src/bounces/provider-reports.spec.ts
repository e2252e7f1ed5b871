import { readReport } from './read-report.js';
import { MESSAGE_ID, PROVIDER_REPORTS, RECIPIENTS } from './testing/provider-reports.js';

describe('reports of providers and programs in several languages', () => {
  it.each(PROVIDER_REPORTS)('reads $name', async ({ raw, says }) => {
    const report = await readReport(raw, { recipients: RECIPIENTS, messageIds: [MESSAGE_ID] });
    if (typeof says === 'string') {
      expect(report).toMatchObject(
        says === 'absence' ? { kind: 'auto_reply', absence: true } : { kind: 'complaint', recipient: RECIPIENTS[0] },
      );
      return;
    }
    const fates = report.kind === 'fates' ? report.fates : [];
    expect(fates.map(({ recipient, action }) => [recipient, action])).toEqual(says.map(([recipient, action]) => [recipient, action]));
    for (const [index, [, , ...classes]] of says.entries()) expect(classes).toContain(fates[index]?.class);
  });
});
