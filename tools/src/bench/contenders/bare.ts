import { type BareCalls, type BareOptions } from '../programs/bare.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { Program } from '../stage/program.js';
import { type Contender } from './contender.js';

/** A Bull worker with nodemailer's pool, in a process of its own; `port` is another way to the sink. */
export function bare(stage: BenchStage, { signs = false, port = stage.ports.plain }: { signs?: boolean; port?: number } = {}): Contender {
  const { keyPem, certificatePem, chainPem } = stage.identity;
  const options: BareOptions = {
    redisUrl: stage.redis.url,
    documents: stage.documents.folder,
    port,
    from: 'e-invoice@platform.example',
    ...(signs ? { signer: { keyPem, certificatePem, chainPem } } : {}),
  };
  return {
    sink: 'plain',
    signs,
    takesJobs: true,
    async start() {
      const program = Program.start<BareCalls>('bare');
      await program.call('work', options);
      return { pids: [program.pid], settled: () => Promise.resolve(), stop: () => program.end() };
    },
  };
}
