// A real S3 server on loopback in a process of its own. It knows keys but computes no signatures; what it lacks and we need is added in front of it,
// as Amazon documents it: a put with `If-None-Match: *` is refused where the object is there. It neither lists nor ends uploads in parts.
import { createRequire } from 'node:module';

const S3rver = createRequire(import.meta.url)('s3rver');
const { directory, buckets } = JSON.parse(process.argv[2]);

const server = new S3rver({
  ...{ address: '127.0.0.1', port: 0, silent: true, directory, vhostBuckets: false },
  configureBuckets: buckets.map((name) => ({ name })),
});
server.middleware.unshift(async (ctx, next) => {
  const [bucket, ...key] = decodeURIComponent(ctx.path).slice(1).split('/');
  const isConditional = ctx.method === 'PUT' && ctx.get('if-none-match') === '*';
  if (!isConditional || !(await server.store.existsObject(bucket, key.join('/')))) return next();
  // Answered before the body has come, the client would take the broken connection for trouble.
  await new Promise((resolve) => ctx.req.resume().once('end', resolve));
  ctx.status = 412;
  ctx.type = 'application/xml';
  ctx.body = '<?xml version="1.0"?><Error><Code>PreconditionFailed</Code><Message>It is there.</Message></Error>';
});

const { port } = await server.run();
process.send({ port });
process.once('disconnect', () => process.exit());
