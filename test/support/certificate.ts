import { execFileSync } from 'node:child_process';
import { needs } from './system-parts.ts';

/** A private key and its certificate, which is its own authority; PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Makes one with openssl, by default for this host. */
export function makeCertificate(name = 'localhost'): Certificate {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const alternatives = name === 'localhost' ? 'DNS:localhost,IP:127.0.0.1' : `DNS:${name}`;
  const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${alternatives}`];
  const made = ['req', '-x509', '-days', '2', ...curve, ...names, '-keyout', '-', '-out', '-'];
  const pem = execFileSync(needs('openssl').command('openssl'), made, { encoding: 'utf8', stdio: 'pipe' });
  const certificateAt = pem.indexOf('-----BEGIN CERTIFICATE-----');
  return { key: pem.slice(0, certificateAt), cert: pem.slice(certificateAt) };
}
