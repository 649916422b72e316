// Where a request comes from, for limits: the same number for the same address, and nothing else about it.

import type { Config } from "./config.ts";

/**
 * A UUID made of the client's address and a key of ours; undefined where the gateway doesn't tell. In a list of addresses
 * the last one counts: it is the one that the nearest proxy saw, and the others may be the client's invention.
 */
export async function clientAddress(config: Config, headers: Headers): Promise<string | undefined> {
  const named = config.CLIENT_ADDRESS_HEADER && headers.get(config.CLIENT_ADDRESS_HEADER);
  const address = named?.split(",").at(-1)?.trim();
  if (!address) return undefined;
  const text = `ipelya-live client address\n${config.SUPABASE_SERVICE_ROLE_KEY}\n${network(address)}`;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const hex = [...digest.slice(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The address in IPv4; in IPv6 its /64, of which one subscriber has all the addresses. */
function network(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address);
  if (mapped) return mapped[1];
  const [head, tail] = address.toLowerCase().split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const rest = (tail ?? "").split(":").filter((group) => group !== "");
  const zeros = tail === undefined ? 0 : Math.max(8 - groups.length - rest.length, 0);
  const all = [...groups, ...Array<string>(zeros).fill("0"), ...rest];
  return all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}
