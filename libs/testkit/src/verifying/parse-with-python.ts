// Python's e-mail package as a second reader of what we compose: strict about RFC 5322 and RFC 2231, and independent of Node.js.
import { spawn } from 'node:child_process';

type ParsedMailbox = { name: string; address: string };

/** A message as Python's `email` package (policy "default") reads it; `defects` are all its complaints. */
export type PythonReading = {
  from: ParsedMailbox[];
  replyTo: ParsedMailbox[];
  to: ParsedMailbox[];
  cc: ParsedMailbox[];
  subject: string;
  fieldNames: string[];
  text: string | null;
  html: string | null;
  attachments: { filename: string; contentType: string; sha256: string }[];
  defects: string[];
};

const SCRIPT = `
import email, email.header, email.policy, email.utils, hashlib, json, sys
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
# Names by the older functions: before 3.13.2 the policy "default" puts a blank between two encoded words of a name (gh-128110).
def mailboxes(field):
    values = [v.replace("\\r\\n", "") for k, v in message.raw_items() if k == field]
    decode = lambda name: str(email.header.make_header(email.header.decode_header(name)))
    return [{"name": decode(name), "address": address} for name, address in email.utils.getaddresses(values)]
def content(kind):
    part = message.get_body(preferencelist=(kind,))
    return None if part is None else part.get_payload(decode=True).decode("utf-8")
defects = []
for part in message.walk():
    defects += [repr(d) for d in part.defects]
    for value in part.values():
        defects += [repr(d) for d in getattr(value, "defects", [])]
files = [p for p in message.walk() if p.get_content_disposition() == "attachment"]
json.dump({
    "from": mailboxes("From"), "replyTo": mailboxes("Reply-To"), "to": mailboxes("To"), "cc": mailboxes("Cc"),
    "subject": message["Subject"], "fieldNames": message.keys(), "text": content("plain"), "html": content("html"),
    "attachments": [{"filename": p.get_filename(), "contentType": p.get_content_type(),
                     "sha256": hashlib.sha256(p.get_payload(decode=True)).hexdigest()} for p in files],
    "defects": defects}, sys.stdout)
`;

/** Parses a message with Python 3. If Python is missing, rejects with the command that installs it. */
export function parseWithPython(message: Buffer): Promise<PythonReading> {
  return new Promise((resolve, reject) => {
    const python = spawn('python3', ['-c', SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    const complaints: Buffer[] = [];
    python.stdout.on('data', (bytes: Buffer) => output.push(bytes));
    python.stderr.on('data', (bytes: Buffer) => complaints.push(bytes));
    python.on('error', (error) => reject(new Error('python3 is missing. Install it: sudo apt-get install -y python3', { cause: error })));
    python.on('close', (exitCode) => {
      if (exitCode === 0) resolve(JSON.parse(Buffer.concat(output).toString()) as PythonReading);
      else reject(new Error(`python3 could not read the message: ${Buffer.concat(complaints).toString()}`));
    });
    python.stdin.end(message);
  });
}
