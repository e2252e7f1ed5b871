// A real S3 server on loopback in a process of its own. It checks access keys but computes no signatures, and it neither lists nor aborts
// multipart uploads. A feature that it lacks and we need is added in front of it, as Amazon documents it: a PUT with `If-None-Match: *` is
// refused if the object exists.
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
  // If the answer came before the body was read, the client would see a broken connection and take it for a failure.
  await new Promise((resolve) => ctx.req.resume().once('end', resolve));
  ctx.status = 412;
  ctx.type = 'application/xml';
  ctx.body = '<?xml version="1.0"?><Error><Code>PreconditionFailed</Code><Message>It is there.</Message></Error>';
});

const { port } = await server.run();
process.send({ port });
process.once('disconnect', () => process.exit());
