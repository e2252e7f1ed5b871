import { TroubleLog } from './trouble-log.js';

describe('the log of trouble that repeats', () => {
  let nowMs: number;
  let lines: { message: string; code: string | undefined; untold: unknown }[];
  let log: TroubleLog;
  const refused = (code = 'ECONNREFUSED') => Object.assign(new Error('connect'), { code });

  beforeEach(() => {
    nowMs = 0;
    lines = [];
    const warn = ({ err, untold }: { err: { code?: string }; untold?: number }, message: string): void =>
      void lines.push({ message, code: err.code, untold });
    log = new TroubleLog({ warn } as never, () => nowMs);
  });

  it('tells it at once and then once a minute, with how often it came meanwhile', () => {
    for (nowMs = 0; nowMs <= 120_000; nowMs += 500) log.tell(refused(), {}, 'Redis is away');
    expect(lines.map(({ untold }) => untold)).toEqual([undefined, 119, 119]);
  });

  it('hides nothing that is another trouble', () => {
    log.tell(refused(), {}, 'Redis is away');
    log.tell(refused('ENOTFOUND'), {}, 'Redis is away');
    log.tell(refused(), {}, 'outcomes wait');
    log.tell(new Error('WRONGPASS'), {}, 'Redis is away');
    expect(lines.map(({ message, code }) => `${message}: ${code}`)).toEqual([
      'Redis is away: ECONNREFUSED',
      'Redis is away: ENOTFOUND',
      'outcomes wait: ECONNREFUSED',
      'Redis is away: undefined',
    ]);
  });
});
