import { STATUS_CODES } from 'node:http';
import { Refused, type Reply } from './replies';

/** One request of a batch. */
export interface Part {
  readonly method: string;
  /** Below the root of the API. */
  readonly path: string;
  readonly body: Buffer;
}

/**
 * A batch as OData V2 has it: `multipart/mixed` with requests as `application/http`, those that change something in a change set of their own. All of a change set is
 * answered, or the one answer that refused it; what was done before it stays, for the simulation takes nothing back.
 */
export async function batchReply(type: string, body: Buffer, serve: (part: Part) => Promise<Reply>): Promise<Reply> {
  const parts = partsOf(type, body.toString('latin1'));
  const answers: string[] = [];
  for (const part of parts) {
    const inner = headerOf(part.head, 'content-type');
    if (!/^multipart\/mixed/i.test(inner)) {
      answers.push(wrapped(await serve(requestIn(part.body))));
      continue;
    }
    const replies: Reply[] = [];
    for (const change of partsOf(inner, part.body)) {
      const reply = await serve(requestIn(change.body));
      replies.push(reply);
      if (reply.status >= 400) break;
    }
    const failed = replies.find(({ status }) => status >= 400);
    if (failed) answers.push(wrapped(failed));
    else {
      const set = replies.map((reply) => `--changes\r\n${wrapped(reply)}`).join('');
      answers.push(`Content-Type: multipart/mixed; boundary=changes\r\n\r\n${set}--changes--\r\n`);
    }
  }
  const text = answers.map((answer) => `--answers\r\n${answer}`).join('');
  return { status: 202, body: Buffer.from(`${text}--answers--`, 'latin1'), type: 'multipart/mixed; boundary=answers' };
}

interface Piece {
  readonly head: string;
  readonly body: string;
}

function partsOf(type: string, text: string): Piece[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary === undefined) throw new Refused(400, 'Bad Request', 'The batch has no boundary.');
  return text
    .split(`--${boundary}`)
    .slice(1)
    .filter((piece) => !piece.startsWith('--'))
    .map((piece) => {
      const [head = '', ...rest] = piece.replace(/^\r?\n/, '').split(/\r?\n\r?\n/);
      return { head, body: rest.join('\r\n\r\n').replace(/\r?\n$/, '') };
    });
}

const headerOf = (head: string, name: string): string =>
  new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';

function requestIn(text: string): Part {
  const [head = '', ...rest] = text.split(/\r?\n\r?\n/);
  const [, method, path] = /^(GET|PUT|POST|DELETE) (\S+) HTTP\/1\.1/.exec(head) ?? [];
  if (method === undefined || path === undefined) throw new Refused(400, 'Bad Request', 'A part is no request.');
  return { method, path: `/${path.replace(/^\//, '')}`, body: Buffer.from(rest.join('\r\n\r\n'), 'latin1') };
}

function wrapped({ status, body, type }: Reply): string {
  const text = body === undefined ? '' : Buffer.from(body).toString('latin1');
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
  ];
  return [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    ...head,
    `Content-Length: ${text.length}`,
    '',
    text,
    '',
  ].join('\r\n');
}
