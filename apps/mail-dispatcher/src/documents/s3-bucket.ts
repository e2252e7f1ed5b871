// Accesses the objects of one bucket. This is the only file that loads Amazon's SDK and knows its errors.
import type * as Sdk from '@aws-sdk/client-s3';
import { DocumentStoreUnavailableError } from './document-store.js';

/** A bucket at Amazon or at another server with an S3 API, and the folder in it. */
export type S3Place = { bucket: string; prefix: string; endpoint: string | null; region: string | null };
/** Time limits: for the connection, for the beginning of a response, and for each pause within it. */
export type S3Patience = { connectMs: number; answerMs: number; silenceMs: number };
export type S3Object = { key: string; modifiedAt: Date };

const PATIENCE: S3Patience = { connectMs: 5_000, answerMs: 30_000, silenceMs: 30_000 };
/** Objects in one batch. */
const LISTED = 500;

/** The SDK, once it is loaded, and the client. */
type Connection = { sdk: typeof Sdk; client: Sdk.S3Client };
type Failure = { name?: string; code?: string; Code?: string; $metadata?: { httpStatusCode?: number } };

/** S3 refused a request, with a status and an error code. */
class S3Refusal extends DocumentStoreUnavailableError {
  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export class S3Bucket {
  private connection: Promise<Connection> | undefined;
  private takesConditions = true;

  constructor(
    private readonly at: S3Place,
    private readonly patience: S3Patience = PATIENCE,
  ) {}

  /** Returns all bytes of an object; `null` if it does not exist. */
  async get(key: string): Promise<Buffer | null> {
    const found = await this.ask('GetObject', ({ sdk, client }) => client.send(new sdk.GetObjectCommand(this.named(key))).then(bytesOf));
    return found === null ? null : found.bytes;
  }

  /** Returns at most `bytes` bytes from the offset `from`, and the size of the whole object; `null` if it does not exist. */
  async piece(key: string, from: number, bytes: number): Promise<{ bytes: Buffer; size: number } | null> {
    const Range = `bytes=${from}-${from + bytes - 1}`;
    return this.ask('GetObject', ({ sdk, client }) => client.send(new sdk.GetObjectCommand({ ...this.named(key), Range })).then(bytesOf));
  }

  /** Returns when an object was written; `null` if it does not exist. */
  async modifiedAt(key: string): Promise<Date | null> {
    const found = await this.ask('GetObject', ({ sdk, client }) =>
      client.send(new sdk.GetObjectCommand({ ...this.named(key), Range: 'bytes=0-0' })).then(async (answer) => {
        await bytesOf(answer);
        return answer.LastModified ?? new Date();
      }),
    );
    return found;
  }

  /**
   * Writes an object unless it exists; returns whether it did. If the server does not support conditional writes, an existing object is
   * overwritten, or left as it is if `elseOver` is false.
   */
  async putOnce(key: string, bytes: Buffer, elseOver = true): Promise<boolean> {
    const put = (IfNoneMatch?: '*') =>
      this.ask('PutObject', ({ sdk, client }) =>
        client.send(new sdk.PutObjectCommand({ ...this.named(key), Body: bytes, ContentLength: bytes.length, IfNoneMatch })),
      );
    if (this.takesConditions) {
      try {
        await put('*');
        return true;
      } catch (error) {
        if (!(error instanceof S3Refusal)) throw error;
        if (error.status === 412) return false;
        if (error.status === 501) this.takesConditions = false;
        // 409: another process is writing the same object now, and may still fail.
        else if (error.status !== 409) throw error;
      }
    }
    if (!elseOver && (await this.get(key)) !== null) return false;
    await put();
    return true;
  }

  /**
   * Writes an object in parts. All parts but the last have the same size, at least 5 MiB. The object exists only after the last part; if
   * the source fails, there is no object.
   */
  async upload(key: string, parts: AsyncIterable<Buffer>): Promise<void> {
    const begun = await this.ask('CreateMultipartUpload', ({ sdk, client }) =>
      client.send(new sdk.CreateMultipartUploadCommand(this.named(key))),
    );
    const upload = { ...this.named(key), UploadId: begun?.UploadId };
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    try {
      for await (const Body of parts) {
        const PartNumber = Parts.length + 1;
        const part = { ...upload, PartNumber, Body, ContentLength: Body.length };
        const put = await this.ask('UploadPart', ({ sdk, client }) => client.send(new sdk.UploadPartCommand(part)));
        Parts.push({ PartNumber, ETag: put?.ETag });
      }
      const whole = { ...upload, MultipartUpload: { Parts } };
      await this.ask('CompleteMultipartUpload', ({ sdk, client }) => client.send(new sdk.CompleteMultipartUploadCommand(whole)));
    } catch (error) {
      // The error to report is the first one. Parts that remain are removed by `abortUploads`.
      await this.abort(upload).catch(() => undefined);
      throw error;
    }
  }

  /** Copies an object; returns false if it does not exist. */
  async copy(from: string, to: string): Promise<boolean> {
    const CopySource = [this.at.bucket, ...this.named(from).Key.split('/')].map(encodeURIComponent).join('/');
    const copied = await this.ask('CopyObject', ({ sdk, client }) =>
      client.send(new sdk.CopyObjectCommand({ ...this.named(to), CopySource })),
    );
    return copied !== null;
  }

  /** Removes an object; does nothing if it does not exist. */
  async remove(key: string): Promise<void> {
    await this.ask('DeleteObject', ({ sdk, client }) => client.send(new sdk.DeleteObjectCommand(this.named(key))));
  }

  /** Lists the objects in a folder and in all folders below, in batches. */
  async *list(folder: string): AsyncGenerator<S3Object[]> {
    const { Bucket, Key: Prefix } = this.named(folder);
    for (let ContinuationToken: string | undefined, isLast = false; !isLast;) {
      const page = { Bucket, Prefix, MaxKeys: LISTED, ContinuationToken };
      const answer = await this.ask('ListObjectsV2', ({ sdk, client }) => client.send(new sdk.ListObjectsV2Command(page)));
      yield (answer?.Contents ?? []).map(({ Key = '', LastModified = new Date() }) => ({
        key: Key.slice(this.at.prefix.length),
        modifiedAt: LastModified,
      }));
      ContinuationToken = answer?.NextContinuationToken;
      isLast = answer?.IsTruncated !== true || ContinuationToken === undefined;
    }
  }

  /**
   * Aborts uploads into a folder that were begun before that time; returns how many. If a server can't list uploads, its own clean-up rules
   * have to abort them.
   */
  async abortUploads(folder: string, begunBefore: Date): Promise<number> {
    const { Bucket, Key: Prefix } = this.named(folder);
    const listed = await this.ask('ListMultipartUploads', ({ sdk, client }) =>
      client.send(new sdk.ListMultipartUploadsCommand({ Bucket, Prefix })),
    ).catch((error: unknown) => {
      if (error instanceof S3Refusal && error.status === 501) return null;
      throw error;
    });
    const old = (listed?.Uploads ?? []).filter(({ Initiated }) => Initiated !== undefined && Initiated < begunBefore);
    // An upload that has ended meanwhile makes this pass fail; the next one continues.
    for (const { Key, UploadId } of old) await this.abort({ Bucket, Key, UploadId });
    return old.length;
  }

  private async abort({ Bucket, Key, UploadId }: { Bucket: string; Key: string | undefined; UploadId: string | undefined }): Promise<void> {
    await this.ask('AbortMultipartUpload', ({ sdk, client }) =>
      client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId })),
    );
  }

  private named(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.at.bucket, Key: this.at.prefix + key };
  }

  /** Sends a request; returns `null` if the object does not exist. */
  private async ask<T>(what: string, request: (connection: Connection) => Promise<T>): Promise<T | null> {
    const connection = await (this.connection ??= this.connect());
    try {
      return await request(connection);
    } catch (error) {
      return this.translate(what, error as Failure);
    }
  }

  /** An error of the SDK may contain the request with its session token, so only harmless parts are passed on. */
  private translate(what: string, { name, code, Code, $metadata }: Failure): null {
    const status = $metadata?.httpStatusCode;
    const kind = Code ?? code ?? name ?? 'unknown';
    if (status === 404 && name === 'NoSuchKey') return null;
    const { bucket, endpoint } = this.at;
    const store = `The bucket ${bucket}${endpoint === null ? '' : ` at ${endpoint}`}`;
    if (status === undefined || status < 300) throw new DocumentStoreUnavailableError(`${store} gives no answer to ${what}: ${kind}.`);
    throw new S3Refusal(`${store} answers ${status} ${kind} to ${what}.`, kind, status);
  }

  // The SDK is loaded only if documents are kept in S3, because that takes a third of a second and 20 MB.
  private async connect(): Promise<Connection> {
    const sdk = await import('@aws-sdk/client-s3');
    const { endpoint, region } = this.at;
    const { connectMs, answerMs, silenceMs } = this.patience;
    const client = new sdk.S3Client({
      ...(region === null ? (endpoint === null ? {} : { region: 'us-east-1' }) : { region }),
      // Outside of Amazon, a bucket is usually not a host name of its own.
      ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
      // Not every server supports the newer checksums. The signature covers the hash of what is sent, and readers check the hash of what
      // they read.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: connectMs, requestTimeout: answerMs, socketTimeout: silenceMs, throwOnRequestTimeout: true },
    });
    return { sdk, client };
  }
}

type Answer = {
  Body?: { transformToByteArray(): Promise<Uint8Array> } | undefined;
  ContentLength?: number | undefined;
  ContentRange?: string | undefined;
};

async function bytesOf({ Body, ContentLength, ContentRange }: Answer): Promise<{ bytes: Buffer; size: number }> {
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
  if (ContentLength !== undefined && bytes.length !== ContentLength) throw Object.assign(new Error(), { code: 'IncompleteBody' });
  // For example "bytes 0-99/1234".
  return { bytes, size: Number(ContentRange?.split('/')[1] ?? bytes.length) };
}
