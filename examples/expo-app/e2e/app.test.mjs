// The app in two browsers, against a real backend and a real LiveKit server, with a host in Rust.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { seriousIssues } from './axe.mjs';
import { stand } from './stand.mjs';

let world;
let creator;
let viewer;

before(async () => {
  world = await stand();
  creator = await world.person('creator', { width: 1024, height: 768 });
  viewer = await world.person('viewer');
});

after(() => world?.close());

const idOf = (name) => world.info.users.find((user) => user.name === name).id;

/** What axe-core found on the screens that were looked at. */
const issues = [];
let looked = 0;

async function look({ page, user }, screen) {
  looked += 1;
  for (const issue of await seriousIssues(page)) issues.push(`${screen} (${user.name}): ${issue}`);
}

async function prepare({ title, kind, entry, price }) {
  await creator.tab('Go live');
  await creator.page.getByLabel('Title').fill(title);
  await creator.page.getByRole('radio', { name: kind }).click();
  await creator.page.getByRole('radio', { name: entry }).click();
  if (price !== undefined) await creator.page.getByLabel('Price in coins').fill(String(price));
  await look(creator, 'go live');
  await creator.press('Prepare');
  await creator.button('Go live').waitFor();
}

test('a wrong password is said, a right one signs in', async () => {
  await look(viewer, 'sign in');
  await viewer.page.getByLabel('E-mail').fill(viewer.user.email);
  await viewer.page.getByLabel('Password').fill('wrong');
  await viewer.press('Sign in');
  await viewer.page.getByRole('alert').filter({ hasText: /./ }).first().waitFor();
  await viewer.signIn();
  await creator.signIn();
  await look(viewer, 'discover');
});

test("a Rust host's broadcast is watched in a browser", async () => {
  const host = world.terminal('other_creator', 'broadcast', 'From a terminal');
  await host.line(/^live: session (\S+)/);
  await viewer.open(/From a terminal/);
  await viewer.watches(idOf('other_creator'));
  await viewer.sees('1 viewer');
  await look(viewer, 'broadcast');
  await host.end();
  await viewer.sees('The host ended it.');
  await viewer.press('Back');
});

test('a broadcast behind a price is paid once, watched, talked about and given to', async () => {
  await prepare({ title: 'Behind a price', kind: 'Broadcast', entry: 'For coins', price: 30 });
  await creator.page.getByRole('switch', { name: 'Camera' }).click();
  await creator.page.getByRole('switch', { name: 'Microphone' }).click();
  await creator.press('Go live');
  await creator.watches(creator.user.id);
  await viewer.open(/Behind a price/);
  await viewer.sees(/500 coins/);
  await look(viewer, 'paywall');
  await viewer.press(/30 coins/);
  await viewer.watches(creator.user.id);
  await viewer.hears();
  await viewer.page.getByLabel('Write a message').fill('Good evening');
  await viewer.press('Send');
  await creator.sees('Good evening');
  await viewer.press('Give 25 coins');
  await creator.sees('25 coins');
  await look(creator, 'broadcast of the host');
  await look(viewer, 'broadcast with a chat');
});

test('whoever raises a hand comes onto the stage, and is removed when that is wished', async () => {
  await viewer.press(/Raise hand/);
  await creator.press(/People/);
  await creator.press(/Let Viewer on stage/);
  await viewer.page.getByRole('switch', { name: 'Microphone' }).click();
  await viewer.page.getByRole('switch', { name: 'Microphone', checked: true }).waitFor();
  await creator.hears();
  await look(creator, 'stage');
  await creator.press('Remove');
  await viewer.sees('You were removed.');
  await look(viewer, 'over');
  await creator.press('End');
  await creator.sees('The host ended it.');
  await viewer.press('Back');
  await creator.press('Back');
});

test('an audio room is joined, and spoken in', async () => {
  await prepare({ title: 'Around the table', kind: 'Audio room', entry: 'Everybody' });
  await creator.press('Go live');
  await creator.page.getByRole('switch', { name: 'Microphone' }).click();
  await viewer.open(/Around the table/);
  await viewer.hears();
  await look(viewer, 'audio room');
  await look(creator, 'audio room of the host');
  await creator.press('End');
  await viewer.sees('The host ended it.');
  await viewer.press('Back');
  await creator.press('Back');
});

test('a call rings, is answered, seen and heard on both sides, and hung up', async () => {
  await creator.tab('Calls');
  await look(creator, 'calls');
  await creator.press('Video call with Viewer');
  await viewer.button('Accept').waitFor();
  await look(viewer, 'incoming call');
  await viewer.press('Accept');
  await Promise.all([viewer.watches(creator.user.id), creator.watches(viewer.user.id)]);
  await Promise.all([viewer.hears(), creator.hears()]);
  await look(viewer, 'call');
  await viewer.press('Hang up');
  await creator.sees('The call is over');
  await creator.press('Close');
  await viewer.press('Close');
});

test('a call that is declined says so', async () => {
  await creator.press('Call Viewer');
  await viewer.press('Decline');
  await creator.sees('Declined');
  await creator.press('Close');
});

test('settings say what a browser lacks for calls, and change the colors', async () => {
  await viewer.tab('Settings');
  await viewer.sees('Ready for calls?');
  await viewer.sees('Not possible on this device');
  await viewer.sees('445 coins');
  await viewer.page.getByRole('radio', { name: 'Dark' }).click();
  await look(viewer, 'settings');
  await viewer.press('Sign out');
  await viewer.button('Sign in').waitFor();
});

test('axe-core finds no serious issue on any screen', () => {
  assert.ok(looked > 15, `${looked} screens were looked at`);
  assert.deepEqual(issues, []);
});
