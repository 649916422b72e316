/** The package's tests run as in an app; the config plugin's and the tarball's as in Node. */
module.exports = {
  projects: [
    {
      displayName: 'package',
      preset: 'jest-expo',
      roots: ['<rootDir>/src'],
      testMatch: ['**/__tests__/**/*.test.[jt]s?(x)'],
    },
    {
      displayName: 'plugin',
      testEnvironment: 'node',
      roots: ['<rootDir>/plugin/src', '<rootDir>/scripts'],
      transform: { '\\.[jt]s$': ['babel-jest', { presets: ['babel-preset-expo'] }] },
    },
  ],
};
