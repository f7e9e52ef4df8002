import type { X509Certificate } from 'node:crypto';
import type { PeerIdentity } from '../contracts/access.ts';

/** Who a verified certificate says its owner is: the common name, of several the last, which is the most specific; without one the fingerprint. */
export function certificateIdentity(certificate: X509Certificate): PeerIdentity {
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  const subject = certificate.toLegacyObject().subject as unknown as
    | { readonly CN?: string | readonly string[] }
    | undefined;
  const name = [subject?.CN ?? []].flat().at(-1);
  return { scheme: 'cert', name: name ?? fingerprint, fingerprint };
}
