import { pbkdf2Sync, randomBytes } from 'node:crypto';

/** A password file of Mosquitto after users came and went. */
export interface MosquittoPasswords {
  readonly text: string;
  /** The passwords of users that had none, by user. */
  readonly created: ReadonlyMap<string, string>;
  /** Users that are not there any more. */
  readonly removed: readonly string[];
}

/** Gives each user without a line in `file` a random password, keeps the lines of the others, and leaves out all that are no users. */
export function mosquittoPasswords(file: string, users: readonly string[]): MosquittoPasswords {
  const known = new Map(file.split(/\r?\n/).flatMap(entry));
  const created = new Map<string, string>();
  const lines = [...new Set(users)].sort().map((user) => {
    const kept = known.get(user);
    if (kept !== undefined) return `${user}:${kept}\n`;
    const password = randomBytes(18).toString('base64url');
    created.set(user, password);
    return `${user}:${hash(password)}\n`;
  });
  const removed = [...known.keys()].filter((user) => !users.includes(user));
  return { text: lines.join(''), created, removed };
}

function entry(line: string): readonly (readonly [string, string])[] {
  const [, user, hashed] = /^([^#:][^:]*):(.+)$/.exec(line) ?? [];
  return user === undefined || hashed === undefined ? [] : [[user, hashed]];
}

// What mosquitto_passwd takes too: a random password of 144 bits needs no more.
const iterations = 101;

/** As mosquitto_passwd writes it: $7$, PBKDF2 with SHA-512. */
function hash(password: string): string {
  const salt = randomBytes(12);
  const key = pbkdf2Sync(password, salt, iterations, 64, 'sha512');
  return ['', 7, iterations, salt.toString('base64'), key.toString('base64')].join('$');
}
