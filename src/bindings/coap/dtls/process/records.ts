/** Where a DTLS record lies in its datagram, and the epoch of its keys. */
export interface RecordPlace {
  readonly from: number;
  readonly to: number;
  readonly epoch: number;
}

const headerBytes = 13;
const handshake = 22;
const clientHello = 1;
const random = { from: 27, to: 59 };

/** The records of a datagram (RFC 6347 section 4.1), as far as their lengths hold. */
export function* recordsOf(datagram: Buffer): Generator<RecordPlace> {
  for (let from = 0; from + headerBytes <= datagram.length; ) {
    const to = from + headerBytes + datagram.readUInt16BE(from + 11);
    if (to > datagram.length) return;
    yield { from, to, epoch: datagram.readUInt16BE(from + 3) };
    from = to;
  }
}

/** The epoch of the first record; 0 where there is none. */
export function epochOf(datagram: Buffer): number {
  return datagram.length < headerBytes ? 0 : datagram.readUInt16BE(3);
}

/** The random that tells one ClientHello from another, where a datagram begins with one that is not encrypted. */
export function helloOf(datagram: Buffer): string | undefined {
  if (datagram.length < random.to || datagram[0] !== handshake || datagram[headerBytes] !== clientHello)
    return;
  if (epochOf(datagram) !== 0) return;
  return datagram.toString('latin1', random.from, random.to);
}
