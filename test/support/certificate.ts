import { execFileSync } from 'node:child_process';
import { needs } from './system-parts.ts';

/** A private key and its certificate for localhost, which is its own authority; PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Makes one with openssl. */
export function makeCertificate(): Certificate {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const made = ['req', '-x509', '-days', '2', ...curve, ...names, '-keyout', '-', '-out', '-'];
  const pem = execFileSync(needs('openssl').command('openssl'), made, { encoding: 'utf8', stdio: 'pipe' });
  const certificateAt = pem.indexOf('-----BEGIN CERTIFICATE-----');
  return { key: pem.slice(0, certificateAt), cert: pem.slice(certificateAt) };
}
