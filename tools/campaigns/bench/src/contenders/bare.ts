import { type BareCalls, type BareOptions } from '../programs/bare.js';
import { type BenchStage, type SinkPorts } from '../stage/bench-stage.js';
import { Program } from '../stage/program.js';
import { type Contender } from './contender.js';

/** A Bull worker with nodemailer's pool, in a process of its own. */
export function bare(stage: BenchStage, { signs = false, sink = 'plain' }: { signs?: boolean; sink?: keyof SinkPorts } = {}): Contender {
  const { keyPem, certificatePem, chainPem } = stage.identity;
  const options: BareOptions = {
    redisUrl: stage.redis.url,
    documents: stage.documents.folder,
    port: stage.ports[sink],
    from: 'e-invoice@platform.example',
    ...(signs ? { signer: { keyPem, certificatePem, chainPem } } : {}),
  };
  return {
    sink,
    signs,
    takesJobs: true,
    async start() {
      const program = Program.start<BareCalls>('bare');
      await program.call('work', options);
      return { pids: [program.pid], settled: () => Promise.resolve(), stop: () => program.end() };
    },
  };
}
