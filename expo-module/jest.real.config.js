/** The hooks on the real core, the real backend and a real LiveKit server, whose programs `cargo xtask test` builds and names. */
module.exports = {
  preset: 'jest-expo',
  testEnvironment: '<rootDir>/jest.real.environment.js',
  roots: ['<rootDir>/src/__tests__/real'],
  testMatch: ['**/*.real.tsx'],
  maxWorkers: 1,
};
