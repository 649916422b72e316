import { readOptions } from '../options';

test('an app that says nothing gets calls, sound in the background and picture in picture', () => {
  expect(readOptions(undefined)).toEqual({
    calls: true,
    backgroundAudio: true,
    screenShare: false,
    pictureInPicture: true,
    apsEnvironment: 'development',
  });
});

test.each([
  [{ call: true }, 'there is no option "call"; there are calls, backgroundAudio'],
  [{ calls: 'yes' }, '"calls" must be true or false, and is "yes"'],
  [{ cameraPermission: ' ' }, '"cameraPermission" must be a sentence that tells the user why, and is " "'],
  [{ apsEnvironment: 'sandbox' }, '"apsEnvironment" must be "development" or "production", and is "sandbox"'],
  [{ toString: true }, 'there is no option "toString"'],
  [[['calls']], 'the options must be an object'],
  ['calls', 'the options must be an object'],
])('%j is refused, and the message names the mistake', (options, message) => {
  expect(() => readOptions(options)).toThrow(`@ipelya/live: ${message}`);
});

test('picture in picture that is asked for needs sound in the background', () => {
  const silent = { backgroundAudio: false, calls: false };
  expect(() => readOptions({ ...silent, pictureInPicture: true })).toThrow('it needs "backgroundAudio" or "calls"');
  expect(() => readOptions(silent)).not.toThrow();
});

test('an option that is undefined is one that was not given', () => {
  expect(readOptions({ calls: undefined }).calls).toBe(true);
});
