/** Gives a Thing of stock node-wot its behaviour, a level that is kept and a number that is doubled, and exposes it. */
export async function exposeLevelAndDouble(produced: WoT.ExposedThing): Promise<void> {
  let level = 1;
  produced.setPropertyReadHandler('level', async () => level);
  produced.setPropertyWriteHandler('level', async (value) => {
    level = Number(await value.value());
  });
  produced.setActionHandler('double', async (value) => 2 * Number(await value.value()));
  await produced.expose();
}
