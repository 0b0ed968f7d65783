/** What of an address goes along to every page of the desk: the account and the symbol. */
export type DeskSearch = {
  account?: string | undefined;
  symbol?: string | undefined;
};

/** Leaves out of an address what belongs to one page only. */
export function deskOnly({
  account,
  symbol,
}: {
  account?: string | undefined;
  symbol?: string | undefined;
}): DeskSearch {
  return { ...(account ? { account } : {}), ...(symbol ? { symbol } : {}) };
}

/** The texts of an address by name; whatever else stands in it is left out. */
export function textsOf<const Name extends string>(
  search: Record<string, unknown>,
  names: readonly Name[],
): { [Each in Name]?: string | undefined } {
  const found: { [Each in Name]?: string | undefined } = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === "string") found[name] = value;
    else if (typeof value === "number" || typeof value === "boolean") found[name] = String(value);
  }
  return found;
}
