// Pictures of every screen, light and dark, as on a phone and on a tablet.
// usage: node e2e/screenshots.mjs <folder>
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { stand } from './stand.mjs';

const [folder = 'screenshots'] = process.argv.slice(2);
/** All of them together may take that many bytes. */
const LIMIT = 2_000_000;

const sizes = { phone: { width: 390, height: 844 }, tablet: { width: 1024, height: 768 } };

mkdirSync(folder, { recursive: true });
const world = await stand();
try {
  const viewer = await world.person('viewer');
  const creator = await world.person('creator');
  await shoot(viewer, 'sign-in');
  await viewer.signIn();
  await creator.signIn();

  const host = world.terminal('other_creator', 'broadcast', 'Cooking with the neighbours');
  await host.line(/^live: session/);

  await creator.tab('Go live');
  await creator.page.getByLabel('Title').fill('An evening of songs');
  await creator.page.getByRole('radio', { name: 'For coins' }).click();
  await shoot(creator, 'go-live');
  await creator.press('Prepare');
  await creator.page.getByRole('switch', { name: 'Camera' }).click();
  await creator.page.getByRole('switch', { name: 'Microphone' }).click();
  await creator.press('Go live');
  await creator.watches(creator.user.id);

  await viewer.page.reload();
  await viewer.page.getByRole('link', { name: /An evening of songs/ }).waitFor();
  await shoot(viewer, 'discover');
  await viewer.open(/An evening of songs/);
  await viewer.sees('You have 500 coins');
  await shoot(viewer, 'paywall');
  await viewer.press(/30 coins/);
  await viewer.watches(creator.user.id);
  for (const [person, text] of [
    [viewer, 'Good evening, everybody!'],
    [creator, 'Welcome. The first song is an old one.'],
    [viewer, 'I know this one'],
  ]) {
    await person.page.getByLabel('Write a message').fill(text);
    await person.press('Send');
    await viewer.sees(text);
  }
  await viewer.press('Give 25 coins');
  await creator.sees('25 coins');
  await shoot(viewer, 'broadcast');
  await viewer.press(/Raise hand/);
  await creator.button(/People \(1/).waitFor();
  await shoot(creator, 'broadcast-host');
  await creator.press(/People/);
  await creator.button(/Let Viewer on stage/).waitFor();
  await shoot(creator, 'stage-and-moderation');
  await creator.press('End');
  await viewer.press('Back');
  await creator.press('Back');

  await creator.tab('Go live');
  await creator.page.getByLabel('Title').fill('Around the table');
  await creator.page.getByRole('radio', { name: 'Audio room' }).click();
  await creator.page.getByRole('radio', { name: 'Everybody' }).click();
  await creator.press('Prepare');
  await creator.press('Go live');
  await creator.page.getByRole('switch', { name: 'Microphone' }).click();
  await viewer.open(/Around the table/);
  await viewer.sees('AUDIO ROOM');
  await viewer.hears();
  await viewer.page.getByLabel(/Creator, /).waitFor();
  await shoot(viewer, 'audio-room');
  await creator.press('End');
  await viewer.press('Back');
  await creator.press('Back');

  await creator.tab('Calls');
  await creator.button('Video call with Viewer').waitFor();
  await shoot(creator, 'calls');
  await creator.press('Video call with Viewer');
  await viewer.button('Accept').waitFor();
  await shoot(viewer, 'incoming-call');
  await viewer.press('Accept');
  await viewer.watches(creator.user.id);
  await viewer.watches(viewer.user.id);
  await shoot(viewer, 'call');
  await viewer.press('Hang up');
  await viewer.press('Close');
  await viewer.tab('Settings');
  await viewer.sees('Not possible on this device');
  await shoot(viewer, 'settings');
} finally {
  await world.close();
}

const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
console.log(`${readdirSync(folder).length} pictures, ${Math.round(bytes / 1000)} kB`);
if (bytes > LIMIT) throw new Error(`the pictures take more than ${LIMIT / 1000} kB`);

async function shoot({ page }, screen) {
  for (const [device, size] of Object.entries(sizes)) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark']) {
      await color(page, colorScheme);
      // React has drawn it; two frames later, the browser has painted it.
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      await page.screenshot({
        path: join(folder, `${screen}-${device}-${colorScheme}.jpg`),
        type: 'jpeg',
        quality: 68,
      });
    }
  }
  await page.setViewportSize(sizes.phone);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Shows the page light or dark. Emulation may change the colors without telling a busy page: then they change once more. */
async function color(page, colorScheme) {
  const shown = page.getByTestId(colorScheme);
  await page.emulateMedia({ colorScheme });
  if (
    await shown.waitFor({ timeout: 3_000 }).then(
      () => true,
      () => false,
    )
  )
    return;
  await page.emulateMedia({ colorScheme: colorScheme === 'dark' ? 'light' : 'dark' });
  await page.emulateMedia({ colorScheme });
  await shown.waitFor();
}
