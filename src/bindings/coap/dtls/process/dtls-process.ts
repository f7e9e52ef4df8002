import type { NoteFromProcess, NoteToProcess } from '../notes.ts';
import { PipeReader, PipeWriter } from '../pipe.ts';
import { loadOpenSsl, type OpenSsl } from './openssl.ts';
import { connect, type ProcessLink, ProcessSessions, serve } from './process-links.ts';
import { selfTest } from './self-test.ts';

// The program of the process that speaks DTLS for a servient: what it says and hears of it goes over its pipes, and it
// ends with them. A fault in native code ends this process alone.

const out = new PipeWriter<NoteFromProcess>(process.stdout);
const openSsl = await tested();
if (openSsl) serveNotes(openSsl);

async function tested(): Promise<OpenSsl | undefined> {
  try {
    const found = await loadOpenSsl();
    selfTest(found);
    return found;
  } catch (error) {
    out.note({ is: 'unfit', reason: (error as Error).message });
    return undefined;
  }
}

function serveNotes(found: OpenSsl): void {
  const links = new Map<number, ProcessLink>();
  const sessions = new ProcessSessions();
  const parts = { openSsl: found, out, sessions };
  const reader = new PipeReader<NoteToProcess>({
    note(note) {
      if (note.do === 'serve') links.set(note.link, serve(note, parts));
      else if (note.do === 'connect') links.set(note.link, connect(note, parts));
      else if (note.do === 'update-keys') links.get(note.link)?.updateKeys?.(note.psk);
      else if (note.do === 'answer') out.note({ is: 'alive' });
      else {
        links.get(note.link)?.close();
        links.delete(note.link);
      }
    },
    message: (session, bytes) => sessions.send(session, bytes),
  });
  process.stdin.on('data', (chunk: Buffer) => reader.take(chunk));
  process.stdin.on('close', () => {
    for (const link of links.values()) link.close();
    process.exit();
  });
  // The servient decides when to end; a signal to the whole group must not cut its last messages.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  out.note({ is: 'ready' });
}
