import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { WotError } from '../contracts/errors.ts';
import type { Logger } from '../contracts/logger.ts';

/** All PEM, as text or bytes. */
export interface TlsOptions {
  readonly key: string | Buffer;
  /** The certificate; those of the authorities between it and the root may follow. */
  readonly cert: string | Buffer;
  /** Certificates of authorities, where `cert` does not hold them. */
  readonly ca?: string | Buffer;
}

/** How messages call the parts, and what they advise where one is no PEM at all. */
export type TlsNames = Readonly<Record<keyof TlsOptions | 'advice', string>>;

const optionNames: TlsNames = {
  key: '`tls.key`',
  cert: '`tls.cert`',
  ca: '`tls.ca`',
  advice: 'give the contents of the file, not its name',
};

/** WotError `invalid` TLS_KEY_INVALID, TLS_CERTIFICATE_INVALID, TLS_CA_INVALID, TLS_KEY_MISMATCH. */
export function checkTls(tls: TlsOptions, names = optionNames): void {
  const { key, cert, ca } = tls;
  const read = <T>(part: keyof TlsOptions, work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw unusable({ part, pem: tls[part], cause, names });
    }
  };
  const privateKey = read('key', () => createPrivateKey(key));
  const certificate = read('cert', () => {
    // Refuses what listening would: a weak key, and what follows and is no certificate.
    createSecureContext({ cert });
    return new X509Certificate(cert);
  });
  if (ca !== undefined) read('ca', () => new X509Certificate(ca));
  if (matches(certificate, privateKey)) return;
  const message = `${names.key} is not the private key of ${names.cert} (${subjectOf(certificate)}); give the two that belong together.`;
  throw new WotError('invalid', 'TLS_KEY_MISMATCH', message);
}

/** Tells of a certificate that clients will refuse at the time given. */
export function warnOfDates({ cert }: TlsOptions, now: number, logger: Logger): void {
  const certificate = new X509Certificate(cert);
  const { validFrom, validTo } = certificate;
  if (now >= Date.parse(validFrom) && now <= Date.parse(validTo)) return;
  const message = `The TLS certificate of ${subjectOf(certificate)} is valid from ${validFrom} to ${validTo}, not now, so clients refuse it; replace it, or set the clock`;
  logger.warn(message);
}

function subjectOf({ subject }: X509Certificate): string {
  return String(subject).replaceAll('\n', ', ');
}

function matches(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    return false; // keys of different kinds
  }
}

interface Unusable {
  readonly part: keyof TlsOptions;
  readonly pem: string | Buffer | undefined;
  readonly cause: unknown;
  readonly names: TlsNames;
}

const codes = { key: 'TLS_KEY_INVALID', cert: 'TLS_CERTIFICATE_INVALID', ca: 'TLS_CA_INVALID' } as const;

function unusable({ part, pem, cause, names }: Unusable): WotError {
  const kind = part === 'key' ? 'unencrypted private key' : 'certificate';
  // What OpenSSL says has a reason, without its numbers.
  const { reason, message } = cause as Error & { readonly reason?: string };
  const advice = String(pem).includes('-----BEGIN ') ? 'mend or replace it' : names.advice;
  return new WotError(
    'invalid',
    codes[part],
    `${names[part]} is not a usable ${kind} in PEM (${reason ?? message}); ${advice}.`,
    { cause },
  );
}
