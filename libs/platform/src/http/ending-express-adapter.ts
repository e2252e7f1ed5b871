import { type Server } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

// Most answers take a fraction of a second. Who is still sending then would not be through before an orchestrator kills the process.
const CLOSE_WITHIN_MS = 3000;

/**
 * Stops serving within a time that is ours. Node ends connections that wait between requests at once, but waits for ever for those that have
 * sent nothing yet, or half a request: its own time-outs for them end with the listening.
 */
export class EndingExpressAdapter extends ExpressAdapter {
  constructor(private readonly closeWithinMs = CLOSE_WITHIN_MS) {
    super();
  }

  override async close(): Promise<void> {
    const server = this.getHttpServer() as Server;
    const force = setTimeout(() => server.closeAllConnections(), this.closeWithinMs);
    await super.close();
    clearTimeout(force);
  }
}
