import { clientAddress } from "../_shared/address.ts";
import { assert, assertEquals, assertFalse } from "./assert.ts";
import { config } from "./fixtures.ts";

const settings = { ...config, CLIENT_ADDRESS_HEADER: "x-forwarded-for" };
const of = (...addresses: string[]) =>
  clientAddress(settings, new Headers(addresses.map((address) => ["x-forwarded-for", address])));

Deno.test("without a header that is named or sent there is no address", async () => {
  assertEquals(await of(), undefined);
  assertEquals(await clientAddress(config, new Headers({ "x-forwarded-for": "192.0.2.1" })), undefined);
});

Deno.test("an address is always the same number, which doesn't show it", async () => {
  const one = await of("192.0.2.1");
  assert(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(one ?? ""));
  assertEquals(await of("192.0.2.1"), one);
  assertFalse(await of("192.0.2.2") === one);
  const elsewhere = { ...settings, SUPABASE_SERVICE_ROLE_KEY: "the-key-of-another-project" };
  assertFalse(await clientAddress(elsewhere, new Headers({ "x-forwarded-for": "192.0.2.1" })) === one);
});

Deno.test("what the client put in front doesn't count", async () => {
  assertEquals(await of("10.0.0.1, 192.0.2.1"), await of("192.0.2.1"));
});

Deno.test("all of a subscriber's IPv6 addresses are one", async () => {
  const one = await of("2001:db8:0:1::1");
  for (const same of ["2001:DB8::1:abcd:ef01:2345:6789", "2001:0db8:0000:0001:0:0:0:2"]) {
    assertEquals(await of(same), one);
  }
  for (const other of ["2001:db8:0:2::1", "2001:db8::1", "::1"]) assertFalse(await of(other) === one);
  assertEquals(await of("::ffff:192.0.2.1"), await of("192.0.2.1"));
});
