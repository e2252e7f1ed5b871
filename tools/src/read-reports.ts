// `node tools/dist/read-reports.js FOLDER`: reads each mail of a folder as a bounce report and prints what it says, one line per mail. If
// the folder has an `expected.json`, { "<file>": [{ "recipient": "…", "classes": ["mailbox_full"] }] } with everybody who failed, it
// compares and prints the counts. The exit code is 1 if fewer than 90 % are right or anybody else is named as failed. For collections of
// real reports, which contain people's addresses and stay out of the repository.
import { judgeReports } from './judge-reports.js';

const ENOUGH = 0.9;

async function main(folder: string): Promise<void> {
  const { lines, counts } = await judgeReports(folder);
  for (const line of lines) console.log(line);
  console.log(JSON.stringify(counts));
  if (counts.wrong > 0 || counts.right < counts.expected * ENOUGH) process.exitCode = 1;
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error('Name the folder with the mails.');
  process.exitCode = 1;
} else {
  void main(folder);
}
