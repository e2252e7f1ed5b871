// A private S3 server for each spec file, behind a proxy that can refuse, hold or cut requests as the test likes.
import { fork } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import path from 'node:path';
import { newScratchFolder } from '../processes/scratch-folder.js';

/**
 * What the proxy does with requests: refuses them with a status and one of S3's error codes; never answers (`silent`); breaks off in the
 * middle of the answer (`cut`); or closes the connection (`away`).
 */
export type S3Fault = { status: number; code: string } | 'silent' | 'cut' | 'away';

/** An S3 server that nobody else uses, with one bucket. */
export type TestS3Server = {
  /** Returns a URL of the document store, in a folder of the bucket. */
  url(prefix: string, bucket?: string): string;
  /** Environment variables that the SDK's default credential provider chain reads. */
  credentials: { AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string };
  /** Sets the fault for requests with this HTTP method from now on (for all if left out); `null` lets everything through. */
  fail(fault: S3Fault | null, method?: string): void;
  /** Method and path of each request so far. */
  requests: string[];
  stop(): Promise<void>;
};

const BUCKET = 'documents';
/** Access key and secret of the user that the server knows. */
const KEY = 'S3RVER';
// An ES module beside the sources, which is not compiled.
const PROGRAM = path.join(__dirname, '..', '..', 'src', 's3', 's3-server.program.mjs');

/** Starts a private S3 server on 127.0.0.1. It ends with this process at the latest. */
export async function startTestS3Server(): Promise<TestS3Server> {
  const directory = await newScratchFolder('s3');
  await mkdir(directory, { recursive: true });
  const child = fork(PROGRAM, [JSON.stringify({ directory, buckets: [BUCKET] })], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the S3 server has ended')));
    child.once('message', (said: { port: number }) => resolve(said.port));
  });
  let failing: { fault: S3Fault; method: string | undefined } | null = null;
  const requests: string[] = [];
  const door = createServer((asked, answer) => {
    requests.push(`${asked.method} ${asked.url}`);
    const fault = failing !== null && (failing.method ?? asked.method) === asked.method ? failing.fault : null;
    if (fault === null || fault === 'cut') passOn(port, asked, answer, fault === 'cut');
    else if (fault === 'away') asked.socket.destroy();
    else if (fault !== 'silent') refuse(asked, answer, fault);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  return {
    url: (prefix, bucket = BUCKET) => `s3://${bucket}/${prefix}?endpoint=${encodeURIComponent(endpoint)}&region=eu-central-1`,
    credentials: { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: KEY },
    fail: (fault, method) => (failing = fault && { fault, method }),
    requests,
    stop: async () => {
      door.closeAllConnections();
      await new Promise((resolve) => door.close(resolve));
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Passes a request on unchanged, because the signature covers the headers, including `Host`. */
function passOn(port: number, asked: IncomingMessage, answer: ServerResponse, isCut: boolean): void {
  const { method, url, headers } = asked;
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (said) => {
    answer.writeHead(said.statusCode ?? 502, said.headers);
    if (isCut) said.once('data', (block: Buffer) => answer.write(block.subarray(0, block.length / 2 + 1), () => answer.destroy()));
    if (isCut) said.once('end', () => answer.destroy());
    else said.pipe(answer);
  });
  onward.once('error', () => answer.destroy());
  asked.pipe(onward);
}

function refuse(asked: IncomingMessage, answer: ServerResponse, { status, code }: { status: number; code: string }): void {
  asked.resume().once('end', () => {
    answer.writeHead(status, { 'Content-Type': 'application/xml' });
    // Amazon repeats the request that it could not verify, including its token.
    const { authorization, 'x-amz-security-token': token = '' } = asked.headers;
    const repeated = `<CanonicalRequest>x-amz-security-token:${String(token)} ${authorization}</CanonicalRequest>`;
    answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>as the test likes</Message>${repeated}</Error>`);
  });
}
