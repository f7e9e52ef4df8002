/** A copy with memory of its own: a part of Node's pool, or of all that was read with it, would keep the whole of that. */
export function ownBytes(bytes: Uint8Array): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  own.set(bytes);
  return own;
}
