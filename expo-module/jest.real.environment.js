const { testEnvironment } = require('jest-expo/jest-preset');

const Environment = require(require.resolve(testEnvironment));

/** As in an app, with Node's own `fetch` beside the one that an app's tests are given instead. */
module.exports = class extends Environment {
  constructor(...options) {
    super(...options);
    this.global.nodeFetch = fetch;
  }
};
