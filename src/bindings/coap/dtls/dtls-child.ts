import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock, Timer } from '../../../contracts/clock.ts';
import { dtlsUnavailable } from './dtls-errors.ts';
import type { NoteFromProcess, NoteToProcess } from './notes.ts';
import { PipeReader, PipeWriter } from './pipe.ts';

/** A note about one link. */
export type LinkNote = Extract<NoteFromProcess, { readonly link: number }>;

/** Whom the notes and messages of one link are for. */
export interface LinkListener {
  note(note: LinkNote): void;
  message(session: number, bytes: Buffer): void;
  /** The process has ended, and with it its sessions. */
  lost(error: Error): void;
}

const program = fileURLToPath(new URL(`./process/dtls-process${extname(import.meta.url)}`, import.meta.url));
const readyWithin = 15_000;
const endWithin = 2000;
const beatEvery = 10_000;
const errorsKept = 1000;

/** The servient's end of a process that speaks DTLS. Links have numbers of this side, sessions those of the process. */
export class DtlsChild {
  readonly #clock: Clock;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #out: PipeWriter<NoteToProcess>;
  readonly #links = new Map<number, LinkListener>();
  readonly #sessions = new Map<number, LinkListener>();
  /** Links that keep the servient alive. */
  readonly #keepers = new Set<number>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<void>();
  /** Resolves when the process has ended. */
  readonly exited = this.#exited.promise;
  #lastLink = 0;
  #isEnding = false;
  #heartbeat: Timer | undefined;
  #isAsked = false;
  #isHung = false;
  #errors = '';

  /** To be had by `start`. */
  private constructor(clock: Clock, started: ChildProcessWithoutNullStreams) {
    this.#clock = clock;
    this.#process = started;
    this.#process.on('error', (error) => this.#lose(error));
    this.#process.on('close', (code, signal) => this.#lose(this.#endOf(code, signal)));
    this.#out = new PipeWriter(this.#process.stdin);
    const reader = new PipeReader<NoteFromProcess>({
      note: (note) => this.#note(note),
      message: (session, bytes) => this.#sessions.get(session)?.message(session, bytes),
    });
    const { stdin, stdout, stderr } = this.#process;
    stdout.on('data', (chunk: Buffer) => reader.take(chunk));
    stderr.on('data', (chunk: Buffer) => {
      this.#errors = `${this.#errors}${chunk}`.slice(-errorsKept);
    });
    stdin.on('error', () => undefined); // that it has ended is told by itself
  }

  /** Starts one; rejects with WotError `unavailable` DTLS_UNAVAILABLE where this system cannot speak DTLS. */
  static async start(clock: Clock): Promise<DtlsChild> {
    const child = new DtlsChild(clock, await spawned());
    const deadline = clock.after(readyWithin, () => child.#process.kill('SIGKILL'));
    await child.#ready.promise.finally(() => deadline.cancel());
    child.#heartbeat = clock.every(beatEvery, () => child.#beat());
    child.#keepAlive();
    return child;
  }

  /** A number for one server or connection. */
  addLink(listener: LinkListener): number {
    this.#lastLink++;
    this.#links.set(this.#lastLink, listener);
    return this.#lastLink;
  }

  /** Closes a link; its listener is told nothing more. */
  removeLink(link: number): void {
    const listener = this.#links.get(link);
    this.#links.delete(link);
    for (const [session, each] of this.#sessions) if (each === listener) this.#sessions.delete(session);
    this.keepAlive(link, false);
    this.say({ do: 'close', link });
  }

  say(note: NoteToProcess): void {
    this.#out.note(note);
  }

  /** False where the process does not keep up and the message is dropped. */
  send(session: number, message: Uint8Array): boolean {
    return this.#out.message(session, message);
  }

  /** Whether a link keeps the servient alive. */
  keepAlive(link: number, on: boolean): void {
    if (on) this.#keepers.add(link);
    else this.#keepers.delete(link);
    this.#keepAlive();
  }

  /** Ends it once it has sent what it was given, and told all peers. */
  async end(): Promise<void> {
    this.#tellLost(new Error('The DTLS process was ended'));
    this.#isEnding = true;
    this.#keepAlive(); // who waits for this must not end before
    const deadline = this.#clock.after(endWithin, () => this.#process.kill('SIGKILL'));
    this.#out.end();
    await this.exited.finally(() => deadline.cancel());
  }

  #note(note: NoteFromProcess): void {
    if (note.is === 'ready') this.#ready.resolve();
    else if (note.is === 'alive') this.#isAsked = false;
    else if (note.is === 'unfit') this.#ready.reject(dtlsUnavailable(note.reason));
    else {
      const listener = this.#links.get(note.link);
      if (note.is === 'begun' && listener) this.#sessions.set(note.session, listener);
      if (note.is === 'ended') this.#sessions.delete(note.session);
      listener?.note(note);
    }
  }

  #beat(): void {
    if (this.#isAsked) setImmediate(() => this.#killUnanswering());
    else {
      this.#isAsked = true;
      this.say({ do: 'answer' });
    }
  }

  /** After what lay in the pipe was read: it may be this side that hung. */
  #killUnanswering(): void {
    this.#isHung = this.#isAsked;
    if (this.#isHung) this.#process.kill('SIGKILL');
  }

  #keepAlive(): void {
    // Pipes of a child are sockets, whatever their types say.
    const { stdin, stdout, stderr } = this.#process as unknown as Readonly<Record<string, Socket>>;
    for (const handle of [this.#process, stdin, stdout, stderr]) {
      if (this.#keepers.size > 0 || this.#isEnding) handle?.ref();
      else handle?.unref();
    }
  }

  #lose(error: Error): void {
    this.#ready.reject(dtlsUnavailable(error.message));
    this.#exited.resolve();
    this.#heartbeat?.cancel();
    this.#tellLost(error);
  }

  #tellLost(error: Error): void {
    const listeners = [...this.#links.values()];
    this.#links.clear();
    for (const listener of listeners) listener.lost(error);
  }

  #endOf(code: number | null, signal: NodeJS.Signals | null): Error {
    if (this.#isHung) return new Error('the DTLS process did not answer and was killed');
    const said = this.#errors.trim() === '' ? '' : `: ${this.#errors.trim()}`;
    return new Error(`the DTLS process ended with ${signal ?? `code ${code}`}${said}`);
  }
}

/** Rejects where the system or Node's permissions let no process start, or there are no file descriptors left. */
async function spawned(): Promise<ChildProcessWithoutNullStreams> {
  try {
    const started = spawn(process.execPath, [program], { stdio: 'pipe', windowsHide: true });
    await once(started, 'spawn');
    return started;
  } catch (error) {
    throw dtlsUnavailable((error as Error).message);
  }
}
